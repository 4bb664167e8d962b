"""Renames in the admin: accepted, declined or taken back singly, by designation, or all that are listed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path

from transfers.curation import workflow
from transfers.models import Proposal
from transfers.publication import log
from transfers.registers.reconciling import renaming, settling

from .pages import ImportPages

PER_PAGE = 200
Decision = Proposal.Decision
NAMINGS = [
    ("", "Leave the system's names"),
    (renaming.ALIAS, "Add the new designation as another name of the system"),
    (renaming.NAME, "Make the new designation the system's name, and keep the old one as another"),
]
DONE = {"accept": "accepted", "decline": "declined", "undo": "taken back", "name": "named"}


class ScopeForm(forms.Form):
    """Renames that are listed: by decision, by import, and of one system or one designation."""

    decision = forms.ChoiceField(choices=Decision.choices, required=False)
    system = forms.IntegerField(required=False, widget=forms.HiddenInput)
    designation = forms.CharField(required=False, max_length=120)
    by = forms.ChoiceField(
        choices=[("deal", "one by one"), ("designation", "by designation")], required=False, label="Listed"
    )

    def list_proposals(self) -> QuerySet:
        """Return the renames of this scope in imports that stand."""
        scope = self.cleaned_data if self.is_valid() else {}
        decision = scope.get("decision") or Decision.OPEN
        decided = Proposal.objects.filter(decision=decision)
        proposals = Proposal.objects.open() if decision == Decision.OPEN else decided
        proposals = proposals.filter(
            field=Proposal.Proposed.RENAME, deal__isnull=False, deal__batch__undone__isnull=True
        )
        if scope.get("system"):
            proposals = proposals.filter(transfer__system=scope["system"])
        if scope.get("designation"):
            proposals = proposals.filter(value=scope["designation"])
        return proposals.select_related("transfer__system", "deal__batch", "decided_by").order_by("pk")


class DecisionForm(forms.Form):
    """What is done with which renames, and why."""

    action = forms.ChoiceField(choices=list(DONE.items()))
    scope = forms.ChoiceField(choices=[("selected", "selected"), ("all", "all")])
    naming = forms.ChoiceField(choices=NAMINGS, required=False)
    reason = forms.CharField(max_length=500, required=False)


class RenamePages(ImportPages):
    """Page of deals that an edition states under another designation."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.renames_view)
        return [path("renames/", view, name="transfers_importbatch_renames"), *super().get_urls()]

    def renames_view(self, request: HttpRequest) -> HttpResponse:
        """Show every rename, page by page; a posted decision leads back here."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ScopeForm(request.GET)
        proposals = form.list_proposals()
        if request.method == "POST":
            self._decide_renames(request, proposals)
            return HttpResponseRedirect(request.get_full_path())
        is_grouped = request.GET.get("by") == "designation"
        listed: Any = _group(proposals) if is_grouped else proposals
        parameters = request.GET.copy()
        parameters.pop("p", None)
        context = {
            "form": form,
            "page": Paginator(listed, PER_PAGE).get_page(request.GET.get("p")),
            "number": proposals.count(),
            "is_grouped": is_grouped,
            "decision": request.GET.get("decision") or Decision.OPEN,
            "namings": NAMINGS,
            "scope": parameters.urlencode(),
            "may_decide": request.user.has_perm(workflow.CHANGE),
        }
        return self.page(request, "renames", "Renames", **context)

    def _decide_renames(self, request: HttpRequest, proposals: QuerySet) -> None:
        if not request.user.has_perm(workflow.CHANGE):
            raise PermissionDenied
        form = DecisionForm(request.POST)
        if not form.is_valid():
            messages.error(request, "Choose what is to be done with these renames.")
            return
        chosen = list(_choose(request, form, proposals))
        try:
            with transaction.atomic():
                number, undecided = _apply(form, chosen, request.user)
        except (workflow.Refused, log.NotPublishable) as error:
            messages.error(request, str(error))
            return
        messages.success(request, f"Renames {DONE[form.cleaned_data['action']]}: {number:,}.")
        if undecided:
            messages.warning(
                request, f"Renames that may be several deals, to be settled one by one: {undecided:,}."
            )


def _group(proposals: QuerySet) -> QuerySet:
    """Return the renames by system and new designation, with their numbers."""
    named = proposals.select_related(None).values("transfer__system", "transfer__system__name", "value")
    return named.annotate(number=Count("pk")).order_by("transfer__system__name", "value")


def _choose(request: HttpRequest, form: DecisionForm, proposals: QuerySet) -> QuerySet:
    """Return the proposals that are meant: all that are listed, or those and the groups that were ticked."""
    if form.cleaned_data["scope"] == "all":
        return proposals
    pks = {int(pk[:18]) for pk in request.POST.getlist("rename") if pk.isdecimal()}
    for group in request.POST.getlist("group"):
        system, _, designation = group.partition(":")
        if system.isdecimal():
            of_group = proposals.filter(transfer__system=int(system[:18]), value=designation)
            pks.update(of_group.values_list("pk", flat=True))
    return proposals.filter(pk__in=pks)


def _apply(form: DecisionForm, proposals: list[Proposal], user: Any) -> tuple[int, int]:
    """Return how many renames the action was done with, and how many were left. Raises Refused."""
    action, reason, naming = (form.cleaned_data[name] for name in ("action", "reason", "naming"))
    if action == "accept":
        unique = renaming.list_unique(proposals)
        return renaming.accept(unique, user, reason, naming), len(proposals) - len(unique)
    if action == "decline":
        return settling.decline(proposals, user, reason), 0
    if action == "undo":
        return renaming.take_renames_back(proposals, user, reason), 0
    renaming.name_systems(proposals, naming or renaming.ALIAS, user, reason)
    return len(proposals), 0
