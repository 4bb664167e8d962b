"""Which of two editions is the earlier, and what the later ones cover."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

from transfers.registers.reading.records import Deal
from transfers.vocabulary import edtf

from .imported import ImportedDeal, is_earlier

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
    """Edition of a date that was imported: the parties and the years of order of its deals."""

    published: str
    suppliers: set[Hashable] = field(default_factory=set)
    recipients: set[Hashable] = field(default_factory=set)
    years: set[int] = field(default_factory=set)

    def add(self, deal: Deal, get_parties: GetParties) -> None:
        """Count the deal among those that the edition has."""
        supplier, recipient = get_parties(deal)
        self.suppliers.add(supplier)
        self.recipients.add(recipient)
        if deal.year is not None:
            self.years.add(deal.year)

    def covers(self, deal: Deal, get_parties: GetParties) -> bool:
        """Return whether the edition would have the deal if it still stood."""
        supplier, recipient = get_parties(deal)
        return (
            supplier in self.suppliers
            and recipient in self.recipients
            and (deal.year is None or (bool(self.years) and min(self.years) <= deal.year <= max(self.years)))
        )


def list_later_editions(
    deals: Iterable[ImportedDeal], published: str, get_parties: GetParties
) -> list[Edition]:
    """Return the imported editions before which this date may be, by their newest statements of deals.

    One of some years does not tell which deals there are in others.
    """
    editions: dict[str, Edition] = {}
    for before in deals:
        if before.years.is_whole and may_be_earlier(published, before.published):
            edition = editions.setdefault(before.published, Edition(before.published))
            edition.add(before.deal, get_parties)
    return list(editions.values())
