"""Reconcile: imported deals beside the transfers of articles that they may be, to be joined or ruled out."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from transfers.curation import workflow
from transfers.models import RegisterDeal, Transfer
from transfers.publication import log
from transfers.registers.reconciling import links as reconciliation

from .pages import ImportPages

PER_PAGE = 20


class ScopeForm(forms.Form):
    """Whose links are looked at; any name, code or alias."""

    recipient = forms.CharField(required=False, max_length=120)
    supplier = forms.CharField(required=False, max_length=120)
    system = forms.CharField(required=False, max_length=120)


class DecisionForm(forms.Form):
    """A link, what becomes of it, and why."""

    deal = forms.ModelChoiceField(RegisterDeal.objects.all())
    other = forms.ModelChoiceField(Transfer.objects.all())
    decision = forms.ChoiceField(choices=[("join", "join"), ("decline", "decline")])
    reason = forms.CharField(max_length=500, required=False)


class LinkPages(ImportPages):
    """The page of proposed links."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.links_view)
        return [path("links/", view, name="transfers_importbatch_links"), *super().get_urls()]

    def links_view(self, request: HttpRequest) -> HttpResponse:
        """Proposed links, best first; a posted decision leads back here."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            self._decide(request)
            scope = f"?{request.GET.urlencode()}" if request.GET else ""
            return HttpResponseRedirect(f"{reverse('admin:transfers_importbatch_links')}{scope}")
        form = ScopeForm(request.GET)
        links: list[reconciliation.Link] = []
        try:
            if form.is_valid():
                links = reconciliation.proposed(**form.cleaned_data)
        except reconciliation.Unknown as error:
            form.add_error(None, str(error))
        page = Paginator(links, PER_PAGE).get_page(request.GET.get("p"))
        asked = request.GET.copy()
        asked.pop("p", None)
        shown = {
            "form": form,
            "page": page,
            "scope": asked.urlencode(),
            "may_decide": request.user.has_perm(workflow.CHANGE),
        }
        return self.page(request, "links", "Reconcile", **shown)

    def _decide(self, request: HttpRequest) -> None:
        if not request.user.has_perm(workflow.CHANGE):
            raise PermissionDenied
        form = DecisionForm(request.POST)
        if not form.is_valid():
            messages.error(request, "This link is gone; look again.")
            return
        said: dict[str, Any] = form.cleaned_data
        deal, other = said["deal"], said["other"]
        try:
            with transaction.atomic():
                if said["decision"] == "join":
                    reconciliation.join(deal, other, request.user, said["reason"])
                    messages.success(request, f"The deal is one of {other.key} now, which is a draft.")
                else:
                    reconciliation.decline(deal, other, request.user, said["reason"])
                    messages.success(request, f"The deal is not {other.key}; that is not proposed again.")
        except (workflow.Refused, log.NotPublishable) as error:
            messages.error(request, str(error))
