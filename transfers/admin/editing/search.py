"""What the admin classes share: search by any alias, and public records that follow an edit."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from transfers.models import RegistryRow
from transfers.publication import publish
from transfers.vocabulary import names


class AliasSearch(admin.ModelAdmin):
    """Search that ignores case, spaces, hyphens and script, and knows every alias.

    Subclasses say how their records are indexed (`make_index`) and which field the index finds.
    """

    natural_field: str

    def make_index(self) -> names.Index:
        raise NotImplementedError

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        folded = names.fold(search_term)
        if folded:
            index = self.make_index()
            keys = {key for name, bearers in index.found.items() if folded in name for key in bearers}
            found = found | queryset.filter(**{f"{self.natural_field}__in": keys})
            duplicates = True
        return found, duplicates


class ShownInPublic(admin.ModelAdmin):
    """A reference record: its identifier is permanent, and published rows follow its edits at once."""

    natural_field: str

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = [self.natural_field] if obj is not None else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What the public register names, in whatever version, stays."""
        if obj is not None and publish.rows_of(obj, RegistryRow.objects.all()).exists():
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # it would not ask each record whether it may go
        return actions

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            record = form.instance
            changed = publish.refresh(record, f"The {record._meta.verbose_name} {record} was edited")
            if changed:
                messages.info(request, f"{len(changed)} published transfers show the edit.")
