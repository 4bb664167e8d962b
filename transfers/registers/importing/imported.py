"""Deals that were imported: the newest statement of each, and whole editions."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from sys import intern

from django.db.models import Max

from transfers.models import ImportBatch, RegisterDeal
from transfers.registers.matching import list_common
from transfers.registers.ranges import WHOLE, Years, limit, with_deliveries_of, without_deliveries
from transfers.registers.reading.records import Deal, load_deal
from transfers.vocabulary import edtf
from transfers.vocabulary.choices import Outcome

CHUNK = 2000
#: How the locator of a deal begins that a file of some years does not list.
NOT_LISTED = "not listed"


@dataclass(frozen=True, slots=True)
class ImportedDeal:
    """A deal as the newest edition states it, and its transfer.

    `is_stated`: an edition of the years in question describes it; `is_whole_stated`: one of all years does;
    `elsewhere`: how many an edition of other years alone has as delivered.
    """

    deal: Deal
    transfer: int
    key: str
    state: str
    published: str
    layout: str
    joined_from: str
    years: Years = WHOLE
    is_stated: bool = True
    is_whole_stated: bool = True
    elsewhere: int = 0

    def is_closed(self) -> bool:
        """Return whether all was delivered in other years than those in question."""
        return bool(self.deal.ordered) and self.elsewhere >= (self.deal.ordered or 0)


def list_newest(
    layout: str = "", years: Years = WHOLE, transfers: Collection[int] | None = None
) -> list[ImportedDeal]:
    """Return the newest statement of each deal that was imported, in the order in which they came.

    Where its newest edition is of another layout than this one, what that one does not state is as the newest
    edition of this layout states it. What was delivered is as the newest edition of these years states it.
    With `transfers`, only of those that have one of these ids.
    """
    statements: dict[tuple[str, int], list[ImportedDeal]] = {}
    for statement in _newest_of_each_kind(transfers):
        statements.setdefault((statement.joined_from, statement.transfer), []).append(statement)
    return [_limit(_in_layout(layout, of_one), of_one, years) for of_one in statements.values()]


def list_by_years(layout: str) -> list[list[ImportedDeal]]:
    """Return of each deal the newest statement by each range of years, the last imported first.

    They are in the shape of the layout where one of these years has it.
    """
    by_deal: dict[tuple[str, int], dict[Years, list[ImportedDeal]]] = {}
    for statement in _newest_of_each_kind(None):
        by_years = by_deal.setdefault((statement.joined_from, statement.transfer), {})
        by_years.setdefault(statement.years, []).append(statement)
    return [
        [_in_layout(layout, statements) for statements in reversed(by_years.values())]
        for by_years in by_deal.values()
    ]


def _newest_of_each_kind(transfers: Collection[int] | None) -> Iterator[ImportedDeal]:
    """Yield the newest statement of each deal by each layout and range of years."""
    standing = RegisterDeal.objects.standing()
    newest = (
        (standing if transfers is None else standing.filter(transfer__in=transfers))
        .values("joined_from", "transfer", "batch__layout", "batch__first_year", "batch__last_year")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    rows = RegisterDeal.objects.filter(pk__in=newest).order_by("pk").values_list(
        "stated", "transfer", "transfer__key", "transfer__state", "batch__source__published", "batch__layout",
        "joined_from", "batch__first_year", "batch__last_year",
    )  # fmt: skip
    for stated, pk, key, state, published, layout, joined_from, *years in rows.iterator(chunk_size=CHUNK):
        yield ImportedDeal(
            load_deal(stated),
            pk,
            key,
            intern(state),
            intern(published or ""),
            intern(layout),
            joined_from,
            Years(*years),
        )


def _in_layout(layout: str, statements: list[ImportedDeal]) -> ImportedDeal:
    """Return the newest of these statements of one deal, in the shape of the layout if one of them has it."""
    newest = _choose_newest(statements)
    in_layout = [statement for statement in statements if statement.layout == layout]
    own = _choose_newest(in_layout) if in_layout else newest
    if own.layout == newest.layout:
        return newest
    common = {name: getattr(newest.deal, name) for name in list_common(own.deal, newest.deal)}
    return replace(newest, deal=replace(own.deal, **common), layout=layout)


def _choose_newest(statements: list[ImportedDeal]) -> ImportedDeal:
    """Return the last statement, unless an edition of other years is later for certain."""
    newest = statements[0]
    for statement in statements[1:]:
        if not is_earlier(statement.published, newest.published):
            newest = statement
    return newest


def _limit(newest: ImportedDeal, statements: list[ImportedDeal], years: Years) -> ImportedDeal:
    """Return the newest statement with what was delivered in these years, as far as an edition states it."""
    of_years = [statement for statement in statements if statement.years == years]
    wholes = [statement for statement in statements if statement.years.is_whole]
    if of_years and len(of_years) == len(statements):
        return replace(newest, is_whole_stated=years.is_whole)
    if of_years:
        deal = with_deliveries_of(newest.deal, _choose_newest(of_years).deal)
    elif wholes:
        deal = limit(with_deliveries_of(newest.deal, _choose_newest(wholes).deal), years)
    else:
        deal = without_deliveries(newest.deal)
    others = [one.deal.delivered or 0 for one in statements if not one.years.meets(years)]
    return replace(
        newest,
        deal=deal,
        is_stated=bool(of_years),
        is_whole_stated=bool(wholes),
        elsewhere=max(others, default=0),
    )


def is_earlier(published: str, other: str) -> bool:
    """Return whether the date is earlier than the other for certain."""
    end = edtf.bounds(published)[1] if published else None
    start = edtf.bounds(other)[0] if other else None
    return end is not None and start is not None and end < start


def list_places(sha256: str) -> set[tuple[int, str]]:
    """Return transfers and places of the deals that were imported from this very file."""
    deals = RegisterDeal.objects.filter(batch__in=ImportBatch.objects.standing().filter(sha256=sha256))
    return set(deals.exclude(outcome=Outcome.AMBIGUOUS).values_list("transfer", "locator"))


def get_years(key: str) -> Years:
    """Return the years that an imported edition is limited to, by its source's key."""
    batches = ImportBatch.objects.standing().filter(source__key=key)
    return Years(*(batches.values_list("first_year", "last_year").first() or ()))


def list_deals(key: str) -> list[Deal]:
    """Return the deals of an imported edition, by its source's key; raise LookupError with a sentence."""
    batches = ImportBatch.objects.standing().filter(source__key=key)
    if not batches:
        keys = ImportBatch.objects.standing().order_by("pk").values_list("source__key", flat=True)
        imported = ", ".join(filter(None, keys)) or "none"
        raise LookupError(f"There is no file and no imported source {key!r}; imported: {imported}.")
    deals = RegisterDeal.objects.filter(batch__in=batches).exclude(locator__startswith=NOT_LISTED)
    stated = deals.order_by("pk").values_list("stated", flat=True)
    return [load_deal(values) for values in stated.iterator(chunk_size=CHUNK)]
