"""Records that were deleted, and their way back, several at once."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from transfers.curation import edits
from transfers.models import history

from .base import RegistryAdmin
from .choices import is_key

PER_PAGE = 25


class DeletedRecords(RegistryAdmin):
    """Records with a list of those that were deleted."""

    change_list_template = "admin/transfers/history_change_list.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.deleted_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_deleted"
        return [path("deleted/", view, name=name), *super().get_urls()]

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        """List the records that were deleted; bring back those that are posted, all or none."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        may_restore = self.has_add_permission(request) and self.has_change_permission(request)
        if request.method == "POST":
            if not may_restore:
                raise PermissionDenied
            self._restore(request)
            return HttpResponseRedirect(request.get_full_path())
        copies: Any = self.model.history
        deleted = copies.exclude(id__in=self.model._default_manager.values("id"))
        newest = deleted.values("id").annotate(newest=Max("history_id")).values("newest")
        listed = copies.filter(history_id__in=newest).select_related("history_user").order_by("-history_id")
        page = Paginator(listed, PER_PAGE).get_page(request.GET.get("p"))
        view = f"admin:{self.opts.app_label}_{self.opts.model_name}_history"
        context = {
            "page": page,
            "rows": [(copy, str(copy.instance), reverse(view, args=[copy.id])) for copy in page],
            "may_restore": may_restore,
        }
        title = f"Deleted {self.opts.verbose_name_plural}"
        return self.render_page(request, "history_deleted.html", title, **context)

    def _restore(self, request: HttpRequest) -> None:
        """Bring the posted records back, or tell the user why none of them can be."""
        reason = request.POST.get("reason", "").strip()
        keys = [key for key in request.POST.getlist("record") if is_key(key)]
        if not reason or not keys:
            messages.error(request, "Select records and give a reason. Nothing was brought back.")
            return
        try:
            with transaction.atomic(), history.record_because(reason, request.user):
                records = [edits.bring_back(self.model, int(key)) for key in keys]
                for record in records:
                    self.log_addition(request, record, f"Brought back: {reason}")
        except ValidationError as error:
            messages.error(request, f"Nothing was brought back. {' '.join(error.messages)}")
        else:
            messages.success(request, f"Brought back: {', '.join(map(str, records))}.")
