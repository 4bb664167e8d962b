"""Deals that a file of some years does not list, and so states that they had no deliveries in these years.

Without that, the numbers of a deal that ended in 1985 would never be known to be the whole: a file of
1950–1989 has it, one of 1990–2023 does not. It holds only for deals that the file would list, and not where a
record was refused, or a name may have changed from one edition to the other.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from transfers.models import ImportBatch
from transfers.registers.ranges import Years
from transfers.registers.reading.records import Deal, Refused

from .imported import NOT_LISTED, ImportedDeal

LONGEST_LOCATOR = 60
#: The names of a deal by which a file may be limited.
NAMED = ("suppliers", "recipients", "descriptions")
_ALL_FROM = re.compile(r"\bfrom all countries\b", re.I)
_ALL_TO = re.compile(r"\bto all countries\b", re.I)
#: A title that names a category of weapons lists only these.
_CATEGORY = r"\b(?:naval|submarine|defen[cs]e)\b"
_ALL_WEAPONS = re.compile(rf"^transfers of (?!.*{_CATEGORY}.* from )[^,]*\b(?:arms|weapons) from ", re.I)

_ALL_WEAPONS_OF_DEALS = re.compile(
    rf"^transfers of (?![^:.]*{_CATEGORY})[^,:.]*\b(?:arms|weapons)\s*[:.]", re.I
)
_TRANSFERS = re.compile(r"transfers of \w", re.I)

Parties = tuple[str, str]


@dataclass(frozen=True)
class Scope:
    """Deals that a file of some years would list; None: whatever supplier, recipient or description.

    `unsettled`: parties of which a record was not imported; an empty supplier: any.
    """

    years: Years
    suppliers: frozenset[str] | None
    recipients: frozenset[str] | None
    descriptions: frozenset[str] | None
    unsettled: frozenset[Parties]

    def covers(self, deal: Deal) -> bool:
        """Return whether the file would list the deal, had it deliveries in the file's years."""
        parties = {(deal.supplier, deal.recipient), ("", deal.recipient), ("", "")}
        return (
            _allows(self.suppliers, deal.supplier)
            and _allows(self.recipients, deal.recipient)
            and _allows(self.descriptions, deal.description)
            and self.unsettled.isdisjoint(parties)
            and (deal.year is None or self.years.last is None or deal.year <= self.years.last)
        )

    def dump(self) -> dict[str, Any]:
        """Return the scope without its years as values for JSON."""
        lists: dict[str, Any] = {"unsettled": sorted(map(list, self.unsettled))}
        for name in NAMED:
            names = getattr(self, name)
            lists[name] = None if names is None else sorted(names)
        return lists


def has_all_weapons(title: str) -> bool:
    """Return whether a file's title says that it is not limited to some weapons."""
    return bool(_ALL_WEAPONS.search(title) or _ALL_WEAPONS_OF_DEALS.search(title))


def names_weapons(title: str) -> bool:
    """Return whether a file's title says that it is limited to some weapons."""
    return bool(_TRANSFERS.match(title)) and not has_all_weapons(title)


def _allows(names: Collection[str] | None, name: str) -> bool:
    return names is None or name in names


def build_scope(
    title: str, deals: Collection[Deal], left_out: Iterable[Deal | Refused], years: Years
) -> Scope:
    """Return the scope of a file: by its title, or else by what it lists."""
    suppliers = frozenset(deal.supplier for deal in deals)
    recipients = frozenset(deal.recipient for deal in deals)
    unsettled = {parties for record in left_out for parties in _list_parties(record, suppliers, recipients)}
    return Scope(
        years,
        None if _ALL_FROM.search(title) else suppliers,
        None if _ALL_TO.search(title) else recipients,
        None if has_all_weapons(title) else frozenset(deal.description for deal in deals),
        frozenset(unsettled),
    )


def _list_parties(
    record: Deal | Refused, suppliers: frozenset[str], recipients: frozenset[str]
) -> Iterator[Parties]:
    """Yield the parties that a record which was not imported may be of; of an unreadable one, by its text."""
    if isinstance(record, Deal):
        yield record.supplier, record.recipient
        return
    named = [recipient for recipient in recipients if recipient in record.text]
    for recipient in named:
        yield from ((supplier, recipient) for supplier in suppliers if supplier in record.text)
    if not any(supplier in record.text for supplier in suppliers) or not named:
        yield from (("", recipient) for recipient in named or [""])


@dataclass(frozen=True)
class EarlierFile:
    """File of some years that was imported before, and its scope."""

    batch: int
    source: int
    published: str
    scope: Scope


def list_earlier_files(layout: str, years: Years) -> list[EarlierFile]:
    """Return the files of other years that stand, of the same layout."""
    batches = ImportBatch.objects.standing().filter(layout=layout, source__isnull=False).order_by("pk")
    limited = batches.exclude(first_year=None, last_year=None).select_related("source")
    return [
        EarlierFile(batch.pk, batch.source_id, batch.source.published, _load_scope(batch))
        for batch in limited
        if Years(batch.first_year, batch.last_year) != years
    ]


def list_absent(
    unmatched: Iterable[ImportedDeal], added: Iterable[Deal], scope: Scope, layout: str, published: str
) -> list[ImportedDeal]:
    """Return the imported deals that had no deliveries in the file's years, since it does not list them.

    Not those that an edition of the years or of all years describes, nor those that may have another name in
    an edition of another date: one of its new deals has the same parties and year.
    """
    new_orders = {_get_order(deal) for deal in added}
    return [
        before
        for before in unmatched
        if before.layout == layout
        and not (before.is_stated or before.is_whole_stated)
        and scope.covers(before.deal)
        and (before.published == published or _get_order(before.deal) not in new_orders)
    ]


def list_files_without(
    deal: Deal, files: Iterable[EarlierFile], unmatched: Iterable[ImportedDeal], published: str
) -> list[EarlierFile]:
    """Return the files of other years that do not list a new deal, so that it had no deliveries in these."""
    old_orders = {_get_order(before.deal) for before in unmatched}
    return [
        file
        for file in files
        if file.scope.covers(deal)
        and not any(year in file.scope.years for year in deal.delivery_years)
        and (file.published == published or _get_order(deal) not in old_orders)
    ]


def _get_order(deal: Deal) -> tuple[str, str, int | None]:
    return deal.supplier, deal.recipient, deal.year


def _load_scope(batch: ImportBatch) -> Scope:
    names = {name: None if batch.scope.get(name) is None else frozenset(batch.scope[name]) for name in NAMED}
    unsettled = frozenset((supplier, recipient) for supplier, recipient in batch.scope.get("unsettled", []))
    return Scope(Years(batch.first_year, batch.last_year), **names, unsettled=unsettled)


def build_locator(deal: Deal, years: Years) -> str:
    """Return the place of what a file does not list, by the place of the deal in a file of these years."""
    return f"{NOT_LISTED}: {deal.locator} of {years}"[:LONGEST_LOCATOR]
