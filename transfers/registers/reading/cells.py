"""Cells as values, or a RecordFault in words: nothing is rounded, completed or guessed."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from transfers.vocabulary.counts import LARGEST

from .damage import find_damage, find_wrong_letters, mark_damage

DIGITS = 18
FIRST_YEAR, LAST_YEAR = 1900, 2100
CONDITIONS = {
    "": "unknown",
    "new": "new",
    "second hand": "second_hand",
    "second hand but modernized": "modernised",
    "second hand but modernised": "modernised",
}
#: What a heading says, in small letters, of cells that are limited to a file's years; and that of the number.
IN_RANGE = r"\W.*\b(?:range|period|selected|chosen|\d{4})\b.*"
DELIVERED_IN_RANGE = rf"(?:(?:numbers?|no\.) (?:of )?)?deliver(?:ed|ies)\b{IN_RANGE}"
#: A comma that cannot part thousands.
_DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}|0?,\d+", re.ASCII)
_DECIMAL = re.compile(r"(?=\.?\d)\d*\.?\d*", re.ASCII)
#: A register's cells repeat each other; most are read once.
_remembered = lru_cache(maxsize=4096)


class RecordFault(ValueError):
    """Reason why a record cannot be read, as the rest of a sentence."""


class RegisterColumn(NamedTuple):
    """Column that a layout needs: the field that it fills, its heading, and the parser of its cells.

    `in_range`: its heading, as a pattern, in editions that say there that its cells are of the file's years.
    """

    field: str
    heading: str
    parse: Callable[[str], Any]
    in_range: str = ""


def parse_cells(columns: tuple[RegisterColumn, ...], cells: Iterable[str]) -> dict[str, Any]:
    """Return the record's values by field; raise RecordFault, naming the column, for the first bad cell."""
    values = {}
    for (field, heading, parse, _), cell in zip(columns, cells, strict=True):
        try:
            values[field] = parse(cell.strip())
        except RecordFault as fault:
            raise RecordFault(f"{heading} holds {quote_value(cell.strip())}, {fault}") from None
    return values


def quote_value(value: object, longest: int = 50) -> str:
    """Return a value of the file as a message repeats it: short and on one line."""
    text = "" if value is None else str(value)
    return repr(f"{text[:longest]}…" if len(text) > longest else text) if text else "nothing"


def parse_text(cell: str) -> str:
    return cell


@_remembered
def parse_name(cell: str) -> str:
    if not cell:
        raise RecordFault("where a name is needed")
    if damage := find_damage(cell):
        raise RecordFault(damage)
    return cell


def parse_description(cell: str) -> str:
    if damage := find_wrong_letters(cell):
        raise RecordFault(damage)
    return cell


def parse_comment(cell: str) -> str:
    """Return the text, in which the letters of damaged words are U+FFFD."""
    return mark_damage(cell)


@_remembered
def parse_whole(cell: str) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) <= DIGITS and (number := int(cell)) <= LARGEST):
        raise RecordFault(f"which is not a whole number from 0 to {LARGEST}")
    return number


@_remembered
def parse_decimal(cell: str) -> Decimal | None:
    if not cell:
        return None
    if _DECIMAL_COMMA.fullmatch(cell):
        cell = cell.replace(",", ".")
    if not _DECIMAL.fullmatch(cell) or len(cell) - cell.count(".") > DIGITS:
        raise RecordFault(f"which is not a number of at most {DIGITS} digits")
    return Decimal(cell)


@_remembered
def parse_estimate(cell: str) -> Decimal | None:
    """Return the number; None for the Yes or No that some exports have instead."""
    return None if cell.casefold() in {"yes", "no"} else parse_decimal(cell)


@_remembered
def parse_year(cell: str) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) == 4 and FIRST_YEAR <= int(cell) <= LAST_YEAR):
        raise RecordFault(f"which is not a year from {FIRST_YEAR} to {LAST_YEAR}")
    return int(cell)


@_remembered
def parse_years(cell: str) -> tuple[int, ...]:
    """Return the sorted distinct years of a cell such as `2001; 2002` or `2001, 2002`."""
    if not cell:
        return ()
    try:
        years = {parse_year(year.strip()) for year in cell.replace(",", ";").removesuffix(";").split(";")}
    except RecordFault:
        years = {None}
    if None in years:
        raise RecordFault(f"which is not a list of years from {FIRST_YEAR} to {LAST_YEAR}")
    return tuple(sorted(year for year in years if year))


@_remembered
def parse_mark(cell: str) -> bool:
    """Return whether a figure is marked as uncertain."""
    if cell not in {"", "?"}:
        raise RecordFault("where only ? or nothing is allowed")
    return cell == "?"


@_remembered
def parse_yes_or_no(cell: str) -> bool | None:
    answer = cell.casefold()
    if answer not in {"", "yes", "no"}:
        raise RecordFault("where only Yes, No or nothing is allowed")
    return answer == "yes" if answer else None


@_remembered
def parse_yes(cell: str) -> bool:
    return bool(parse_yes_or_no(cell))


@_remembered
def parse_condition(cell: str) -> str:
    try:
        return CONDITIONS[cell.casefold()]
    except KeyError:
        raise RecordFault("which is not a condition that SIPRI uses") from None
