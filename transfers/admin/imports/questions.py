"""Ambiguous deals of imports, each beside what it may be, settled one by one; answers can be taken back."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path

from transfers.curation import workflow
from transfers.models import Proposal, RegisterDeal
from transfers.publication import log
from transfers.registers.comparison import format_value
from transfers.registers.importing.imported import list_newest
from transfers.registers.reading.records import STATED, Deal, load_deal
from transfers.registers.reconciling.renaming import take_renames_back
from transfers.registers.reconciling.settling import NEW, PART, SAME, Answer, settle, take_back

from .pages import ImportPages

PER_PAGE = 20
_LEFT_OUT = frozenset(
    {"year_uncertain", "ordered_uncertain", "delivered_uncertain", "delivery_years_uncertain"}
)


@dataclass(frozen=True)
class Question:
    """Deal, the proposals of what it may be, and a row for each field with what all of them state."""

    deal: RegisterDeal
    candidates: list[Proposal]
    rows: list[tuple[str, list[str], bool]]


class AnswerForm(forms.Form):
    """Answer about an ambiguous deal: `new`, `same:12` or `part:12`, with the id of a transfer."""

    deal = forms.IntegerField()
    answer = forms.RegexField(rf"^({NEW}|({SAME}|{PART}):\d{{1,18}})$")
    reason = forms.CharField(max_length=500, required=False)


class BackForm(forms.Form):
    """Settled deal whose answer is taken back, and why."""

    deal = forms.ModelChoiceField(RegisterDeal.objects.all())
    reason = forms.CharField(max_length=500)


class QuestionPages(ImportPages):
    """Page of ambiguous deals, and of those that were settled."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.questions_view)
        return [path("ambiguous/", view, name="transfers_importbatch_questions"), *super().get_urls()]

    def questions_view(self, request: HttpRequest) -> HttpResponse:
        """Show ambiguous deals, or settled ones; a posted answer leads back here."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            self._answer(request)
            return HttpResponseRedirect(request.get_full_path())
        is_settled = request.GET.get("settled") == "1"
        page = Paginator(_list_deals(request, is_settled), PER_PAGE).get_page(request.GET.get("p"))
        parameters = request.GET.copy()
        parameters.pop("p", None)
        context = {
            "page": page,
            "questions": build_questions(list(page)),
            "is_settled": is_settled,
            "scope": parameters.urlencode(),
            "may_decide": request.user.has_perm(workflow.CHANGE),
        }
        title = "Settled deals" if is_settled else "Ambiguous deals"
        return self.page(request, "questions", title, **context)

    def _answer(self, request: HttpRequest) -> None:
        if not request.user.has_perm(workflow.CHANGE):
            raise PermissionDenied
        try:
            if request.POST.get("action") == "undo":
                _take_back(request)
            else:
                _settle(request)
        except (workflow.Refused, log.NotPublishable) as error:
            messages.error(request, str(error))


def _list_deals(request: HttpRequest, is_settled: bool) -> Any:
    """Return the deals to show, those of the newest import first."""
    deals = _filter_settled() if is_settled else RegisterDeal.objects.ambiguous()
    named = request.GET.get("import", "")
    if named.isdecimal():
        deals = deals.filter(batch=int(named[:18]))
    deals = deals.select_related("batch__source", "transfer").order_by("-batch", "pk")
    return deals.prefetch_related("proposals__transfer__system")


def _filter_settled() -> Any:
    """Return the deals that curators settled, in imports that stand."""
    decided = Proposal.objects.of_deals().filter(decided_by__isnull=False, deal__isnull=False)
    settled = RegisterDeal.objects.filter(batch__undone__isnull=True, pk__in=decided.values("deal"))
    return settled.exclude(pk__in=RegisterDeal.objects.ambiguous())


def _settle(request: HttpRequest) -> None:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose what the deal is.")
        return
    verdict, _, transfer = form.cleaned_data["answer"].partition(":")
    answer = Answer(form.cleaned_data["deal"], verdict, int(transfer) if transfer else None)
    settle([answer], request.user, form.cleaned_data["reason"])
    messages.success(request, "The deal is settled. What it changed is a draft until it is published.")


def _take_back(request: HttpRequest) -> None:
    form = BackForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Taking back an answer needs a reason.")
        return
    deal, reason = form.cleaned_data["deal"], form.cleaned_data["reason"]
    renames = Proposal.objects.filter(
        deal=deal, field=Proposal.Proposed.RENAME, decision=Proposal.Decision.ACCEPTED
    )
    if renames:
        take_renames_back(renames, request.user, reason)
    else:
        take_back([deal], request.user, reason)
    messages.success(request, "The answer is taken back; the deal is ambiguous again.")


def build_questions(deals: list[RegisterDeal]) -> list[Question]:
    """Return the deals beside their candidates, as the newest editions state those."""
    candidates = {
        deal.pk: [proposal for proposal in deal.proposals.all() if proposal.field in Proposal.OF_DEALS]
        for deal in deals
    }
    transfers = {proposal.transfer_id for proposals in candidates.values() for proposal in proposals}
    newest = {statement.transfer: statement.deal for statement in list_newest(transfers=transfers)}
    return [_build_question(deal, candidates[deal.pk], newest) for deal in deals]


def _build_question(deal: RegisterDeal, candidates: list[Proposal], newest: dict[int, Deal]) -> Question:
    stated = load_deal(deal.stated)
    others = [newest.get(candidate.transfer_id) for candidate in candidates]
    rows = []
    for name in STATED:
        if name in _LEFT_OUT:
            continue
        values = [_format(stated, name), *(_format(other, name) if other else "" for other in others)]
        if any(values):
            rows.append((name.replace("_", " "), values, len(set(values)) > 1))
    return Question(deal, candidates, rows)


def _format(deal: Deal, name: str) -> str:
    mark = " ?" if getattr(deal, f"{name}_uncertain", False) else ""
    return f"{format_value(getattr(deal, name))}{mark}"
