"""Figures that are limited to some years: what they say of the whole, as properties and as tables."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.publication.test_figures import number, sale, when
from transfers.publication.figures import Claim
from transfers.publication.periods import Span, add_up, get_newest_year

REGISTER = {"publisher": "Institute", "origin_of": "register", "source": "r1", "published": "2024-03-11"}
FIELDS = (
    "quantity_delivered_min", "quantity_delivered_max", "tiv_delivered", "date_delivered", "status",
    "disputed",
)  # fmt: skip
FIRST, LAST = 1950, 2023


def delivered(count: float, period: str | None = None, **values: Any) -> Claim:
    return number("quantity_delivered", count, **{**REGISTER, "period": period, **values})


def agreed(year: int) -> Claim:
    return when("agreed", str(year), **REGISTER)


def shown(*claims: Claim) -> tuple[Any, Any]:
    row = sale(*claims)
    return row["quantity_delivered_min"], row["quantity_delivered_max"]


def state(deliveries: dict[int, int], first: int, last: int, period: str | None, source: str) -> list[Claim]:
    """Return what a register's file that holds these years says of the deliveries, by year."""
    years = {year: count for year, count in deliveries.items() if first <= year <= last}
    place = {**REGISTER, "source": source, "period": period}
    claims = [
        number("quantity_delivered", sum(years.values()), **place),
        number("tiv_delivered", round(sum(years.values()) * 0.1, 3), **place),
    ]
    if years:
        texts = [str(year) for year in sorted(years)]
        is_run = len(texts) == max(years) - min(years) + 1
        listed = f"{texts[0]}/{texts[-1]}" if is_run else f"{{{','.join(texts)}}}"
        claims.append(when("delivered", texts[0] if len(texts) == 1 else listed, **place))
    return claims


@st.composite
def cut_deals(draw):
    """Draw an order, its deliveries by year, and the last years of the ranges that cut the register."""
    order = draw(st.integers(FIRST, LAST - 10))
    years = st.integers(order, LAST)
    deliveries = draw(st.dictionaries(years, st.integers(1, 50), max_size=8))
    cuts = draw(st.lists(st.integers(FIRST, LAST - 1), max_size=6, unique=True).map(sorted))
    ordered = draw(st.none() | st.integers(sum(deliveries.values()), 1000))
    return order, ordered, deliveries, cuts


def show(order: int, ordered: int | None, claims: list[Claim]) -> dict[str, Any]:
    more = [] if ordered is None else [number("quantity_ordered", ordered, **REGISTER)]
    row = sale(agreed(order), *more, *claims)
    return {name: row[name] for name in FIELDS}


@given(cut_deals(), st.randoms(use_true_random=False))
@example((1980, 40, {1985: 20, 1995: 6}, [1989]), None)
def test_ranges_of_a_register_give_the_whole_in_any_order(deal, random):
    order, ordered, deliveries, cuts = deal
    bounds = [FIRST - 1, *cuts, LAST]
    parts = [
        claim
        for first, last in pairwise(bounds)
        for claim in state(deliveries, first + 1, last, f"{first + 1}/{last}", f"r{last}")
    ]
    if random:
        random.shuffle(parts)
    whole = state(deliveries, FIRST, LAST, None, "r")
    assert show(order, ordered, parts) == show(order, ordered, whole)


@given(cut_deals(), st.sets(st.integers(0, 6)))
def test_some_ranges_never_say_more_than_the_whole(deal, kept):
    order, ordered, deliveries, cuts = deal
    spans = list(pairwise([FIRST - 1, *cuts, LAST]))
    # Parts that end shortly before the file's date are taken to reach the newest year.
    assume(len(spans) - 1 in kept or spans[-1][0] < get_newest_year([REGISTER["published"]]))
    parts = [
        claim
        for index, (first, last) in enumerate(spans)
        if index in kept
        for claim in state(deliveries, first + 1, last, f"{first + 1}/{last}", f"r{last}")
    ]
    row, total = show(order, ordered, parts), sum(deliveries.values())
    assert (row["quantity_delivered_min"] or 0) <= total
    assert row["quantity_delivered_max"] in (None, total)
    assert row["tiv_delivered"] is None or row["quantity_delivered_max"] == total


