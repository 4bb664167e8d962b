"""Registers' deals, and proposals made of their comments, in the admin."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from transfers.admin.editing.base import ReadOnlyAdmin
from transfers.curation import workflow
from transfers.models import Proposal, RegisterDeal
from transfers.registers.reconciling import proposing


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
    actions = ["accept", "decline"]

    @admin.display(description="would be")
    def meaning(self, proposal: Proposal) -> str:
        return describe_meaning(proposal)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(pk__in=Proposal.objects.of_comments())

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(workflow.CHANGE)

    @admin.action(description="Accept the selected proposals", permissions=["decide"])
    def accept(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._decide(request, queryset, "accepted", proposing.accept)

    @admin.action(description="Decline the selected proposals", permissions=["decide"])
    def decline(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._decide(request, queryset, "declined", proposing.decline)

    def _decide(
        self, request: HttpRequest, queryset: QuerySet, done: str, decide: Callable[[Proposal, Any], Any]
    ) -> None:
        """Decide all or none, in an order that avoids deadlocks between transfers."""
        refused: list[str] = []
        chosen = list(queryset.select_related("transfer").order_by("transfer", "pk"))
        with transaction.atomic():
            for proposal in chosen:
                try:
                    decide(proposal, request.user)
                except workflow.Refused as error:
                    refused.append(str(error))
            if refused:
                transaction.set_rollback(True)
        for why_not in sorted(set(refused))[:10]:
            messages.error(request, why_not)
        if refused:
            messages.error(request, "None of the selected proposals was decided.")
        else:
            messages.success(request, f"{len(chosen)} proposals are {done}.")
