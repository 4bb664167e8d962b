"""What was delivered when: bounds that hold in every possible world, and what is told apart."""

from datetime import date
from math import inf
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.publication.test_figures import number, when
from transfers.publication import figures
from transfers.publication.figures import Claim, Period
from transfers.publication.periods import format_years
from transfers.vocabulary import edtf
from transfers.vocabulary.splits import Share, format_split

REGISTER = {"publisher": "Institute", "origin_of": "register", "source": "r1", "published": "2024-03-11"}
FIRST, LAST = 2010, 2022
#: How many of each day arrived: what really happened.
World = dict[date, int]


def list_periods(*claims: Claim, kind: str = "unspecified") -> list[Period]:
    row = {"kind": kind, **figures.resolve(kind, claims)}
    return figures.list_deliveries(row, claims)


def show(*claims: Claim) -> list[tuple[Any, ...]]:
    return [(period.date, period.number, period.tiv, str(period.basis)) for period in list_periods(*claims)]


def delivered(count: float, **values: Any) -> Claim:
    return number("quantity_delivered", count, **values)


def count_years(world: World) -> dict[int, int]:
    years: dict[int, int] = {}
    for day, count in sorted(world.items()):
        years[day.year] = years.get(day.year, 0) + count
    return years


def state_years(world: World, *, split: bool, **place: Any) -> list[Claim]:
    """Return what a register says of the world: its years, and in which of them how many arrived."""
    years = count_years(world)
    by_year = format_split(Share(str(year), count) for year, count in years.items()) if split else None
    count = delivered(sum(years.values()), **{**REGISTER, "by_year": by_year, **place})
    listed = format_years(tuple(years), ())
    return [count, when("delivered", listed or "", **{**REGISTER, **place})] if years else [count]


def report(world: World, day: date, *, dated: bool, source: str) -> list[Claim]:
    """Return what a paper of that day says had arrived until then, and perhaps on which days."""
    until = {when: count for when, count in world.items() if when <= day}
    place = {"source": source, "publisher": source, "published": day.isoformat()}
    claims = [delivered(sum(until.values()), **place)]
    if dated and until:
        claims.append(when("delivered", edtf.envelope(map(str, until)) or "", **place))
    return claims


days = st.dates(date(FIRST, 1, 1), date(LAST, 12, 31))
worlds = st.dictionaries(days, st.integers(1, 50), max_size=6)


@st.composite
def accounts(draw: Any) -> tuple[World, list[Claim]]:
    """Draw a world, and what truthful sources say of it."""
    world = draw(worlds)
    claims: list[Claim] = [when("agreed", str(FIRST - 1), **REGISTER)] if draw(st.booleans()) else []
    match draw(st.sampled_from(("none", "years", "split", "two files"))):
        case "years":
            claims += state_years(world, split=False)
        case "split":
            claims += state_years(world, split=True)
        case "two files":
            cut = draw(st.integers(FIRST, LAST - 1))
            early = {day: count for day, count in world.items() if day.year <= cut}
            late = {day: count for day, count in world.items() if day.year > cut}
            for part, source, first, last in ((early, "r1", 1950, cut), (late, "r2", cut + 1, 2023)):
                split = draw(st.booleans())
                claims += state_years(part, split=split, source=source, period=f"{first}/{last}")
    for index, day in enumerate(draw(st.lists(days, max_size=3))):
        claims += report(world, day, dated=draw(st.booleans()), source=f"paper-{index}")
    return world, draw(st.permutations(claims))


def list_bounds(period: Period) -> tuple[int, int, set[int] | None]:
    first, last = edtf.bounds(period.date) if period.date else (None, None)
    listed = None
    if period.date and period.date.startswith("{"):
        listed = {int(member[:4]) for member in period.date.strip("{}").split(",")}
    return first.year if first else 0, last.year if last else 9999, listed


def sum_within(periods: list[Period], first: int, last: int) -> tuple[float, float]:
    """Return the least and the most that may have arrived in these years."""
    least = most = 0.0
    for period in periods:
        start, end, listed = list_bounds(period)
        bottom, top = period.number or (0, None)
        may = any(first <= year <= last for year in listed) if listed else start <= last and first <= end
        least += bottom if first <= start and end <= last else 0
        most += (inf if top is None else top) if may else 0
    return least, most


@given(accounts(), st.integers(FIRST, LAST), st.integers(FIRST, LAST))
@example(({date(2015, 3, 1): 2, date(2017, 3, 1): 4}, []), 2016, 2016)
def test_bounds_hold_in_the_world_that_sources_tell_of(account, one, other):
    world, claims = account
    first, last = sorted((one, other))
    periods = list_periods(*claims)
    real = sum(count for day, count in world.items() if first <= day.year <= last)
    counted = [claim.published for claim in claims if claim.measure == "quantity_delivered"]
    latest = max(counted, default="")
    known = sum(count for day, count in world.items() if str(day) <= latest and first <= day.year <= last)
    least, most = sum_within(periods, first, last)
    assert least <= real
    if periods and any(period.number for period in periods):
        assert known <= most


