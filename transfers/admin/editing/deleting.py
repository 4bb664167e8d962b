"""Deleting with a reason, which stands in the history of what was deleted."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import actions
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from transfers.models import history

_ASKED = "Deleting needs a reason. It is shown in the history. Nothing was deleted."


class ReasonedDeletion(admin.ModelAdmin):
    """Records with a history: who deletes one, or several of a list, says why."""

    actions = ["delete_selected"]

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        reason = request.POST.get("reason", "").strip()
        if request.method == "POST" and not reason:
            messages.error(request, _ASKED)
            return HttpResponseRedirect(request.get_full_path())
        with transaction.atomic(), history.record_because(reason, request.user):
            return super().delete_view(request, object_id, {"asks_reason": True, **(extra_context or {})})

    @admin.action(permissions=["delete"], description="Delete selected %(verbose_name_plural)s")
    def delete_selected(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Show what would be deleted and ask for the reason; delete once it is given."""
        reason = request.POST.get("reason", "").strip()
        if "post" in request.POST and not reason:
            messages.error(request, _ASKED)
            return None
        with transaction.atomic(), history.record_because(reason, request.user):
            return actions.delete_selected(self, request, queryset)
