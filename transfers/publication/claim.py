"""A claim as its row is settled from: one source's statement of one figure. No database and no Django."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf

from transfers.vocabulary import edtf

Range = tuple[float, float | None]


@dataclass(frozen=True)
class Claim:
    """One source's statement of one figure. Dates are EDTF text; an open maximum is None.

    `period`: years that the figure is limited to, EDTF; None: it is of the whole. `part`: which of several
    deals of one register the figure is of. `by_year`: how it splits over years. `claim`: its identifier.
    """

    measure: str
    source: str
    published: str
    publisher: str
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None
    currency: str | None = None
    date: str | None = None
    as_of: str | None = None
    attributed_to: str | None = None
    agencies: str | None = None
    origin_of: str | None = None
    preferred: bool = False
    period: str | None = None
    part: str | None = None
    credibility: int | None = None
    by_year: str | None = None
    claim: str = field(default="", compare=False)

    @property
    def story(self) -> str:
        """Return what its copies share; a source without copies is a story of its own."""
        return self.origin_of or self.source

    @property
    def scale(self) -> tuple[str | None, str | None]:
        """Return what its number counts: figures of two scales cannot be compared."""
        return (self.unit, self.currency)

    @property
    def range(self) -> Range:
        """Minimum and maximum; 'at most 5' starts at nought, so a figure always has a minimum."""
        return (self.minimum or 0, self.maximum)


def is_later(new: str, old: str) -> bool:
    """Return whether a date is later for certain."""
    start, end = edtf.bounds(new)[0], edtf.bounds(old)[1]
    return start is not None and end is not None and start > end


def get_top(ends: Range) -> float:
    """Return the greatest of a range, infinity where it is open."""
    return inf if ends[1] is None else ends[1]


def get_worst(claims: Iterable[Claim]) -> int | None:
    """Return the worst grade of what is more than nothing: a sum is as uncertain as what it adds up."""
    grades = (claim.credibility for claim in claims if claim.range != (0, 0))
    return max((grade for grade in grades if grade is not None), default=None)


def get_envelope(claims: Iterable[Claim]) -> Range:
    """Return the smallest minimum and the largest maximum; an open maximum stays open."""
    ranges = [claim.range for claim in claims]
    tops = [top for _, top in ranges]
    top = None if None in tops else max(top for top in tops if top is not None)
    return min(bottom for bottom, _ in ranges), top
