"""What all resources share: strict parameters, formats, caching, the time they are asked of, files."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from anyascii import anyascii
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from pyarrow import RecordBatch
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from transfers.api.errors import BadParameters, ParameterError, Problem
from transfers.api.request import filters, paging, past, strict
from transfers.api.request.throttling import PublicReads
from transfers.api.request.values import Fault
from transfers.api.response import citations, etags
from transfers.api.response.metadata import Options
from transfers.api.response.output import EVERY_FORMAT, JSON, LICENCE
from transfers.api.response.shapes import Shape
from transfers.exports import formats as exports
from transfers.exports import queries, streaming
from transfers.exports.formats.table import About
from transfers.publication import editions
from transfers.vocabulary.fields import Field

#: Makes the raw batches of a file, given what is told of it.
Batches = Callable[[About], Iterator[RecordBatch]]
#: A revision is an early one of a long log where the log is so many times as long, and this long.
EARLY, MANY = 500, 50_000
#: Values of the parameter `excel`.
EXCEL = {"1": True, "true": True, "0": False, "false": False}


class Negotiation(BaseContentNegotiation):
    """The format by suffix, by `format=`, or by the Accept header with its preferences.

    OPTIONS says what a resource takes, not what it has, so its answer is always JSON.
    """

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next(iter(parsers), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        if request.method == "OPTIONS":
            return JSON(), JSON.media_type
        wanted = format_suffix or request.query_params.get("format")
        if wanted:
            chosen = next(renderer for renderer in renderers if renderer.format == wanted)
            return chosen, chosen.media_type
        media_type = request._request.get_preferred_type([renderer.media_type for renderer in renderers])
        for renderer in renderers:
            if renderer.media_type == media_type:
                return renderer, media_type
        raise NotAcceptable


class RegistryView(APIView):
    """A public resource: subclasses say which parameters they know, and `answer`."""

    http_method_names = ["get", "head", "options"]
    renderer_classes: list[Any] = EVERY_FORMAT
    content_negotiation_class = Negotiation
    throttle_classes = [PublicReads]
    metadata_class = Options
    own_parameters: tuple[str, ...] = ("format", "excel")
    #: For the schema: headers and statuses that not every resource has.
    own_headers: tuple[str, ...] = ()
    own_problems: tuple[int, ...] = ()
    #: For the schema, of a file, of which `Range` gives a part: the media types that it may have.
    file_types: tuple[str, ...] = ()
    filterset_class: type[filters.StrictFilterSet] | None = None
    #: Whether what is answered is stored with the past revisions too, or rests on records as they are now.
    remembers = True
    #: Requests allowed, seconds they are counted over, requests left, seconds to the next; None: no limit.
    rate_limit: tuple[int, int, int, int] | None = None

    def parameters(self) -> list[str]:
        """Every parameter that the resource knows."""
        return [*self.own_parameters, *(self.filterset_class.base_filters if self.filterset_class else ())]

    def answer(self, request: Request, **kwargs: Any) -> HttpResponse | StreamingHttpResponse:
        raise NotImplementedError

    def shape(self) -> Shape:
        """The JSON Schema of the answer in JSON."""
        raise NotImplementedError

    def known_values(self, parameter: str) -> list[str]:
        """The values that one of `own_parameters` takes; none where they are not fixed."""
        if parameter == "excel":
            return list(EXCEL)
        return [renderer.format for renderer in self.renderer_classes] if parameter == "format" else []

    def get(self, request: Request, **kwargs: Any) -> HttpResponse | StreamingHttpResponse:
        """Answer, or say 304 where the client has the answer: one query, for the newest revision."""
        newest = self.newest = editions.get_newest()
        self.edition = self.asked_edition(newest, kwargs)
        form = request.accepted_renderer.format
        tag = etags.etag(request._request, self.edition, form, *self._rests_on(newest, form))
        if etags.is_known(request._request, tag):
            response: Any = HttpResponseNotModified()
        else:
            kwargs.pop("format", None)
            with editions.hold(newest):
                response = self.answer(request, **kwargs)
            response.headers.setdefault("Citation", self.citation.retrieved())
        etags.tell(response, self.edition, tag, lasts=self._lasts(form))
        return response

    def asked_edition(self, newest: editions.Edition, kwargs: dict[str, Any]) -> editions.Edition:
        """The edition that the question is about: the newest, unless `as_of` says another."""
        return self.read_time(past.AS_OF, past.edition, newest) or newest

    def read_time(
        self, name: str, read: Callable[[str, editions.Edition], editions.Edition], newest: editions.Edition
    ) -> editions.Edition | None:
        """The edition that a parameter means; None: it was not given."""
        text = self.request.query_params.get(name)
        if text is None or name not in self.own_parameters:
            return None
        try:
            return read(text, newest)
        except Fault as fault:
            self.refuse(ParameterError(name, fault.code or "invalid", str(fault.message), fault.suggestions))
            raise

    @property
    def is_pinned(self) -> bool:
        """Whether the question says as of when it is asked."""
        return past.AS_OF in self.own_parameters and past.AS_OF in self.request.query_params

    def _lasts(self, form: str) -> bool:
        """Whether the question has one answer for ever: it names its revision, and nothing as it is now."""
        return self._names_its_revision() and form not in citations.FORMATS and not self._rests_on_names()

    def _names_its_revision(self) -> bool:
        return self.is_pinned and past.is_revision(self.request.query_params[past.AS_OF])

    def _rests_on_names(self) -> bool:
        """Parties and systems are found by their names, aliases and families of today."""
        known = self.filterset_class.base_filters if self.filterset_class else {}
        return not self.remembers or any(
            filters.is_by_name(known[name]) for name in self.request.query_params if name in known
        )

    def _rests_on(self, newest: editions.Edition, form: str) -> Iterator[str]:
        """What the answer rests on besides its edition."""
        if self.is_pinned and self._rests_on_names():
            yield newest.hash
        if form in citations.FORMATS:  # which say the day on which the register was asked
            yield datetime.now(UTC).date().isoformat()

    @property
    def citation(self) -> citations.Citation:
        """How to cite the answer: by an address that gives it again."""
        takes_as_of = past.AS_OF in self.own_parameters
        form = self.request.accepted_renderer.format
        return citations.of(self.request._request, self.edition, form, LICENCE, takes_as_of)

    def published(self, versions: Any, exact: bool = False) -> QuerySet:
        """What is published now or, where it must be exact, at the revision that the headers say."""
        if not (exact or self.is_pinned):
            return versions.current()
        revision = self.edition.sequence
        rows = versions.as_of(revision)
        if revision * EARLY < self.newest.sequence > MANY:
            # Few of many: in the order of the keys they would be looked for among all the others.
            rows = rows.filter(pk__in=versions.filter(revision__lte=revision).order_by().values("pk"))
        return rows

    def check_throttles(self, request: Request) -> None:
        """Once a request, though it is asked for first by `initial`, then again in its course."""
        if self.rate_limit is None:
            super().check_throttles(request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.check_throttles(request)  # before anything else: a faulty request counts too
        once = {
            *self.own_parameters,
            *(filters.scalars(self.filterset_class) if self.filterset_class else ()),  # type: ignore[arg-type]
        }
        strict.check(request._request, self.parameters(), once)
        self._check_format(request.query_params.get("format"), kwargs.get("format"))
        try:
            super().initial(request, *args, **kwargs)
        except NotAcceptable as error:
            known = ", ".join(renderer.media_type for renderer in self.renderer_classes)
            raise Problem(406, f"The Accept header allows none of the formats there are: {known}.") from error
        self._check_excel(request.query_params.get("excel"))
        if not self.wants("json"):
            paged = [name for name in paging.OF_PAGES if name in request.query_params]
            detail = "The answer in this format is the whole, and has no pages."
            self.refuse(*(ParameterError(name, "no_pages", detail) for name in paged))

    def _check_format(self, asked: str | None, suffix: str | None) -> None:
        known = [renderer.format for renderer in self.renderer_classes]
        for wanted in filter(None, (suffix, asked)):
            if wanted not in known:
                detail = f"There is no format '{wanted}' here; there is: {', '.join(known)}."
                self.refuse(ParameterError("format", "unknown", detail, known))
        if suffix and asked and asked != suffix:
            detail = f"The address says .{suffix}, the parameter format={asked}."
            self.refuse(ParameterError("format", "contradiction", detail, [suffix]))

    def _check_excel(self, asked: str | None) -> None:
        if asked is not None and asked not in EXCEL:
            detail = f"'{asked}' is neither 1 nor 0."
            self.refuse(ParameterError("excel", "invalid", detail, ["1", "0"]))
        if asked is not None and not self.wants("csv"):
            detail = "excel is about CSV; ask for that format, or leave excel out."
            self.refuse(ParameterError("excel", "contradiction", detail))

    def refuse(self, *errors: ParameterError) -> None:
        """Raise BadParameters for these errors; none: go on."""
        if errors:
            raise BadParameters(errors, self.parameters())

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        licence = f'<{LICENCE}>; rel="license"'
        response["Link"] = f"{response['Link']}, {licence}" if "Link" in response else licence
        patch_vary_headers(response, ["Accept"])
        self._tell_limit(response)
        return response

    def _tell_limit(self, response: Any) -> None:
        """How many requests the client has left, where they are limited."""
        if self.rate_limit is None:
            return
        limit, _, left, reset = self.rate_limit
        response["RateLimit-Limit"] = str(limit)
        response["RateLimit-Remaining"] = str(left)
        response["RateLimit-Reset"] = str(reset)
        if response.status_code == 429:
            response["Retry-After"] = str(reset)

    def wants(self, name: str) -> bool:
        """Whether the answer is to leave in this format."""
        return self.request.accepted_renderer.format == name

    def export(
        self,
        name: str,
        rows: QuerySet | list[dict[str, Any]] | Batches,
        items: tuple[Field, ...],
        count: int,
        now: QuerySet | None = None,
    ) -> HttpResponse | StreamingHttpResponse:
        """A whole answer as a file in the negotiated format; a large one is streamed.

        `now`: what are the same rows as long as the revision stands, and are quicker to read.
        """
        kind = self.request.accepted_renderer.format
        if kind in citations.FORMATS:
            return self._file(name, count, HttpResponse(self.citation.written(kind)), citations.FORMATS[kind])
        self._check_size(kind, count)
        writer, about = exports.FORMATS[kind], self._about(name, items, count)
        response: Any
        if count > exports.SMALL and not isinstance(rows, list):
            whole = self.request.method != "HEAD"
            response = StreamingHttpResponse(self._streamed(rows, now, items, about) if whole else iter(()))
        else:
            response = HttpResponse(b"".join(writer.stream(self._read(rows, items, about), about)))
        return self._file(name, count, response, writer.MEDIA_TYPE)

    def _streamed(
        self, rows: QuerySet | Batches, now: QuerySet | None, items: tuple[Field, ...], about: About
    ) -> Iterator[bytes]:
        kind = self.request.accepted_renderer.format
        if isinstance(rows, QuerySet):
            return streaming.stream_file(rows if now is None else now, rows, items, about, kind)
        return streaming.start(exports.FORMATS[kind].stream(rows(about), about))

    def _read(
        self, rows: QuerySet | list[dict[str, Any]] | Batches, items: tuple[Field, ...], about: About
    ) -> Iterator[RecordBatch]:
        if isinstance(rows, QuerySet | list):
            return queries.read_batches(rows, items, about)
        return rows(about)

    def _file(self, name: str, count: int, response: Any, media_type: str) -> Any:
        response["Content-Type"] = media_type
        response["Content-Disposition"] = f'attachment; filename="{self._file_name(name)}"'
        response["Registry-Count"] = str(count)
        return response

    def _check_size(self, kind: str, count: int) -> None:
        most = exports.get_row_limit(kind)
        if most is not None and count > most:
            others = [name for name in exports.FORMATS if exports.get_row_limit(name) is None]
            detail = (
                f"The answer has {count:,} rows, and {kind} takes at most {most:,}; take {', '.join(others)}."
            )
            self.refuse(ParameterError("format", "too_many_rows", detail, others))

    def _about(self, name: str, items: tuple[Field, ...], count: int) -> About:
        """What a file says of itself: of the register's time, so that one question gives the same bytes."""
        time = self.edition.time.astimezone(UTC) if self.edition.time else datetime(1970, 1, 1, tzinfo=UTC)
        query = self.request.build_absolute_uri()
        revision = self.edition.sequence
        return About(
            columns=queries.build_columns(items),
            name=name,
            query=query,
            revision=revision,
            time=time.isoformat().replace("+00:00", "Z"),
            licence=LICENCE,
            citation=str(self.citation),
            count=count,
            excel=EXCEL[self.request.query_params.get("excel", "0")],
        )

    def _file_name(self, name: str) -> str:
        query = self.request.query_params
        asked = "_".join(f"{key}-{value}" for key, value in query.items() if key != "format")
        told = re.sub(r"[^A-Za-z0-9._-]+", "-", anyascii(asked))[:80].strip("-")
        today = datetime.now(UTC).date().isoformat()
        stem = "_".join(part for part in (name, told, today) if part)
        return f"{stem}.{self.request.accepted_renderer.format}"

    def filtered(self, rows: QuerySet) -> QuerySet:
        """The rows that the query selects; raises BadParameters with every parameter that is off."""
        assert self.filterset_class is not None
        filterset = self.filterset_class(self.request.query_params, queryset=rows)
        if not filterset.is_valid():
            errors = [
                ParameterError(
                    name, error.code or "invalid", str(error.message), getattr(error, "suggestions", [])
                )
                for name, listed in filterset.errors.as_data().items()
                for error in listed
            ]
            self.refuse(*errors)
        return self._searched(filterset.qs)

    def _searched(self, rows: QuerySet) -> QuerySet:
        text = self.request.query_params.get("q")
        if text is None:
            return rows
        if not any(char.isalnum() for char in text):
            self.refuse(ParameterError("q", "no_words", "A search needs a letter or a digit."))
        return self.search(rows, text)

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        """The rows that have every word of the text; resources that know `q` say how."""
        raise NotImplementedError
