"""Editorial steps in the admin: those of one transfer, taken on its page together with its edits."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator

from transfers.curation import workflow
from transfers.models import Transfer, history

from . import review
from .base import RegistryAdmin
from .errors import require_form

EDITED = "Edited in the admin"


def build_log_message(step: workflow.Transition, reason: str) -> str:
    """Return what the admin's log says of a step."""
    return f"{step.verb.capitalize()}: {reason.strip()}"


class WorkflowAdmin(RegistryAdmin):
    """Transfers with buttons for their editorial steps, each of which saves what was entered first."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.step_view)
        return [path("<path:object_id>/step/", view, name="transfers_transfer_step"), *super().get_urls()]

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Take the step that was posted with the edits, which are saved."""
        self._take_step(request, obj)
        if request.POST.get("_step") == review.MOVE:
            return HttpResponseRedirect(reverse("admin:transfers_transfer_move", args=[obj.pk]))
        if "_step" in request.POST:
            return HttpResponseRedirect(self._get_page(obj))
        return super().response_change(request, obj)

    @method_decorator(require_form)
    def step_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the posted step of somebody who edits nothing, then return to the transfer."""
        transfer: Transfer = self.get_viewed(request, object_id)
        self._take_step(request, transfer)
        return HttpResponseRedirect(self._get_page(transfer))

    def _take_step(self, request: HttpRequest, transfer: Transfer) -> None:
        step = workflow.TRANSITIONS.get(request.POST.get("_step", ""))
        if review.take_step(request, transfer) and step:
            self.log_change(request, transfer, build_log_message(step, request.POST.get("why", "")))

    def _get_page(self, transfer: Transfer) -> str:
        return reverse("admin:transfers_transfer_change", args=[transfer.pk])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the claims, and make a reviewed or published transfer a draft again if anything changed."""
        super().save_related(request, form, formsets, change)
        transfer = form.instance
        edited = form.has_changed() or any(formset.has_changed() for formset in formsets)
        if change and edited and transfer.state != workflow.State.DRAFT:
            reason = history.get_context()[0] or EDITED
            transfer.state = workflow.reopen(transfer, request.user, reason).state
            if "_step" not in request.POST:
                messages.info(request, f"The transfer {transfer.key} is a draft again. Submit it for review.")
        if change and edited and "_step" in request.POST:
            messages.success(request, "Your edits were saved.")


class ReopensTransfer(admin.ModelAdmin):
    """Claims on pages of their own: an edit there makes their transfer a draft again."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = type(obj).objects.filter(pk=obj.pk).values_list("transfer_id", flat=True)
        transfer_ids = {obj.transfer_id, *before} if form.has_changed() else set()
        super().save_model(request, obj, form, change)
        self._reopen(request, transfer_ids)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        self._reopen(request, {obj.transfer_id})

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        transfer_ids = set(queryset.values_list("transfer_id", flat=True))
        super().delete_queryset(request, queryset)
        self._reopen(request, transfer_ids)

    def _reopen(self, request: HttpRequest, transfer_ids: set[Any]) -> None:
        reason = history.get_context()[0] or EDITED
        for transfer in Transfer.objects.filter(pk__in=transfer_ids).order_by("pk"):
            workflow.reopen(transfer, request.user, reason)
