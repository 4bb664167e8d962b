"""Merging a party or a system into another, in the admin: what would move, the merge, and its undoing."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from transfers.admin.editing.base import ReadOnlyAdmin, RegistryAdmin
from transfers.admin.editing.choices import RecordSelect, is_key
from transfers.curation import merging, workflow
from transfers.models import Merge, Transfer


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        max_length=500, help_text="It is shown in the history and, where public rows change, in the log."
    )


class MergePages(RegistryAdmin):
    """Page on which a record is merged into another one."""

    #: The field of a transfer whose choices are these records.
    chosen_by: str

    def get_urls(self) -> list[URLPattern]:
        name = f"transfers_{self.opts.model_name}_merge"
        view = self.admin_site.admin_view(self.merge_view)
        return [path("<int:object_id>/merge/", view, name=name), *super().get_urls()]

    def merge_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show what merging the record into the one of `into` would do; merge once it is posted."""
        loser = self.get_viewed(request, object_id)
        if not may_merge(request.user, self.opts.model_name):
            raise PermissionDenied
        into = request.GET.get("into", "")
        winner = self.get_object(request, into) if is_key(into) else None
        preview = merging.preview_merge(winner, loser) if winner else None
        form = ReasonForm(request.POST or None, initial={"reason": request.GET.get("reason", "")})
        is_asked = request.method == "POST" and preview is not None and form.is_valid()
        if is_asked and (answer := self._merge(request, preview, form.cleaned_data["reason"])):
            return answer
        context = {"loser": loser, "winner": winner, "preview": preview, "form": form}
        context |= {"choice": self._build_choice(), "media": self.media + self._build_choice().media}
        return self.render_page(request, "names/merge.html", f"Merge {loser}", **context)

    def _build_choice(self) -> forms.Form:
        field = forms.ModelChoiceField(
            self.model._default_manager.all(),
            label="Into",
            widget=RecordSelect(Transfer._meta.get_field(self.chosen_by), self.admin_site),
        )
        return type("ChoiceForm", (forms.Form,), {"into": field})()

    def _merge(self, request: HttpRequest, preview: Any, reason: str) -> HttpResponse | None:
        """Merge and go to the record that stays; or say why not."""
        if preview.rows and not request.user.has_perm(workflow.PUBLISH):
            messages.error(request, "Public rows change. Ask somebody who may publish to merge the two.")
            return None
        try:
            done = merging.merge(preview.winner, preview.loser, request.user, reason)
        except merging.NotMergeable as error:
            messages.error(request, str(error))
            return None
        self.log_change(request, preview.winner, f"Merged {done.loser} into it: {reason}")
        messages.success(request, f"{done.loser} was merged into {done.winner}. It can be undone here.")
        return HttpResponseRedirect(reverse("admin:transfers_merge_change", args=[done.pk]))

    @admin.action(description="Merge the two selected records", permissions=["merge"])
    def merge_selected(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        pair = list(queryset.order_by("provisional", "pk")[:3])
        if len(pair) != 2:
            messages.warning(request, "Select two records. The first that is not provisional stays.")
            return None
        address = reverse(f"admin:transfers_{self.opts.model_name}_merge", args=[pair[1].pk])
        return HttpResponseRedirect(f"{address}?into={pair[0].pk}")

    def has_merge_permission(self, request: HttpRequest) -> bool:
        return may_merge(request.user, self.opts.model_name)


def may_merge(user: Any, model_name: str | None) -> bool:
    """Return whether the user may merge records: who may change them, and who may publish."""
    return user.has_perm(f"transfers.change_{model_name}") or user.has_perm(workflow.PUBLISH)


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin):
    """Merges, each with a page on which it can be undone."""

    list_display = ["time", "kind", "loser", "winner", "user", "reason", "undone"]
    list_filter = ["kind", ("undone", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["loser", "winner", "reason"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a merge; undo it once that is posted."""
        done: Merge = self.get_viewed(request, object_id)
        may_undo = may_merge(request.user, done.kind) and not done.undone
        if any(done.rows.values()) and not request.user.has_perm(workflow.PUBLISH):
            may_undo = False
        form = ReasonForm(request.POST or None)
        if request.method == "POST":
            if not may_undo:
                raise PermissionDenied
            if form.is_valid() and self._undo(request, done, form.cleaned_data["reason"]):
                return HttpResponseRedirect(request.path)
        moved = [
            (words, len(done.moved[name])) for name, words in merging.MOVED.items() if name in done.moved
        ]
        rows = sorted({key for keys in done.rows.values() for key in keys})
        context = {"merge": done, "form": form, "may_undo": may_undo, "moved": moved, "rows": rows}
        context["queue"] = reverse(f"admin:transfers_{done.kind}_alike")
        return self.render_page(request, "names/merged.html", f"Merge of {done}", **context)

    def _undo(self, request: HttpRequest, done: Merge, reason: str) -> bool:
        try:
            merging.undo_merge(done, request.user, reason)
        except merging.NotMergeable as error:
            messages.error(request, str(error))
            return False
        messages.success(request, f"{done.loser} and {done.winner} are two records again.")
        return True
