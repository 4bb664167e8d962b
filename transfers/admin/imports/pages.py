"""What the pages of imports share."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse

from transfers.admin.editing.base import RegistryAdmin


class ReasonForm(forms.Form):
    """Why something is done; it stands in the history and, of what is public, in the log."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea({"rows": 2, "cols": 80}),
        help_text="Stands in the history and, of what is public, in the public log.",
    )


class ImportPages(RegistryAdmin):
    """A page of imports, and a list to download."""

    def page(self, request: HttpRequest, name: str, title: str, **shown: Any) -> HttpResponse:
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "media": self.media,
            **shown,
        }
        return TemplateResponse(request, f"admin/transfers/importbatch/{name}.html", context)

    def user_id(self, request: HttpRequest) -> int:
        """Of the user, who is logged in wherever a page of the admin is shown."""
        assert request.user.pk is not None
        return request.user.pk

    def csv(self, name: str, pieces: Iterable[bytes]) -> StreamingHttpResponse:
        return StreamingHttpResponse(
            pieces,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
