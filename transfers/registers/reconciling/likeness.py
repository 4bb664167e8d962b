"""How well a register's deal fits a transfer that other sources describe. Pure.

Each aspect has a weight and gives from 0 (against) to 1 (for). An aspect that one side does not state gives
a little less than half, so that one more aspect that agrees never lowers the score.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any

from transfers.publication.figures import Claim
from transfers.vocabulary.measures import DATES

from .comparisons import AGREEING, FigureComparison, StatedFigure, Verdict, compare_figures

#: Years by which a date may be off: contracts are signed, reported and entered in different years.
TOLERANCE = 3
#: Years after an order in which its delivery may still come.
LONGEST = 20
#: Points of an aspect that one side does not state.
UNKNOWN = 0.4
#: Points of a date by the years that it is off; 0 also of a number that overlaps.
OFF_BY = {0: 0.8, 1: 0.6, 2: 0.35, 3: 0.1}
#: Points, at most, of a number that differs.
CLOSE = 0.6
WEIGHTS = {
    "system": 2, "date_agreed": 3, "quantity_ordered": 2, "date_delivered": 2, "quantity_delivered": 1,
    "deal_value": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TransferFacts:
    """Aspects by which a deal or a transfer is recognised; `line` is its system and the families of that."""

    supplier: Hashable
    recipient: Hashable
    system: Hashable
    line: frozenset[Any]
    kind: str = "unspecified"
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """Score from 0 to 1, the reasons for it in short sentences, and the figures side by side."""

    score: float
    reasons: tuple[str, ...]
    comparisons: tuple[FigureComparison, ...]


def compute_likeness(deal: TransferFacts, other: TransferFacts) -> Likeness | None:
    """Return how alike they are, in either order; None if they cannot be one transfer:

    * other parties, or systems of which neither is a family of the other;
    * one is a deployment: no owner changes, and the register of deals has none;
    * orders more than 3 years apart;
    * if a side has no date of order: deliveries more than 3 years apart, or a delivery more than 3 years
      before the other's order or more than 20 years after it.
    """
    if not can_be_one(deal, other):
        return None
    comparisons = compare_figures(deal.claims, other.claims)
    by_measure = {comparison.measure: comparison for comparison in comparisons}
    if _do_dates_exclude(by_measure):
        return None
    is_same = deal.system == other.system
    points = {name: _get_points(by_measure.get(name)) for name in WEIGHTS}
    points["system"] = 1.0 if is_same else 0.5
    score = sum(weight * points[name] for name, weight in WEIGHTS.items()) / sum(WEIGHTS.values())
    stated = [(name, by_measure[name]) for name in _REASONS if name in by_measure]
    reasons = [_REASONS[name](comparison) for name, comparison in stated if comparison.is_two_sided]
    system = "same system" if is_same else "one system is a variant of the other"
    return Likeness(round(score, 4), (system, *reasons), tuple(comparisons))


def can_be_one(deal: TransferFacts, other: TransferFacts) -> bool:
    """Return whether parties, systems and kinds allow them to be one transfer, whatever their dates."""
    parties = (deal.supplier, deal.recipient) == (other.supplier, other.recipient)
    line = deal.system in other.line or other.system in deal.line
    return parties and line and "deployment" not in (deal.kind, other.kind)


def _do_dates_exclude(by_measure: dict[str, FigureComparison]) -> bool:
    """Return whether their dates cannot be those of one transfer; see `compute_likeness`."""
    ordered, delivered = by_measure.get("date_agreed"), by_measure.get("date_delivered")
    if ordered is not None and ordered.is_two_sided:
        return _count_years_apart(ordered) > TOLERANCE
    if delivered is None:
        return False
    if _count_years_apart(delivered) > TOLERANCE:
        return True
    if ordered is None:
        return False
    order, delivery = ordered.register, delivered.others
    if ordered.verdict == Verdict.OTHERS_ONLY:
        order, delivery = ordered.others, delivered.register
    return _count_years(delivery, order) > TOLERANCE or _count_years(order, delivery) > LONGEST


def _count_years(first: StatedFigure, second: StatedFigure) -> int:
    """Return the years from the end of the first date to the start of the second, 0 if they meet."""
    if first.high is None or second.low is None:
        return 0
    return max(0, second.low.year - first.high.year)


def _count_years_apart(dates: FigureComparison) -> int:
    return max(_count_years(dates.register, dates.others), _count_years(dates.others, dates.register))


def _get_points(comparison: FigureComparison | None) -> float:
    """Return what an aspect gives, from 0 to 1."""
    if comparison is None or not comparison.is_two_sided or comparison.verdict == Verdict.NOT_COMPARABLE:
        return UNKNOWN
    if comparison.verdict in AGREEING:
        return 1.0
    if comparison.measure in DATES:
        return OFF_BY.get(_count_years_apart(comparison), 0.0)
    if comparison.register.overlaps(comparison.others):
        return OFF_BY[0]
    smaller, larger = sorted((comparison.register, comparison.others), key=lambda side: side.low)
    return CLOSE * float(smaller.high) / float(larger.low)


def _describe_order(dates: FigureComparison) -> str:
    ours, theirs = dates.register.text, dates.others.text
    if dates.verdict in AGREEING:
        return f"ordered in {ours}; sources say agreed {theirs}"
    years = _count_years_apart(dates)
    return f"ordered in {ours} against agreed {theirs}{f', {years} years apart' if years > 1 else ''}"


def _describe_delivery(dates: FigureComparison) -> str:
    ours, theirs = dates.register.text, dates.others.text
    if dates.verdict == Verdict.SAME:
        return f"delivery {ours} in both"
    if dates.register.lies_in(dates.others):
        return f"delivery {ours} lies in {theirs}"
    if dates.others.lies_in(dates.register):
        return f"delivery {ours} holds {theirs}"
    return f"delivery {ours} {'overlaps' if dates.register.overlaps(dates.others) else 'against'} {theirs}"


def _describe_number(verb: str, numbers: FigureComparison) -> str:
    """Return such as `5 system ordered by both` or `12 system ordered against 10 system`."""
    ours, theirs = numbers.register.text, numbers.others.text
    match numbers.verdict:
        case Verdict.SAME:
            return f"{ours} {verb} by both"
        case Verdict.COMPATIBLE:
            return f"{ours} {verb} may be the others' {theirs}"
        case Verdict.LATER:
            return f"{ours} {verb}; others count {theirs} at another time"
        case Verdict.NOT_COMPARABLE:
            return f"{verb} is not comparable: {ours} against {theirs}"
    return f"{ours} {verb} against {theirs}"


_REASONS: dict[str, Callable[[FigureComparison], str]] = {
    "date_agreed": _describe_order,
    "quantity_ordered": partial(_describe_number, "ordered"),
    "date_delivered": _describe_delivery,
    "quantity_delivered": partial(_describe_number, "delivered"),
    "deal_value": partial(_describe_number, "paid"),
}
