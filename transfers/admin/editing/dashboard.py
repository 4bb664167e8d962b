"""Page of what was done by week and person, and of what waits the longest."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from transfers.curation import activity

from .base import RegistryAdmin

WEEKS, OLDEST = 8, 20


class Dashboard(RegistryAdmin):
    """Transfers with a page about the work on them."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.dashboard_view)
        return [path("dashboard/", view, name="transfers_transfer_dashboard"), *super().get_urls()]

    def dashboard_view(self, request: HttpRequest) -> HttpResponse:
        """Show the work of the last weeks, and the transfers that are in review for the longest."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        waiting, in_review = activity.list_waiting(OLDEST)
        context: dict[str, Any] = {
            "counted": activity.COUNTED.values(),
            "weeks": activity.list_weeks(WEEKS),
            "number_of_weeks": WEEKS,
            "waiting": waiting,
            "in_review": in_review,
        }
        return self.render_page(request, "transfer/dashboard.html", "Work by week and person", **context)
