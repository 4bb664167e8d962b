"""/api/deliveries: what arrived when, one flat row for each transfer and period."""

from django.db.models import QuerySet

from transfers.api.request import filters
from transfers.models import RegistryDelivery, RegistryRow
from transfers.publication import search
from transfers.vocabulary import fields

from .lists import ListView


class DeliveryList(ListView):
    """What was delivered within which period: at least and at most how many, and of which value."""

    name = "deliveries"
    items = fields.DELIVERY
    key = "delivery"
    default_order = "transfer,delivery"
    filterset_class = filters.DeliveryFilterSet
    versions = RegistryDelivery.objects

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        """Select deliveries of the transfers that the text finds."""
        return search.filter_by_transfer(rows, self.select(RegistryRow.objects), text)
