"""Reconcile: proposed links between imported deals and other transfers, to be joined or ruled out."""

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
from transfers.registers.reconciling.joining import decline, join
from transfers.registers.reconciling.links import Link, list_links
from transfers.registers.reconciling.stored import UnknownName

from .pages import ImportPages

PER_PAGE = 20


class ScopeForm(forms.Form):
    """Parties and system whose links are listed, by any name, code or alias."""

    recipient = forms.CharField(required=False, max_length=120)
    supplier = forms.CharField(required=False, max_length=120)
    system = forms.CharField(required=False, max_length=120)


class DecisionForm(forms.Form):
    """Decision on a link, and its reason."""

    deal = forms.ModelChoiceField(RegisterDeal.objects.all())
    other = forms.ModelChoiceField(Transfer.objects.all())
    decision = forms.ChoiceField(choices=[("join", "join"), ("decline", "decline")])
    reason = forms.CharField(max_length=500, required=False)


class LinkPages(ImportPages):
    """Page of proposed links."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.links_view)
        return [path("links/", view, name="transfers_importbatch_links"), *super().get_urls()]

    def links_view(self, request: HttpRequest) -> HttpResponse:
        """Show proposed links, best first; a posted decision leads back here."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            self._decide(request)
            scope = f"?{request.GET.urlencode()}" if request.GET else ""
            return HttpResponseRedirect(f"{reverse('admin:transfers_importbatch_links')}{scope}")
        form = ScopeForm(request.GET)
        links: list[Link] = []
        try:
            if form.is_valid():
                links = list_links(**form.cleaned_data)
        except UnknownName as error:
            form.add_error(None, str(error))
        page = Paginator(links, PER_PAGE).get_page(request.GET.get("p"))
        parameters = request.GET.copy()
        parameters.pop("p", None)
        shown = {
            "form": form,
            "page": page,
            "scope": parameters.urlencode(),
            "may_decide": request.user.has_perm(workflow.CHANGE),
        }
        return self.page(request, "links", "Reconcile", **shown)

    def _decide(self, request: HttpRequest) -> None:
        if not request.user.has_perm(workflow.CHANGE):
            raise PermissionDenied
        form = DecisionForm(request.POST)
        if not form.is_valid():
            messages.error(request, "This link no longer exists.")
            return
        deal, other, reason = (form.cleaned_data[name] for name in ("deal", "other", "reason"))
        try:
            with transaction.atomic():
                if form.cleaned_data["decision"] == "join":
                    join(deal, other, request.user, reason)
                    messages.success(request, f"The deal is one of {other.key} now, which is a draft.")
                else:
                    decline(deal, other, request.user, reason)
                    messages.success(request, f"The deal is not {other.key}; the link is not proposed again.")
        except (workflow.Refused, log.NotPublishable) as error:
            messages.error(request, str(error))
