"""Reconcile: deals that may be transfers of other sources, to be joined, ruled out, or parted again."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from transfers.admin.editing.choices import RecordsField
from transfers.curation import workflow
from transfers.models import RegisterDeal, Transfer
from transfers.publication import log
from transfers.registers.reconciling.joining import decline, join_all
from transfers.registers.reconciling.links import JoinedTransfer, Link, build_summary, list_proposed
from transfers.registers.reconciling.purchases import Purchase
from transfers.registers.reconciling.separating import get_joined, separate
from transfers.registers.reconciling.stored import UnknownName

from .joining import JoinPages, ScopeForm

PER_PAGE = 20


class DecisionForm(forms.Form):
    """Decision on a link or a group of them, and its reason; `own`: keys of joined deals to be parted."""

    deal = RecordsField(RegisterDeal.objects.all(), required=False)
    own = forms.CharField(required=False)
    other = forms.ModelChoiceField(Transfer.objects.all())
    decision = forms.ChoiceField(choices=[("join", "join"), ("decline", "decline"), ("separate", "separate")])
    reason = forms.CharField(max_length=500, required=False)


class LinkPages(JoinPages):
    """Pages of proposed links and of joined transfers."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.links_view)
        return [path("links/", view, name="transfers_importbatch_links"), *super().get_urls()]

    def links_view(self, request: HttpRequest) -> HttpResponse:
        """Show proposed links, best first, or what is joined; a posted decision leads back here."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            self._decide(request)
            scope = f"?{request.GET.urlencode()}" if request.GET else ""
            return HttpResponseRedirect(f"{reverse('admin:transfers_importbatch_links')}{scope}")
        form, is_joined = ScopeForm(request.GET), request.GET.get("joined") == "1"
        listed = _list_joined(form) if is_joined else _list_proposals(form)
        page = Paginator(listed, PER_PAGE).get_page(request.GET.get("p"))
        parameters = request.GET.copy()
        parameters.pop("p", None)
        shown = {
            "form": form,
            "page": page,
            "scope": parameters.urlencode(),
            "is_joined": is_joined,
            "may_decide": request.user.has_perm(workflow.CHANGE),
        }
        return self.page(request, "links", "Joined deals" if is_joined else "Reconcile", **shown)

    def _decide(self, request: HttpRequest) -> None:
        if not request.user.has_perm(workflow.CHANGE):
            raise PermissionDenied
        form = DecisionForm(request.POST)
        if not form.is_valid() or not (form.cleaned_data["deal"] or form.cleaned_data["own"]):
            messages.error(request, "This link no longer exists.")
            return
        try:
            with transaction.atomic():
                messages.success(request, _carry_out(form, request))
        except (workflow.Refused, log.NotPublishable) as error:
            messages.error(request, str(error))


def _list_proposals(form: ScopeForm) -> list[Purchase | Link]:
    """Return the proposed groups, then the proposed links; an unknown name is the form's error."""
    try:
        links, purchases = list_proposed(**form.cleaned_data) if form.is_valid() else ([], [])
    except UnknownName as error:
        form.add_error(None, str(error))
        return []
    return [*purchases, *links]


def _list_joined(form: ScopeForm) -> list[JoinedTransfer]:
    """Return the joined transfers; an unknown name is the form's error."""
    try:
        return build_summary(**form.cleaned_data).joined if form.is_valid() else []
    except UnknownName as error:
        form.add_error(None, str(error))
        return []


def _carry_out(form: DecisionForm, request: HttpRequest) -> str:
    """Do what the form decides; return a sentence on it. Raise Refused or NotPublishable."""
    deals, other, reason = (form.cleaned_data[name] for name in ("deal", "other", "reason"))
    deals = sorted(deals, key=lambda deal: deal.pk)
    match form.cleaned_data["decision"]:
        case "join":
            join_all(deals, other, request.user, reason)
            are_parts = f"{len(deals)} deals are parts" if len(deals) > 1 else "The deal is one"
            return f"{are_parts} of {other.key} now, which is a draft."
        case "separate":
            keys = [key for key in form.cleaned_data["own"].split(",") if key]
            owns = separate(get_joined(keys, other), request.user, reason)
            return f"Transfers of their own again: {', '.join(own.key for own in owns)}."
    for deal in deals:
        decline(deal, other, request.user, reason)
    return f"The deal is not {other.key}; the link is not proposed again."
