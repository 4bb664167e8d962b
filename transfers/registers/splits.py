"""What deals say of the TIV of each year: exactly, or between bounds. Pure.

A deal by delivery year states the TIV of each year. Of other deals only the total and the years are known, so
that the sum of a year lies between two bounds. Of years that no imported file covers nothing is known.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from .ranges import WHOLE, Years
from .reading.records import Deal
from .reading.tiv_table import Span

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least and greatest sum, None if open; `is_positive`: more than nothing, whatever the least is."""

    low: Decimal = NOTHING
    high: Decimal | None = NOTHING
    is_positive: bool = False

    @property
    def is_exact(self) -> bool:
        return self.low == self.high

    @property
    def is_nothing(self) -> bool:
        return self.high == 0

    def __add__(self, other: "Bounds") -> "Bounds":
        high = None if self.high is None or other.high is None else self.high + other.high
        return Bounds(self.low + other.low, high, self.is_positive or other.is_positive)

    def __or__(self, other: "Bounds") -> "Bounds":
        """Return bounds that hold both sums, and all between them."""
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return Bounds(min(self.low, other.low), high, self.is_positive and other.is_positive)

    def __str__(self) -> str:
        if self.is_nothing:
            return "nothing"
        if self.is_exact:
            return f"{self.low:f}"
        least = f"at least {self.low:f}" if self.low else "more than 0" if self.is_positive else ""
        most = "" if self.high is None else f"at most {self.high:f}"
        return " and ".join(filter(None, (least, most))) or "anything"


class Statement(NamedTuple):
    """A deal as an edition states it, and the years that its numbers delivered are limited to."""

    deal: Deal
    limits: Years = WHOLE


class Split(NamedTuple):
    """TIV that a deal delivered within some limits: by year where that is stated; and a total of other years.

    A `total` of None is not known; `years` of None are not stated. Without a rest both are empty.
    """

    by_year: dict[int, Decimal]
    total: Decimal | None = NOTHING
    years: frozenset[int] | None = frozenset()
    limits: Years = WHOLE

    @property
    def is_exact(self) -> bool:
        return self.total == 0

    def sum_up(self, span: Span) -> Bounds:
        """Return what the deal delivered in these years, at least and at most."""
        stated = sum((tiv for year, tiv in self.by_year.items() if span.first <= year <= span.last), NOTHING)
        return Bounds(stated, stated, stated > 0) + self._bound_rest(span)

    def _bound_undated(self, span: Span) -> Bounds:
        """Return what years that are not stated, but lie within the limits, may have of the total."""
        if not self.limits.meets(Years(*span)):
            return Bounds()
        is_inside = (
            None not in self.limits and self.limits.first in Years(*span) and self.limits.last in Years(*span)
        )
        return Bounds(
            self.total if is_inside and self.total else NOTHING, self.total, is_inside and bool(self.total)
        )

    def _bound_rest(self, span: Span) -> Bounds:
        if self.is_exact:
            return Bounds()
        if self.years is None:
            return self._bound_undated(span)
        inside = {year for year in self.years if span.first <= year <= span.last}
        if not inside:
            return Bounds()
        is_whole = inside == self.years and self.total is not None
        return Bounds(self.total if is_whole and self.total else NOTHING, self.total, bool(self.total))


def split_tiv(deal: Deal, limits: Years = WHOLE) -> Split:
    """Return how the TIV that the deal delivered within its limits falls to years, as far as it is stated."""
    if deal.deliveries and all(delivery.year and delivery.tiv is not None for delivery in deal.deliveries):
        by_year: dict[int, Decimal] = defaultdict(Decimal)
        for delivery in deal.deliveries:
            by_year[delivery.year or 0] += delivery.tiv or 0
        if sum(by_year.values()) == deal.tiv_delivered:
            return Split(dict(by_year), limits=limits)
    years = frozenset(year for year in deal.delivery_years if year in limits)
    if deal.tiv_delivered == 0 or (deal.tiv_delivered is None and not (deal.delivered or years)):
        return Split({}, limits=limits)
    if len(years) == 1 and deal.tiv_delivered is not None:
        return Split(dict.fromkeys(years, deal.tiv_delivered), limits=limits)
    return Split({}, deal.tiv_delivered, years or None, limits)


@dataclass(frozen=True, slots=True)
class DealSplit:
    """What is known of one deal: the splits of editions whose years do not meet."""

    parts: tuple[Split, ...]

    @property
    def is_exact(self) -> bool:
        return self._is_whole and all(part.is_exact for part in self.parts)

    @property
    def _is_whole(self) -> bool:
        return any(part.limits.is_whole for part in self.parts)

    def sum_up(self, span: Span) -> Bounds:
        """Return what the deal delivered in these years, at least and at most."""
        bounds = sum((part.sum_up(span) for part in self.parts), Bounds())
        years = range(span.first, span.last + 1)
        if self._is_whole or all(any(year in part.limits for part in self.parts) for year in years):
            return bounds
        return bounds + Bounds(NOTHING, None)


def combine(statements: Sequence[Statement]) -> DealSplit:
    """Return what these statements of one deal, the newest first, say together.

    One of all years says it all; of others, a newer one takes the place of those that its years meet.
    """
    for statement in statements:
        if statement.limits.is_whole:
            return DealSplit((split_tiv(*statement),))
    parts: list[Split] = []
    for statement in statements:
        if not any(part.limits.meets(statement.limits) for part in parts):
            parts.append(split_tiv(*statement))
    return DealSplit(tuple(parts))
