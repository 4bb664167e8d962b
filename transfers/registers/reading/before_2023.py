"""Register as the database gave it before 2023: a header of short names, an identifier, no comments.

A deal is one row, or a row for each of its deliveries. Codes that are not listed here say nothing, but for
that of a condition, which is refused.
"""

import re
from collections.abc import Callable
from typing import Any

from . import cells
from .cells import RecordFault, RegisterColumn
from .grouping import Group, GroupedLayout, Values, sum_numbers, sum_tivs
from .records import BEFORE_2023, Deal, Delivery
from .table import Header, Row

NAME = BEFORE_2023
TITLE = "a register of before 2023"
SOURCE_TITLE = "Arms Transfers Database: trade register of before 2023"
#: No text of this layout holds newlines.
SPLIT = ""
_DELIVERED, _TIV_DELIVERED = "nrdel", "tivdel"
_ABSENT = frozenset({"", "none", "null", "n/a"})
#: Of an order's year and number, a zero says that none is known.
_ABSENT_OR_ZERO = _ABSENT | {"0"}
_YES, _NO = frozenset({"x", "1", "yes", "y", "true"}), frozenset({"0", "no", "n", "false"})
_CONDITIONS = {"n": "New", "s": "Second hand", "m": "Second hand but modernized"}
_CATEGORIES = {"AC": "Aircraft", "AV": "Armoured vehicles", "EN": "Engines"}
_DASH, _BETWEEN = re.compile(r"\s*[-–]\s*"), re.compile(r"[;,\s]+")


def _unless(absent: frozenset[str], parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return the parser of cells in which these words are an empty cell."""
    return lambda cell: parse("" if cell.casefold() in absent else cell)


def _parse_mark(cell: str) -> bool:
    """Return whether a figure is marked as uncertain."""
    answer = cell.casefold()
    if answer not in _ABSENT | _YES | _NO | {"?"}:
        raise RecordFault("which is not a mark of doubt")
    return answer in _YES or answer == "?"


def _parse_hint(cell: str) -> bool | None:
    """Return yes or no; None for a code, of which nobody says what it means."""
    answer = cell.casefold()
    return answer in _YES if answer in _YES | _NO else None


def _parse_years(cell: str) -> tuple[int, ...]:
    """Return the years of a list such as `2001; 2003-2005`, in which a run is each of its years."""
    years: set[int] = set()
    for part in filter(None, _BETWEEN.split(_DASH.sub("-", cell))):
        ends = [cells.parse_year(year) or 0 for year in part.split("-")]
        if len(ends) > 2 or 0 in ends or ends != sorted(ends):
            raise RecordFault(f"which is not a list of years from {cells.FIRST_YEAR} to {cells.LAST_YEAR}")
        years |= set(range(ends[0], ends[-1] + 1))
    return tuple(sorted(years))


def _parse_condition(cell: str) -> str:
    return cells.parse_condition(_CONDITIONS.get(cell.casefold(), cell))


def _parse_category(cell: str) -> str:
    return _CATEGORIES.get(cell, cell)


_ID = RegisterColumn("identifier", "tidn", cells.parse_name)
#: Columns that each row of a deal repeats.
_OF_DEAL = (
    RegisterColumn("recipient", "buyer", cells.parse_name),
    RegisterColumn("supplier", "seller", cells.parse_name),
    RegisterColumn("year", "odat", _unless(_ABSENT_OR_ZERO, cells.parse_year)),
    RegisterColumn("year_uncertain", "odai", _parse_mark),
    RegisterColumn("ordered", "onum", _unless(_ABSENT_OR_ZERO, cells.parse_whole)),
    RegisterColumn("ordered_uncertain", "onai", _parse_mark),
    RegisterColumn("designation", "desig2", cells.parse_name),
    RegisterColumn("category", "wcat", _parse_category),
    RegisterColumn("description", "desc", cells.parse_description),
    RegisterColumn("local_production", "coprod", _parse_hint),
    RegisterColumn("condition", "status", _parse_condition),
    RegisterColumn("tiv_unit", "tivunit", _unless(_ABSENT, cells.parse_decimal)),
    RegisterColumn("tiv_ordered", "tivorder", _unless(_ABSENT, cells.parse_decimal)),
)
#: Columns of its deliveries.
_OF_ROW = (
    RegisterColumn("delivered", _DELIVERED, _unless(_ABSENT, cells.parse_whole)),
    RegisterColumn("delivered_uncertain", "nrdelai", _parse_mark),
    RegisterColumn("delivery_years", "delyears", _unless(_ABSENT_OR_ZERO, _parse_years)),
    RegisterColumn("tiv_delivered", _TIV_DELIVERED, _unless(_ABSENT, cells.parse_decimal)),
)
COLUMNS = (_ID, *_OF_DEAL, *_OF_ROW)


def _join(identifier: str, group: Group) -> Deal:
    """Return one deal of all its rows, with its deliveries where each row is of one year."""
    values = group.values
    by_year = len(values) > 1 and all(len(row["delivery_years"]) == 1 for row in values)
    return Deal(
        lines=tuple(number for row in group.rows for number in row.lines),
        layout=NAME,
        identifier=identifier,
        records=len(values),
        delivered=sum_numbers([row["delivered"] for row in values], _DELIVERED),
        delivered_uncertain=any(row["delivered_uncertain"] for row in values),
        delivery_years=tuple(sorted({year for row in values for year in row["delivery_years"]})),
        tiv_delivered=sum_tivs([row["tiv_delivered"] for row in values], _TIV_DELIVERED),
        deliveries=tuple(_delivery(row, own) for row, own in group.list_parts()) if by_year else (),
        **{column.field: values[0][column.field] for column in _OF_DEAL},
    )


def _delivery(row: Row, values: Values) -> Delivery:
    return Delivery(
        line=row.lines[0],
        year=values["delivery_years"][0],
        year_uncertain=False,
        number=values["delivered"],
        number_uncertain=values["delivered_uncertain"],
        tiv=values["tiv_delivered"],
    )


def _is_whole(header: Header, values: Values) -> bool:
    """Return whether the last cell has its end: a total that is units times value has."""
    unit, delivered, total = values["tiv_unit"], values["delivered"], values["tiv_delivered"]
    if not header.ends_with(_TIV_DELIVERED) or None in (unit, delivered, total):
        return False
    return bool(unit * delivered == total)


read_deals = GroupedLayout(_ID, _OF_DEAL, _OF_ROW, _join, _is_whole).read_deals
