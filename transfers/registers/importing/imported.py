"""Deals of registers as they are stored: the last that each transfer was described by, and whole editions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.models import Max

from transfers.models import ImportBatch, RegisterDeal
from transfers.registers.matching import STATED_BY_BOTH
from transfers.registers.reading.records import Deal, load_deal


@dataclass(frozen=True, slots=True)
class ImportedDeal:
    """A deal as the newest edition that knows it states it, and its transfer."""

    deal: Deal
    transfer: int
    key: str
    state: str
    published: str
    layout: str
    joined_from: str


def list_newest(layout: str = "") -> list[ImportedDeal]:
    """The newest statement of each deal that was imported, in the order in which they came.

    Where its newest edition is of another layout than this one, what that one does not state is as the newest
    edition of this layout states it.
    """
    found: dict[tuple[str, int], list[ImportedDeal]] = {}
    for each in _newest_of_each_layout():
        found.setdefault((each.joined_from, each.transfer), []).append(each)
    return [_as_told_in(layout, told) for told in found.values()]


def _newest_of_each_layout() -> Iterator[ImportedDeal]:
    newest = (
        RegisterDeal.objects.filter(batch__undone__isnull=True)
        .exclude(outcome="earlier")
        .values("joined_from", "transfer", "batch__layout")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    rows = RegisterDeal.objects.filter(pk__in=newest).order_by("pk")
    names = (
        "stated", "transfer", "transfer__key", "transfer__state", "batch__source__published", "batch__layout",
        "joined_from",
    )  # fmt: skip
    for stated, pk, key, state, published, layout, joined_from in rows.values_list(*names).iterator(
        chunk_size=2000
    ):
        yield ImportedDeal(load_deal(stated), pk, key, state, published or "", layout, joined_from)


def _as_told_in(layout: str, told: list[ImportedDeal]) -> ImportedDeal:
    """The last of these statements of one deal, in the shape of the layout if one of them has it."""
    newest = told[-1]
    own = next((each for each in told if each.layout == layout), newest)
    if own.layout == newest.layout:
        return newest
    both = {name: getattr(newest.deal, name) for name in STATED_BY_BOTH}
    return replace(newest, deal=replace(own.deal, **both), layout=layout)


def list_places(sha256: str) -> set[tuple[int, str]]:
    """Transfers and places of the deals that were imported from this very file."""
    deals = RegisterDeal.objects.filter(batch__sha256=sha256, batch__undone__isnull=True)
    return set(deals.values_list("transfer", "locator"))


def list_deals(key: str) -> list[Deal]:
    """The deals of an imported edition, by its source's key; raises LookupError with a sentence."""
    batches = ImportBatch.objects.filter(source__key=key, undone__isnull=True)
    if not batches:
        editions = ImportBatch.objects.filter(undone__isnull=True).order_by("pk")
        there = ", ".join(key for key in editions.values_list("source__key", flat=True) if key)
        raise LookupError(f"There is no file and no imported source {key!r}; imported: {there or 'none'}.")
    return list(_deals(batches))


def _deals(batches) -> Iterator[Deal]:
    stated = RegisterDeal.objects.filter(batch__in=batches).order_by("pk").values_list("stated", flat=True)
    yield from map(load_deal, stated.iterator(chunk_size=2000))
