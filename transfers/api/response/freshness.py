"""Lifetime of an answer: its ETag, 304 for a client that has it already, and the answer as it was given.

An ETag stands for the edition of the register, the question and the format. So a request that brings the
right one was answered before, and needs no more than the newest revision.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_etags, parse_http_date_safe

from arms_registry import __version__
from transfers.api import errors
from transfers.api.request import paging, past
from transfers.api.request.past import Standpoint
from transfers.publication import editions
from transfers.publication.editions import Edition

from . import citations, given

FORMAT = "format"
FOR_NOW = "max-age=0, must-revalidate"
FOR_EVER = "max-age=31536000, immutable"
_ANYTHING = ("", "*/*")
_READS = ("GET", "HEAD")
#: Parameters of a question that the view has to count.
_MANY = 100
_CONDITIONS = {"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"}
#: Headers that ask for something else than the whole answer.
_SPECIAL = {*_CONDITIONS, "Range"}
#: Headers that a 304 shares with the answer that it stands for.
_KEPT = {"ETag", "Cache-Control", "Registry-Revision", "Last-Modified", "Citation"}


@dataclass(frozen=True)
class Freshness:
    """What an answer in a format rests on, and so how long it lasts.

    `rests_on_today`: on records or names as they are now, whatever the edition; `more`: what else.
    """

    standpoint: Standpoint
    form: str
    rests_on_today: bool = False
    more: tuple[str, ...] = ()

    @property
    def is_permanent(self) -> bool:
        """Return whether the answer can never change: its question names a revision, and nothing of today."""
        is_citation = self.form in citations.FORMATS
        return self.standpoint.is_numbered and not self.rests_on_today and not is_citation

    @property
    def _lasts_less(self) -> bool:
        """Return whether the answer can change without a revision, so that no time of one tells of it."""
        return bool(self.list_grounds()) or self.form in citations.FORMATS

    def list_grounds(self) -> list[str]:
        """List what the rows of the answer rest on besides their edition."""
        has_past = self.standpoint.is_pinned and self.rests_on_today
        return [*([self.standpoint.newest.hash] if has_past else []), *self.more]

    def build_etag(self, request: HttpRequest) -> str:
        """Build the strong ETag of the answer to the request."""
        grounds = self.list_grounds()
        if self.form in citations.FORMATS:  # which name the day of the request
            grounds.append(datetime.now(UTC).date().isoformat())
        question = (request.scheme, request.get_host(), format_question(request, FORMAT))
        identity = (__version__, self.standpoint.edition.hash, self.form, *question, *grounds)
        return f'"{hashlib.sha256(repr(identity).encode()).hexdigest()[:32]}"'

    def set_headers(self, response: HttpResponseBase, etag: str) -> None:
        """Set the headers that an answer and its 304 share."""
        edition = self.standpoint.edition
        response["ETag"] = etag
        response["Cache-Control"] = FOR_EVER if self.is_permanent else FOR_NOW
        response["Registry-Revision"] = str(edition.sequence)
        if edition.time is not None and not self._lasts_less:
            response["Last-Modified"] = http_date(edition.time.timestamp())


def format_question(request: HttpRequest, *without: str) -> str:
    """Return the question in one form, however it is written: path, and parameters in one order."""
    path = request.path.split(".")[0].rstrip("/")
    return repr((path, paging.sort_pairs(request.GET, without)))


def has_etag(request: HttpRequest, etag: str) -> bool:
    """Return whether the client has the answer with this ETag."""
    return etag in parse_etags(request.headers.get("If-None-Match", "").replace("W/", ""))


def apply_conditions(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return the response or, by the conditions of the request, 304 or 412 in its place (RFC 9110, 13)."""
    if response.status_code not in (200, 206) or not _CONDITIONS & request.headers.keys():
        return response
    modified = parse_http_date_safe(response.get("Last-Modified", ""))
    judged = get_conditional_response(request, response["ETag"], modified, response)
    if judged is None or judged is response:
        return response
    if judged.status_code == 412:
        return errors.problem(412, "The answer is not the one that If-Match or If-Unmodified-Since names.")
    unchanged = HttpResponseNotModified()
    for name in _KEPT & response.headers.keys():
        unchanged[name] = response[name]
    return unchanged


def answer_again(request: HttpRequest) -> HttpResponse | None:
    """Return 304 if the client has the answer, or the one that was given; None if the view must answer.

    Where requests are counted all are read, and so are questions about the past.
    """
    is_usual = request.method in _READS and request.META.get("QUERY_STRING", "").count("&") < _MANY
    form = _get_format(request) if is_usual and not settings.API_THROTTLE else None
    if form is None or past.AS_OF in request.GET or past.AT in request.path:
        return None
    newest = request.newest = editions.get_newest()  # type: ignore[attr-defined]
    freshness = Freshness(Standpoint(newest, newest), form)
    etag = freshness.build_etag(request)
    if has_etag(request, etag):
        response = HttpResponseNotModified()
        freshness.set_headers(response, etag)
        response["Vary"] = "Accept"
        return response
    return None if _SPECIAL & request.headers.keys() else given.find(etag)


def get_newest(request: HttpRequest) -> Edition:
    """Return the newest edition, read once for a request."""
    newest = getattr(request, "newest", None)
    return editions.get_newest() if newest is None else newest


def _get_format(request: HttpRequest) -> str | None:
    """Return the format of the answer, if that is plain to see."""
    _, _, suffix = request.path.rstrip("/").partition(".")
    forms = [*([suffix] if suffix else []), *map(str, request.GET.getlist(FORMAT))]
    if forms:
        return forms[0] if len(forms) == 1 and forms[0] not in citations.FORMATS else None
    return "json" if request.headers.get("Accept", "") in _ANYTHING else None
