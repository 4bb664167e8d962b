"""Dates in the admin: what a date means, in words, and how a wrong one is meant to be written. Pure."""

import re
from datetime import date

from transfers.vocabulary import edtf

HELP = (
    "Year first: 2019, 2019-07 or 2019-07-14. An interval: 2017/2020, open 2019-07/.. ; unknown digits 201X;"
    " uncertain 2019?, approximate 2019~; 2019-21 is spring 2019."
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_NAME = rf"({'|'.join(_MONTHS)})[a-z]*\.?"
_DAY_MONTH = re.compile(rf"([0-9]{{1,2}})(?:st|nd|rd|th)?\.? {_NAME},? ([0-9]{{4}})", re.I)
_MONTH_DAY = re.compile(rf"{_NAME} ([0-9]{{1,2}})(?:st|nd|rd|th)?,? ([0-9]{{4}})", re.I)
_MONTH_YEAR = re.compile(rf"{_NAME},? ([0-9]{{4}})", re.I)
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
    tried: list[tuple[str, str, str]] = []
    if found := _DAY_MONTH.fullmatch(plain):
        tried = [(found[3], _month(found[2]), found[1])]
    elif found := _MONTH_DAY.fullmatch(plain):
        tried = [(found[3], _month(found[1]), found[2])]
    elif found := _MONTH_YEAR.fullmatch(plain):
        tried = [(found[2], _month(found[1]), "")]
    elif found := _NUMBERS.fullmatch(plain):
        one, other, year = found[1] or "", found[2], found[3]
        tried = [(year, other, one), (year, one, other)] if one else [(year, other, "")]
    written = ["-".join([year, *(part.zfill(2) for part in parts if part)]) for year, *parts in tried]
    return [text for text in dict.fromkeys(written) if meaning(text) and not re.search("-2[1-4]$", text[:7])]


def _month(name: str) -> str:
    return str(_MONTHS.index(name[:3].lower()) + 1)


def _written(day: date | None) -> str:
    return f"{day.day} {day:%B} {day.year}" if day else ""
