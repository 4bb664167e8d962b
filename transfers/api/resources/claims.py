"""/api/claims: one flat row a published claim, with its transfer, its source and the words."""

from django.db.models import Q, QuerySet

from transfers.api.request import filters
from transfers.api.request.conditions import match_all, match_any
from transfers.models import RegistryClaim, RegistryRow
from transfers.publication import search
from transfers.vocabulary import fields

from .lists import ListView

#: What a claim says in words of its own or of its source.
_TEXTS = ("excerpt", "attributed_to", "note")


class ClaimList(ListView):
    """Published claims: who says which figure, where, and in which words."""

    name = "claims"
    items = fields.CLAIM
    key = "claim"
    filterset_class = filters.ClaimFilterSet
    versions = RegistryClaim.objects

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        """Select claims whose own texts hold every word, and those of the transfers that the text finds."""
        transfers = search.filter_by_words(self.select(RegistryRow.objects), text)
        own = match_all(holds_word(word) for word in text.split())
        return rows.filter(own | Q(transfer__in=transfers.values("key")))


def holds_word(word: str) -> Q:
    """Match claims of which one of the texts holds the word, whatever its accents."""
    return match_any(Q(**{f"{name}__holds_plainly": word}) for name in _TEXTS)
