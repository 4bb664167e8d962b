"""The steps of a transfer in the admin: buttons, reasons, refusals."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.loader import select_template
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from transfers.curation import workflow
from transfers.models import Revision, Transfer, history
from transfers.publication import log

from .queues import QueueFilter

EDITED = "Edited in the admin"


class WorkflowAdmin(admin.ModelAdmin):
    """The steps of a transfer in the admin: buttons, reasons, refusals."""

    actions = ["submit", "publish", "withdraw"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.step_view)
        return [path("<path:object_id>/step/", view, name="transfers_transfer_step"), *super().get_urls()]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [QueueFilter, *super().get_list_filter(request)]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """The page as it would be, whatever its template, and the steps below its form."""
        response: Any = super().render_change_form(request, context, *args, **kwargs)
        transfer = kwargs.get("obj")
        if transfer is not None and not context.get("is_popup"):
            names = response.template_name
            response.context_data |= {
                "page_template": select_template([names] if isinstance(names, str) else names),
                "steps": workflow.allowed(transfer, request.user),
                "refusals": self._refusals(request, transfer),
                "step_url": reverse("admin:transfers_transfer_step", args=[transfer.pk]),
            }
            response.template_name = "admin/transfers/transfer/workflow.html"
        return response

    def _refusals(self, request: HttpRequest, transfer: Transfer) -> list[tuple[str, str]]:
        """The steps that the transfer's state lets it take, but not by this user or not as it is; and why."""
        return [
            (step.verb, why_not)
            for step in workflow.TRANSITIONS.values()
            if transfer.state in step.sources
            and (why_not := workflow.refusal(transfer, step.name, request.user))
        ]

    def step_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the posted step, or say why not; both lead back to the transfer."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        transfer = self.get_object(request, object_id)
        if transfer is None:
            raise Http404("There is no such transfer.")
        if not self.has_view_permission(request, transfer):
            raise PermissionDenied
        name, reason = request.POST.get("step", ""), request.POST.get("reason", "")
        try:
            with transaction.atomic():
                moved = workflow.move(transfer, name, request.user, reason)
                self._log(request, moved, name, reason)
        except (workflow.Refused, log.NotPublishable) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"The transfer {moved.key} is {moved.get_state_display()} now.")
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
        """Ask for the reason first; then move all or none."""
        transfers = list(queryset.order_by("key").distinct())
        if "reason" not in request.POST:
            return self._ask(request, transfers, name)
        reason = request.POST["reason"]
        try:
            with transaction.atomic():
                for transfer in workflow.move_all(transfers, name, request.user, reason):
                    self._log(request, transfer, name, reason)
        except workflow.AllRefused as error:
            for why_not in sorted(set(error.refusals.values())):
                messages.error(request, why_not)
            messages.error(request, "None of the selected transfers was changed.")
        else:
            target = workflow.State(workflow.TRANSITIONS[name].target).label
            messages.success(request, f"{len(transfers)} transfers are {target} now.")
        return None

    def _ask(self, request: HttpRequest, transfers: list[Transfer], name: str) -> HttpResponse:
        step = workflow.TRANSITIONS[name]
        context = {
            **self.admin_site.each_context(request),
            "title": f"{step.verb.capitalize()}: {len(transfers)} transfers",
            "opts": self.opts,
            "step": step,
            "rows": [
                (transfer, workflow.refusal(transfer, name, request.user)) for transfer in transfers[:100]
            ],
            "left_out": max(len(transfers) - 100, 0),
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/transfers/transfer/workflow_selected.html", context)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """What was reviewed or published is not what it is after an edit: that is a draft again."""
        super().save_related(request, form, formsets, change)
        edited = form.has_changed() or any(formset.has_changed() for formset in formsets)
        if change and edited and form.instance.state != workflow.State.DRAFT:
            reason = history.get_context()[0] or EDITED
            form.instance.state = workflow.reopen(form.instance, request.user, reason).state
            messages.info(
                request, f"The transfer {form.instance.key} is a draft again; submit it for review."
            )

    def has_delete_permission(self, request: HttpRequest, obj: Transfer | None = None) -> bool:
        """What was ever public stays, whatever state it is in now; its key answers for it."""
        if obj is not None and Revision.objects.filter(key=obj.key).exists():
            return False
        return super().has_delete_permission(request, obj)


class ReopensTransfer(admin.ModelAdmin):
    """A claim with a page of its own: an edit there is an edit of its transfer too."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = type(obj).objects.filter(pk=obj.pk).values_list("transfer_id", flat=True)
        touched = {obj.transfer_id, *before} if form.has_changed() else set()
        super().save_model(request, obj, form, change)
        self._reopen(request, touched)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        self._reopen(request, {obj.transfer_id})

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        touched = set(queryset.values_list("transfer_id", flat=True))
        super().delete_queryset(request, queryset)
        self._reopen(request, touched)

    def _reopen(self, request: HttpRequest, keys: set[Any]) -> None:
        for transfer in Transfer.objects.filter(pk__in=keys).order_by("pk"):
            workflow.reopen(transfer, request.user, EDITED)
