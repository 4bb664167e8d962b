"""What figures that are limited to some years say of the whole. Pure: no database and no Django.

A claim with a period never replaces or disputes a claim of the whole. Where a register has none of the whole,
its periods add up: to the whole, or else to a minimum, which stands only where nobody states the whole.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from transfers.vocabulary import edtf

from . import periods
from .claim import Claim, get_envelope, get_worst
from .periods import Span, Total

DELIVERED = "quantity_delivered"


def add_up_periods(claims: list[Claim]) -> list[Claim]:
    """Return the claims of the whole, and what those of periods make together where nothing else is said."""
    wholes = [claim for claim in claims if not claim.period]
    if len(wholes) == len(claims):
        return claims
    registers: dict[tuple[str | None, ...], list[Claim]] = {}
    for claim in claims:
        registers.setdefault((claim.story, claim.publisher, claim.part), []).append(claim)
    minimums: list[Claim] = []
    for stated in registers.values():
        for claim, is_whole in _Register(stated).list_totals():
            (wholes if is_whole else minimums).append(claim)
    return wholes + [claim for claim in minimums if not any(_is_whole_of(whole, claim) for whole in wholes)]


def _is_whole_of(whole: Claim, claim: Claim) -> bool:
    """Return whether a claim of the whole states the same figure; of a part, only its own whole does."""
    return whole.measure == claim.measure and (not claim.part or whole.part in (None, claim.part))


@dataclass(frozen=True)
class _Register:
    """All claims of one register about one transfer, or one part of it."""

    claims: list[Claim]

    def list_totals(self) -> Iterator[tuple[Claim, bool]]:
        """Yield what the periods make of each figure that has no claim of the whole; True: the whole."""
        measures = {claim.measure for claim in self.claims if not claim.period}
        figures: dict[tuple[str | None, ...], list[Claim]] = {}
        for claim in self.limited:
            if claim.measure not in measures:
                figures.setdefault((claim.measure, claim.unit, claim.currency), []).append(claim)
        for limited in figures.values():
            total = self._unite_dates(limited) if limited[0].date else self._add_numbers(limited)
            if total is not None:
                yield total

    @cached_property
    def limited(self) -> list[Claim]:
        return [claim for claim in self.claims if claim.period]

    @cached_property
    def start(self) -> int:
        """Return the year of the order, or the register's first."""
        agreed = [claim.date for claim in self.claims if claim.measure == "date_agreed"]
        days = [edtf.bounds(date)[0] for date in agreed if date]
        return min((day.year for day in days if day), default=periods.BEGINNING)

    @cached_property
    def newest(self) -> int:
        """Return the year that its periods must reach to be the whole."""
        return periods.get_newest_year(claim.published for claim in self.limited)

    def _add_numbers(self, limited: list[Claim]) -> tuple[Claim, bool] | None:
        """Return the sum of one figure's periods; None where it says nothing."""
        (bottom, top), is_whole = self._sum(limited)
        if not (bottom or is_whole):
            return None
        newest = max(limited, key=lambda claim: (_get_last(claim), claim.published, claim.source))
        return _build_total(newest, limited, minimum=bottom, maximum=top), is_whole

    def _sum(self, limited: list[Claim]) -> Total:
        """Return the sum, which is the whole also where it is all that was ordered."""
        by_span: dict[Span, list[Claim]] = {}
        for claim in limited:
            by_span.setdefault(periods.parse_span(claim.period or ""), []).append(claim)
        parts = {span: get_envelope(claims) for span, claims in by_span.items()}
        total = periods.add_up(parts, self.start, self.newest)
        bottom = total.range[0]
        if bottom and not total.is_whole and self._list_ordered(limited[0]) == {(bottom, bottom)}:
            return Total((bottom, bottom), True)
        return total

    def _list_ordered(self, delivered: Claim) -> set[tuple[float, float | None]]:
        """Return what the register says was ordered, in the unit of what was delivered."""
        measure = delivered.measure.replace("delivered", "ordered")
        return {
            claim.range
            for claim in self.claims
            if not claim.period and (claim.measure, claim.unit) == (measure, delivered.unit)
        }

    def _unite_dates(self, limited: list[Claim]) -> tuple[Claim, bool] | None:
        """Return when it was by all periods; the whole where they have no gap, or all was delivered."""
        spans = {periods.parse_span(claim.period or "") for claim in self.limited}
        dates = [claim.date for claim in limited if claim.date]
        counts = [claim for claim in self.limited if claim.measure == DELIVERED]
        is_whole = periods.add_up(dict.fromkeys(spans, (0, 0)), self.start, self.newest).is_whole
        if is_whole or (limited[0].measure == "date_delivered" and counts and self._sum(counts).is_whole):
            return _build_total(limited[0], limited, date=periods.unite_dates(dates)), True
        date = periods.join_dates(dates, spans, self.start, self.newest)
        return None if date is None else (_build_total(limited[0], limited, date=date), False)


def _get_last(claim: Claim) -> int:
    return periods.parse_span(claim.period or "").last


def _build_total(claim: Claim, limited: Iterable[Claim], **values: float | str | None) -> Claim:
    """Return the claim with these values, of the whole; a count speaks of the last year that it includes."""
    last = _get_last(claim)
    if claim.measure == DELIVERED and last <= periods.LATEST:
        values["as_of"] = f"{last:04}"
    limited = list(limited)
    preferred = any(other.preferred for other in limited)
    grade = claim.credibility if claim.date else get_worst(limited)
    return replace(claim, period=None, preferred=preferred, credibility=grade, **values)  # type: ignore[arg-type]
