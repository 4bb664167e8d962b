"""Links that nothing speaks against: shown first, joined in one step, and parted in one again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from transfers.curation import workflow
from transfers.publication import log
from transfers.registers.reconciling.joining import join_pairs
from transfers.registers.reconciling.links import Link, list_links, list_plain
from transfers.registers.reconciling.separating import separate_pairs
from transfers.registers.reconciling.stored import UnknownName

from .pages import ImportPages

#: How many links are joined in one step, a transaction of some seconds, and how many are shown before.
MOST, LISTED = 200, 10
#: Where a session keeps what it joined last: pairs of a deal's key and the id of the transfer.
JOINED = "joined_together"


class ScopeForm(forms.Form):
    """Parties and system whose links are listed, by any name, code or alias."""

    recipient = forms.CharField(required=False, max_length=120)
    supplier = forms.CharField(required=False, max_length=120)
    system = forms.CharField(required=False, max_length=120)


class RuleForm(ScopeForm):
    """Which of the links are joined together."""

    least_score = forms.FloatField(min_value=0, max_value=1, initial=0.8, label="Score of at least")


class JoinPages(ImportPages):
    """Page on which many links are joined, and the last such step is taken back."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.joining_view)
        return [path("links/together/", view, name="transfers_importbatch_joining"), *super().get_urls()]

    def joining_view(self, request: HttpRequest) -> HttpResponse:
        """Show the links that the rule finds; join those that were seen, or part those joined last."""
        if not request.user.has_perm(workflow.CHANGE):
            raise PermissionDenied
        if "separate" in request.POST:
            return self._separate(request)
        initial = {name: field.initial for name, field in RuleForm.base_fields.items()}
        form = RuleForm({**initial, **request.GET.dict()})
        found = _list_found(form)
        links = found[:MOST]
        if request.method == "POST" and self._join(request, links):
            return HttpResponseRedirect(request.path)
        shown = {
            "form": form,
            "links": links[:LISTED],
            "count": len(links),
            "found": len(found),
            "pairs": _write_pairs(links),
            "last": len(request.session.get(JOINED, [])),
        }
        return self.page(request, "joining", "Join links together", **shown)

    def _join(self, request: HttpRequest, links: list[Link]) -> bool:
        """Join the links if they are those that were seen; say what was done, or why nothing was."""
        if not links or request.POST.get("pairs") != _write_pairs(links):
            messages.error(request, "The links have changed since you opened the page. Look at them again.")
            return False
        pairs = [(link.deal, link.other) for link in links]
        try:
            joined = join_pairs(pairs, request.user, request.POST.get("reason", ""))
        except (workflow.Refused, log.NotPublishable) as error:
            messages.error(request, f"None was joined. {error}")
            return False
        request.session[JOINED] = joined
        messages.success(request, f"{len(joined):,} deals were joined. They can be parted again here.")
        return True

    def _separate(self, request: HttpRequest) -> HttpResponse:
        pairs = request.session.get(JOINED, [])
        try:
            owns = separate_pairs(pairs, request.user, request.POST.get("reason", ""))
        except (workflow.Refused, log.NotPublishable) as error:
            messages.error(request, f"None was taken back. {error}")
        else:
            request.session.pop(JOINED, None)
            messages.success(request, f"{len(owns):,} deals are transfers of their own again.")
        return HttpResponseRedirect(reverse("admin:transfers_importbatch_joining"))


def _list_found(form: Any) -> list[Link]:
    """Return the links that the rule finds, best first; a fault is the form's error."""
    if not form.is_valid():
        return []
    rule = dict(form.cleaned_data)
    least_score = rule.pop("least_score")
    try:
        return list_plain(list_links(**rule), least_score)
    except UnknownName as error:
        form.add_error(None, str(error))
        return []


def _write_pairs(links: list[Link]) -> str:
    return ",".join(f"{link.deal.pk}-{link.other.pk}" for link in links)
