"""What every layout of a register is read into: deals as the register states them, and what was refused.

Texts are as printed, without the marks of a damaged or padded file; an absent text is empty, an absent
number None. Nothing here is resolved against our own records, and nothing is guessed.
"""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any


class Unreadable(Exception):
    """A file that is no register; the text says why in one sentence."""


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
        first, last = self.lines[0], self.lines[-1]
        if len(self.lines) == 1:
            return f"line {first}"
        if last - first == len(self.lines) - 1:
            return f"lines {first}-{last}"
        shown = ", ".join(map(str, self.lines[:5]))
        return f"lines {shown}{' …' if len(self.lines) > 5 else ''}"

    def stated(self) -> dict[str, Any]:
        """What it states, by field and without its place in the file: what two editions are compared by."""
        return {name: getattr(self, name) for name in STATED}


#: The fields that a register states, in the order in which they are told.
STATED = tuple(each.name for each in fields(Deal) if each.name not in {"lines", "records", "deliveries"})


def plain(deal: Deal) -> dict[str, Any]:
    """The deal as values that JSON holds; `deal_of` is the way back."""

    def shown(value: Any) -> Any:
        if isinstance(value, Decimal):
            return str(value)
        if isinstance(value, dict):
            return {name: shown(each) for name, each in value.items()}
        return [shown(each) for each in value] if isinstance(value, list | tuple) else value

    return {name: shown(value) for name, value in asdict(deal).items()}


def deal_of(values: dict[str, Any]) -> Deal:
    """The deal that `plain` told."""
    read = dict(values)
    for name in ("tiv_unit", "tiv_ordered", "tiv_delivered", "sipri_estimate"):
        read[name] = None if read[name] is None else Decimal(read[name])
    for name in ("lines", "delivery_years"):
        read[name] = tuple(read[name])
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
