"""Dates in the admin: their meaning in words, and suggestions for dates that cannot be read. Pure."""

import re
from datetime import date

from transfers.vocabulary import edtf
from transfers.vocabulary.dates import parse_date

HELP = (
    "Year first: 2019, 2019-07 or 2019-07-14. An interval: 2017/2020, open 2019-07/.. ; unknown digits 201X;"
    " uncertain 2019?, approximate 2019~; 2019-21 is spring 2019."
)
_NUMBERS = re.compile(r"(?:([0-9]{1,2})[./-])?([0-9]{1,2})[./-]([0-9]{4})")


def describe(text: str) -> str:
    """Return the days that a date covers, in words; empty if it cannot be read."""
    try:
        first, last = edtf.bounds(text)
    except edtf.EDTFError:
        return ""
    if first is None:
        return f"{text} means {_format_day(last)} or earlier"
    if last is None:
        return f"{text} means {_format_day(first)} or later"
    if first == last:
        return f"{text} means {_format_day(first)}"
    return f"{text} means {_format_day(first)} to {_format_day(last)}"


def find_fault(text: str) -> str:
    """Return what is wrong with a date, with the spellings it may stand for; empty if it is valid."""
    try:
        edtf.validate(text)
    except edtf.EDTFError as error:
        fault, spellings = str(error), suggest(text)
        return fault if ": write " in fault or not spellings else f"{fault}: write {' or '.join(spellings)}"
    return ""


def suggest(text: str) -> list[str]:
    """Return EDTF spellings of a date with a month's name or the year last; two if day and month may swap."""
    date_text = " ".join(text.split())
    if spelling := parse_date(date_text):
        return [spelling]
    match = _NUMBERS.fullmatch(date_text)
    if match is None:
        return []
    first, second, year = match.groups(default="")
    orders = [(year, second, first), (year, first, second)] if first else [(year, second)]
    spellings = ["-".join([year, *(part.zfill(2) for part in parts)]) for year, *parts in orders]
    return [
        spelling
        for spelling in dict.fromkeys(spellings)
        if describe(spelling) and not re.search("-2[1-4]$", spelling[:7])
    ]


def _format_day(day: date | None) -> str:
    return f"{day.day} {day:%B} {day.year}" if day else ""
