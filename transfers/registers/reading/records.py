"""Deals as a register states them, and refused records: the same for every layout.

Texts are as printed, without the marks of a damaged or padded file; an absent text is empty, an absent
number None. Nothing here is resolved against our own records, and nothing is guessed.
"""

from dataclasses import MISSING, asdict, dataclass, fields
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from sys import intern
from typing import Any

from transfers.vocabulary.splits import LONGEST, Share, format_split

#: The layout whose deals have both an identifier and an order's numbers.
BEFORE_2023 = "before_2023"
#: Figures are stored to a thousandth, and are smaller than this.
THOUSANDTH, LARGEST = Decimal("0.001"), Decimal(10**15)


class Unreadable(Exception):
    """A file that is no register; the text says why in one sentence."""


def number_lines(lines: tuple[int, ...]) -> str:
    """Return the numbers of a file's lines, runs shortened; of many the first five."""
    first, last = lines[0], lines[-1]
    if len(lines) == 1:
        return str(first)
    if last - first == len(lines) - 1:
        return f"{first}-{last}"
    return f"{', '.join(map(str, lines[:5]))}{' …' if len(lines) > 5 else ''}"


def describe_lines(lines: tuple[int, ...]) -> str:
    """Return `line 14`, `lines 14-15` or `lines 14, 20, 31 …`."""
    return f"line{'s' * (len(lines) > 1)} {number_lines(lines)}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One deal in one year, of a layout by delivery year; TIV in millions."""

    line: int
    year: int | None
    year_uncertain: bool
    number: int | None
    number_uncertain: bool
    tiv: Decimal | None

    @property
    def date(self) -> str | None:
        """Return its year as EDTF, with the mark of an uncertain one."""
        return None if self.year is None else f"{self.year:04}{'?' if self.year_uncertain else ''}"


@dataclass(frozen=True, slots=True)
class Deal:
    """One deal as one edition of a register states it; TIVs in millions, `condition` as Transfer.Condition.

    `lines` are the physical lines of the file, counted from 1, on which it stands; `records` how many of the
    file's records it is. `supplier` and `recipient` keep the register's marks (`*`, `**`) of what they are.
    """

    lines: tuple[int, ...]
    supplier: str
    recipient: str
    designation: str
    records: int = 1
    description: str = ""
    year: int | None = None
    year_uncertain: bool = False
    ordered: int | None = None
    ordered_uncertain: bool = False
    delivered: int | None = None
    delivered_uncertain: bool = False
    delivery_years: tuple[int, ...] = ()
    delivery_years_uncertain: bool = False
    condition: str = "unknown"
    comments: str = ""
    tiv_unit: Decimal | None = None
    tiv_ordered: Decimal | None = None
    tiv_delivered: Decimal | None = None
    #: Only in the layouts with identifiers.
    identifier: str = ""
    category: str = ""
    sipri_estimate: Decimal | None = None
    local_production: bool | None = None
    deliveries: tuple[Delivery, ...] = ()
    #: Only in the layout of before 2023, whose deals state what otherwise either of two layouts states.
    layout: str = ""

    @property
    def locator(self) -> str:
        """Return where in the file it stands: line 14, lines 14-15, lines 14, 20, 31 …"""
        return describe_lines(self.lines)

    @property
    def number_by_year(self) -> str:
        """Return how the number delivered splits over years, as text; empty: one year, or not stated."""
        numbers = [delivery.number for delivery in self.deliveries]
        whole = [None if number is None else Decimal(number) for number in numbers]
        return self._split(whole, None if self.delivered is None else Decimal(self.delivered))

    @property
    def tiv_by_year(self) -> str:
        """Return how the TIV delivered splits over years, as text; empty: one year, or not stated."""
        return self._split([delivery.tiv for delivery in self.deliveries], self.tiv_delivered)

    def _split(self, numbers: list[Decimal | None], total: Decimal | None) -> str:
        stated = [number for number in numbers if number is not None]
        dates = [delivery.date for delivery in self.deliveries]
        is_told = len(set(dates)) > 1 and len(stated) == len(numbers) and sum(stated) == total
        if not is_told or any(number >= LARGEST or number % THOUSANDTH for number in stated):
            return ""
        text = format_split(map(Share, dates, stated))
        return text if len(text) <= LONGEST else ""


_NAMES = tuple(column.name for column in fields(Deal))
#: The fields that a register states, in their order, by which two editions are compared.
STATED = tuple(name for name in _NAMES if name not in {"lines", "records", "deliveries", "layout"})
_DECIMALS = frozenset({"tiv_unit", "tiv_ordered", "tiv_delivered", "sipri_estimate"})
#: The figures of a register repeat each other; equal ones share their memory.
_parse_decimal = lru_cache(maxsize=4096)(Decimal)
_DEFAULTS = {column.name: column.default for column in fields(Deal) if column.default is not MISSING}


def dump_deal(deal: Deal) -> dict[str, Any]:
    """Return what the deal states as values for JSON, without defaults; `load_deal` is the way back."""
    values = {name: getattr(deal, name) for name in _NAMES}
    stated = {name: value for name, value in values.items() if value != _DEFAULTS.get(name)}
    for name in _DECIMALS & stated.keys():
        stated[name] = str(stated[name])
    if deal.deliveries:
        stated["deliveries"] = [
            asdict(delivery) | {"tiv": None if delivery.tiv is None else str(delivery.tiv)}
            for delivery in deal.deliveries
        ]
    return stated


def load_deal(stated: dict[str, Any]) -> Deal:
    """Return the deal that `dump_deal` made these values of."""
    values: dict[str, Any] = {
        name: intern(value) if isinstance(value, str) else value for name, value in stated.items()
    }
    for name in _DECIMALS & values.keys():
        values[name] = _parse_decimal(values[name])
    for name in {"lines", "delivery_years"} & values.keys():
        values[name] = tuple(values[name])
    if "deliveries" in values:
        values["deliveries"] = tuple(
            Delivery(**delivery | {"tiv": None if delivery["tiv"] is None else Decimal(delivery["tiv"])})
            for delivery in values["deliveries"]
        )
    return Deal(**values)


@dataclass(frozen=True, slots=True)
class Refused:
    """Records that could not be read, and why, in one sentence; `text` is their first line as it stands."""

    lines: tuple[int, ...]
    reason: str
    text: str
    records: int = 1


@dataclass(frozen=True)
class Register:
    """A file that was read; `records` = those of its deals + those refused, always.

    `generated` is when the file says it was made, `title` what it calls itself; `source_title`: its layout's.
    `states_range`: whether it says anything of its years. If so, `is_limited` tells whether the numbers
    delivered are those of its years alone, from `first_year` to `last_year`: None is open, two None are years
    that it does not name. `header_names_range`: whether the heading says so of deliveries.
    """

    layout: str
    source_title: str
    sha256: str
    deals: list[Deal]
    refused: list[Refused]
    records: int
    generated: datetime | None = None
    title: str = ""
    first_year: int | None = None
    last_year: int | None = None
    states_range: bool = False
    is_limited: bool = False
    header_names_range: bool = False
