"""What every layout of a register is read into: deals as the register states them, and what was refused.

Texts are as printed, without the marks of a damaged or padded file; an absent text is empty, an absent
number None. Nothing here is resolved against our own records, and nothing is guessed.
"""

from dataclasses import MISSING, asdict, dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any


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
    """What a layout by delivery year says of one deal and year; TIV in millions."""

    line: int
    year: int | None
    year_uncertain: bool
    number: int | None
    number_uncertain: bool
    tiv: Decimal | None


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
    #: Only in the layout by delivery year.
    identifier: str = ""
    category: str = ""
    sipri_estimate: Decimal | None = None
    local_production: bool | None = None
    deliveries: tuple[Delivery, ...] = ()

    @property
    def locator(self) -> str:
        """Where in the file it stands: line 14, lines 14-15, lines 14, 20, 31 …"""
        return describe_lines(self.lines)

    def stated(self) -> dict[str, Any]:
        """What it states, by field and without its place in the file: what two editions are compared by."""
        return {name: getattr(self, name) for name in STATED}


#: The fields that a register states, in the order in which they are told.
STATED = tuple(each.name for each in fields(Deal) if each.name not in {"lines", "records", "deliveries"})


_NAMES = tuple(each.name for each in fields(Deal))
_DECIMALS = frozenset({"tiv_unit", "tiv_ordered", "tiv_delivered", "sipri_estimate"})
#: Fields that may be left unsaid, with what they then are.
_UNSAID = {each.name: each.default for each in fields(Deal) if each.default is not MISSING}


def dump_deal(deal: Deal) -> dict[str, Any]:
    """What the deal says as values that JSON holds; `deal_of` is the way back."""

    values = {name: getattr(deal, name) for name in _NAMES}
    said = {name: value for name, value in values.items() if value != _UNSAID.get(name)}
    for name in _DECIMALS & said.keys():
        said[name] = str(said[name])
    if deal.deliveries:
        said["deliveries"] = [
            asdict(each) | {"tiv": None if each.tiv is None else str(each.tiv)} for each in deal.deliveries
        ]
    return said


def load_deal(values: dict[str, Any]) -> Deal:
    """The deal that `plain` told."""
    read = dict(values)
    for name in _DECIMALS & read.keys():
        read[name] = Decimal(read[name])
    for name in {"lines", "delivery_years"} & read.keys():
        read[name] = tuple(read[name])
    if "deliveries" in read:
        read["deliveries"] = tuple(
            Delivery(**each | {"tiv": None if each["tiv"] is None else Decimal(each["tiv"])})
            for each in read["deliveries"]
        )
    return Deal(**read)


@dataclass(frozen=True, slots=True)
class Refused:
    """Records that could not be read, and why, in one sentence; `text` is their first line as it stands."""

    lines: tuple[int, ...]
    reason: str
    text: str
    records: int = 1


@dataclass(frozen=True)
class Register:
    """A file that was read: `records` = those of its deals + those refused, always.

    `generated` is what the file says of when it was made; None where it does not say.
    """

    layout: str
    sha256: str
    deals: list[Deal]
    refused: list[Refused]
    records: int
    generated: datetime | None = None
    title: str = ""
    credit: str = ""
