"""What a curator is told where the database is away or locked: one clear page, status 503."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

logger = logging.getLogger("django.request")

#: What Django raises where the database cannot be reached, breaks off, or is locked.
AWAY = (OperationalError, InterfaceError)
RETRY = {"Retry-After": "5"}
_PAGE = """<!doctype html>
<html lang="en">
<title>The database is away</title>
<h1>The register's database is away or busy</h1>
<p>This page cannot be shown now. What you sent, if anything, was not saved.
<p>Please go back and try again in a moment.
</html>
"""


class Outage:
    """Answers for a view that the database failed. The API has problem documents of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, AWAY):
            return None
        logger.error("The database failed: %s", error)
        return page()


def page() -> HttpResponse:
    """The page; it is a constant, as whatever makes pages of the admin would ask the database."""
    return HttpResponse(_PAGE, status=503, headers={**RETRY, "Cache-Control": "no-store"})
