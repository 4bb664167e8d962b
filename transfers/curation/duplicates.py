"""Transfers that may be one and the same: equal parties, one line of systems, dates that can agree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from transfers.models import System, Transfer
from transfers.vocabulary import edtf
from transfers.vocabulary.lineage import list_line, list_members

Dates = Mapping[str, Iterable[str]]


@dataclass(frozen=True)
class Candidate:
    """What a transfer is told by: its parties and system by id, and its dates, EDTF, by event."""

    supplier: int
    recipient: int
    system: int
    dates: Dates = field(default_factory=dict)
    pk: int | None = None


def near(candidate: Candidate) -> list[Transfer]:
    """Stored transfers that the candidate may repeat, by key; three queries, however many there are."""
    others = Transfer.objects.filter(
        supplier=candidate.supplier, recipient=candidate.recipient, system__in=line(candidate.system)
    )
    if candidate.pk is not None:
        others = others.exclude(pk=candidate.pk)
    found = others.select_related("system").prefetch_related("dates").order_by("key")
    return [other for other in found if _may_agree(candidate.dates, _dates(other))]


def line(system: int) -> set[int]:
    """Return the ids of the system, of its families and of all its variants, in one query."""
    families = dict(System.objects.values_list("pk", "variant_of"))
    return {*list_line(system, families)} | list_members(system, families)


def _dates(transfer: Transfer) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for claim in transfer.dates.all():
        found.setdefault(claim.event, []).append(claim.date)
    return found


def _may_agree(mine: Dates, theirs: Dates) -> bool:
    """Whether an event has overlapping dates; without any dates on one side nothing tells them apart."""
    if not mine or not theirs:
        return True
    return any(
        _overlap(one, other) for event in mine for one in mine[event] for other in theirs.get(event, ())
    )


def _overlap(one: str, other: str) -> bool:
    """A date that cannot be read tells nothing apart."""
    try:
        return edtf.overlaps(one, other)
    except edtf.EDTFError:
        return True
