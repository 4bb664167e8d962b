"""Figures of several deals of one register that are one transfer: properties and tables."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.publication.test_figures import number, sale, shown, when
from transfers.publication.figures import Claim
from transfers.publication.parts import SUMS

REGISTER = {"publisher": "Institute", "origin_of": "register", "source": "r1", "published": "2024-03-11"}
PRESS = {"source": "press", "published": "2020"}
NAMES = ("a", "b", "c", "d", "e")


def part_of(part: str, measure: str, *ends: float, **values: Any) -> Claim:
    return number(measure, *ends, **{**REGISTER, "part": part, **values})


def on(part: str, event: str, text: str) -> Claim:
    return when(event, text, **REGISTER, part=part)


@st.composite
def deals(draw):
    """Draw the numbers of several deals."""
    return draw(st.lists(st.integers(1, 10**6), min_size=2, max_size=len(NAMES)))


@pytest.mark.parametrize("measure", SUMS)
@given(deals())
def test_parts_add_up(measure, counts):
    row = sale(*(part_of(part, measure, count) for part, count in zip(NAMES, counts, strict=False)))
    total = sum(counts)
    assert shown(row, measure) == ((total, total) if measure.startswith("quantity") else total)
    assert row["disputed"] == []


@given(deals(), st.integers(1, 10**6))
def test_sum_is_compared_with_others(counts, press):
    claims = [part_of(part, "quantity_ordered", count) for part, count in zip(NAMES, counts, strict=False)]
    row = sale(*claims, number("quantity_ordered", press, **PRESS))
    ends = sorted((sum(counts), press))
    assert shown(row, "quantity_ordered") == tuple(ends)
    assert row["disputed"] == (["quantity_ordered"] if ends[0] < ends[1] else [])


CLAIMS = [
    part_of("a", "quantity_ordered", 3), part_of("b", "quantity_ordered", 2),
    part_of("b", "quantity_ordered", 4), part_of("a", "tiv_ordered", 0.1),
    part_of("b", "tiv_ordered", 0.2, preferred=True), part_of("b", "tiv_ordered", 0.3),
    on("a", "agreed", "2018"), on("b", "agreed", "2017"), part_of("a", "quantity_delivered", 1),
    number("quantity_ordered", 5, **PRESS), number("quantity_delivered", 2, **PRESS),
]  # fmt: skip


@given(st.permutations(CLAIMS))
def test_order_of_claims_never_matters(claims):
    assert sale(*claims) == sale(*CLAIMS)


@given(st.lists(st.sampled_from(CLAIMS), max_size=8))
def test_only_part_of_a_register_is_the_whole(claims):
    alone = [replace(claim, part=claim.part and "a") for claim in claims]
    assert sale(*alone) == sale(*(replace(claim, part=None) for claim in claims))


def test_parts_in_one_edition_of_which_one_is_revised():
    newer = part_of("a", "quantity_ordered", 4, source="r2", published="2025-03-10")
    for claims in permutations(
        [part_of("a", "quantity_ordered", 3), part_of("b", "quantity_ordered", 2), newer]
    ):
        row = sale(*claims)
        assert (shown(row, "quantity_ordered"), row["disputed"]) == ((6, 6), [])


def test_part_without_the_figure_leaves_a_minimum():
    row = sale(part_of("a", "quantity_ordered", 3), part_of("b", "tiv_unit", 1))
    assert shown(row, "quantity_ordered") == (3, None)


def test_minimum_of_parts_does_not_dispute_what_others_state():
    press = number("quantity_ordered", 5, **PRESS)
    row = sale(part_of("a", "quantity_ordered", 3), part_of("b", "tiv_unit", 1), press)
    assert (shown(row, "quantity_ordered"), row["disputed"]) == ((5, 5), [])


def test_sum_that_lacks_a_part_is_no_tiv():
    assert sale(part_of("a", "tiv_ordered", 3), part_of("b", "tiv_unit", 1))["tiv_ordered"] is None


@pytest.mark.parametrize(("second", "value"), [(1, 1), (2, None)])
def test_tiv_per_unit_is_no_sum(second, value):
    row = sale(part_of("a", "tiv_unit", 1), part_of("b", "tiv_unit", second))
    assert (row["tiv_unit"], row["disputed"]) == (value, [])


def test_dates_of_parts_are_an_envelope_without_dispute():
    row = sale(on("a", "agreed", "2018"), on("b", "agreed", "2017"))
    assert (row["date_agreed"], row["disputed"]) == ("2017/2018", [])


def test_dispute_within_a_part_is_one_of_the_sum():
    row = sale(
        part_of("a", "quantity_ordered", 3),
        part_of("b", "quantity_ordered", 2),
        part_of("b", "quantity_ordered", 4),
    )
    assert (shown(row, "quantity_ordered"), row["disputed"]) == ((5, 7), ["quantity_ordered"])


def test_preferred_figure_of_a_part_stands_in_the_sum():
    preferred = part_of("b", "quantity_ordered", 2, preferred=True)
    row = sale(part_of("a", "quantity_ordered", 3), preferred, part_of("b", "quantity_ordered", 4))
    assert (shown(row, "quantity_ordered"), row["disputed"]) == ((5, 5), ["quantity_ordered"])


def test_parts_of_two_registers_do_not_add_up():
    other = {"publisher": "Ministry", "origin_of": "list", "source": "m"}
    row = sale(
        part_of("a", "quantity_ordered", 3), part_of("b", "quantity_ordered", 2),
        part_of("a", "quantity_ordered", 1, **other), part_of("b", "quantity_ordered", 4, **other),
    )  # fmt: skip
    assert (shown(row, "quantity_ordered"), row["disputed"]) == ((5, 5), [])


@pytest.mark.parametrize(("first", "second"), [("2019/2021", None), (None, "2019/2021")])
def test_part_of_some_years_leaves_a_minimum(first, second):
    parts = (
        part_of("a", "quantity_delivered", 3, period=first),
        part_of("b", "quantity_delivered", 2, period=second),
    )
    assert shown(sale(*parts), "quantity_delivered") == (5, None)
