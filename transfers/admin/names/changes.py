"""Changes of public parties, systems and sources: proposed by who may not publish, decided on by who may."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from transfers.admin.editing.base import ReadOnlyAdmin, RegistryAdmin
from transfers.curation import changes, workflow
from transfers.models import ReferenceChange


class ReviewedReference(RegistryAdmin):
    """Records whose change, where it would show in public rows, waits for somebody who may publish."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        def change() -> HttpResponse:
            return super(ReviewedReference, self).changeform_view(request, object_id, form_url, extra_context)

        return self._propose(request, object_id, change)

    def revert_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def revert() -> HttpResponse:
            return super(ReviewedReference, self).revert_view(request, object_id)  # type: ignore[misc]

        return self._propose(request, object_id, revert)

    def _propose(
        self, request: HttpRequest, object_id: str | None, change: Callable[[], HttpResponse]
    ) -> HttpResponse:
        """Let the view change the record; keep what it did as a proposal, if it is for others to publish."""
        record = self.get_object(request, unquote(object_id)) if object_id else None
        is_own = request.method != "POST" or record is None or request.user.has_perm(workflow.PUBLISH)
        if is_own or not changes.is_public(record):
            return change()
        with transaction.atomic():
            before = changes.take_texts(record)
            savepoint = transaction.savepoint()
            response = change()
            if response.status_code != 302:
                return response
            after = changes.take_texts(record)
            transaction.savepoint_rollback(savepoint)
            reason = request.POST.get("why") or request.POST.get("reason", "")
            if before != after:
                changes.propose_change(record, before, after, request.user, reason)
        return self._respond(request, record, before != after, response)

    def _respond(
        self, request: HttpRequest, record: Any, is_proposed: bool, response: HttpResponse
    ) -> HttpResponse:
        """Say that the change waits, in the place of the view's messages, which say that it was made."""
        shown = [message for message in messages.get_messages(request) if message.level >= messages.WARNING]
        for message in shown:
            messages.add_message(request, message.level, message.message)
        if not is_proposed:
            return response
        text = f"Your change of {record} is proposed. It shows once a reviewer accepts it."
        messages.success(request, text)
        return HttpResponseRedirect(reverse(f"admin:transfers_{self.opts.model_name}_changelist"))


@admin.register(ReferenceChange)
class ReferenceChangeAdmin(ReadOnlyAdmin):
    """The queue of proposed changes, each with a page that shows the difference and what becomes of it."""

    list_display = ["time", "kind", "key", "user", "reason", "decision"]
    list_filter = ["decision", "kind"]
    list_select_related = ["user"]
    search_fields = ["key", "reason"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a change; accept or decline it once that is posted."""
        change: ReferenceChange = self.get_viewed(request, object_id)
        if request.method == "POST":
            return self._decide(request, change)
        record = change.record
        is_open = change.decision == ReferenceChange.Decision.OPEN
        context = {
            "change": change,
            "record": record,
            "address": reverse(f"admin:transfers_{change.kind}_change", args=[record.pk]) if record else "",
            "cells": [(name, before, change.after[name]) for name, before in change.before.items()],
            "preview": changes.preview_change(change) if is_open else None,
            "may_decide": is_open and request.user.has_perm(workflow.PUBLISH),
        }
        return self.render_page(request, "names/change.html", f"Change of {change}", **context)

    def _decide(self, request: HttpRequest, change: ReferenceChange) -> HttpResponse:
        is_accepted = "accept" in request.POST
        try:
            changes.decide(change, is_accepted, request.user, request.POST.get("answer", ""))
        except workflow.Refused as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.path)
        messages.success(request, f"The change of {change} was {'accepted' if is_accepted else 'declined'}.")
        address = reverse("admin:transfers_referencechange_changelist")
        return HttpResponseRedirect(f"{address}?decision__exact=open")
