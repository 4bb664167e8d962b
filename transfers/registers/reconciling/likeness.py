"""How well a register's deal fits a transfer that others describe, and where the two differ. Pure.

`compare` sets figure beside figure, each side settled by the rules of `figures`:

* same: equal numbers, or dates that allow the same days;
* compatible: not equal, but both may be true: the ranges, or the days that they allow, overlap;
* later count: of two numbers delivered one is later for certain and not smaller, so it contradicts nobody;
* not comparable: the sides count in different units, or in different currencies;
* dispute: anything else that both state.

`likeness` turns that into a score. Each aspect has a weight and gives from 0 (against) to 1 (for); what one
side does not state gives a little less than half. So an aspect more that agrees never lowers the score.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from transfers.publication.figures import Claim, resolve
from transfers.vocabulary.measures import DATES, QUANTITIES, STEMS, TIVS

#: Years by which a date may be off: contracts are signed, reported and entered in different years.
TOLERANCE = 3
#: Years after an order in which its delivery may still come.
LONGEST = 20
UNKNOWN = 0.4
#: What a date gives that is off by so many years, and what a number gives at most that differs.
OFF_BY = {0: 0.8, 1: 0.6, 2: 0.35, 3: 0.1}
CLOSE = 0.6
WEIGHTS = {
    "system": 2, "date_agreed": 3, "quantity_ordered": 2, "date_delivered": 2, "quantity_delivered": 1,
    "deal_value": 1,
}  # fmt: skip


class Verdict(StrEnum):
    """What comes of setting one figure beside another."""

    SAME = "same"
    COMPATIBLE = "compatible"
    LATER = "later count"
    DISPUTE = "dispute"
    NOT_COMPARABLE = "not comparable"
    REGISTER_ONLY = "only the register"
    OTHERS_ONLY = "only others"


AGREEING = (Verdict.SAME, Verdict.COMPATIBLE, Verdict.LATER)


@dataclass(frozen=True, slots=True)
class Said:
    """What one side says of a figure, in words and as bounds: numbers or days, None where open."""

    text: str
    low: Any
    high: Any

    def overlaps(self, other: "Said") -> bool:
        return not (_below(self.high, other.low) or _below(other.high, self.low))

    def lies_in(self, other: "Said") -> bool:
        starts = other.low is None or (self.low is not None and other.low <= self.low)
        return starts and (other.high is None or (self.high is not None and self.high <= other.high))


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure as the register and as the others say it; None where a side says nothing."""

    measure: str
    verdict: Verdict
    register: Said | None
    others: Said | None

    def __str__(self) -> str:
        ours, theirs = (said.text if said else "" for said in (self.register, self.others))
        if self.verdict == Verdict.SAME:
            return f"{self.measure}: {ours}"
        if ours and theirs:
            return f"{self.measure}: {self.verdict}: {ours} against {theirs}"
        return f"{self.measure}: {self.verdict}: {ours or theirs}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a deal or a transfer is told by; `line` is its system and the families of that."""

    supplier: Hashable
    recipient: Hashable
    system: Hashable
    line: frozenset[Any]
    kind: str = "unspecified"
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """From 0 to 1, and why, in short sentences; `comparisons` are the figures side by side."""

    score: float
    reasons: tuple[str, ...]
    comparisons: tuple[Comparison, ...]


def likeness(deal: Facts, other: Facts) -> Likeness | None:
    """How alike they are; the score is the same either way round. None where they cannot be one transfer:

    * other parties, or systems of which neither is a family of the other;
    * one is a deployment: no owner changes, and the register of deals has none;
    * orders more than 3 years apart;
    * where a side has no date of order: deliveries more than 3 years apart, or a delivery more than 3 years
      before the other's order or more than 20 years after it.
    """
    if not in_question(deal, other):
        return None
    comparisons = compare(deal.claims, other.claims)
    found = {each.measure: each for each in comparisons}
    if _exclude_each_other(found):
        return None
    is_same = deal.system == other.system
    points = {"system": 1.0 if is_same else 0.5}
    points |= {measure: _points(found.get(measure)) for measure in WEIGHTS if measure != "system"}
    score = sum(WEIGHTS[name] * points[name] for name in WEIGHTS) / sum(WEIGHTS.values())
    told = (_REASONS[name](found[name]) for name in _REASONS if name in found and _both(found[name]))
    reasons = ("same system" if is_same else "one system is a variant of the other", *told)
    return Likeness(round(score, 4), reasons, tuple(comparisons))


