"""Messages for people where the database is away, locked or broken: a page with status 503, a sentence."""

import logging
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

logger = logging.getLogger("django.request")

#: Errors of Django where the database cannot be reached, breaks off, or is locked.
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

_SENTENCES = {
    "locked": "The database is locked by another program that is writing to it; try again when it is done.",
    "readonly": "The database cannot be written: the file or its folder is read-only for this user.",
    "unable to open": "The database file cannot be opened: check that its folder exists and may be written.",
    "not a database": "The database file is no SQLite database: check DATABASE_URL.",
    "malformed": "The database file is damaged: restore it from a backup.",
    "disk is full": "The disk is full, so nothing was written.",
    "no such table": "The database has no tables yet: run 'manage.py migrate' first.",
    "does not exist": "The database has no tables yet: run 'manage.py migrate' first.",
    "connection": "The database server cannot be reached: check DATABASE_URL and that the server runs.",
}


def explain_database_error(error: DatabaseError) -> str:
    """Return a sentence about a database error for somebody who typed a command."""
    text = str(error)
    sentence = next((sentence for part, sentence in _SENTENCES.items() if part in text), None)
    return sentence or f"The database refused: {text.splitlines()[0] if text else type(error).__name__}"


class Outage:
    """Middleware that answers for a view that the database failed; the API has its own problem documents."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, AWAY):
            return None
        logger.error("The database failed: %s", error)
        return build_page()


def build_page() -> HttpResponse:
    """Build the page from a constant, as the templates of the admin would query the database."""
    return HttpResponse(_PAGE, status=503, headers={**RETRY, "Cache-Control": "no-store"})
