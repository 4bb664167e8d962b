"""Figures that a register's deal claims: pure values, which become claims when written.

A number that the register marks with `?` is graded possible instead of probable. An excerpt is the column
and the cell. What a comment may mean is no figure; see `transfers.registers.reading.comments`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from transfers.models import Claim, Quantity, TransferDate, Valuation
from transfers.publication.periods import format_years
from transfers.registers.comparison import FieldChange
from transfers.registers.ranges import Years
from transfers.registers.reading.records import LARGEST, THOUSANDTH, Deal

MARKED = "The register marks it as uncertain."
ABSENT = "The file lists the deals with deliveries in these years, and not this one."
POSSIBLE, PROBABLE = Claim.Credibility.POSSIBLE, Claim.Credibility.PROBABLE
#: The deal's fields that are figures, each with the model and the measure of its claims.
KINDS: dict[str, tuple[type[Claim], str]] = {
    "ordered": (Quantity, "ordered"),
    "delivered": (Quantity, "delivered"),
    "year": (TransferDate, "agreed"),
    "delivery_years": (TransferDate, "delivered"),
    "tiv_unit": (Valuation, "tiv_unit"),
    "tiv_ordered": (Valuation, "tiv_ordered"),
    "tiv_delivered": (Valuation, "tiv_delivered"),
}
#: Those that a file of some years limits to its years.
LIMITED = frozenset(KINDS[name] for name in ("delivered", "delivery_years", "tiv_delivered"))


@dataclass(frozen=True, slots=True)
class Figure:
    """One future claim: its model, its measure, its fields, and the words that carry it."""

    model: type[Claim]
    measure: str
    values: tuple[tuple[str, Any], ...]
    excerpt: str
    uncertain: bool = False
    note: str = ""

    @property
    def statement(self) -> tuple[Any, ...]:
        """Return what is claimed: equal for two deals that claim the same."""
        return (self.model, self.measure, self.values, self.uncertain)

    def build_claim(self, **place: Any) -> dict[str, Any]:
        """Return the claim's fields; `place` are its transfer, source and locator."""
        return {
            self.model.MEASURE_FIELD: self.measure,
            **dict(self.values),
            **place,
            "excerpt": self.excerpt,
            "credibility": int(POSSIBLE if self.uncertain else PROBABLE),
            "note": self.note or (MARKED if self.uncertain else ""),
        }


def list_figures(deal: Deal, unit: str, period: str = "") -> list[Figure]:
    """Return every figure that the deal states, its numbers counted in `unit`.

    `period`: the years, EDTF, that what was delivered is limited to; empty: it is the whole.
    """
    figures = [
        _count("ordered", deal.ordered, deal.ordered_uncertain, unit, "Number ordered"),
        _split(
            _count("delivered", deal.delivered, deal.delivered_uncertain, unit, "Number delivered"),
            deal.number_by_year,
        ),
        _agreed(deal),
        _delivered(deal),
        _tiv(Valuation.Measure.TIV_UNIT, deal.tiv_unit, "TIV per unit"),
        _tiv(Valuation.Measure.TIV_ORDERED, deal.tiv_ordered, "TIV for total order"),
        _split(
            _tiv(Valuation.Measure.TIV_DELIVERED, deal.tiv_delivered, "TIV of delivered weapons"),
            deal.tiv_by_year,
        ),
    ]
    return [_limit(figure, period) for figure in figures if figure is not None]


def list_none_delivered(unit: str, years: Years) -> list[Figure]:
    """Return what a file says of a deal that it would list, had the deal deliveries in its years."""
    nothing = Deal((), "", "", "", delivered=0, tiv_delivered=Decimal(0))
    excerpt = f"Deliveries in {years}: not listed"
    return [
        replace(figure, excerpt=excerpt, uncertain=True, note=ABSENT)
        for figure in list_figures(nothing, unit, years.period)
    ]


def _split(figure: Figure | None, by_year: str) -> Figure | None:
    """Return the figure with the years that it is of, where the file states them one by one."""
    if figure is None or not by_year:
        return figure
    return replace(figure, values=(*figure.values, ("by_year", by_year)))


def without_split(figure: Figure) -> Figure:
    """Return the figure as a file states it that does not say of which years it is."""
    return replace(figure, values=tuple(pair for pair in figure.values if pair[0] != "by_year"))


def _limit(figure: Figure, period: str) -> Figure:
    """Return the figure, limited to the period if it is of deliveries."""
    if not period or (figure.model, figure.measure) not in LIMITED:
        return figure
    return replace(figure, values=(*figure.values, ("period", period)))


def list_blank(changes: Iterable[FieldChange]) -> frozenset[tuple[type, str]]:
    """Return the kinds of figures, by model and measure, that were stated before and are blank now."""
    return frozenset(
        KINDS[change.field] for change in changes if change.field in KINDS and not _is_stated(change.after)
    )


def _is_stated(value: Any) -> bool:
    return value not in (None, ())


def _count(measure: str, number: int | None, uncertain: bool, unit: str, column: str) -> Figure | None:
    if number is None:
        return None
    values = (("minimum", number), ("maximum", number), ("unit", unit))
    return Figure(Quantity, measure, values, f"{column}: {number}{' ?' if uncertain else ''}", uncertain)


def _agreed(deal: Deal) -> Figure | None:
    if deal.year is None:
        return None
    mark = "?" if deal.year_uncertain else ""
    excerpt = f"Year of order: {deal.year}{' ?' if mark else ''}"
    return Figure(TransferDate, "agreed", (("date", f"{deal.year:04}{mark}"),), excerpt, deal.year_uncertain)


def _delivered(deal: Deal) -> Figure | None:
    years = deal.delivery_years
    if not years:
        return None
    date = years_as_date(years, {delivery.year for delivery in deal.deliveries if delivery.year_uncertain})
    shown = "; ".join(map(str, years)) if len(years) <= 4 else f"{years[0]}; {years[1]} … {years[-1]}"
    excerpt = f"Year(s) of delivery: {shown}"
    return Figure(TransferDate, "delivered", (("date", date),), excerpt, deal.delivery_years_uncertain)


def years_as_date(years: tuple[int, ...], uncertain: set[int | None]) -> str:
    """Return sorted years as EDTF: one year, a run as an interval, others as a set, each with its mark.

    A set too long for its field becomes the interval from its first year to its last.
    """
    return format_years(years, uncertain) or ""


def _tiv(measure: str, value: Decimal | None, column: str) -> Figure | None:
    """Return a trend-indicator value to a thousandth; its excerpt has all the digits."""
    if value is None:
        return None
    rounded = min(value, LARGEST - 1).quantize(THOUSANDTH)
    return Figure(Valuation, measure, (("minimum", rounded), ("maximum", rounded)), f"{column}: {value}")
