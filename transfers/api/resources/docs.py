"""/api/docs: Swagger UI over /api/schema, from this server's own files."""

from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from rest_framework.request import Request

from transfers.api.response.output import build_format

from .base import RegistryView

#: The browser itself refuses whatever the page would load from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Docs(RegistryView):
    """Every operation of this API, to read and to try out in a browser."""

    renderer_classes = [build_format("html", "text/html")]

    def answer(self, request: Request, **kwargs: Any) -> HttpResponse:
        response = HttpResponse(render_to_string("transfers/api_docs.html"))
        response["Content-Security-Policy"] = POLICY
        return response