@given(accounts())
def test_periods_add_up_to_the_number_of_the_row(account):
    _, claims = account
    row = figures.resolve("unspecified", claims)
    bottom, top = row["quantity_delivered_min"], row["quantity_delivered_max"]
    least, most = sum_within(list_periods(*claims), 0, 9999)
    if bottom is not None:
        assert least <= bottom
        assert most >= (inf if top is None else top)


@given(accounts(), st.randoms(use_true_random=False))
def test_order_of_the_claims_does_not_matter(account, random):
    _, claims = account
    shuffled = list(claims)
    random.shuffle(shuffled)
    assert [(p.date, p.number, p.tiv, p.basis) for p in list_periods(*claims)] == [
        (p.date, p.number, p.tiv, p.basis) for p in list_periods(*shuffled)
    ]


@given(worlds.filter(bool))
def test_year_by_year_is_as_the_register_states_it(world):
    periods = list_periods(*state_years(world, split=True))
    years = count_years(world)
    assert [(period.date, period.number) for period in periods] == [
        (str(year), (count, count)) for year, count in years.items()
    ]
    assert {str(period.basis) for period in periods} == {"stated"}


SPLIT = [
    delivered(6, **REGISTER, by_year="2015: 2; 2017?: 4"),
    number("tiv_delivered", 0.3, **REGISTER, by_year="2015: 0.1; 2017?: 0.2"),
    when("delivered", "{2015,2017?}", **REGISTER),
]
PRESS = {"source": "press", "publisher": "Press"}
CASES: dict[str, tuple[list[Claim], list[tuple[Any, ...]]]] = {
    "numbers and values year by year": (
        SPLIT,
        [("2015", (2, 2), (0.1, 0.1), "stated"), ("2017?", (4, 4), (0.2, 0.2), "stated")],
    ),
    "years that another source contradicts": (
        [*SPLIT, when("delivered", "2018", **PRESS, published="2020")],
        [("2015/2018", (6, 6), (0.3, 0.3), "bounded")],
    ),
    "a list of years": (
        [delivered(6, **REGISTER), when("delivered", "{2015,2017}", **REGISTER)],
        [("{2015,2017}", (6, 6), None, "stated")],
    ),
    "counts of two dates": (
        [
            delivered(2, source="a", publisher="A", published="2019-05-01"),
            delivered(5, source="b", publisher="B", published="2021-06-30"),
        ],
        [("../2019-05-01", (2, 2), None, "bounded"), ("2019-05/2021-06", (3, 3), None, "bounded")],
    ),
    "a count that is a range": (
        [
            number("quantity_delivered", 2, 3, source="a", publisher="A", published="2019"),
            number("quantity_delivered", 5, 6, source="b", publisher="B", published="2021"),
        ],
        [("../2019", (2, 3), None, "bounded"), ("2019/2021", (2, 4), None, "bounded")],
    ),
    "an order that begins the first step": (
        [when("agreed", "2018", **PRESS, published="2019"), delivered(2, **PRESS, published="2019-05-01")],
        [("2018-01-01/2019-05-01", (2, 2), None, "bounded")],
    ),
    "a count with its own days": (
        [delivered(2, **PRESS, published="2020-02-24"),
         when("delivered", "2020-02-22/2020-02-23", **PRESS, published="2020-02-24")],
        [("2020-02-22/2020-02-23", (2, 2), None, "stated")],
    ),
    "sources that differ on the number": (
        [delivered(4, source="a", publisher="A", published="2020"),
         delivered(6, source="b", publisher="B", published="2020")],
        [("../2020", (4, 6), None, "bounded")],
    ),
    "a file of some years": (
        [delivered(5, **REGISTER, period="2020/2022"),
         when("delivered", "2021", **REGISTER, period="2020/2022")],
        [("2021", (5, 5), None, "stated"), (None, (0, None), None, "bounded")],
    ),
    "a day without a number": (
        [when("delivered", "2019-07", **PRESS, published="2020")],
        [("2019-07", None, None, "bounded")],
    ),
    "a value without a number and a time": (
        [number("tiv_delivered", 7, **REGISTER)],
        [(None, None, (7, 7), "bounded")],
    ),
    "nothing yet": ([delivered(0, **PRESS, published="2020")], []),
    "an order alone": ([number("quantity_ordered", 5, **PRESS, published="2020")], []),
}  # fmt: skip


@pytest.mark.parametrize(("claims", "expected"), CASES.values(), ids=CASES)
def test_periods_of(claims, expected):
    assert show(*claims) == expected


def test_a_deployment_delivers_nothing():
    assert list_periods(delivered(3, **PRESS, published="2020"), kind="deployment") == []


def test_periods_lead_to_their_claims():
    count = delivered(2, **PRESS, published="2019-05-01", claim="one")
    later = delivered(5, source="b", publisher="B", published="2021-06-30", claim="two")
    assert [period.claims for period in list_periods(count, later)] == [("one",), ("one", "two")]
