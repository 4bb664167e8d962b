"""Base class of the pages of imports, and the form that asks for a reason."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from transfers.admin.editing.base import RegistryAdmin


class ReasonForm(forms.Form):
    """Reason for an action."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea({"rows": 2, "cols": 80}),
        help_text="Stands in the history and, for public transfers, in the public log.",
    )


class ImportPages(RegistryAdmin):
    """Pages of imports, and lists to download."""

    def page(self, request: HttpRequest, name: str, title: str, **shown: Any) -> HttpResponse:
        return self.render_page(request, f"importbatch/{name}.html", title, **shown)

    def user_id(self, request: HttpRequest) -> int:
        """Return the id of the user, who is always logged in to the admin."""
        assert request.user.pk is not None
        return request.user.pk

    def csv(self, name: str, pieces: Iterable[bytes]) -> StreamingHttpResponse:
        return StreamingHttpResponse(
            pieces,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
