"""Dates in the admin: what a date means, in words, and how a wrong one is meant to be written. Pure."""

import re
from datetime import date

from transfers.vocabulary import edtf
from transfers.vocabulary.dates import parse_date

HELP = (
    "Year first: 2019, 2019-07 or 2019-07-14. An interval: 2017/2020, open 2019-07/.. ; unknown digits 201X;"
    " uncertain 2019?, approximate 2019~; 2019-21 is spring 2019."
)
_NUMBERS = re.compile(r"(?:([0-9]{1,2})[./-])?([0-9]{1,2})[./-]([0-9]{4})")


def meaning(text: str) -> str:
    """The days that a date allows, in words; empty where it cannot be read."""
    try:
        first, last = edtf.bounds(text)
    except edtf.EDTFError:
        return ""
    if last is None:
        return f"{text} means {_written(first)} or later"
    if first is None:
        return f"{text} means {_written(last)} or earlier"
    if first == last:
        return f"{text} means {_written(first)}"
    return f"{text} means {_written(first)} to {_written(last)}"


def fault(text: str) -> str:
    """What is wrong with a date, with the spelling that was perhaps meant; empty: nothing."""
    try:
        edtf.validate(text)
    except edtf.EDTFError as error:
        said, meant = str(error), suggestions(text)
        return said if ": write " in said or not meant else f"{said}: write {' or '.join(meant)}"
    return ""


def suggestions(text: str) -> list[str]:
    """Spellings of a date with a month's name, or with the year last; both where day and month may swap."""
    plain = " ".join(text.split())
    if written := parse_date(plain):
        return [written]
    match = _NUMBERS.fullmatch(plain)
    if match is None:
        return []
    one, other, year = match.groups(default="")
    orders = dict.fromkeys([(year, other, one), (year, one, other)] if one else [(year, other)])
    dates = ["-".join([year, *(part.zfill(2) for part in parts)]) for year, *parts in orders]
    return [date for date in dates if meaning(date) and not re.search("-2[1-4]$", date[:7])]


def _written(day: date | None) -> str:
    return f"{day.day} {day:%B} {day.year}" if day else ""
