"""Pairs of names that may be of one record: which are suggested, why, and which never."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transfers.vocabulary.alike import Bearer, list_alike

SPELLED = "differ in signs, spaces or case alone"
LATIN = "written in Latin letters in two ways"
MISSPELT = "differ in a letter or two"
CONTAINED = "is part of"


def suggest(one, other, kinds=("tank", "tank")):
    return list_alike([Bearer("a", kinds[0], (one,)), Bearer("b", kinds[1], (other,))])


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("SA-21", "SA/21", SPELLED),
        ("GEM", "GEM+", SPELLED),
        ("С-400", "S 400", SPELLED),
        ("Панцырь-С1", "Pantsir-S1", LATIN),
        ("Pantzir S1", "Pantsyr-S1", LATIN),
        ("Khrizantema", "Hrizantema", LATIN),
        ("Leopard 2A4", "Leopart 2A4", MISSPELT),
        ("Liberation Front", "Libarotion Front", MISSPELT),
        ("S-400", "S-400 Triumf", CONTAINED),
        ("Hamas", "Hamas Movement", CONTAINED),
    ],
)
def test_two_that_may_be_one_are_suggested_with_the_reason(one, other, reason):
    [pair] = suggest(one, other)
    assert reason in pair.reason
    assert pair.is_weak == (reason == CONTAINED)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("S-300", "S-400"), ("T-72", "T-72M1"), ("T-72A", "T-72B"), ("Leopard 2A4", "Leopard 2A5"),
        ("Mi-24", "Mi-35M"), ("Leopard 1", "Leopard 11"), ("A-245", "A-245/C"), ("S-400", "S-400 Block 2"),
    ],
)  # fmt: skip
def test_designations_of_two_models_are_no_suggestion(one, other):
    assert suggest(one, other) == []


def test_kinds_must_agree_unless_the_spelling_does_or_one_is_unknown():
    assert suggest("Leopard 2A4", "Leopart 2A4", kinds=("tank", "ship")) == []
    assert len(suggest("Leopard 2A4", "Leopart 2A4", kinds=("tank", ""))) == 1
    assert len(suggest("SA-21", "SA/21", kinds=("tank", "ship"))) == 1


def test_a_pair_is_suggested_once_with_its_best_reason():
    bearers = [Bearer("a", "tank", ("Leopard 2A4", "SA-21")), Bearer("b", "tank", ("Leopart 2A4", "SA/21"))]
    [pair] = list_alike(bearers)
    assert SPELLED in pair.reason


BEARERS = st.lists(
    st.builds(
        Bearer,
        key=st.text("abc", min_size=1, max_size=3),
        kind=st.sampled_from(["tank", "ship", ""]),
        names=st.lists(st.text("abklст -+/12", min_size=1, max_size=12), min_size=1, max_size=2).map(tuple),
    ),
    unique_by=lambda bearer: bearer.key,
    max_size=8,
)


@given(BEARERS)
def test_pairs_do_not_depend_on_the_order_of_the_records(bearers):
    pairs = {pair.keys for pair in list_alike(bearers)}
    assert {pair.keys for pair in list_alike(reversed(bearers))} == pairs
    assert all(first < second for first, second in pairs)
