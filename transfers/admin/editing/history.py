"""The history of a record in the admin: every edit, its difference, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models, transaction
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from transfers.curation import edits, workflow
from transfers.curation.edits import Edit, obstacle
from transfers.models import Revision, Transfer, history
from transfers.models.history import ADDED, CHANGED, REMOVED
from transfers.publication import publish

from .named import NamedAdmin

PER_PAGE = 25
KINDS = {ADDED: "added", CHANGED: "changed", REMOVED: "removed"}


@dataclass(frozen=True)
class Entry:
    """An edit as the page shows it."""

    edit: Edit
    what: str
    rows: list[tuple[str, str, str]]
    obstacle: str


class HistoryAdmin(NamedAdmin):
    """The history of a record in the admin: every edit, its difference, and the way back."""

    change_list_template = "admin/transfers/history_change_list.html"

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        return [
            path("deleted/", wrap(self.deleted_view), name=f"{name}_deleted"),
            path("<path:object_id>/history/revert/", wrap(self.revert_view), name=f"{name}_revert"),
            *super().get_urls(),
        ]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Every edit of the record and of what it owns, newest first; of a deleted record too."""
        record, deleted = self._record(request, object_id)
        if not self.has_view_or_change_permission(request, None if deleted else record):
            raise PermissionDenied
        page = Paginator(edits.list_edits(record), PER_PAGE).get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {record}",
            "opts": self.opts,
            "record": record,
            "deleted": deleted,
            "page": page,
            "entries": entries(list(page)),
            "revisions": Revision.objects.filter(key=record.key).order_by("-sequence")
            if isinstance(record, Transfer)
            else None,
            "may_revert": self._may_revert(request, record, deleted),
            "revert_url": self._url("revert", record.pk),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/transfers/history.html", context)

    def revert_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Revert the posted edit, or say why not; both lead back to the history."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        record, deleted = self._record(request, object_id)
        if not self._may_revert(request, record, deleted):
            raise PermissionDenied
        reason = request.POST.get("reason", "").strip()
        try:
            edit = next(each for each in edits.list_edits(record) if each.id == request.POST.get("edit"))
            self._revert(request, record, edit, reason)
        except StopIteration:
            messages.error(request, "There is no such edit.")
        except (workflow.Refused, ValidationError) as error:
            messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
        else:
            messages.success(request, "The edit was reverted.")
        return HttpResponseRedirect(self._url("history", record.pk))

    def _revert(self, request: HttpRequest, record: Any, edit: Edit, reason: str) -> None:
        if not reason:
            raise ValidationError("A revert needs a reason; it stands in the history.")
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

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        """Records that are no more; the history of each is kept, and brings it back."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        copies: Any = self.model.history
        gone = copies.exclude(id__in=self.model._default_manager.values("id"))
        last = gone.values("id").annotate(last=Max("history_id")).values("last")
        found = copies.filter(history_id__in=last).select_related("history_user").order_by("-history_id")
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Deleted {self.opts.verbose_name_plural}",
            "opts": self.opts,
            "page": page,
            "rows": [(copy, str(copy.instance), self._url("history", copy.id)) for copy in page],
        }
        return TemplateResponse(request, "admin/transfers/history_deleted.html", context)

    def _record(self, request: HttpRequest, object_id: str) -> tuple[Any, bool]:
        """The record, or what it last was; and whether it is deleted."""
        record = self.get_object(request, unquote(object_id))
        if record is not None:
            return record, False
        try:
            copies = self.model.history.filter(id=unquote(object_id))
            return copies.latest("history_id").instance, True
        except (ValueError, models.ObjectDoesNotExist):
            raise Http404("There is and was no such record.") from None

    def _may_revert(self, request: HttpRequest, record: Any, deleted: bool) -> bool:
        if deleted:
            return self.has_add_permission(request) and self.has_change_permission(request)
        return self.has_change_permission(request, record)

    def _url(self, name: str, pk: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=[pk])


def entries(edits: Sequence[Edit]) -> list[Entry]:
    """The edits of a page as it shows them; one query for each model that they refer to."""
    names = _names(edits)
    return [
        Entry(
            edit,
            f"{edit.model._meta.verbose_name} {KINDS[edit.kind]}",
            [
                (
                    _label(edit, change.field),
                    _shown(edit, change.field, change.before, names),
                    _shown(edit, change.field, change.after, names),
                )
                for change in edit.changes
                if {change.before, change.after} - {None, ""}  # of what was added, only what it holds
            ],
            obstacle(edit),
        )
        for edit in edits
    ]


def _label(edit: Edit, name: str) -> str:
    return str(edit.model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _shown(edit: Edit, name: str, value: Any, names: dict[tuple[Any, Any], str]) -> str:
    field: Any = edit.model._meta.get_field(name)
    if value is None:
        return ""
    if field.is_relation:
        return names.get((field.related_model, value), f"number {value}, which is no more")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(dict(field.flatchoices or ()).get(value, value))


def _names(edits: Sequence[Edit]) -> dict[tuple[Any, Any], str]:
    """What the records are called that the edits refer to by number."""
    wanted: dict[Any, set[Any]] = {}
    for edit in edits:
        for change in edit.changes:
            field = edit.model._meta.get_field(change.field)
            if field.is_relation:
                wanted.setdefault(field.related_model, set()).update({change.before, change.after} - {None})
    return {
        (model, pk): str(record)
        for model, numbers in wanted.items()
        for pk, record in model._default_manager.in_bulk(numbers).items()
    }
