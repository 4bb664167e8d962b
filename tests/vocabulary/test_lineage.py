"""Lines of parents, circles included."""

from transfers.vocabulary.lineage import list_line

PARENTS = {"pantsir-s1": "pantsir", "pantsir-s2": "pantsir", "pantsir": None, "s-400": None}


def test_a_line_goes_from_the_variant_to_its_families():
    assert list_line("pantsir-s1", PARENTS) == ["pantsir-s1", "pantsir"]


def test_a_line_may_begin_outside_of_what_is_known():
    assert list_line("t-72", PARENTS) == ["t-72"]


def test_a_circle_has_each_member_once():
    assert list_line(1, {1: 2, 2: 3, 3: 1}) == [1, 2, 3]
