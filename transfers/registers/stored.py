"""Deals of registers as they are stored: the last that each transfer was described by, and whole editions."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Max

from ..imports.records import Deal, deal_of
from ..models import ImportBatch, RegisterDeal


@dataclass(frozen=True, slots=True)
class Known:
    """A deal as the newest edition that knows it states it, and its transfer."""

    deal: Deal
    transfer: int
    key: str
    state: str
    published: str
    layout: str
    joined_from: str


def known() -> list[Known]:
    """The newest statement of each deal that was imported, in the order in which they came."""
    newest = (
        RegisterDeal.objects.filter(batch__undone__isnull=True)
        .exclude(outcome="earlier")
        .values("joined_from", "transfer")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    rows = RegisterDeal.objects.filter(pk__in=newest).order_by("pk")
    names = (
        "stated", "transfer", "transfer__key", "transfer__state", "batch__source__published", "batch__layout",
        "joined_from",
    )  # fmt: skip
    return [
        Known(deal_of(stated), pk, key, state, published or "", layout, joined_from)
        for stated, pk, key, state, published, layout, joined_from in rows.values_list(*names).iterator(
            chunk_size=2000
        )
    ]


def deals_of(key: str) -> list[Deal]:
    """The deals of an imported edition, by its source's key; raises LookupError with a sentence."""
    batches = ImportBatch.objects.filter(source__key=key, undone__isnull=True)
    if not batches:
        editions = ImportBatch.objects.filter(undone__isnull=True).order_by("pk")
        there = ", ".join(key for key in editions.values_list("source__key", flat=True) if key)
        raise LookupError(f"There is no file and no imported source {key!r}; imported: {there or 'none'}.")
    return list(_deals(batches))


def _deals(batches) -> Iterator[Deal]:
    stated = RegisterDeal.objects.filter(batch__in=batches).order_by("pk").values_list("stated", flat=True)
    yield from map(deal_of, stated.iterator(chunk_size=2000))
