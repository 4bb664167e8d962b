"""Lists of flat rows: filtered, ordered, in pages or as a whole file."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from transfers.api.errors import ParameterError
from transfers.api.request import paging, past
from transfers.api.response import etags, shapes
from transfers.api.response.output import CITED
from transfers.api.response.shapes import Shape
from transfers.exports import queries
from transfers.vocabulary import fields, names
from transfers.vocabulary.fields import Field, Type

from .base import RegistryView


class ListView(RegistryView):
    """A filtered, ordered, paged list of flat rows; in an export format the whole of it."""

    name: str
    items: tuple[Field, ...]
    key: str
    default_order = ""
    exact = False
    renderer_classes = CITED
    own_parameters: tuple[str, ...] = ("format", "excel", past.AS_OF, "fields", "omit", "q", *paging.OPTIONS)
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
            return [sign + name for name in self.orderable() for sign in ("", "-")]
        return super().known_values(parameter)

    def rows(self) -> QuerySet:
        raise NotImplementedError

    def answer(self, request: Request, **kwargs: Any) -> HttpResponse | StreamingHttpResponse:
        orderable = self.orderable()
        page_of = paging.Paging(
            request.query_params, orderable, self.key, self.parameters(), self.default_order
        )
        items = self.chosen()
        rows = self.filtered(self.rows())
        count = self.count(rows)
        if not self.wants("json"):
            return self.whole(rows, page_of.order, items, count)
        page = page_of.page(rows, items, self.read)
        response = self._page(request, page, count)
        response["Registry-Count"] = str(count)
        return response

    def read(self, rows: QuerySet, items: Sequence[Field]) -> list[dict[str, Any]]:
        """These fields of the rows as JSON shows them."""
        return queries.fetch_objects(rows, items)

    def whole(
        self, rows: QuerySet, order: list[paging.Order], items: tuple[Field, ...], count: int
    ) -> HttpResponse | StreamingHttpResponse:
        """All the rows as a file."""
        by = [column.by(False) for column in order]
        self.exact = True  # an export takes its time, in which a newer revision may come
        exact = self.filtered(self.rows()).order_by(*by)
        return self.export(self.name, exact, items, count, now=rows.order_by(*by))

    def published(self, versions: Any, exact: bool = False) -> QuerySet:
        return super().published(versions, exact or self.exact)

    def _page(self, request: Request, page: paging.Page, count: int) -> HttpResponse:
        links = {
            "next": paging.link(request._request, page.next),
            "previous": paging.link(request._request, page.previous),
        }
        body = {"count": count, **links, "results": page.rows, "citation": str(self.citation)}
        response = Response(body)
        if any(links.values()):
            response["Link"] = ", ".join(f'<{url}>; rel="{rel}"' for rel, url in links.items() if url)
        return response

    def orderable(self) -> dict[str, Field]:
        unordered = (Type.LONG_TEXT, Type.LIST)
        return {item.name: item for item in self.items if item.type not in unordered}

    def count(self, rows: QuerySet) -> int:
        """How many rows the filters select; kept for as long as the revision stands."""
        left_out = (etags.FORMAT, past.AS_OF, "fields", "omit", "excel", *paging.OPTIONS)
        asked = etags.question(self.request._request, *left_out)
        rests_on = [self.edition.hash, *self._rests_on(self.newest, "json"), asked]
        key = hashlib.sha256(" ".join(rests_on).encode()).hexdigest()
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
            ParameterError(parameter, "unknown", f"There is no field '{name}'.", names.suggest(name, known))
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
