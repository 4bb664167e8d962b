"""Filter of the list of transfers by the import that describes them."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from transfers.models import ImportBatch, RegisterDeal

PARAMETER = "import"
LISTED = 20


class ImportFilter(admin.SimpleListFilter):
    """Filter by one of the latest imports, or by the one that a link names."""

    title = "import"
    parameter_name = PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        latest = list(ImportBatch.objects.standing().order_by("-pk")[:LISTED])
        named = request.GET.get(PARAMETER, "")
        if named.isdecimal() and not any(str(each.pk) == named for each in latest):
            latest += ImportBatch.objects.filter(pk=named[:18])
        return [(str(each.pk), f"{each.pk}: {each.file_name}") for each in latest]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value() or ""
        if not value.isdecimal():
            return queryset
        return queryset.filter(pk__in=RegisterDeal.objects.filter(batch=int(value[:18])).values("transfer"))
