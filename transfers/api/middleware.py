"""What every answer under /api has, errors and unrouted addresses included."""

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

from transfers.availability import replicas

from .response import freshness

logger = logging.getLogger("django.request")

_EXPOSED = (
    "ETag, Link, Citation, Accept-Ranges, Content-Range, Content-Disposition, Registry-Revision,"
    " Registry-Count, Registry-Note, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"
)
#: Parquet, Arrow and XLSX are compressed as they are.
_COMPRESSIBLE = (
    "text/", "application/json", "application/problem+json", "application/x-ndjson", "application/atom+xml",
)  # fmt: skip


class PublicAPI:
    """Reads are open to any origin (CORS), and answers are compressed for those who take it.

    Only here: the admin's pages hold secrets, which compression could leak.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response
        self.gzip = GZipMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith("/api"):
            return self.get_response(request)
        preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        # A browser's question before a question: whatever the query, the answer must reach the script.
        response = HttpResponse(status=204) if preflight else self.get_response(request)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = _EXPOSED
        if request.method == "OPTIONS":
            response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response["Access-Control-Allow-Headers"] = "Accept, If-None-Match, Range, If-Range"
            response["Access-Control-Max-Age"] = "86400"
        patch_vary_headers(response, ["Accept-Encoding"])  # short answers and 304 too
        # What has ranges is counted in bytes, which must be those of the file.
        if response.get("Content-Type", "").startswith(_COMPRESSIBLE) and "Accept-Ranges" not in response:
            response = self.gzip.process_response(request, response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Ask the view here, as often as it takes to find a database that answers."""
        if not request.path.startswith("/api"):
            return None
        response = replicas.read_from_any(
            lambda: freshness.answer_unchanged(request) or view(request, *args, **kwargs)
        )
        error = getattr(response, "database_error", None)
        if error is not None:
            logger.error("The database could not be read: %s", error)
        return response
