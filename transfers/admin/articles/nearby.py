"""Proposals of the transfer that a marked figure belongs to, from the names marked near it."""

from typing import Any

from django.db.models import Q

from transfers.evidence.recognition.marks import DATE, PARTY, SYSTEM, Mark
from transfers.models import ArticleText, Party, System, Transfer
from transfers.vocabulary import edtf

#: How many paragraphs before and after the figure's own are near.
REACH = 2
MOST_TRANSFERS = 8


class NearbyNames:
    """Identifiers of the parties and systems marked near a figure, nearest first."""

    def __init__(self, article: ArticleText, mark: Mark, marks: list[Mark]) -> None:
        self.article, self.mark = article, mark
        near = [other for other in marks if abs(other.paragraph - mark.paragraph) <= REACH]
        near.sort(key=lambda other: (abs(other.paragraph - mark.paragraph), abs(other.start - mark.start)))
        names = {
            kind: list(dict.fromkeys(name for other in near if other.kind == kind for name in other.value))
            for kind in (PARTY, SYSTEM)
        }
        self.parties, self.systems = names[PARTY], names[SYSTEM]

    def list_transfers(self) -> list[Transfer]:
        """Return transfers of a nearby system and party, likeliest first; else those between two parties."""
        listed = Transfer.objects.select_related("supplier", "recipient", "system")
        either = Q(supplier__code__in=self.parties) | Q(recipient__code__in=self.parties)
        both = Q(supplier__code__in=self.parties, recipient__code__in=self.parties)
        transfers = listed.filter(either, system__slug__in=self.systems) or listed.filter(both)
        return sorted(transfers, key=self._rank)[:MOST_TRANSFERS]

    def _rank(self, transfer: Transfer) -> tuple[int, int, str]:
        named = [code in self.parties for code in (transfer.supplier.code, transfer.recipient.code)]
        slug = transfer.system.slug
        return -sum(named), self.systems.index(slug) if slug in self.systems else 0, transfer.key

    def propose_transfer(self) -> dict[str, Any]:
        """Return values for a new transfer, whose supplier is the party that has supplied more before."""
        codes = sorted(self.parties, key=lambda code: code.startswith("X-"))  # alliances rarely trade
        parties = list(Party.objects.filter(code__in=codes[:2]))
        parties.sort(key=lambda party: (-party.supplied.count(), party.name))
        system = System.objects.filter(slug__in=self.systems[:1]).first()
        values: dict[str, Any] = dict(zip(("supplier", "recipient"), parties, strict=False))
        values["system"] = system
        if system and len(parties) == 2:
            key_parts = [*(party.code.lower() for party in parties), system.slug, self._get_year()]
            values["key"] = "-".join(key_parts)
        return values

    def _get_year(self) -> str:
        text = self.mark.value[0] if self.mark.kind == DATE else self.article.source.published
        day = next((bound for bound in edtf.bounds(text) if bound), None)
        return f"{day.year:04}" if day else ""
