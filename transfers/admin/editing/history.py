"""The history of a record in the admin: every edit with what it changed, and a way to revert it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator

from transfers.curation import edits, workflow
from transfers.models import Revision, Transfer, history
from transfers.publication import publish

from .deleting import ReasonedDeletion
from .errors import require_form
from .readable import describe_value
from .restoring import DeletedRecords

PER_PAGE = 25
#: How many entries of the public log the page shows.
REVISIONS = 10
VERBS = {history.ADDED: "added", history.CHANGED: "changed", history.REMOVED: "removed"}


@dataclass(frozen=True)
class Entry:
    """An edit as the page shows it; a row is a field, its value before and its value after."""

    edit: edits.Edit
    title: str
    rows: list[tuple[str, str, str]]
    obstacle: str


class HistoryAdmin(ReasonedDeletion, DeletedRecords):
    """Records with a history page and a list of those that were deleted."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        return [
            path("<path:object_id>/history/revert/", wrap(self.revert_view), name=f"{name}_revert"),
            *super().get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the record, unless nothing changed: then no entry is added to its history."""
        if not change or form.has_changed():
            super().save_model(request, obj, form, change)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show every edit of the record and of what it owns, newest first; of a deleted record too."""
        record, is_deleted = self._get_record(request, object_id)
        if not self.has_view_or_change_permission(request, None if is_deleted else record):
            raise PermissionDenied
        page = Paginator(edits.list_edits(record), PER_PAGE).get_page(request.GET.get("p"))
        context = {
            "record": record,
            "is_deleted": is_deleted,
            "page": page,
            "entries": build_entries(list(page)),
            "revisions": Revision.objects.filter(key=record.key).order_by("-sequence")[:REVISIONS]
            if isinstance(record, Transfer)
            else None,
            "may_revert": self._may_revert(request, record, is_deleted),
            "revert_url": self._get_url("revert", record.pk),
            **(extra_context or {}),
        }
        return self.render_page(request, "history.html", f"History: {record}", **context)

    @method_decorator(require_form)
    def revert_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Revert the posted edit or explain why not, then return to the history."""
        record, is_deleted = self._get_record(request, object_id)
        if not self._may_revert(request, record, is_deleted):
            raise PermissionDenied
        chosen = [edit for edit in edits.list_edits(record) if edit.id == request.POST.get("edit")]
        try:
            if not chosen:
                raise ValidationError("There is no such edit.")
            self._revert(request, record, chosen[0], request.POST.get("reason", "").strip())
        except (workflow.Refused, ValidationError) as error:
            messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
        else:
            messages.success(request, "The edit was reverted.")
        return HttpResponseRedirect(self._get_url("history", record.pk))

    def _revert(self, request: HttpRequest, record: Any, edit: edits.Edit, reason: str) -> None:
        if not reason:
            raise ValidationError("A revert needs a reason. It is shown in the history.")
        with transaction.atomic():
            if isinstance(record, Transfer):
                workflow.revert(record, edit, request.user, reason)
            else:
                with history.record_because(reason, request.user):
                    edits.revert(edit)
            current = self.model._default_manager.filter(pk=record.pk).first()
            if current is None:
                raise ValidationError("Bring back the record itself first.")
            if not isinstance(record, Transfer):
                publish.refresh(current, reason)
            self.log_change(request, current, f"Reverted: {reason}")

    def _get_record(self, request: HttpRequest, object_id: str) -> tuple[Any, bool]:
        """Return the record, or what it was when it was deleted, and whether it is deleted."""
        record = self.get_object(request, unquote(object_id))
        if record is not None:
            return record, False
        try:
            copies = self.model.history.filter(id=unquote(object_id))
            return copies.latest("history_id").instance, True
        except (ValueError, models.ObjectDoesNotExist):
            raise Http404("There is no such record, and there never was.") from None

    def _may_revert(self, request: HttpRequest, record: Any, is_deleted: bool) -> bool:
        if is_deleted:
            return self.has_add_permission(request) and self.has_change_permission(request)
        return self.has_change_permission(request, record)

    def _get_url(self, name: str, pk: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=[pk])


def build_entries(page: Sequence[edits.Edit]) -> list[Entry]:
    """Return the edits as a page shows them; one query for each model that they refer to."""
    names = _read_names(page)
    return [
        Entry(
            edit,
            f"{edit.model._meta.verbose_name} {VERBS[edit.kind]}",
            [
                (
                    str(edit.model._meta.get_field(change.field).verbose_name),  # type: ignore[union-attr]
                    _describe(edit, change.field, change.before, names),
                    _describe(edit, change.field, change.after, names),
                )
                for change in edit.changes
                if {change.before, change.after} - {None, ""}  # a new record has many empty fields
            ],
            edits.get_obstacle(edit),
        )
        for edit in page
    ]


def _describe(edit: edits.Edit, name: str, value: Any, names: dict[tuple[Any, Any], str]) -> str:
    """Return a field's value in words."""
    field: Any = edit.model._meta.get_field(name)
    if value is None:
        return ""
    if field.is_relation:
        return names.get((field.related_model, value), f"number {value}, which no longer exists")
    return str(dict(field.flatchoices or ()).get(value) or describe_value(value))


def _read_names(page: Sequence[edits.Edit]) -> dict[tuple[Any, Any], str]:
    """Return the names of the records to which the edits refer, by model and id."""
    wanted: dict[Any, set[Any]] = {}
    for edit in page:
        for change in edit.changes:
            field = edit.model._meta.get_field(change.field)
            if field.is_relation:
                wanted.setdefault(field.related_model, set()).update({change.before, change.after} - {None})
    return {
        (model, pk): str(record)
        for model, ids in wanted.items()
        for pk, record in model._default_manager.in_bulk(ids).items()
    }