@given(cut_deals(), st.integers(FIRST, LAST), st.integers(0, 30))
def test_a_range_never_changes_what_is_said_of_the_whole(deal, first, length):
    order, ordered, deliveries, _ = deal
    whole = state(deliveries, FIRST, LAST, None, "r")
    last = min(first + length, LAST)
    limited = state(deliveries, first, last, f"{first}/{last}", "later")
    limited = [replace(claim, published="2026-03-04") for claim in limited]
    assert show(order, ordered, [*whole, *limited]) == show(order, ordered, whole)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([delivered(10, "2020/2022")], (10, None)),
        ([delivered(40), delivered(10, "2020/2022", published="2026-03-04")], (40, 40)),
        ([delivered(30, "1950/1989"), delivered(10, "1990/2023")], (40, 40)),
        ([delivered(10, "1990/2023"), delivered(30, "1950/1989", published="2026-03-04")], (40, 40)),
        ([delivered(30, "1950/1988"), delivered(10, "1990/2023")], (40, None)),
        ([delivered(30, "1950/1995"), delivered(10, "1990/2023")], (30, None)),
        ([delivered(30, "1950/1989"), delivered(10, "1990/2023"), delivered(4, "2020/2022")], (40, 40)),
        ([agreed(1991), delivered(10, "1990/2023")], (10, 10)),
        ([agreed(1989), delivered(10, "1990/2023")], (10, None)),
        ([agreed(1991), delivered(10, "../2023")], (10, 10)),
        ([agreed(1991), delivered(10, "1990/..")], (10, 10)),
        ([agreed(1991), delivered(10, "1990/2020")], (10, None)),
        ([delivered(0, "2020/2022")], (None, None)),
    ],
)
def test_counts_of_periods(claims, expected):
    assert shown(*claims) == expected


def test_later_edition_of_a_period_takes_the_place_of_the_earlier():
    ranges = [delivered(30, "1950/1989"), delivered(10, "1990/2023")]
    assert shown(*ranges, delivered(8, "1990/2023", published="2025-03-10")) == (38, 38)


def test_periods_that_make_all_that_was_ordered_are_the_whole():
    ordered = number("quantity_ordered", 10, **REGISTER)
    assert shown(ordered, delivered(10, "2020/2022")) == (10, 10)


def test_a_period_disputes_no_other_source():
    row = sale(number("quantity_delivered", 40, source="paper"), delivered(10, "2020/2022"))
    assert (row["quantity_delivered_max"], row["disputed"]) == (40, [])


def test_periods_that_make_the_whole_dispute_another_source():
    row = sale(number("tiv_delivered", 40, source="paper"), replace(number("tiv_delivered", 10, **REGISTER),
                                                                    period="1950/2023"))  # fmt: skip
    assert row["disputed"] == ["tiv_delivered"]


def test_tiv_of_a_period_alone_is_not_shown():
    assert sale(number("tiv_delivered", 10, **REGISTER, period="2020/2022"))["tiv_delivered"] is None


def test_date_of_a_period_alone_has_no_end_that_it_does_not_reach():
    assert sale(agreed(2019), when("delivered", "2020", **REGISTER, period="2019/2020"))[
        "date_delivered"
    ] == ("2020/..")


@given(st.dictionaries(
    st.tuples(st.integers(1950, 1970), st.integers(0, 9)).map(lambda pair: Span(pair[0], sum(pair))),
    st.integers(0, 9).map(lambda count: (count, count)), max_size=5,
))  # fmt: skip
def test_overlapping_periods_are_never_counted_twice(parts):
    least = add_up(parts, 1950, 9999).range[0]
    chosen = [
        subset
        for subset in _list_subsets(sorted(parts))
        if all(one.last < other.first for one, other in pairwise(subset))
    ]
    assert least == max(sum(parts[span][0] for span in subset) for subset in chosen)


def _list_subsets(spans: list[Span]) -> list[list[Span]]:
    if not spans:
        return [[]]
    rest = _list_subsets(spans[1:])
    return rest + [[spans[0], *subset] for subset in rest]
