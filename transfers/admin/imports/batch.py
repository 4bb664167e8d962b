"""Imports in the admin: the page of an import, and the list of what it left out."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse

from transfers.curation import workflow
from transfers.models import ImportBatch, Party, Proposal, System, Transfer
from transfers.models.inserts import batched
from transfers.registers.importing import publishing, report
from transfers.registers.reading.records import describe_lines

from .jobs import JobPages
from .links import LinkPages
from .proposals import describe_meaning
from .questions import QuestionPages
from .renames import RenamePages
from .upload import RegisterPages

#: Number of records on the page of lists that may be long.
SHOWN = 200
OPEN_SHOWN = 50
LEFT_OUT = ("line", "outcome", "reason", "text")


@admin.register(ImportBatch)
class ImportBatchAdmin(RegisterPages, JobPages, LinkPages, QuestionPages, RenamePages):
    """Imports, which are added from a file, published and undone as a whole, and never edited."""

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
        """Show what the import brought, what it left out, and what can be done with it."""
        batch: ImportBatch = self.get_viewed(request, object_id)
        context = {
            "batch": batch,
            "counts": batch.counts.items(),
            "left_out": [_describe_left_out(record) for record in batch.left_out[:SHOWN]],
            "left_out_more": max(len(batch.left_out) - SHOWN, 0),
            "vanished": Transfer.objects.filter(key__in=batch.vanished[:SHOWN]).order_by("key"),
            "vanished_more": max(len(batch.vanished) - SHOWN, 0),
            **_list_proposals(batch),
            "may_decide": request.user.has_perm(workflow.CHANGE),
            "drafts": Transfer.objects.publishable_from(batch).count(),
            "transfers": batch.deals.values("transfer").distinct().count(),
            "names": _list_names(batch),
            "publish_refusal": publishing.explain_refusal(batch, request.user),
            "undo_refusal": self.undo_refusal(request, batch),
        }
        return self.page(request, "batch", str(batch), **context)

    def left_out_view(self, request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
        """Download all records that were left out, as CSV."""
        batch = self.get_object(request, str(pk))
        if batch is None or not self.has_view_permission(request, batch):
            raise PermissionDenied
        return self.csv(
            f"import-{pk}-left-out.csv", report.stream_csv(LEFT_OUT, map(_list_cells, batch.left_out))
        )


def _describe_left_out(record: list[Any]) -> tuple[str, str, str]:
    """Return where a record stands in the file, its outcome and the reason."""
    numbers, outcome, reason = record[:3]
    return describe_lines(tuple(numbers)), outcome, reason


def _list_cells(record: list[Any]) -> list[str]:
    """Return a record's line of the download; older imports did not store its text."""
    text = str(record[3]) if len(record) > 3 else ""
    return [*_describe_left_out(record), text]


def _list_proposals(batch: ImportBatch) -> dict[str, Any]:
    """Return how much waits for a curator, and the first proposals with their meanings."""
    proposals = Proposal.objects.open().of_comments().filter(deal__batch=batch)
    first = proposals.select_related("transfer").order_by("pk")[:OPEN_SHOWN]
    return {
        "proposals": proposals.count(),
        "ambiguous": batch.deals.ambiguous().count(),
        "open": [(proposal, describe_meaning(proposal)) for proposal in first],
    }


def _list_names(batch: ImportBatch) -> list[tuple[str, list[tuple[str, str]], int]]:
    """Return the import's parties and systems that are still provisional: table, links, number of others."""
    sections = []
    for model, table, field in ((Party, "parties", "code"), (System, "systems", "slug")):
        records: list[Any] = []
        for keys in batched(batch.made.get(table, [])):
            records += model.objects.filter(**{f"{field}__in": keys}, provisional=True)
        view = f"admin:transfers_{model._meta.model_name}_change"
        links = [(str(record), reverse(view, args=[record.pk])) for record in records[:SHOWN]]
        sections.append((table, links, max(len(records) - SHOWN, 0)))
    return sections
