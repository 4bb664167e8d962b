"""What two editions of a register state differently, deal by deal, as lines of text and as CSV. Pure.

Of two layouts only what both state is compared: the trade register has no ID, category, SIPRI estimate and
local production, the layout by delivery year no number ordered, comments and TIV of the order, that of before
2023 no comments and SIPRI estimate.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import StringIO
from typing import Any, NamedTuple

from .matching import Matching, list_common, match
from .ranges import WHOLE, Years, limit
from .reading.records import Deal, number_lines

COLUMNS = (
    "change", "supplier", "recipient", "designation", "year", "line_a", "line_b", "field", "before", "after",
)  # fmt: skip
#: How what was delivered splits over years, where both editions state it year by year.
SPLITS = ("number_by_year", "tiv_by_year")
#: What the layout by delivery year cannot state, or that of before 2023.
_OF_SOME_LAYOUTS = ("ordered", "ordered_uncertain", "comments", "tiv_ordered")


class FieldChange(NamedTuple):
    """A field that two editions state differently."""

    field: str
    before: Any
    after: Any

    def __str__(self) -> str:
        before, after = (format_value(value) or "not stated" for value in (self.before, self.after))
        return f"{self.field}: {before} → {after}"


def list_changes(old: Deal, new: Deal) -> list[FieldChange]:
    """Return what two editions of a deal state differently of what both state; marks of doubt count."""
    splits = SPLITS if old.deliveries and new.deliveries else ()
    names = (*list_common(old, new), *splits)
    values = ((name, getattr(old, name), getattr(new, name)) for name in names)
    return [FieldChange(name, before, after) for name, before, after in values if before != after]


def list_additions(old: Deal, new: Deal) -> list[FieldChange]:
    """Return what the newer deal states, and the older one's layout cannot: order, comments, splits."""
    common = list_common(old, new)
    names = [name for name in _OF_SOME_LAYOUTS if name not in common]
    names += SPLITS if new.deliveries and not old.deliveries else ()
    values = ((name, getattr(old, name), getattr(new, name)) for name in names)
    return [
        FieldChange(name, before, after) for name, before, after in values if after not in (None, "", False)
    ]


@dataclass(frozen=True)
class ChangedDeal:
    """One deal in both editions, and the fields in which they differ."""

    old: Deal
    new: Deal
    changes: list[FieldChange]


@dataclass
class EditionComparison:
    """Deals of the newer edition only, of the older only, of both but changed, and those that may be several.

    `ambiguous` are deals of the newer edition, each with those of the older that it may be.
    """

    added: list[Deal] = field(default_factory=list)
    vanished: list[Deal] = field(default_factory=list)
    changed: list[ChangedDeal] = field(default_factory=list)
    unchanged: int = 0
    ambiguous: list[tuple[Deal, list[Deal]]] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """Return how many deals became what, in words."""
        return (
            f"{len(self.added)} added, {len(self.vanished)} vanished, {len(self.changed)} changed,"
            f" {self.unchanged} unchanged, {len(self.ambiguous)} ambiguous"
        )


def compare_editions(
    old_deals: Sequence[Deal], new_deals: Sequence[Deal], old_years: Years = WHOLE, new_years: Years = WHOLE
) -> EditionComparison:
    """Return what the newer edition adds, changes and no longer has.

    Of editions that are limited to different years, orders are compared, and deliveries in the years of both.
    """
    if old_years == new_years:
        return _compare(old_deals, new_deals, match(old_deals, new_deals))
    olds = [limit(deal, new_years) for deal in old_deals]
    news = [limit(deal, old_years) for deal in new_deals]
    matching = match(olds, news)
    if not old_years.is_whole:
        matching.added = [index for index in matching.added if news[index].delivery_years]
    if not new_years.is_whole:
        matching.vanished = [index for index in matching.vanished if olds[index].delivery_years]
    return _compare(olds, news, matching)


def _compare(old_deals: Sequence[Deal], new_deals: Sequence[Deal], matching: Matching) -> EditionComparison:
    pairs = [(old_deals[old], new_deals[new]) for old, new in matching.pairs]
    changed = [ChangedDeal(old, new, changes) for old, new in pairs if (changes := list_changes(old, new))]
    return EditionComparison(
        added=[new_deals[index] for index in matching.added],
        vanished=[old_deals[index] for index in matching.vanished],
        changed=changed,
        unchanged=len(pairs) - len(changed),
        ambiguous=[
            (new_deals[index], [old_deals[old] for old in candidates])
            for index, candidates in matching.ambiguous.items()
        ],
    )


def list_lines(comparison: EditionComparison) -> Iterator[str]:
    """Yield a line for each deal and under it, indented, one for each changed field."""
    for deal in comparison.added:
        yield f"added: {describe_deal(deal)} ({deal.locator} of B)"
    for deal in comparison.vanished:
        yield f"vanished: {describe_deal(deal)} ({deal.locator} of A)"
    for changed in comparison.changed:
        places = f"{changed.old.locator} of A, {changed.new.locator} of B"
        yield f"changed: {describe_deal(changed.new)} ({places})"
        yield from (f"    {change}" for change in changed.changes)
    for deal, candidates in comparison.ambiguous:
        places = "; ".join(old.locator for old in candidates)
        yield f"ambiguous: {describe_deal(deal)} ({deal.locator} of B) may be any of A: {places}"


def describe_deal(deal: Deal) -> str:
    """Return `Supplier → Recipient, designation, year`."""
    year = "no year" if deal.year is None else deal.year
    return f"{deal.supplier} → {deal.recipient}, {deal.designation}, {year}"


def build_csv(comparison: EditionComparison) -> str:
    """Return a line for each changed field and each added, vanished or ambiguous deal, as RFC 4180."""
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for deal in comparison.added:
        writer.writerow(_cells("added", deal, "", number_lines(deal.lines)))
    for deal in comparison.vanished:
        writer.writerow(_cells("vanished", deal, number_lines(deal.lines), ""))
    for changed in comparison.changed:
        places = number_lines(changed.old.lines), number_lines(changed.new.lines)
        for change in changed.changes:
            writer.writerow(_cells("changed", changed.new, *places, *change))
    for deal, candidates in comparison.ambiguous:
        places_of_old = "; ".join(number_lines(old.lines) for old in candidates)
        writer.writerow(_cells("ambiguous", deal, places_of_old, number_lines(deal.lines)))
    return file.getvalue()


def _cells(
    change: str, deal: Deal, line_a: str, line_b: str, field: str = "", before: Any = None, after: Any = None
) -> list[str]:
    names = (deal.supplier, deal.recipient, deal.designation, format_value(deal.year))
    return [change, *names, line_a, line_b, field, format_value(before), format_value(after)]


def format_value(value: Any) -> str:
    """Return a field's value in words; empty where nothing is stated."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(map(format_value, value))
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
