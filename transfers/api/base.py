"""What all resources share: strict parameters, formats, caching, and lists of flat rows."""

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

from anyascii import anyascii
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseNotModified, QueryDict, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .. import exports, fields, names
from ..exports import reading
from ..exports.table import About
from ..fields import Field, Type
from . import etags, filters, paging, shapes, strict
from .errors import BadParameters, ParameterError, Problem
from .metadata import Options
from .output import EVERY_FORMAT, JSON, LICENCE
from .shapes import Shape
from .throttling import PublicReads

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
    filterset_class: type[filters.StrictFilterSet] | None = None
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
        self.edition = names.edition()
        tag = etags.etag(request._request, self.edition, request.accepted_renderer.format)
        if etags.is_known(request._request, tag):
            response: Any = HttpResponseNotModified()
        else:
            kwargs.pop("format", None)
            with names.held(self.edition):
                response = self.answer(request, **kwargs)
            response.headers.setdefault("Citation", self._citation())
        etags.tell(response, self.edition, tag)
        return response

    def _citation(self) -> str:
        url = self.request.build_absolute_uri()
        today = datetime.now(UTC).date().isoformat()
        return f"arms_registry, revision {self.edition.sequence}, {url}, retrieved {today}"

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
        rows: QuerySet | list[dict[str, Any]],
        items: tuple[Field, ...],
        count: int,
        now: QuerySet | None = None,
    ) -> HttpResponse | StreamingHttpResponse:
        """A whole answer as a file in the negotiated format; a large one is streamed.

        `now`: what are the same rows as long as the revision stands, and are quicker to read.
        """
        kind = self.request.accepted_renderer.format
        self._check_size(kind, count)
        writer, about = exports.FORMATS[kind], self._about(name, items, count)
        response: Any
        if isinstance(rows, QuerySet) and count > exports.SMALL:
            whole = self.request.method != "HEAD"
            pieces = (
                reading.streamed(rows if now is None else now, rows, items, about, kind)
                if whole
                else iter(())
            )
            response = StreamingHttpResponse(pieces, content_type=writer.MEDIA_TYPE)
        else:
            read = (
                reading.fetched(rows, items, about)
                if isinstance(rows, QuerySet)
                else reading.given(rows, about)
            )
            response = HttpResponse(b"".join(writer.stream(read, about)), content_type=writer.MEDIA_TYPE)
        response["Content-Disposition"] = f'attachment; filename="{self._file_name(name)}"'
        response["Registry-Count"] = str(count)
        return response

    def _check_size(self, kind: str, count: int) -> None:
        most = exports.most_rows(kind)
        if most is not None and count > most:
            others = [name for name in exports.FORMATS if exports.most_rows(name) is None]
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
            columns=reading.columns_of(items),
            name=name,
            query=query,
            revision=revision,
            time=time.isoformat().replace("+00:00", "Z"),
            licence=LICENCE,
            citation=f"arms_registry, revision {revision} of {time.date().isoformat()}, {query}",
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


class ListView(RegistryView):
    """A filtered, ordered, paged list of flat rows; in an export format the whole of it."""

    name: str
    items: tuple[Field, ...]
    key: str
    exact = False
    own_parameters = ("format", "excel", "fields", "omit", "q", *paging.OPTIONS)
    own_headers = ("Registry-Count",)

    @classmethod
    def record(cls) -> str:
        """What one row is: `TransferList` → `Transfer`."""
        return cls.__name__.removesuffix("List")

    def shape(self) -> Shape:
        return shapes.listed(shapes.component(self.record()))

    def known_values(self, parameter: str) -> list[str]:
        if parameter in ("fields", "omit"):
            return fields.names(self.items)
        if parameter == "ordering":
            return [sign + name for name in self._orderable() for sign in ("", "-")]
        return super().known_values(parameter)

    def rows(self) -> QuerySet:
        raise NotImplementedError

    def published(self, versions: Any) -> QuerySet:
        """What is published now or, where it must be exact, at the revision that the headers say."""
        return versions.as_of(self.edition.sequence) if self.exact else versions.current()

    def answer(self, request: Request, **kwargs: Any) -> HttpResponse | StreamingHttpResponse:
        page_of = paging.Paging(request.query_params, self._orderable(), self.key, self.parameters())
        items = self.chosen()
        rows = self.filtered(self.rows())
        count = self.count(rows)
        if not self.wants("json"):
            order = [column.by(False) for column in page_of.order]
            self.exact = True  # an export takes its time, in which a newer revision may come
            exact = self.filtered(self.rows()).order_by(*order)
            return self.export(self.name, exact, items, count, now=rows.order_by(*order))
        page = page_of.page(rows, items)
        response = self._page(request, page, count, items)
        response["Registry-Count"] = str(count)
        return response

    def _page(
        self, request: Request, page: paging.Page, count: int, items: tuple[Field, ...]
    ) -> HttpResponse:
        links = {
            "next": paging.link(request._request, page.next),
            "previous": paging.link(request._request, page.previous),
        }
        body = {"count": count, **links, "results": page.rows}
        response = Response(body)
        if any(links.values()):
            response["Link"] = ", ".join(f'<{url}>; rel="{rel}"' for rel, url in links.items() if url)
        return response

    def _orderable(self) -> dict[str, Field]:
        unordered = (Type.LONG_TEXT, Type.LIST)
        return {item.name: item for item in self.items if item.type not in unordered}

    def count(self, rows: QuerySet) -> int:
        """How many rows the filters select; kept for as long as the revision stands."""
        asked = etags.question(self.request._request, etags.FORMAT, "fields", "omit", *paging.OPTIONS)
        key = hashlib.sha256(f"{self.edition.hash} {asked}".encode()).hexdigest()
        return int(cache.get_or_set(f"count:{key}", rows.count, timeout=None) or 0)

    def chosen(self) -> tuple[Field, ...]:
        """The fields that `fields=` and `omit=` leave, in public order."""
        known = fields.names(self.items)
        asked = {name: _listed(self.request.query_params, name) for name in ("fields", "omit")}
        errors = [
            ParameterError(parameter, "empty", f"The parameter '{parameter}' has an empty part.")
            for parameter, listed in asked.items()
            if "" in listed
        ] or [
            ParameterError(parameter, "unknown", f"There is no field '{name}'.", names.nearest(name, known))
            for parameter, listed in asked.items()
            for name in listed
            if name not in known
        ]
        wanted = asked["fields"] or known
        left = tuple(item for item in self.items if item.name in wanted and item.name not in asked["omit"])
        if not (left or errors):
            errors = [ParameterError("omit", "nothing_left", "No field is left to show.")]
        self.refuse(*errors)
        return left


def _listed(query: QueryDict, name: str) -> list[str]:
    return [part.strip() for part in str(query[name]).split(",")] if name in query else []
