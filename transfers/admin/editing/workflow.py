"""Editorial steps in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import model_ngettext
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import select_template
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator

from transfers.curation import workflow
from transfers.models import Transfer, history
from transfers.publication import log

from .base import RegistryAdmin
from .errors import require_form

EDITED = "Edited in the admin"
#: How many of the selected transfers the page that asks for the reason lists.
LISTED = 100


class WorkflowAdmin(RegistryAdmin):
    """Transfers with buttons and actions for their editorial steps."""

    actions = ["submit", "publish", "withdraw"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.step_view)
        return [path("<path:object_id>/step/", view, name="transfers_transfer_step"), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Add the steps below the form of the page."""
        response: Any = super().render_change_form(request, context, *args, **kwargs)
        transfer = kwargs.get("obj")
        if transfer is not None and not context.get("is_popup"):
            names = response.template_name
            response.context_data |= {
                "page_template": select_template([names] if isinstance(names, str) else names),
                "steps": workflow.list_allowed(transfer, request.user),
                "refusals": self._list_refusals(request, transfer),
                "step_url": reverse("admin:transfers_transfer_step", args=[transfer.pk]),
            }
            response.template_name = "admin/transfers/transfer/workflow.html"
        return response

    def _list_refusals(self, request: HttpRequest, transfer: Transfer) -> list[tuple[str, str]]:
        """Return the steps that the state allows but something else prevents, and what that is."""
        return [
            (step.verb, reason)
            for step in workflow.TRANSITIONS.values()
            if transfer.state in step.sources
            and (reason := workflow.get_refusal(transfer, step.name, request.user))
        ]

    @method_decorator(require_form)
    def step_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the posted step or explain why not, then return to the transfer."""
        transfer: Transfer = self.get_viewed(request, object_id)
        name, reason = request.POST.get("step", ""), request.POST.get("reason", "")
        try:
            with transaction.atomic():
                moved = workflow.move(transfer, name, request.user, reason)
                self._log(request, moved, name, reason)
        except (workflow.Refused, log.NotPublishable) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"The transfer {moved.key} is now {moved.get_state_display()}.")
        return HttpResponseRedirect(reverse("admin:transfers_transfer_change", args=[transfer.pk]))

    def _log(self, request: HttpRequest, transfer: Transfer, name: str, reason: str) -> None:
        verb = workflow.TRANSITIONS[name].verb
        self.log_change(request, transfer, f"{verb.capitalize()}: {reason.strip()}")

    @admin.action(description="Submit the selected transfers for review", permissions=["change"])
    def submit(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._move_all(request, queryset, "submit")

    @admin.action(description="Publish the selected transfers", permissions=["publish"])
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
        if "reason" not in request.POST:
            return self._ask_reason(request, transfers, name)
        reason = request.POST["reason"]
        try:
            with transaction.atomic():
                for transfer in workflow.move_all(transfers, name, request.user, reason):
                    self._log(request, transfer, name, reason)
        except workflow.AllRefused as error:
            for refusal in sorted(set(error.refusals.values())):
                messages.error(request, refusal)
            messages.error(request, "None of the selected transfers was changed.")
        else:
            target = workflow.State(workflow.TRANSITIONS[name].target).label
            count = len(transfers)
            messages.success(request, f"Now {target}: {count} {model_ngettext(self.opts, count)}.")
        return None

    def _ask_reason(self, request: HttpRequest, transfers: list[Transfer], name: str) -> HttpResponse:
        step = workflow.TRANSITIONS[name]
        listed = transfers[:LISTED]
        context = {
            "step": step,
            "rows": [(transfer, workflow.get_refusal(transfer, name, request.user)) for transfer in listed],
            "unlisted": len(transfers) - len(listed),
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        count = len(transfers)
        title = f"{step.verb.capitalize()}: {count} {model_ngettext(self.opts, count)}"
        return self.render_page(request, "transfer/workflow_selected.html", title, **context)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the claims, and make a reviewed or published transfer a draft again if anything changed."""
        super().save_related(request, form, formsets, change)
        transfer = form.instance
        edited = form.has_changed() or any(formset.has_changed() for formset in formsets)
        if change and edited and transfer.state != workflow.State.DRAFT:
            reason = history.get_context()[0] or EDITED
            transfer.state = workflow.reopen(transfer, request.user, reason).state
            messages.info(request, f"The transfer {transfer.key} is a draft again. Submit it for review.")


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
        for transfer in Transfer.objects.filter(pk__in=transfer_ids).order_by("pk"):
            workflow.reopen(transfer, request.user, EDITED)
