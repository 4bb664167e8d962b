"""Deals that were imported: the newest statement of each, and whole editions."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from django.db.models import Max

from transfers.models import ImportBatch, RegisterDeal
from transfers.registers.matching import list_common
from transfers.registers.reading.records import Deal, load_deal
from transfers.vocabulary.choices import Outcome

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class ImportedDeal:
    """A deal as the newest edition states it, and its transfer."""

    deal: Deal
    transfer: int
    key: str
    state: str
    published: str
    layout: str
    joined_from: str


def list_newest(layout: str = "", transfers: Collection[int] | None = None) -> list[ImportedDeal]:
    """Return the newest statement of each deal that was imported, in the order in which they came.

    Where its newest edition is of another layout than this one, what that one does not state is as the newest
    edition of this layout states it. With `transfers`, only of those that have one of these ids.
    """
    statements: dict[tuple[str, int], list[ImportedDeal]] = {}
    for statement in _newest_of_each_layout(transfers):
        statements.setdefault((statement.joined_from, statement.transfer), []).append(statement)
    return [_in_layout(layout, of_one_deal) for of_one_deal in statements.values()]


def _newest_of_each_layout(transfers: Collection[int] | None) -> Iterator[ImportedDeal]:
    standing = RegisterDeal.objects.standing()
    newest = (
        (standing if transfers is None else standing.filter(transfer__in=transfers))
        .values("joined_from", "transfer", "batch__layout")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    rows = RegisterDeal.objects.filter(pk__in=newest).order_by("pk").values_list(
        "stated", "transfer", "transfer__key", "transfer__state", "batch__source__published", "batch__layout",
        "joined_from",
    )  # fmt: skip
    for stated, pk, key, state, published, layout, joined_from in rows.iterator(chunk_size=CHUNK):
        yield ImportedDeal(load_deal(stated), pk, key, state, published or "", layout, joined_from)


def _in_layout(layout: str, statements: list[ImportedDeal]) -> ImportedDeal:
    """Return the last of these statements of one deal, in the shape of the layout if one of them has it."""
    newest = statements[-1]
    own = next((statement for statement in statements if statement.layout == layout), newest)
    if own.layout == newest.layout:
        return newest
    common = {name: getattr(newest.deal, name) for name in list_common(own.deal, newest.deal)}
    return replace(newest, deal=replace(own.deal, **common), layout=layout)


def list_places(sha256: str) -> set[tuple[int, str]]:
    """Return transfers and places of the deals that were imported from this very file."""
    deals = RegisterDeal.objects.filter(batch__in=ImportBatch.objects.standing().filter(sha256=sha256))
    return set(deals.exclude(outcome=Outcome.AMBIGUOUS).values_list("transfer", "locator"))


def list_deals(key: str) -> list[Deal]:
    """Return the deals of an imported edition, by its source's key; raise LookupError with a sentence."""
    batches = ImportBatch.objects.standing().filter(source__key=key)
    if not batches:
        keys = ImportBatch.objects.standing().order_by("pk").values_list("source__key", flat=True)
        imported = ", ".join(filter(None, keys)) or "none"
        raise LookupError(f"There is no file and no imported source {key!r}; imported: {imported}.")
    stated = RegisterDeal.objects.filter(batch__in=batches).order_by("pk").values_list("stated", flat=True)
    return [load_deal(values) for values in stated.iterator(chunk_size=CHUNK)]
