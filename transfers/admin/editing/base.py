"""Base classes of the admin."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse

from transfers.models import RegistryRow, Transfer
from transfers.publication import publish

from .choices import RecordChoices
from .lists import CheckedList
from .readable import ReadableValues


class RegistryAdmin(CheckedList, ReadableValues, RecordChoices, admin.ModelAdmin):
    """Base of every admin class here, with the scripts of its pages.

    One labels what Django's pages leave unlabelled, one says what numbers and dates are understood to mean.
    """

    class Media:
        js = ("transfers/labels.js", "transfers/meanings.js")
        css = {"all": ["transfers/meanings.css"]}

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [self.describe_field(name) for name in super().get_list_display(request)]

    def render_page(
        self, request: HttpRequest, template: str, title: str, **context: Any
    ) -> TemplateResponse:
        """Return a page of this model that Django's admin does not have."""
        request.current_app = self.admin_site.name
        site = self.admin_site.each_context(request)
        context = {**site, "title": title, "opts": self.opts, "media": self.media, **context}
        return TemplateResponse(request, f"admin/transfers/{template}", context)

    def get_viewed(self, request: HttpRequest, object_id: Any) -> Any:
        """Return the record to be shown; raise Http404 or PermissionDenied if it cannot be."""
        record = self.get_object(request, str(object_id))
        if record is None:
            raise Http404(f"There is no such {self.opts.verbose_name}.")
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        return record


class ReadOnlyAdmin(RegistryAdmin):
    """Records that nobody adds, changes or deletes in the admin."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


class PermanentAdmin(RegistryAdmin):
    """Records with a permanent identifier; one that was ever public cannot be deleted."""

    natural_field: str

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        permanent = [self.natural_field] if obj is not None else []
        return [*super().get_readonly_fields(request, obj), *permanent]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and filter_rows(RegistryRow.objects.all(), obj).exists():
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # records are deleted one at a time
        return actions


def filter_rows(rows: QuerySet, record: Any) -> QuerySet:
    """Return those of the published rows that show the record."""
    return (
        rows.filter(key=record.key) if isinstance(record, Transfer) else publish.filter_showing(record, rows)
    )
