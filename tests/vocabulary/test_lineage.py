"""Lines of parents, circles included."""

from hypothesis import given
from hypothesis import strategies as st

from transfers.vocabulary.lineage import list_line, list_members

PARENTS = {"pantsir-s1": "pantsir", "pantsir-s2": "pantsir", "pantsir": None, "s-400": None}


def test_a_line_goes_from_the_variant_to_its_families():
    assert list_line("pantsir-s1", PARENTS) == ["pantsir-s1", "pantsir"]


def test_a_line_may_begin_outside_of_what_is_known():
    assert list_line("t-72", PARENTS) == ["t-72"]


def test_members_are_the_family_and_its_variants():
    assert list_members("pantsir", PARENTS) == {"pantsir", "pantsir-s1", "pantsir-s2"}


def test_a_circle_has_each_member_once():
    assert list_line(1, {1: 2, 2: 3, 3: 1}) == [1, 2, 3]


@given(st.dictionaries(st.integers(1, 9), st.none() | st.integers(1, 9)), st.integers(1, 9))
def test_members_are_those_whose_line_holds_the_start(parents, start):
    members = list_members(start, parents)
    assert members - {start} == {key for key in parents if key != start and start in list_line(key, parents)}
