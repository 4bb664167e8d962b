"""Transfers that may be one and the same: equal parties, one line of systems, dates that can agree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from transfers.models import Transfer
from transfers.models.reference import read_families, read_variants
from transfers.vocabulary import edtf

Dates = Mapping[str, Iterable[str]]


@dataclass(frozen=True)
class Candidate:
    """Features by which transfers are compared: parties and system by id, dates, EDTF, by event."""

    supplier: int
    recipient: int
    system: int
    dates: Dates = field(default_factory=dict)
    pk: int | None = None


def list_near(candidate: Candidate) -> list[Transfer]:
    """Return the stored transfers that the candidate may repeat, by key."""
    others = Transfer.objects.filter(
        supplier=candidate.supplier,
        recipient=candidate.recipient,
        system__in=list_system_line(candidate.system),
    )
    if candidate.pk is not None:
        others = others.exclude(pk=candidate.pk)
    others = others.select_related("system").prefetch_related("dates").order_by("key")
    return [other for other in others if _may_agree(candidate.dates, _group_dates(other))]


def list_system_line(system: int) -> set[int]:
    """Return the ids of the system, of its families and of all its variants."""
    return read_families([system]).keys() | read_variants([system]).keys()


def _group_dates(transfer: Transfer) -> dict[str, list[str]]:
    dates: dict[str, list[str]] = {}
    for claim in transfer.dates.all():
        dates.setdefault(claim.event, []).append(claim.date)
    return dates


def _may_agree(mine: Dates, theirs: Dates) -> bool:
    """Return whether dates of an event overlap, or one side has no dates at all."""
    if not mine or not theirs:
        return True
    return any(
        _overlap(one, other) for event in mine for one in mine[event] for other in theirs.get(event, ())
    )


def _overlap(one: str, other: str) -> bool:
    """Return whether the dates overlap; one that cannot be read may overlap any other."""
    try:
        return edtf.overlaps(one, other)
    except edtf.EDTFError:
        return True
