"""Registers' deals, and proposals made of their comments, in the admin."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import model_ngettext
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from transfers.admin.editing.base import ReadOnlyAdmin
from transfers.curation import workflow
from transfers.curation.recording import RELIED_ON
from transfers.models import Proposal, RegisterDeal
from transfers.registers.reconciling import proposing

#: How many proposals are decided at once, in one transaction of some seconds, and how many are shown before.
MOST, LISTED = 500, 10


@dataclass(frozen=True)
class Step:
    """What a curator does with proposals; `done` is what they are then."""

    name: str
    verb: str
    done: str
    decide: Callable[..., Any]


STEPS = {
    step.name: step
    for step in (
        Step("accept", "Accept", "accepted", proposing.accept),
        Step("decline", "Decline", "declined", proposing.decline),
        Step("open_again", "Take back", "open again", proposing.open_again),
    )
}


class BatchFilter(admin.SimpleListFilter):
    """Filter by the import that a link names."""

    title = "import"
    parameter_name = "import"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        named = request.GET.get(self.parameter_name, "")
        return [(named, f"Import {named}")] if named.isdecimal() else []

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        return queryset.filter(deal__batch=value[:18]) if value else queryset


def describe_meaning(proposal: Proposal) -> str:
    """Return the kind that the transfer would have, or its value."""
    if proposal.field != Proposal.Proposed.DEAL_VALUE:
        return proposal.value
    ends = (proposal.minimum, proposal.maximum)
    least, most = ("" if end is None else f"{end:,.0f}" for end in ends)
    if least == most:
        amount = least
    elif least and most:
        amount = f"{least}–{most}"
    else:
        amount = f"at least {least}" if least else f"at most {most}"
    return f"{amount} {proposal.currency}"


@admin.register(RegisterDeal)
class RegisterDealAdmin(ReadOnlyAdmin):
    """Deals as their registers state them; their figures are claims of their transfers."""

    list_display = ["transfer", "batch", "locator", "outcome", "joined_from"]
    list_filter = ["outcome"]
    list_select_related = ["transfer", "batch"]
    search_fields = ["transfer__key", "joined_from"]


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    """Proposals beside the words that they are made of; accepted or declined, never edited."""

    list_display = [
        "transfer", "field", "meaning", "excerpt", "doubtful", "decision", "decided_by", "decided",
    ]  # fmt: skip
    list_filter = ["decision", "field", "doubtful", BatchFilter]
    list_select_related = ["transfer", "decided_by"]
    search_fields = ["transfer__key", "excerpt"]
    actions = ["accept", "decline", "open_again"]

    @admin.display(description="would be")
    def meaning(self, proposal: Proposal) -> str:
        return describe_meaning(proposal)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(pk__in=Proposal.objects.of_comments())

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(workflow.CHANGE)

    @admin.action(description="Accept the selected proposals", permissions=["decide"])
    def accept(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._decide(request, queryset, STEPS["accept"])

    @admin.action(description="Decline the selected proposals", permissions=["decide"])
    def decline(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._decide(request, queryset, STEPS["decline"])

    @admin.action(description="Take the selected decisions back", permissions=["decide"])
    def open_again(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._decide(request, queryset, STEPS["open_again"])

    def _decide(self, request: HttpRequest, queryset: QuerySet, step: Step) -> HttpResponse | None:
        """Show what is selected; once that is confirmed, decide all of it or none."""
        selected = queryset.count()
        if selected > MOST:
            messages.error(
                request, f"{selected:,} proposals are selected; narrow them to {MOST:,} by the filters."
            )
            return None
        if "confirmed" not in request.POST:
            return self._preview(request, queryset, step, selected)
        try:
            time = proposing.decide_all(queryset, step.decide, request.user, request.POST.get("reason", ""))
        except workflow.AllRefused as error:
            for why_not in sorted(set(error.refusals.values()))[:LISTED]:
                messages.error(request, why_not)
            messages.error(request, "None of the selected proposals was decided.")
            return None
        messages.success(request, self._describe(step, selected, time))
        return None

    def _preview(self, request: HttpRequest, queryset: QuerySet, step: Step, selected: int) -> HttpResponse:
        """Return the page that shows the first proposals, how many there are, and what the step does."""
        relied_on = queryset.filter(transfer__state__in=RELIED_ON).values("transfer").distinct().count()
        context = {
            "step": step,
            "count": selected,
            "relied_on": 0 if step.name == "decline" else relied_on,
            "rows": [(proposal, describe_meaning(proposal)) for proposal in queryset[:LISTED]],
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        title = f"{step.verb}: {selected:,} {model_ngettext(self.opts, selected)}"
        return self.render_page(request, "importbatch/proposals.html", title, **context)

    def _describe(self, step: Step, number: int, time: datetime) -> str:
        """Return what was done, with a link to the decisions made together, where they are taken back."""
        text = f"{number:,} {model_ngettext(self.opts, number)} {'is' if number == 1 else 'are'} {step.done}."
        if step.name == "open_again":
            return text
        query = urlencode({"decided": time.isoformat()})
        return format_html('{} <a href="?{}">Look at them, or take them back</a>', text, query)
