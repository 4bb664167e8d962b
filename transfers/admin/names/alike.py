"""Queue of parties or systems that may be one and the same: one suggestion at a time, by keyboard too."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from transfers.admin.editing.spreadsheets import SpreadsheetAdmin
from transfers.curation import suggestions
from transfers.curation.spreadsheets.files import write_csv
from transfers.curation.suggestions import Suggestion
from transfers.models import RegistryRow, Transfer
from transfers.models.merging import PARENTS
from transfers.publication import publish

from .merging import MergePages, may_merge


class AlikePages(MergePages, SpreadsheetAdmin):
    """Page that asks of two records whether they are one."""

    def get_urls(self) -> list[URLPattern]:
        name = f"transfers_{self.opts.model_name}_alike"
        return [path("alike/", self.admin_site.admin_view(self.alike_view), name=name), *super().get_urls()]

    def alike_view(self, request: HttpRequest) -> HttpResponse:
        """Show the suggestion `pair`, or the first; do what is posted of it."""
        if not may_merge(request.user, self.opts.model_name):
            raise PermissionDenied
        listed = suggestions.list_suggestions(self.model.KIND)
        pairs = [suggestion.pair for suggestion in listed]
        pair = (request.POST if request.method == "POST" else request.GET).get("pair", "")
        place = pairs.index(pair) if pair in pairs else 0
        following = pairs[(place + 1) % len(pairs)] if pairs else ""
        chosen = listed[place] if pair in pairs else None
        may_relate = self.has_import_permission(request)
        if request.method == "POST" and chosen and may_relate and "relate" in request.POST:
            return self._relate(request, chosen)
        if request.method == "POST":
            return HttpResponseRedirect(self._decide(request, chosen, following))
        context = {"count": len(listed), "place": place + 1, "following": following}
        context |= {"apart": request.GET.get("apart", ""), "may_relate": may_relate}
        if listed:
            context |= self._describe(listed[place])
        title = f"{str(self.opts.verbose_name_plural).capitalize()} that may be one"
        return self.render_page(request, "names/alike.html", title, **context)

    def _decide(self, request: HttpRequest, suggestion: Suggestion | None, following: str) -> str:
        """Do what is posted of a suggestion; return the address of what follows."""
        if again := request.POST.get("again"):
            suggestions.suggest_again(self.model.KIND, again)
            return f"{request.path}?{urlencode({'pair': again})}"
        if suggestion is None:
            messages.warning(request, "This was decided on already.")
            return request.path
        if "same" in request.POST:
            winner, loser = self._get_records(suggestion)
            merge = reverse(f"admin:transfers_{self.opts.model_name}_merge", args=[loser.pk])
            return f"{merge}?{urlencode({'into': winner.pk, 'reason': suggestion.reason})}"
        suggestions.keep_apart(self.model.KIND, suggestion, request.user)
        text = f"{suggestion.winner} and {suggestion.loser} are not the same. This is not suggested again."
        messages.success(request, text)
        return f"{request.path}?{urlencode({'pair': following, 'apart': suggestion.pair})}"

    def _relate(self, request: HttpRequest, suggestion: Suggestion) -> HttpResponse:
        """Show what it changes to make one a variant, or the successor, of the other; then it can be made."""
        field = self.model._meta.get_field(PARENTS[self.model.KIND])
        key = self.model.natural_key_fields[0]
        lines = [[key, field.name], [suggestion.loser, suggestion.winner]]
        return self.preview(request, write_csv(lines), "csv", suggestion.reason)

    def _get_records(self, suggestion: Suggestion) -> list[Any]:
        manager, name = self.model._default_manager, self.model.natural_key_fields[0]
        return [manager.get(**{name: key}) for key in (suggestion.winner, suggestion.loser)]

    def _describe(self, suggestion: Suggestion) -> dict[str, Any]:
        """Return the suggestion with its two records, and what is stored of them line by line."""
        records = self._get_records(suggestion)
        lines = zip(*(_list_lines(record) for record in records), strict=True)
        return {
            "suggestion": suggestion,
            "records": records,
            "lines": [(label, value, other) for (label, value), (_, other) in lines],
        }


def _list_lines(record: Any) -> list[tuple[str, Any]]:
    """Return what is stored of a record, and how much names it, each with a label."""
    if record.KIND == "party":
        own = [("Kind", record.get_kind_display()), ("Successor", record.successor)]
        transfers = Transfer.objects.filter(Q(supplier=record) | Q(recipient=record))
    else:
        own = [("Category", record.get_category_display()), ("Description", record.description)]
        own.append(("Variant of", record.variant_of))
        transfers = Transfer.objects.filter(system=record)
    return [
        ("Key", record.natural_key()[0]),
        *own,
        ("Other names", ", ".join(alias.name for alias in record.aliases.all())),
        ("Provisional", "Yes" if record.provisional else "No"),
        ("Transfers", f"{transfers.count():,}"),
        ("Public rows", f"{publish.filter_showing(record, RegistryRow.objects.current()).count():,}"),
    ]
