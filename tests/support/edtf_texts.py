"""Texts of EDTF dates, valid and nearly so, for tests by properties."""

from datetime import date, timedelta
from typing import NamedTuple

from hypothesis import assume
from hypothesis import strategies as st

from transfers.vocabulary.edtf import EDTFError, parse

MARKS = st.sampled_from(["", "", "?", "~", "%"])
SIGNS = "0123456789-/.?~%X{},x \nT:\u0661"


class Valid(NamedTuple):
    """Valid text and the bounds it should have, worked out without the module under test."""

    text: str
    first: date | None
    last: date | None


def last_day(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


@st.composite
def members(draw, low=1, high=9998):
    """Draw a year, month, day or season, perhaps marked: all that may stand in an interval or a set."""
    day = draw(st.dates(date(low, 1, 1), date(high, 12, 31)))
    year, month, mark = day.year, day.month, draw(MARKS)
    season = draw(st.integers(21, 24))
    start = 3 * (season - 20)
    end = last_day(year, start + 2) if start < 12 else last_day(year + 1, 2)
    return draw(
        st.sampled_from(
            [
                Valid(f"{year:04}{mark}", date(year, 1, 1), date(year, 12, 31)),
                Valid(f"{year:04}-{month:02}{mark}", date(year, month, 1), last_day(year, month)),
                Valid(f"{day.isoformat()}{mark}", day, day),
                Valid(f"{year:04}-{season}{mark}", date(year, start, 1), end),
            ]
        )
    )


@st.composite
def unspecified(draw, low=100, high=9998):
    """Draw a date whose last digits are not known."""
    day, mark = draw(st.dates(date(low, 1, 1), date(high, 12, 31))), draw(MARKS)
    year, month, decade, century = day.year, day.month, day.year // 10, day.year // 100
    whole = date(year, 1, 1), date(year, 12, 31)
    return draw(
        st.sampled_from(
            [
                Valid(f"{decade:03}X{mark}", date(decade * 10, 1, 1), date(decade * 10 + 9, 12, 31)),
                Valid(f"{century:02}XX{mark}", date(century * 100, 1, 1), date(century * 100 + 99, 12, 31)),
                Valid(f"{year:04}-XX{mark}", *whole),
                Valid(f"{year:04}-XX-XX{mark}", *whole),
                Valid(f"{year:04}-{month:02}-XX{mark}", date(year, month, 1), last_day(year, month)),
            ]
        )
    )


@st.composite
def closed_intervals(draw, low=1, high=9998):
    a, b = draw(members(low, high)), draw(members(low, high))
    if (b.first, b.last) < (a.first, a.last):
        a, b = b, a
    assume(a.last <= b.last)
    return Valid(f"{a.text}/{b.text}", a.first, b.last)


@st.composite
def open_intervals(draw, low=1, high=9998):
    one, gap = draw(members(low, high)), draw(st.sampled_from(["..", ""]))
    starts = Valid(f"{one.text}/{gap}", one.first, None)
    return draw(st.sampled_from([starts, Valid(f"{gap}/{one.text}", None, one.last)]))


@st.composite
def sets(draw, low=1, high=9998):
    dates = draw(st.lists(members(low, high), min_size=1, max_size=4))
    text = ",".join(one.text for one in dates)
    return Valid(f"{{{text}}}", min(one.first for one in dates), max(one.last for one in dates))


def valid(low=100, high=9998):
    return st.one_of(
        members(low, high),
        unspecified(low, high),
        closed_intervals(low, high),
        open_intervals(low, high),
        sets(low, high),
    )


VALID = valid()
TEXTS = VALID.map(lambda one: one.text)
NEAR = valid(2018, 2020).map(lambda one: one.text)  # few years, so that dates often meet


@st.composite
def mutated(draw):
    """Draw a valid text with one to three characters put in, taken out or replaced."""
    signs = list(draw(TEXTS))
    for _ in range(draw(st.integers(1, 3))):
        place, width = draw(st.integers(0, len(signs))), draw(st.integers(0, 1))
        signs[place : place + width] = draw(st.text(SIGNS, max_size=1))
    return "".join(signs)


def refusal(text: str) -> str:
    """Return the message that refuses the text, empty where it is read."""
    try:
        parse(text)
    except EDTFError as error:
        return str(error)
    return ""
