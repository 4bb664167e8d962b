"""A cell as a value, or a Fault in words: nothing is rounded, completed or guessed."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

LARGEST = 2_147_483_647
DIGITS = 18
FIRST_YEAR, LAST_YEAR = 1900, 2100
CONDITIONS = {
    "": "unknown",
    "new": "new",
    "second hand": "second_hand",
    "second hand but modernized": "modernised",
    "second hand but modernised": "modernised",
}
_DECIMAL = re.compile(r"(?=\.?\d)\d*\.?\d*", re.ASCII)
_DAMAGED = "\ufffd"
#: A register's cells repeat each other; most are read once.
_remembered = lru_cache(maxsize=4096)


class RecordFault(ValueError):
    """Why a record cannot be read, as the rest of a sentence."""


class RegisterColumn(NamedTuple):
    """A column that a layout needs: the field that it fills, its heading, and how its cells are read."""

    field: str
    heading: str
    read: Callable[[str], Any]


def parse_cells(columns: tuple[RegisterColumn, ...], cells: Iterable[str]) -> dict[str, Any]:
    """The record's values by field; raises Fault, naming column and value, for the first that has none."""
    found = {}
    for (field, heading, read), cell in zip(columns, cells, strict=True):
        try:
            found[field] = read(cell.strip())
        except RecordFault as fault:
            raise RecordFault(f"{heading} holds {quote_value(cell.strip())}, {fault}") from None
    return found


def quote_value(value: object, longest: int = 50) -> str:
    """A value of the file as a message repeats it: short and on one line."""
    text = "" if value is None else str(value)
    return repr(f"{text[:longest]}…" if len(text) > longest else text) if text else "nothing"


def parse_text(cell: str) -> str:
    return cell


def parse_name(cell: str) -> str:
    if not cell:
        raise RecordFault("where a name must stand")
    if _DAMAGED in cell:
        raise RecordFault("which is damaged")
    return cell


@_remembered
def parse_whole(cell: str) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) <= DIGITS and (number := int(cell)) <= LARGEST):
        raise RecordFault(f"which is no whole number from 0 to {LARGEST}")
    return number


@_remembered
def parse_decimal(cell: str) -> Decimal | None:
    if not cell:
        return None
    if not _DECIMAL.fullmatch(cell) or len(cell) - cell.count(".") > DIGITS:
        raise RecordFault(f"which is no number of at most {DIGITS} digits")
    return Decimal(cell)


@_remembered
def parse_estimate(cell: str) -> Decimal | None:
    """A number; some exports have a mere Yes or No there, which is no figure."""
    return None if cell.casefold() in {"yes", "no"} else parse_decimal(cell)


@_remembered
def parse_year(cell: str) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) == 4 and FIRST_YEAR <= int(cell) <= LAST_YEAR):
        raise RecordFault(f"which is no year from {FIRST_YEAR} to {LAST_YEAR}")
    return int(cell)


@_remembered
def parse_years(cell: str) -> tuple[int, ...]:
    """`2001; 2002` as sorted distinct years."""
    if not cell:
        return ()
    try:
        found = {parse_year(each.strip()) for each in cell.removesuffix(";").split(";")}
    except RecordFault:
        found = {None}
    if None in found:
        raise RecordFault(f"which is no list of years from {FIRST_YEAR} to {LAST_YEAR}")
    return tuple(sorted(each for each in found if each))


@_remembered
def parse_mark(cell: str) -> bool:
    """Whether a figure is marked as uncertain."""
    if cell not in {"", "?"}:
        raise RecordFault("where only ? or nothing may stand")
    return cell == "?"


@_remembered
def parse_yes_or_no(cell: str) -> bool | None:
    said = cell.casefold()
    if said not in {"", "yes", "no"}:
        raise RecordFault("where only Yes, No or nothing may stand")
    return said == "yes" if said else None


@_remembered
def parse_yes(cell: str) -> bool:
    return bool(parse_yes_or_no(cell))


@_remembered
def parse_condition(cell: str) -> str:
    try:
        return CONDITIONS[cell.casefold()]
    except KeyError:
        raise RecordFault("which is no condition that is known") from None
