"""Imports of registers in the admin: what came in by the file, by whom, and what became of it."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse

from transfers.curation import workflow
from transfers.models import ImportBatch, Party, Proposal, System, Transfer
from transfers.models.inserts import batched
from transfers.registers.importing import publishing, report
from transfers.registers.reading.records import describe_lines

from .jobs import JobPages
from .links import LinkPages
from .proposals import meaning
from .upload import RegisterPages

#: Of a list that may be long, so many stand on the page.
SHOWN = 200
OPEN_SHOWN = 50
LEFT_OUT = ("line", "outcome", "reason", "text")


@admin.register(ImportBatch)
class ImportBatchAdmin(RegisterPages, JobPages, LinkPages):
    """Imports: to be read, made from a file, published and undone as a whole; never edited."""

    list_display = ["file_name", "layout", "edition", "user", "time", "records", "summary", "undone"]
    list_filter = ["layout", ("undone", admin.EmptyFieldListFilter)]
    list_select_related = ["source", "user"]
    search_fields = ["file_name", "reason", "sha256"]
    change_list_template = "admin/transfers/importbatch/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        left_out = path(
            "<int:pk>/left-out.csv", wrap(self.left_out_view), name="transfers_importbatch_left_out"
        )
        return [left_out, *super().get_urls()]

    @admin.display(description="edition of")
    def edition(self, batch: ImportBatch) -> str:
        return batch.source.published if batch.source else ""

    @admin.display(description="what it brought")
    def summary(self, batch: ImportBatch) -> str:
        return ", ".join(f"{count:,} {outcome}" for outcome, count in batch.counts.items() if count)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_delete_permission = has_change_permission

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Imports", **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The import: what it brought, what it left out, and what may be done with it."""
        batch = self.get_object(request, object_id)
        if batch is None:
            raise Http404("There is no such import.")
        if not self.has_view_permission(request, batch):
            raise PermissionDenied
        context = {
            "batch": batch,
            "counts": batch.counts.items(),
            "left_out": [_left_out(each) for each in batch.left_out[:SHOWN]],
            "left_out_more": max(len(batch.left_out) - SHOWN, 0),
            "vanished": Transfer.objects.filter(key__in=batch.vanished[:SHOWN]).order_by("key"),
            "vanished_more": max(len(batch.vanished) - SHOWN, 0),
            **_proposals(batch),
            "may_decide": request.user.has_perm(workflow.CHANGE),
            "drafts": Transfer.objects.publishable_from(batch).count(),
            "transfers": batch.deals.values("transfer").distinct().count(),
            "names": _names(batch),
            "publish_refusal": publishing.explain_refusal(batch, request.user),
            "undo_refusal": self.undo_refusal(request, batch),
        }
        return self.page(request, "batch", str(batch), **context)

    def left_out_view(self, request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
        """All records that were left out, as CSV."""
        batch = self.get_object(request, str(pk))
        if batch is None or not self.has_view_permission(request, batch):
            raise PermissionDenied
        return self.csv(f"import-{pk}-left-out.csv", report.stream_csv(LEFT_OUT, map(_cells, batch.left_out)))


def _left_out(record: list[Any]) -> tuple[str, str, str]:
    """A record as the batch keeps it: where it stands, outcome and reason."""
    numbers, outcome, reason = record[:3]
    return describe_lines(tuple(numbers)), outcome, reason


def _cells(record: list[Any]) -> list[str]:
    """A line of the list; the last cell is the record's first line, where the batch keeps it."""
    return [*_left_out(record), *map(str, record[3:4])]


def _proposals(batch: ImportBatch) -> dict[str, Any]:
    """How many proposals of its comments are open, and the first with what each would make."""
    found = Proposal.objects.filter(deal__batch=batch, decision=Proposal.Decision.OPEN)
    first = found.select_related("transfer").order_by("pk")[:OPEN_SHOWN]
    return {"proposals": found.count(), "open": [(each, meaning(each)) for each in first]}


def _names(batch: ImportBatch) -> list[tuple[str, list[tuple[str, str]], int]]:
    """Provisional parties and systems that it made, as they are still: heading, links, how many more."""
    found = []
    for model, listed, field in ((Party, "parties", "code"), (System, "systems", "slug")):
        keys = batch.made.get(listed, [])
        records: list[Any] = []
        for group in batched(keys):
            records += model.objects.filter(**{f"{field}__in": group}, provisional=True)
        view = f"admin:transfers_{model._meta.model_name}_change"
        links = [(str(each), reverse(view, args=[each.pk])) for each in records[:SHOWN]]
        found.append((listed, links, max(len(records) - SHOWN, 0)))
    return found
