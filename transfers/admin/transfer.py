"""Transfers in the admin, with their claims and their editorial steps."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from transfers.models import Quantity, Transfer, TransferDate, Valuation
from transfers.vocabulary import counts
from transfers.vocabulary.counts import Number

from .editing.base import PermanentAdmin, RegistryAdmin
from .editing.choices import RecordChoices
from .editing.dashboard import Dashboard
from .editing.deleting import ReasonedDeletion
from .editing.forms import (
    ClaimForm,
    ClaimFormSet,
    CountForm,
    QuantityForm,
    TransferForm,
    ValuationForm,
    ValueForm,
)
from .editing.history import HistoryAdmin
from .editing.inputs import INPUTS
from .editing.moving import MovePages
from .editing.queues import QueueFilter
from .editing.readable import ReadableInline
from .editing.review import build_review
from .editing.search import search_transfers
from .editing.selected import SelectedSteps
from .editing.spreadsheets import SpreadsheetAdmin
from .editing.stale import StaleCheck
from .editing.workflow import ReopensTransfer, WorkflowAdmin
from .imports.filters import ImportFilter

#: Of one kind and one transfer; a posted form that claims to hold more is refused.
MOST_CLAIMS = 500
TRANSFER_FIELDS: list[Any] = [
    ("supplier", "recipient", "system"),
    ("kind", "condition", "occasion", "location"),
    ("key", "state"),
    "note",
    "comment",
]
_EVIDENCE = ("source", "locator", "excerpt", "attributed_to", "credibility", "preferred", "note")


class ClaimInline(ReadableInline, RecordChoices, admin.StackedInline):
    """Claims of one kind: the figure, then where the source states it and who says so."""

    template = "admin/transfers/transfer/claims.html"
    extra = 0
    max_num = MOST_CLAIMS
    form = ClaimForm
    formset = ClaimFormSet
    formfield_overrides = INPUTS
    autocomplete_fields = ["source"]
    figure: tuple[str, ...]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [self.figure, _EVIDENCE[:3], _EVIDENCE[3:6], "note"]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, absolute_max=MOST_CLAIMS, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("source")


class QuantityInline(ClaimInline):
    model = Quantity
    form = QuantityForm
    figure = ("measure", "number", "unit", "as_of", "period", "part", "by_year")


class TransferDateInline(ClaimInline):
    model = TransferDate
    figure = ("event", "date", "period", "part")


class ValuationInline(ClaimInline):
    model = Valuation
    form = ValuationForm
    figure = ("measure", "number", "currency", "period", "part", "by_year")


@admin.register(Transfer)
class TransferAdmin(
    WorkflowAdmin, SelectedSteps, MovePages, Dashboard, HistoryAdmin, StaleCheck, PermanentAdmin
):
    list_display = ["key", "supplier", "recipient", "system", "kind", "state"]
    list_filter = [QueueFilter, "state", "kind", "condition", "system__category", ImportFilter]
    list_select_related = ["supplier", "recipient", "system"]
    search_fields = [
        "key", "supplier__name", "recipient__name", "system__name", "system__aliases__name", "occasion",
    ]  # fmt: skip
    search_help_text = "Key, party, system or any of its aliases, occasion"
    autocomplete_fields = ["supplier", "recipient", "system"]
    inlines = [QuantityInline, TransferDateInline, ValuationInline]
    readonly_fields = ["state", "comment"]
    natural_field = "key"
    form = TransferForm
    change_form_template = "admin/transfers/transfer/change_form.html"
    fieldsets = [(None, {"fields": TRANSFER_FIELDS})]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields; those of a stored transfer, which its heading shows, are folded away."""
        [(_, options)] = super().get_fieldsets(request, obj)
        if obj is None:
            entered = [*TRANSFER_FIELDS[:2], "key", "note"]
            return [(None, {**options, "fields": entered})]
        return [("Parties, system, terms and note", {**options, "classes": ["collapse"]})]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        if (transfer := kwargs.get("obj")) is not None:
            context["review"] = build_review(transfer, request.user)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Search parties and systems by any of their names too, as the API does."""
        return (search_transfers(queryset, search_term) if search_term else queryset), False


class ClaimAdmin(ReasonedDeletion, ReopensTransfer, SpreadsheetAdmin, RegistryAdmin):
    """All claims of one kind, to search; they are entered with their transfer."""

    list_select_related = ["transfer", "source"]
    search_fields = ["transfer__key", "source__key", "excerpt", "attributed_to", "note"]
    autocomplete_fields = ["transfer", "source"]
    list_filter = ["credibility", "preferred"]
    formfield_overrides = INPUTS

    @admin.display(description="number", ordering="minimum")
    def figure(self, claim: Quantity | Valuation) -> str:
        return counts.render(Number(claim.minimum, claim.maximum, counts.ABOUT in claim.note))


@admin.register(Quantity)
class QuantityAdmin(ClaimAdmin):
    form = CountForm
    list_display = ["transfer", "measure", "figure", "unit", "source", "locator"]


@admin.register(TransferDate)
class TransferDateAdmin(ClaimAdmin):
    list_display = ["transfer", "event", "date", "source", "locator"]


@admin.register(Valuation)
class ValuationAdmin(ClaimAdmin):
    form = ValueForm
    list_display = ["transfer", "measure", "figure", "currency", "source", "locator"]
