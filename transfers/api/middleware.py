"""What every answer under /api has, errors and unrouted addresses included."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

_EXPOSED = (
    "ETag, Link, Citation, Content-Disposition, Registry-Revision, Registry-Count, Registry-Note, Retry-After"
)


class PublicAPI:
    """Reads are open to any origin (CORS), and answers are compressed for those who take it.

    Only here: the admin's pages hold secrets, which compression could leak.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response
        self.gzip = GZipMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.path.startswith("/api"):
            return response
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = _EXPOSED
        if request.method == "OPTIONS":
            response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response["Access-Control-Allow-Headers"] = "Accept, If-None-Match"
            response["Access-Control-Max-Age"] = "86400"
        return self.gzip.process_response(request, response)
