"""Search by any name of a record."""

from collections.abc import Callable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from transfers.vocabulary import names


class AliasSearch(admin.ModelAdmin):
    """Search by every alias, whatever the case, spaces, hyphens and script.

    Subclasses set the function that indexes the names of their records and the field that the index holds.
    """

    natural_field: str
    build_index: Callable[[QuerySet], names.Index]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        matches, may_repeat = super().get_search_results(request, queryset, search_term)
        index = self.build_index(self.model.objects.all())
        folded_term = index.fold(search_term)
        if not folded_term:
            return matches, may_repeat
        identifiers = {key for name, keys in index.identifiers.items() if folded_term in name for key in keys}
        return matches | queryset.filter(**{f"{self.natural_field}__in": identifiers}), True
