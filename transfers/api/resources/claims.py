"""/api/claims: one flat row a published claim, with its transfer, its source and the words."""

from django.db.models import QuerySet

from transfers.api.request import filters
from transfers.models import RegistryClaim, RegistryRow
from transfers.publication import search
from transfers.vocabulary import fields

from .lists import ListView


class ClaimList(ListView):
    """Published claims: who says which figure, where, and in which words."""

    name = "claims"
    items = fields.CLAIM
    key = "claim"
    filterset_class = filters.ClaimFilterSet
    versions = RegistryClaim.objects

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        """Select claims of the transfers that the text finds."""
        transfers = search.filter_by_words(self.select(RegistryRow.objects), text)
        return rows.filter(transfer__in=transfers.values("key"))
