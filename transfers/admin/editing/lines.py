"""A claim as one line of its transfer's page."""

from dataclasses import dataclass
from typing import Any

from transfers.models import Quantity, Source, TransferDate
from transfers.vocabulary import counts
from transfers.vocabulary.counts import ABOUT, Number


@dataclass(frozen=True)
class ClaimLine:
    """What a claim says: its figure, what the figure is limited to, and how far it is to be trusted."""

    measure: str
    figure: str
    limits: list[str]
    grade: str
    trust: str


def build_line(claim: Any) -> ClaimLine:
    """Return the line of a stored claim."""
    source: Source = claim.source
    trust = [source.get_reliability_display() if source.reliability else "", claim.get_credibility_display()]
    measure = f"get_{claim.MEASURE_FIELD}_display"
    return ClaimLine(
        measure=getattr(claim, measure)(),
        figure=_describe_figure(claim),
        limits=_list_limits(claim),
        grade=f"{source.reliability}{claim.credibility}",
        trust=", ".join(filter(None, trust)),
    )


def _describe_figure(claim: Any) -> str:
    if isinstance(claim, TransferDate):
        return claim.date
    number = counts.render(Number(claim.minimum, claim.maximum, ABOUT in claim.note))
    unit = claim.get_unit_display() if isinstance(claim, Quantity) else claim.currency
    return f"{number} {unit}".strip()


def _list_limits(claim: Any) -> list[str]:
    """Return the day, the years and the part to which the figure is limited."""
    day = getattr(claim, "as_of", "")
    limits = [f"as of {day}" if day else "", f"in {claim.period}" if claim.period else "", claim.part]
    return [limit for limit in limits if limit]
