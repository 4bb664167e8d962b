"""What an answer is known by: its ETag, and 304 for a client that has it already.

An ETag stands for the edition of the register, the question and the format. So a request that brings the
right one is a question that was answered before, and needs no more than the newest revision.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import http_date, parse_etags

from arms_registry import __version__
from transfers.api.request import past
from transfers.publication import editions
from transfers.publication.editions import Edition

from . import citations

FORMAT = "format"
FOR_NOW = "public, max-age=0, must-revalidate"
FOR_EVER = "public, max-age=31536000, immutable"
_ANYTHING = ("", "*/*")


def question(request: HttpRequest, *left_out: str) -> str:
    """What is asked, however it is written: path, and parameters in one order."""
    pairs = sorted(
        (key, value) for key, values in request.GET.lists() if key not in left_out for value in values
    )
    path = request.path.split(".")[0].rstrip("/")
    return repr((path, pairs))


def etag(request: HttpRequest, edition: Edition, form: str, *more: str) -> str:
    """The strong ETag of the answer in this format; `more`: what else the answer rests on."""
    said = (__version__, edition.hash, form, request.get_host(), question(request, FORMAT), *more)
    return f'"{hashlib.sha256(repr(said).encode()).hexdigest()[:32]}"'


def is_known(request: HttpRequest, tag: str) -> bool:
    """Whether the client has the answer with this ETag."""
    return tag in parse_etags(request.headers.get("If-None-Match", "").replace("W/", ""))


def tell(response: HttpResponseBase, edition: Edition, tag: str, lasts: bool = False) -> None:
    """The headers that an answer and its 304 share; `lasts`: the answer will never be another."""
    response["ETag"] = tag
    response["Cache-Control"] = FOR_EVER if lasts else FOR_NOW
    response["Registry-Revision"] = str(edition.sequence)
    if edition.time is not None:
        response["Last-Modified"] = http_date(edition.time.timestamp())


def unchanged(request: HttpRequest) -> HttpResponse | None:
    """304 where the client has the answer; None where that is not sure, and the question must be read.

    Where requests are counted each goes the long way, and so do questions about the past.
    """
    form = _format(request) if "If-None-Match" in request.headers and not settings.API_THROTTLE else None
    if form is None or past.AS_OF in request.GET or past.AT in request.path:
        return None
    edition = editions.get_newest()
    tag = etag(request, edition, form)
    if not is_known(request, tag):
        return None
    response = HttpResponseNotModified()
    tell(response, edition, tag)
    response["Vary"] = "Accept"
    return response


def _format(request: HttpRequest) -> str | None:
    """The format asked for, where that is plain to see."""
    _, _, suffix = request.path.rstrip("/").partition(".")
    asked: list[Any] = request.GET.getlist(FORMAT)
    if suffix or asked:
        form = suffix or asked[0]
        return form if len(asked) + bool(suffix) == 1 and form not in citations.FORMATS else None
    return "json" if request.headers.get("Accept", "") in _ANYTHING else None
