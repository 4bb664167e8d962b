"""The admin as a whole: its name, its front page, and the pages of the navigation."""

from dataclasses import dataclass

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

admin.site.site_header = admin.site.site_title = "arms_registry"
admin.site.index_title = "Work"
#: The navigation below the header leads to the lists; the sidebar would take a third of a laptop's screen.
admin.site.enable_nav_sidebar = False
#: Django would find its own template under the usual name, admin/index.html.
admin.site.index_template = "admin/transfers/index.html"

#: Lists in the order of the work, by model: from an article to the log.
PAGES = {
    "articletext": "Articles",
    "transfer": "Transfers",
    "source": "Sources",
    "party": "Parties",
    "system": "Systems",
    "importbatch": "Imports",
    "revision": "Log",
}


@dataclass(frozen=True)
class NavigationLink:
    """Link of the navigation."""

    label: str
    url: str
    is_current: bool


def list_pages(request: HttpRequest) -> list[NavigationLink]:
    """Return the links to those pages that the user may view."""
    links = [("Work", reverse("admin:index"))]
    links += [
        (label, reverse(f"admin:transfers_{model}_changelist"))
        for model, label in PAGES.items()
        if request.user.has_perm(f"transfers.view_{model}")
    ]
    home = links[0][1]
    return [
        NavigationLink(label, url, request.path == url if url == home else request.path.startswith(url))
        for label, url in links
    ]
