"""Course of a request that all resources share: strict parameters, a format, a standpoint, an answer."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from rest_framework.request import Request
from rest_framework.views import APIView

from transfers.api.errors import refuse
from transfers.api.request import filters, paging, past, strict, values, words
from transfers.api.request.past import Standpoint
from transfers.api.request.throttling import PublicReads
from transfers.api.response import citations, files, freshness
from transfers.api.response.metadata import Options
from transfers.api.response.negotiation import EXCEL, Negotiation
from transfers.api.response.output import JSON, LICENCE
from transfers.api.response.shapes import Shape
from transfers.publication import editions
from transfers.vocabulary.fields import Field

Answer = HttpResponse | StreamingHttpResponse


class RegistryView(APIView):
    """Public resource: a subclass declares what it takes, and has `answer` and `shape`.

    A parameter is offered only where it can be answered: `format` and `excel` follow from the formats,
    `as_of` from `versions`, `q` from `search`.
    """

    http_method_names = ["get", "head", "options"]
    renderer_classes: list[Any] = [JSON]
    content_negotiation_class = Negotiation
    throttle_classes = [PublicReads]
    metadata_class = Options
    filterset_class: type[filters.StrictFilterSet] = filters.StrictFilterSet
    #: Manager of what is stored with all its past, of which `as_of` selects; None: there is no past.
    versions: Any = None
    #: Method that selects the rows with every word of a text; None: there are no words to search.
    search: Callable[[QuerySet, str], QuerySet] | None = None
    #: Parameters that the resource itself reads.
    own_parameters: tuple[str, ...] = ()
    #: For the schema: headers and statuses that not every resource has.
    own_headers: tuple[str, ...] = ()
    own_problems: tuple[int, ...] = ()
    #: For the schema, of a file, of which `Range` gives a part: the media types that it may have.
    file_types: tuple[str, ...] = ()
    #: The answer shows records as they are now, whatever the revision.
    rests_on_today = False
    #: The rows are those of the very revision that the headers name, even if there is a newer one by now.
    is_exact = False
    #: Requests allowed, seconds they are counted over, requests left, seconds to the next; None: no limit.
    rate_limit: tuple[int, int, int, int] | None = None

    def answer(self, request: Request, **kwargs: Any) -> Answer:
        raise NotImplementedError

    def shape(self) -> Shape:
        """Return the JSON Schema of the answer in JSON."""
        raise NotImplementedError

    @classmethod
    def list_own_parameters(cls) -> list[str]:
        """List the parameters that are not filters."""
        offered = {
            "format": True,
            "excel": any(renderer.format == "csv" for renderer in cls.renderer_classes),
            past.AS_OF: cls.versions is not None,
            "q": cls.search is not None,
        }
        return [*(name for name, is_offered in offered.items() if is_offered), *cls.own_parameters]

    def list_parameters(self) -> list[str]:
        """List every parameter of the resource."""
        return [*self.list_own_parameters(), *self.filterset_class.base_filters]

    def list_values(self, parameter: str) -> list[str]:
        """List the values that a parameter of its own takes; none if they are not fixed."""
        if parameter == "excel":
            return list(EXCEL)
        return [renderer.format for renderer in self.renderer_classes] if parameter == "format" else []

    def get_standpoint(self, newest: editions.Edition) -> Standpoint:
        """Return the standpoint of the question: the newest edition unless `as_of` says another."""
        return past.read_standpoint(self.request.query_params, newest)

    def list_grounds(self) -> list[str]:
        """List what the answer rests on besides the edition and the question."""
        return []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.check_throttles(request)  # before anything else: a faulty request counts too
        if str(request.method).lower() not in self.http_method_names:
            self.http_method_not_allowed(request)
        own = [name for name in self.list_own_parameters() if name not in values.SEPARATED]
        once = [*own, *filters.list_scalars(self.filterset_class)]  # type: ignore[arg-type]
        strict.check(request._request, self.list_parameters(), once)
        super().initial(request, *args, **kwargs)
        if not self.wants("json"):
            paging.check_whole(request.query_params)

    def get(self, request: Request, **kwargs: Any) -> Answer:
        """Answer, or return 304 if the client has the answer: one query, for the newest revision."""
        newest = freshness.get_newest(request._request)
        self.standpoint = self.get_standpoint(newest)
        self.edition = self.standpoint.edition
        by_name = filters.is_by_name(self.filterset_class, request.query_params)
        self.freshness = freshness.Freshness(
            self.standpoint,
            request.accepted_renderer.format,
            self.rests_on_today or by_name,
            tuple(self.list_grounds()),
        )
        self.etag = self.freshness.build_etag(request._request)
        if freshness.has_etag(request._request, self.etag):
            response: Any = HttpResponseNotModified()
        else:
            kwargs.pop("format", None)
            point = self.edition if self.standpoint.is_pinned else None
            with editions.hold(newest, point):
                response = self.answer(request, **kwargs)
            response.headers.setdefault("Citation", self.citation.format_retrieved())
        self.freshness.set_headers(response, self.etag)
        return freshness.apply_conditions(request._request, response)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        licence = f'<{LICENCE}>; rel="license"'
        response["Link"] = f"{response['Link']}, {licence}" if "Link" in response else licence
        patch_vary_headers(response, ["Accept"])
        if self.rate_limit is not None:
            limit, _, remaining, reset = self.rate_limit
            response["RateLimit-Limit"] = str(limit)
            response["RateLimit-Remaining"] = str(remaining)
            response["RateLimit-Reset"] = str(reset)
            if response.status_code == 429:
                response["Retry-After"] = str(reset)
        return response

    @property
    def citation(self) -> citations.Citation:
        """Return how to cite the answer: by an address that gives it again."""
        form = self.request.accepted_renderer.format
        takes_as_of = self.versions is not None
        return citations.build_citation(self.request._request, self.edition, form, LICENCE, takes_as_of)

    def wants(self, form: str) -> bool:
        """Return whether the answer is to be in this format."""
        return self.request.accepted_renderer.format == form

    def select(self, versions: Any) -> QuerySet:
        """Select the versions that stand in the register at the standpoint of the question."""
        return self.standpoint.select(versions, self.is_exact)

    def filter_rows(self, rows: QuerySet, list_known: Callable[[], QuerySet]) -> QuerySet:
        """Select the rows of the query; raise BadParameters for every parameter that is wrong.

        `list_known` gives whatever there ever was, which says what keys and names there are.
        """
        query = self.request.query_params
        filterset = self.filterset_class(query, queryset=rows)
        refuse(filterset.list_errors(list_known))
        if self.search is None or "q" not in query:
            return filterset.qs
        refuse(words.list_faults(query["q"]))
        return self.search(filterset.qs, query["q"])

    def export(
        self, name: str, rows: files.Rows, items: tuple[Field, ...], count: int, now: QuerySet | None = None
    ) -> Answer:
        """Answer with the rows as a file; `now` are the same until the next revision, and quicker to read."""
        file = files.File(self.request, self.citation, name, items, count, self.etag)
        return file.build_response(rows, now)