def in_question(deal: Facts, other: Facts) -> bool:
    """Whether parties, systems and kinds allow them to be one transfer, whatever their dates."""
    parties = (deal.supplier, deal.recipient) == (other.supplier, other.recipient)
    line = deal.system in other.line or other.system in deal.line
    return parties and line and "deployment" not in (deal.kind, other.kind)


def compare(register: Iterable[Claim], others: Iterable[Claim]) -> list[Comparison]:
    """Figure by figure, in the order of a row, what either side says."""
    ours, theirs = _by_measure(register), _by_measure(others)
    return [
        _compare(measure, ours.get(measure, []), theirs.get(measure, []))
        for measure in STEMS
        if measure in ours or measure in theirs
    ]


def _by_measure(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        found.setdefault(claim.measure, []).append(claim)
    return found


def _compare(measure: str, ours: list[Claim], theirs: list[Claim]) -> Comparison:
    if not ours or not theirs:
        verdict = Verdict.REGISTER_ONLY if ours else Verdict.OTHERS_ONLY
        return Comparison(measure, verdict, _said(measure, ours), _said(measure, theirs))
    ours, theirs, is_comparable = _in_one_word(ours, theirs)
    one, other = _said(measure, ours), _said(measure, theirs)
    assert one is not None
    assert other is not None
    if not is_comparable:
        verdict = Verdict.NOT_COMPARABLE
    elif (one.low, one.high) == (other.low, other.high):
        verdict = Verdict.SAME
    elif measure == "quantity_delivered" and measure not in resolve("", [*ours, *theirs])["disputed"]:
        verdict = Verdict.LATER
    else:
        verdict = Verdict.COMPATIBLE if one.overlaps(other) else Verdict.DISPUTE
    return Comparison(measure, verdict, one, other)


def _in_one_word(ours: list[Claim], theirs: list[Claim]) -> tuple[list[Claim], list[Claim], bool]:
    """The claims in the unit or currency that both sides speak in, mostly; all, where none is in both."""
    votes = Counter(map(_word, [*ours, *theirs]))
    common = {*map(_word, ours)} & {*map(_word, theirs)}
    if not common:
        return ours, theirs, False
    word = min(common, key=lambda each: (-votes[each], each))
    return (
        [each for each in ours if _word(each) == word],
        [each for each in theirs if _word(each) == word],
        True,
    )


def _word(claim: Claim) -> str:
    return claim.unit or claim.currency or ""


def _said(measure: str, claims: Sequence[Claim]) -> Said | None:
    """What the claims of one side come to, as a row would show it."""
    if not claims:
        return None
    row = resolve("", claims)
    if measure in DATES:
        return Said(row[measure] or "../..", row[f"{measure}_earliest"], row[f"{measure}_latest"])
    if measure in TIVS:
        low, high = (row[measure],) * 2 if row[measure] is not None else _widest(claims)
        return Said(_number(low, high), low, high)
    low, high = row[f"{measure}_min"], row[f"{measure}_max"]
    word = row["unit"] if measure in QUANTITIES else row["deal_currency"]
    return Said(f"{_number(low, high)} {word}", low, high)


def _widest(claims: Sequence[Claim]) -> tuple[float, float | None]:
    tops = [claim.maximum for claim in claims]
    top = None if None in tops else max(each for each in tops if each is not None)
    return min(claim.range[0] for claim in claims), top


def _number(low: float, high: float | None) -> str:
    if high is None:
        return f"at least {low:.15g}"
    return f"{low:.15g}" if low == high else f"{low:.15g}-{high:.15g}"


def _below(high: Any, low: Any) -> bool:
    """Whether all of what ends at `high` is before what begins at `low`."""
    return high is not None and low is not None and high < low


def _both(found: Comparison) -> bool:
    return found.register is not None and found.others is not None


def _exclude_each_other(found: dict[str, Comparison]) -> bool:
    """Whether their dates cannot be those of one transfer; see `likeness`."""
    ordered, delivered = found.get("date_agreed"), found.get("date_delivered")
    if ordered is not None and _both(ordered):
        return _years_apart(ordered.register, ordered.others) > TOLERANCE
    if delivered is None:
        return False
    if _both(delivered) and _years_apart(delivered.register, delivered.others) > TOLERANCE:
        return True
    if ordered is None:
        return False
    order = ordered.register or ordered.others
    delivery = delivered.others if ordered.register else delivered.register
    return _years(delivery, order) > TOLERANCE or _years(order, delivery) > LONGEST


def _years(first: Said | None, second: Said | None) -> int:
    """Years from the end of the first date to the start of the second, 0 where they meet or are open."""
    if first is None or second is None or first.high is None or second.low is None:
        return 0
    return max(0, second.low.year - first.high.year)


def _years_apart(one: Said | None, other: Said | None) -> int:
    return max(_years(one, other), _years(other, one))


def _points(found: Comparison | None) -> float:
    """What an aspect gives, from 0 to 1."""
    if found is None or not _both(found) or found.verdict == Verdict.NOT_COMPARABLE:
        return UNKNOWN
    if found.verdict in AGREEING:
        return 1.0
    if found.measure in DATES:
        return OFF_BY.get(_years_apart(found.register, found.others), 0.0)
    assert found.register is not None
    assert found.others is not None
    one, other = sorted((found.register, found.others), key=lambda said: said.low)
    return CLOSE * float(one.high) / float(other.low)


def _agreed(found: Comparison) -> str:
    ours, theirs = _texts(found)
    if found.verdict in AGREEING:
        return f"ordered in {ours}; sources say agreed {theirs}"
    years = _years_apart(found.register, found.others)
    return f"ordered in {ours} against agreed {theirs}{f', {years} years apart' if years > 1 else ''}"


def _delivery(found: Comparison) -> str:
    ours, theirs = _texts(found)
    if found.verdict == Verdict.SAME:
        return f"delivery {ours} in both"
    if found.verdict == Verdict.DISPUTE:
        return f"delivery {ours} against {theirs}"
    assert found.register is not None
    assert found.others is not None
    if found.register.lies_in(found.others):
        return f"delivery {ours} lies in {theirs}"
    return f"delivery {ours} {'holds' if found.others.lies_in(found.register) else 'overlaps'} {theirs}"


def _counted(what: str):
    """The reason that a number gives: `5 system ordered by both`, `12 system ordered against 10 system`."""

    def reason(found: Comparison) -> str:
        ours, theirs = _texts(found)
        match found.verdict:
            case Verdict.SAME:
                return f"{ours} {what} by both"
            case Verdict.COMPATIBLE:
                return f"{ours} {what} may be the others' {theirs}"
            case Verdict.LATER:
                return f"{ours} {what}; others count {theirs} at another time"
            case Verdict.NOT_COMPARABLE:
                return f"{what} is not comparable: {ours} against {theirs}"
        return f"{ours} {what} against {theirs}"

    return reason


def _texts(found: Comparison) -> tuple[str, str]:
    assert found.register is not None
    assert found.others is not None
    return found.register.text, found.others.text


_REASONS = {
    "date_agreed": _agreed,
    "quantity_ordered": _counted("ordered"),
    "date_delivered": _delivery,
    "quantity_delivered": _counted("delivered"),
    "deal_value": _counted("paid"),
}
