"""What changed between two editions of a register, deal by deal, as lines of text and as CSV. Pure.

Of two layouts only what both state is compared: the trade register has no ID, category, SIPRI estimate and
local production, the layout by delivery year no number ordered, comments and TIV of the order.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import StringIO
from typing import Any

from .matching import STATED_BY_BOTH, Difference, differences, match
from .reading.records import STATED, Deal

COLUMNS = (
    "change", "supplier", "recipient", "designation", "year", "line_a", "line_b", "field", "before", "after",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One deal in both editions, and the fields in which they differ."""

    old: Deal
    new: Deal
    differences: list[Difference]


@dataclass
class Comparison:
    """What stands in the newer edition only, in the older only, in both but otherwise, and what may be which.

    `ambiguous` are deals of the newer edition, each with those of the older that it may be.
    """

    added: list[Deal] = field(default_factory=list)
    vanished: list[Deal] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    ambiguous: list[tuple[Deal, list[Deal]]] = field(default_factory=list)

    @property
    def summary(self) -> str:
        counts = {
            "added": len(self.added), "vanished": len(self.vanished), "changed": len(self.changed),
            "unchanged": self.unchanged, "ambiguous": len(self.ambiguous),
        }  # fmt: skip
        return ", ".join(f"{count} {name}" for name, count in counts.items())


def compare(a: Sequence[Deal], b: Sequence[Deal]) -> Comparison:
    """The newer edition `b` against the older `a`."""
    matching = match(a, b)
    comparison = Comparison(
        added=[b[index] for index in matching.added],
        vanished=[a[index] for index in matching.vanished],
        ambiguous=[(b[index], [a[old] for old in olds]) for index, olds in matching.ambiguous.items()],
    )
    for old, new in matching.pairs:
        if found := differences(a[old], b[new], compared(a[old], b[new])):
            comparison.changed.append(Change(a[old], b[new], found))
        else:
            comparison.unchanged += 1
    return comparison


def compared(old: Deal, new: Deal) -> tuple[str, ...]:
    """The fields that the layouts of both state; an ID tells the layouts apart."""
    return STATED if bool(old.identifier) == bool(new.identifier) else STATED_BY_BOTH


def lines(comparison: Comparison) -> Iterator[str]:
    """The comparison as text: a line a deal, and under it, indented, one a changed field."""
    for deal in comparison.added:
        yield f"added: {named(deal)} ({deal.locator} of B)"
    for deal in comparison.vanished:
        yield f"vanished: {named(deal)} ({deal.locator} of A)"
    for change in comparison.changed:
        yield f"changed: {named(change.new)} ({change.old.locator} of A, {change.new.locator} of B)"
        for name, before, after in change.differences:
            yield f"    {name}: {told(before) or 'not stated'} → {told(after) or 'not stated'}"
    for deal, olds in comparison.ambiguous:
        places = "; ".join(old.locator for old in olds)
        yield f"ambiguous: {named(deal)} ({deal.locator} of B) may be any of A: {places}"


def named(deal: Deal) -> str:
    """`Supplier → Recipient, designation, year`."""
    year = "no year" if deal.year is None else deal.year
    return f"{deal.supplier} → {deal.recipient}, {deal.designation}, {year}"


def as_csv(comparison: Comparison) -> str:
    """RFC 4180: a line a changed field, and one an added, vanished or ambiguous deal; absent values empty."""
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for deal in comparison.added:
        writer.writerow(["added", *_cells(deal), "", _place(deal), "", "", ""])
    for deal in comparison.vanished:
        writer.writerow(["vanished", *_cells(deal), _place(deal), "", "", "", ""])
    for change in comparison.changed:
        places = _place(change.old), _place(change.new)
        for name, before, after in change.differences:
            writer.writerow(["changed", *_cells(change.new), *places, name, told(before), told(after)])
    for deal, olds in comparison.ambiguous:
        may_be = "; ".join(_place(old) for old in olds)
        writer.writerow(["ambiguous", *_cells(deal), may_be, _place(deal), "", "", ""])
    return file.getvalue()


def _cells(deal: Deal) -> tuple[str, str, str, str]:
    return deal.supplier, deal.recipient, deal.designation, told(deal.year)


def _place(deal: Deal) -> str:
    """The locator as a cell: 14, 14-15."""
    return deal.locator.partition(" ")[2]


def told(value: Any) -> str:
    """A field's value in words; empty where nothing is stated."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(told(each) for each in value)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
