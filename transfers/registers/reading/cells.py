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


class Fault(ValueError):
    """Why a record cannot be read, as the rest of a sentence."""


class Column(NamedTuple):
    """A column that a layout needs: the field that it fills, its heading, and how its cells are read."""

    field: str
    heading: str
    read: Callable[[str], Any]


def values(columns: tuple[Column, ...], cells: Iterable[str]) -> dict[str, Any]:
    """The record's values by field; raises Fault, naming column and value, for the first that has none."""
    found = {}
    for (field, heading, read), cell in zip(columns, cells, strict=True):
        try:
            found[field] = read(cell.strip())
        except Fault as fault:
            raise Fault(f"{heading} holds {shown(cell.strip())}, {fault}") from None
    return found


def shown(value: object, longest: int = 50) -> str:
    """A value of the file as a message repeats it: short and on one line."""
    text = "" if value is None else str(value)
    return repr(f"{text[:longest]}…" if len(text) > longest else text) if text else "nothing"


def text(cell: str) -> str:
    return cell


def name(cell: str) -> str:
    if not cell:
        raise Fault("where a name must stand")
    if _DAMAGED in cell:
        raise Fault("which is damaged")
    return cell


@_remembered
def whole(cell: str) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) <= DIGITS and (number := int(cell)) <= LARGEST):
        raise Fault(f"which is no whole number from 0 to {LARGEST}")
    return number


@_remembered
def decimal(cell: str) -> Decimal | None:
    if not cell:
        return None
    if not _DECIMAL.fullmatch(cell) or len(cell) - cell.count(".") > DIGITS:
        raise Fault(f"which is no number of at most {DIGITS} digits")
    return Decimal(cell)


@_remembered
def estimate(cell: str) -> Decimal | None:
    """A number; some exports have a mere Yes or No there, which is no figure."""
    return None if cell.casefold() in {"yes", "no"} else decimal(cell)


@_remembered
def year(cell: str) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) == 4 and FIRST_YEAR <= int(cell) <= LAST_YEAR):
        raise Fault(f"which is no year from {FIRST_YEAR} to {LAST_YEAR}")
    return int(cell)


@_remembered
def years(cell: str) -> tuple[int, ...]:
    """`2001; 2002` as sorted distinct years."""
    if not cell:
        return ()
    try:
        found = {year(each.strip()) for each in cell.removesuffix(";").split(";")}
    except Fault:
        found = {None}
    if None in found:
        raise Fault(f"which is no list of years from {FIRST_YEAR} to {LAST_YEAR}")
    return tuple(sorted(each for each in found if each))


@_remembered
def mark(cell: str) -> bool:
    """Whether a figure is marked as uncertain."""
    if cell not in {"", "?"}:
        raise Fault("where only ? or nothing may stand")
    return cell == "?"


@_remembered
def yes_or_no(cell: str) -> bool | None:
    said = cell.casefold()
    if said not in {"", "yes", "no"}:
        raise Fault("where only Yes, No or nothing may stand")
    return said == "yes" if said else None


@_remembered
def yes(cell: str) -> bool:
    return bool(yes_or_no(cell))


@_remembered
def condition(cell: str) -> str:
    try:
        return CONDITIONS[cell.casefold()]
    except KeyError:
        raise Fault("which is no condition that is known") from None
