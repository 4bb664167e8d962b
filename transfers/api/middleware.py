"""What every answer under /api has, errors and unrouted addresses included."""

import logging
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

from transfers.availability import budget, outage, replicas
from transfers.publication import names

from . import errors
from .request import filters
from .resources.base import RegistryView
from .response import freshness, given

logger = logging.getLogger("django.request")

_EXPOSED = (
    "ETag, Link, Citation, Accept-Ranges, Content-Range, Content-Disposition, Registry-Revision,"
    " Registry-Count, Registry-Note, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"
)
#: Parquet, Arrow and XLSX are compressed as they are.
_COMPRESSIBLE = (
    "text/", "application/json", "application/problem+json", "application/x-ndjson", "application/atom+xml",
)  # fmt: skip
_ALLOWED = (
    "Accept, Accept-Language, Authorization, Cache-Control, Content-Type, If-Match, If-Modified-Since,"
    " If-None-Match, If-Range, If-Unmodified-Since, Pragma, Range, X-Requested-With"
)
#: Parameters of a media type that are no preference: charset=utf-8 asks for what is given anyway.
_MEDIA_PARAMETER = re.compile(r";\s*(?!q\s*=)[^;,\s=]+\s*=\s*(?:\"[^\"]*\"|[^;,\s]*)", re.IGNORECASE)
_NO_GZIP = re.compile(r"\bgzip\s*;\s*q\s*=\s*0(?:\.0*)?\s*(?:,|$)", re.IGNORECASE)
#: Bytes of an address: a query of the longest kind and its path.
LONGEST_ADDRESS = 8190
#: Answers without a body, of which no length is told.
_WITHOUT_BODY = (204, 304)


class PublicAPI:
    """Reads are open to any origin (CORS), and answers are compressed for those who take it.

    Only here: the admin's pages hold secrets, which compression could leak.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response
        self.gzip = GZipMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith("/api"):
            budget.lift()
            return self.get_response(request)
        if accepted := request.META.get("HTTP_ACCEPT"):  # before headers are read, which are kept
            request.META["HTTP_ACCEPT"] = _MEDIA_PARAMETER.sub("", accepted)
        preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        # A browser's question before a question: whatever the query, the answer must reach the script.
        response = HttpResponse(status=204) if preflight else self._answer(request)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = _EXPOSED
        if request.method == "OPTIONS":
            response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response["Access-Control-Allow-Headers"] = _ALLOWED
            response["Access-Control-Max-Age"] = "86400"
        patch_vary_headers(response, ["Accept-Encoding"])  # short answers and 304 too
        if _may_compress(request, response):
            response = self._compress(request, response)
        return _without_body(request, response)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, unless the address is longer than proxies and programs let through."""
        if len(request.path) + len(request.META.get("QUERY_STRING", "")) >= LONGEST_ADDRESS:
            detail = f"The address has more than {LONGEST_ADDRESS} bytes. Ask with fewer values at a time."
            return errors.problem(414, detail)
        return self.get_response(request)

    def _compress(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response compressed, whose parts are then no longer those of the file."""
        compressed = self.gzip.process_response(request, response)
        if "Content-Encoding" in compressed:
            del compressed["Accept-Ranges"]
        return compressed

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Ask the view here, as often as it takes to find a database that answers."""
        if not request.path.startswith("/api"):
            return None
        response = replicas.read_from_any(lambda: _read(request, view, args, kwargs))
        error = getattr(response, "database_error", None)
        if error is not None:
            logger.error("The database could not be read: %s", error)
        return response


def _read(request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> HttpResponseBase:
    """Answer within the budget, or say that it was not enough."""
    request.newest = None  # type: ignore[attr-defined]  # another database may have another one
    has_left = request.META.get("waitress.client_disconnected", lambda: False)
    with budget.limit(replicas.get_alias(), has_left) as spent:
        try:
            response = freshness.answer_again(request) or _ask(request, view, args, kwargs)
        except outage.AWAY as fault:
            response = errors.away(fault)
    error = getattr(response, "database_error", None)
    reason = budget.explain(error, spent) if error is not None else ""
    if not reason:
        return response
    again = outage.RETRY if reason == budget.CROWDED else {}
    return errors.problem(503, reason, {"Cache-Control": "no-store"} | again)


def _ask(request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> HttpResponseBase:
    """Ask the view, and keep its answer for those who ask the same.

    Where the question names parties or systems, only for as long as their names are kept: no revision says
    what is called how.
    """
    response, view_class = view(request, *args, **kwargs), getattr(view, "cls", RegistryView)
    is_answer = request.method == "GET" and response.status_code == 200
    if not is_answer or settings.API_THROTTLE or view_class.rests_on_today:
        return response
    keep = given.keep
    if filters.is_by_name(view_class.filterset_class, request.GET):
        keep = partial(given.keep, seconds=names.KEPT_SECONDS)
    if hasattr(response, "add_post_render_callback"):
        response.add_post_render_callback(keep)
    else:
        keep(response)
    return response


def _may_compress(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether the answer may be compressed: not a part, counted in bytes, nor a large file.

    To compress one as it leaves would hold a thread for as long as a slow reader takes.
    """
    is_large = response.streaming and "Accept-Ranges" in response
    if is_large or response.status_code == 206 or "no-transform" in response.get("Cache-Control", ""):
        return False
    if _NO_GZIP.search(request.headers.get("Accept-Encoding", "")):
        return False
    return response.get("Content-Type", "").startswith(_COMPRESSIBLE)


def _without_body(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return the response without a body where there is none to send, and what is told of its length."""
    if response.status_code in _WITHOUT_BODY:
        del response["Content-Length"]
    elif isinstance(response, HttpResponse):
        response.headers.setdefault("Content-Length", str(len(response.content)))
        if request.method == "HEAD":
            response.content = b""
    return response
