"""Figures of a register beside those of other sources, each side settled by the rules of `figures`. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from transfers.publication.agreement import lies_within, list_narrowest
from transfers.publication.figures import Claim, combine, resolve
from transfers.vocabulary.measures import DATES, QUANTITIES, STEMS, TIVS


class Verdict(StrEnum):
    """Result of setting one figure beside another.

    * same: equal numbers, or dates that allow the same days;
    * compatible: not equal, but no dispute in a row either, as one lies within the other (`agreement`);
    * later count: of two numbers delivered one is later for certain and not smaller: no contradiction;
    * not comparable: the sides count in different units, or in different currencies;
    * dispute: anything else that both state.
    """

    SAME = "same"
    COMPATIBLE = "compatible"
    LATER = "later count"
    DISPUTE = "dispute"
    NOT_COMPARABLE = "not comparable"
    REGISTER_ONLY = "only the register"
    OTHERS_ONLY = "only others"


AGREEING = (Verdict.SAME, Verdict.COMPATIBLE, Verdict.LATER)


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """Figure of one side in words and as bounds: numbers or days, None if open. Empty if not stated."""

    text: str = ""
    low: Any = None
    high: Any = None

    def overlaps(self, other: "StatedFigure") -> bool:
        return not (_ends_before(self.high, other.low) or _ends_before(other.high, self.low))

    def lies_in(self, other: "StatedFigure") -> bool:
        return lies_within((self.low, self.high), (other.low, other.high))


@dataclass(frozen=True, slots=True)
class FigureComparison:
    """One figure as the register and as the other sources state it."""

    measure: str
    verdict: Verdict
    register: StatedFigure
    others: StatedFigure

    @property
    def is_two_sided(self) -> bool:
        return self.verdict not in (Verdict.REGISTER_ONLY, Verdict.OTHERS_ONLY)

    def __str__(self) -> str:
        if self.verdict == Verdict.SAME:
            return f"{self.measure}: {self.register.text}"
        texts = " against ".join(side.text for side in (self.register, self.others) if side.text)
        return f"{self.measure}: {self.verdict}: {texts}"


def compare_figures(register: Iterable[Claim], others: Iterable[Claim]) -> list[FigureComparison]:
    """Compare each figure that either side states, in the order of a row."""
    ours, theirs = _group_by_measure(combine(register)), _group_by_measure(combine(others))
    return [
        _compare(measure, ours.get(measure, []), theirs.get(measure, []))
        for measure in STEMS
        if measure in ours or measure in theirs
    ]


def _group_by_measure(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(claim.measure, []).append(claim)
    return groups


def _compare(measure: str, ours: list[Claim], theirs: list[Claim]) -> FigureComparison:
    verdict = None
    if not ours or not theirs:
        verdict = Verdict.REGISTER_ONLY if ours else Verdict.OTHERS_ONLY
    elif (unit := _choose_unit(ours, theirs)) is None:
        verdict = Verdict.NOT_COMPARABLE
    else:
        ours, theirs = ([claim for claim in side if _get_unit(claim) == unit] for side in (ours, theirs))
    register, others = _settle(measure, ours), _settle(measure, theirs)
    if verdict is None:
        if (register.low, register.high) == (others.low, others.high):
            verdict = Verdict.SAME
        elif _agree(measure, register, others):
            verdict = Verdict.COMPATIBLE
        elif measure == "quantity_delivered" and measure not in resolve("", [*ours, *theirs])["disputed"]:
            verdict = Verdict.LATER
        else:
            verdict = Verdict.DISPUTE
    return FigureComparison(measure, verdict, register, others)


def _agree(measure: str, *sides: StatedFigure) -> bool:
    """Return whether a row of these two figures would show no dispute."""
    if (None, None) in {(side.low, side.high) for side in sides}:
        return True
    return bool(
        list_narrowest([Claim(measure, "", "", "", side.low, side.high, date=side.text) for side in sides])
    )


def _choose_unit(ours: list[Claim], theirs: list[Claim]) -> str | None:
    """Return the unit or currency in which both sides claim, the most frequent of several; None if none."""
    votes = Counter(map(_get_unit, [*ours, *theirs]))
    common = {*map(_get_unit, ours)} & {*map(_get_unit, theirs)}
    return min(common, key=lambda unit: (-votes[unit], unit), default=None)


def _get_unit(claim: Claim) -> str:
    return claim.unit or claim.currency or ""


def _settle(measure: str, claims: Sequence[Claim]) -> StatedFigure:
    """Return the figure that a row of these claims alone would show."""
    if not claims:
        return StatedFigure()
    row = resolve("", claims)
    if measure in DATES:
        return StatedFigure(row[measure] or "../..", row[f"{measure}_earliest"], row[f"{measure}_latest"])
    if measure in TIVS:
        value = row[measure]
        low, high = _get_envelope(claims) if value is None else (value, value)
        return StatedFigure(_format_range(low, high), low, high)
    low, high = row[f"{measure}_min"], row[f"{measure}_max"]
    unit = row["unit"] if measure in QUANTITIES else row["deal_currency"]
    return StatedFigure(f"{_format_range(low, high)} {unit}", low, high)


def _get_envelope(claims: Sequence[Claim]) -> tuple[float, float | None]:
    tops = [claim.maximum for claim in claims if claim.maximum is not None]
    top = max(tops) if len(tops) == len(claims) else None
    return min(claim.range[0] for claim in claims), top


def _format_range(low: float, high: float | None) -> str:
    if high is None:
        return f"at least {low:.15g}"
    return f"{low:.15g}" if low == high else f"{low:.15g}-{high:.15g}"


def _ends_before(high: Any, low: Any) -> bool:
    """Return whether all of what ends at `high` is before what begins at `low`."""
    return high is not None and low is not None and high < low
