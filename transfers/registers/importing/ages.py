"""Which of two editions is the earlier, and what the later ones cover."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from transfers.models import ImportBatch
from transfers.registers.reading.descriptions import get_category
from transfers.registers.reading.records import Deal, load_deal
from transfers.vocabulary import edtf

from .imported import CHUNK, is_earlier

__all__ = ["Edition", "is_earlier", "list_later_editions", "may_be_earlier"]

GetParties = Callable[[Deal], tuple[Hashable, ...]]


def may_be_earlier(published: str, other: str) -> bool:
    """Return whether the date is earlier for certain, or has no end and begins earlier.

    An edition without a date has such a one: it is no earlier than the last year that it mentions.
    """
    start, end = edtf.bounds(published) if published else (None, None)
    other_start = edtf.bounds(other)[0] if other else None
    return is_earlier(published, other) or (
        end is None and start is not None and other_start is not None and start < other_start
    )


@dataclass
class Edition:
    """Edition of a date that was imported: the parties, years of order and kinds of weapons of its deals.

    `has_all_weapons`: its title says that it is not limited to some kinds.
    """

    published: str
    suppliers: set[Hashable] = field(default_factory=set)
    recipients: set[Hashable] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    categories: set[str] = field(default_factory=set)
    has_all_weapons: bool = False

    def add(self, deal: Deal, get_parties: GetParties) -> None:
        """Count the deal among those that the edition has."""
        supplier, recipient = get_parties(deal)
        self.suppliers.add(supplier)
        self.recipients.add(recipient)
        self.categories.add(get_category(deal.description))
        if deal.year is not None:
            self.years.add(deal.year)

    def covers(self, deal: Deal, get_parties: GetParties) -> bool:
        """Return whether the edition would have the deal if it still stood."""
        supplier, recipient = get_parties(deal)
        return (
            supplier in self.suppliers
            and recipient in self.recipients
            and (self.has_all_weapons or get_category(deal.description) in self.categories)
            and (deal.year is None or (bool(self.years) and min(self.years) <= deal.year <= max(self.years)))
        )


def list_later_editions(published: str, get_parties: GetParties) -> list[Edition]:
    """Return the imported editions before which this date may be.

    One of some years does not tell which deals there are in others.
    """
    batches = ImportBatch.objects.standing().filter(source__isnull=False).select_related("source")
    editions = []
    for batch in batches.filter(first_year__isnull=True, last_year__isnull=True):
        if may_be_earlier(published, batch.source.published):
            edition = Edition(
                batch.source.published, has_all_weapons=batch.scope.get("has_all_weapons", False)
            )
            for stated in batch.deals.values_list("stated", flat=True).iterator(chunk_size=CHUNK):
                edition.add(load_deal(stated), get_parties)
            editions.append(edition)
    return editions
