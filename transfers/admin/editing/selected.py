"""Editorial steps of several transfers at once, each of which is looked at first."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import model_ngettext
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from transfers.curation import workflow
from transfers.curation.previews import build_previews
from transfers.models import Transfer

from .base import RegistryAdmin
from .workflow import build_log_message

#: How many of the selected transfers the page lists; no more are published at once, as each is looked at.
LISTED = 100


class SelectedSteps(RegistryAdmin):
    """Transfers with actions that take several of them the same step."""

    actions: Any = ["submit", "publish", "withdraw"]

    @admin.action(description="Submit the selected transfers for review", permissions=["change"])
    def submit(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._move_all(request, queryset, "submit")

    @admin.action(description="Look at the selected transfers and publish them", permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._move_all(request, queryset, "publish")

    @admin.action(description="Withdraw the selected transfers", permissions=["publish"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._move_all(request, queryset, "withdraw")

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(workflow.PUBLISH)

    def _move_all(self, request: HttpRequest, queryset: QuerySet, name: str) -> HttpResponse | None:
        """Ask for the reason; once it is given, move all of the transfers or none."""
        transfers = list(queryset.order_by("key").distinct())
        if name == "publish" and len(transfers) > LISTED:
            messages.error(
                request, f"Select at most {LISTED} transfers: each is shown to you before it is published."
            )
            return None
        if "reason" not in request.POST:
            return self._ask_reason(request, transfers, name)
        reason, step = request.POST["reason"], workflow.TRANSITIONS[name]
        try:
            with transaction.atomic():
                for transfer in workflow.move_all(transfers, name, request.user, reason, get_seen(request)):
                    self.log_change(request, transfer, build_log_message(step, reason))
        except workflow.AllRefused as error:
            for refusal in sorted(set(error.refusals.values())):
                messages.error(request, refusal)
            messages.error(request, "None of the selected transfers was changed.")
            return self._ask_reason(request, transfers, name, reason)
        count, target = len(transfers), workflow.State(step.target).label
        messages.success(request, f"Now {target}: {count} {model_ngettext(self.opts, count)}.")
        return None

    def _ask_reason(
        self, request: HttpRequest, transfers: list[Transfer], name: str, reason: str = ""
    ) -> HttpResponse:
        step = workflow.TRANSITIONS[name]
        listed = transfers[:LISTED]
        context: dict[str, Any] = {
            "step": step,
            "rows": [
                (preview, workflow.get_refusal(preview.transfer, name, request.user))
                for preview in build_previews(listed)
            ],
            "unlisted": len(transfers) - len(listed),
            "reason": reason,
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        count = len(transfers)
        title = f"{step.verb.capitalize()}: {count} {model_ngettext(self.opts, count)}"
        return self.render_page(request, "transfer/workflow_selected.html", title, **context)


def get_seen(request: HttpRequest) -> dict[str, str]:
    """Return what the page showed of each transfer, as digests by key."""
    pairs = (text.partition("=") for text in request.POST.getlist("seen"))
    return {key: digest for key, _, digest in pairs}
