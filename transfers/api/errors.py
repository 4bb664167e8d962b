"""Errors of the API as RFC 9457 problem details, whatever went wrong."""

import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson
from django.http import Http404, HttpResponse
from rest_framework.exceptions import APIException
from rest_framework.views import set_rollback

from transfers.availability import outage

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "The request cannot be answered as it is",
    404: "Not found",
    405: "The register is read-only here",
    406: "No such format",
    410: "Withdrawn",
    412: "The condition does not hold",
    413: "The request is too large",
    414: "The address is too long",
    416: "No such range",
    429: "Too many requests",
    431: "The headers are too long",
    500: "The server failed",
    503: "Not available now",
}
#: Every `code` of a parameter's error, and what it means.
CODES = {
    "unknown": "The resource has no such parameter, or the parameter no such value.",
    "ambiguous": "The name may be a loose spelling of several records; the suggestions are their names.",
    "empty": "The parameter, or a part of it between commas, has no value.",
    "repeated": "What may appear only once appears twice.",
    "invalid": "The value cannot be read as what the parameter takes, such as a number or a date.",
    "out_of_range": "There is no such revision, or the time is in the future.",
    "foreign": "The cursor belongs to other filters or another order.",
    "too_many_rows": "The format cannot hold so many rows; the suggestions are formats that can.",
    "no_pages": "A parameter of pages was given where the answer is the whole.",
    "contradiction": "Two parts of the request cannot both be meant, such as two formats.",
    "no_words": "The search has neither a letter nor a digit.",
    "nothing_left": "`omit` leaves no field to show.",
    "too_many": "There are more parameters, or more values of one, than the server reads.",
    "too_long": "The query is longer than the server reads.",
    "encoding": "The query is not UTF-8.",
    "nul": "The parameter has a NUL character.",
}


@dataclass(frozen=True)
class ParameterError:
    """What is wrong with one parameter, and what was perhaps meant."""

    parameter: str
    code: str
    detail: str
    suggestions: list[str] = field(default_factory=list)


class Problem(APIException):
    """An error with a status, a detail in one sentence, and members of its own."""

    def __init__(self, code: int, detail: str, **members: Any):
        self.status_code = code
        self.members = members
        super().__init__(detail)


class BadParameters(Problem):
    """400 that names every faulty parameter; `handle` adds those that the resource allows."""

    def __init__(self, *errors: ParameterError):
        detail = " ".join(error.detail for error in errors)
        super().__init__(400, detail, errors=[asdict(error) for error in errors])


def refuse(errors: Iterable[ParameterError]) -> None:
    """Raise BadParameters if there is any error."""
    if listed := list(errors):
        raise BadParameters(*listed)


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Answer an exception of REST framework; None lets an unforeseen error go on to handler500."""
    if isinstance(error, Http404):
        error = Problem(404, str(error) or "There is nothing at this address.")
    if isinstance(error, outage.AWAY):
        set_rollback()
        return away(error)
    if not isinstance(error, APIException):
        return None
    if isinstance(error, BadParameters):
        error.members["allowed"] = sorted(context["view"].list_parameters())
    set_rollback()
    allowed = {"Allow": ", ".join(context["view"].allowed_methods)}
    headers = {405: allowed, 503: outage.RETRY}.get(error.status_code)
    return problem(error.status_code, str(error.detail), headers, **getattr(error, "members", {}))


def problem(code: int, detail: str, headers: dict[str, str] | None = None, **members: Any) -> HttpResponse:
    """Build the response with a problem document."""
    body = {"type": "about:blank", "title": TITLES.get(code, "Error"), "status": code, "detail": detail}
    return HttpResponse(
        orjson.dumps(body | members, option=orjson.OPT_UTC_Z),
        status=code,
        content_type=MEDIA_TYPE,
        headers=headers or {},
    )


def away(error: BaseException) -> HttpResponse:
    """Build a 503 that carries the database's error, for those who may ask another database."""
    response = problem(503, "The database is busy or away; try again.", outage.RETRY)
    response.database_error = error  # type: ignore[attr-defined]
    return response


def not_found(request, exception=None) -> HttpResponse:
    """Answer as Django's handler404: JSON under /api, a plain sentence elsewhere."""
    if request.path.startswith("/api"):
        return problem(404, f"There is nothing at {request.path}; /api/ lists what there is.")
    return HttpResponse("Not found. The register is at /api/.\n", status=404, content_type="text/plain")


def bad_request(request, exception=None) -> HttpResponse:
    """Answer as Django's handler400."""
    return problem(400, "The request is malformed.")


def server_error(request) -> HttpResponse:
    """Answer as Django's handler500: JSON, without any detail of the failure.

    A database that is away is a 503 also if a middleware met it, such as on saving a session.
    """
    error = sys.exc_info()[1]
    if isinstance(error, outage.AWAY):
        return away(error) if request.path.startswith("/api") else outage.build_page()
    return problem(
        500, "The server failed on this request. The fault is logged. Please tell the maintainers."
    )
