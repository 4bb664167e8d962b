"""Lists of flat rows: filtered, ordered, in pages or as a whole file."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from rest_framework.request import Request
from rest_framework.response import Response

from transfers.api.errors import ParameterError, refuse
from transfers.api.request import paging, past, values
from transfers.api.response import freshness, shapes
from transfers.api.response.output import CITED
from transfers.api.response.shapes import Shape
from transfers.exports import columns, queries
from transfers.publication.names import KEPT_SECONDS
from transfers.vocabulary import fields, names
from transfers.vocabulary.fields import Field, Type

from .base import Answer, RegistryView

#: Types that have no order, or none that helps.
_UNORDERED = (Type.LONG_TEXT, Type.LIST, Type.CHANGES)


class ListView(RegistryView):
    """Filtered, ordered, paged list of flat rows; in an export format the whole of it.

    A subclass has a name, fields, a key among them, a FilterSet, and `versions` or `rows`. What its rows
    rest on besides the register's edition, `list_grounds` lists.
    """

    name: str
    items: tuple[Field, ...]
    key: str
    default_order = ""
    renderer_classes = CITED
    own_parameters: tuple[str, ...] = ("fields", "omit", *paging.OPTIONS)
    own_headers: tuple[str, ...] = ("Registry-Count",)

    @classmethod
    def get_record_name(cls) -> str:
        """Return the name of one row: `TransferList` → `Transfer`."""
        return cls.__name__.removesuffix("List")

    def shape(self) -> Shape:
        return shapes.build_list(shapes.refer_to(self.get_record_name()))

    def list_values(self, parameter: str) -> list[str]:
        if parameter in ("fields", "omit"):
            return fields.list_names(self.items)
        if parameter == "ordering":
            return [sign + name for name in self.get_orderable() for sign in ("", "-")]
        return super().list_values(parameter)

    def rows(self) -> QuerySet:
        return self.select(self.versions)

    def list_known(self) -> QuerySet:
        """Return whatever the resource ever had."""
        return self.versions.all() if self.versions else self.rows()

    def answer(self, request: Request, **kwargs: Any) -> Answer:
        pages = paging.Paging(request.query_params, self.get_orderable(), self.key, self.default_order)
        items = self._choose_fields()
        rows = self.filter_rows(self.rows(), self.list_known)
        if not self.wants("json"):
            return self.answer_whole(rows, pages.order, items, self._count(rows))
        page = pages.get_page(rows, items, self.read_rows)
        count = len(page.rows) if page.is_whole else self._count(rows)
        response = self._answer_page(request, page, count)
        response["Registry-Count"] = str(count)
        return response

    def read_rows(self, rows: QuerySet, items: Sequence[Field]) -> list[dict[str, Any]]:
        """Return these fields of the rows as JSON shows them; which rows, the columns may find sooner."""
        is_wide = _is_wide(self.request.query_params, self, paging.ORDERING)
        found = self._find(rows.values_list(self.key)) if is_wide else None
        if found is None:
            return queries.fetch_objects(rows, items)
        keys = [key for (key,) in found]
        exact = self.standpoint.select(self.versions, True).filter(**{f"{self.key}__in": keys}).order_by()
        [key_item] = [item for item in self.items if item.name == self.key]
        shown = {row[self.key]: row for row in queries.fetch_objects(exact, [key_item, *items])}
        names = fields.list_names(tuple(items))
        return [{name: shown[key][name] for name in names} for key in keys]

    def answer_whole(
        self, rows: QuerySet, order: list[paging.Order], items: tuple[Field, ...], count: int
    ) -> Answer:
        """Answer with all the rows as a file."""
        by = [column.build_expression(False) for column in order]
        self.is_exact = True  # an export takes its time, in which a newer revision may come
        exact_rows = self.filter_rows(self.rows(), self.list_known).order_by(*by)
        return self.export(self.name, exact_rows, items, count, now=rows.order_by(*by))

    def get_orderable(self) -> dict[str, Field]:
        """Return the fields to order by, by name."""
        return {item.name: item for item in self.items if item.type not in _UNORDERED}

    def _answer_page(self, request: Request, page: paging.Page, count: int) -> HttpResponse:
        links = {
            "next": paging.build_link(request._request, page.next),
            "previous": paging.build_link(request._request, page.previous),
        }
        body = {"count": count, **links, "results": page.rows, "citation": str(self.citation)}
        response = Response(body)
        if any(links.values()):
            response["Link"] = ", ".join(f'<{url}>; rel="{rel}"' for rel, url in links.items() if url)
        return response

    def _count(self, rows: QuerySet) -> int:
        """Count the rows that the filters select; the number is stored until the next revision.

        Where it rests on the names of today, only for as long as those are kept.
        """
        without = (freshness.FORMAT, past.AS_OF, "fields", "omit", "excel", *paging.OPTIONS)
        question = freshness.format_question(self.request._request, *without)
        grounds = [self.edition.hash, *self.freshness.list_grounds(), question]
        key = hashlib.sha256(" ".join(grounds).encode()).hexdigest()
        seconds = KEPT_SECONDS if self.freshness.rests_on_today else 86_400
        return int(cache.get_or_set(f"count:{key}", lambda: self._count_anew(rows), timeout=seconds) or 0)

    def _count_anew(self, rows: QuerySet) -> int:
        if _is_wide(self.request.query_params, self):
            found = self._find(rows.order_by().values_list(self.key), "SELECT COUNT(*) FROM ({}) r")
            if found is not None:
                return found[0][0] if found else 0
        return rows.count()

    def _find(self, rows: QuerySet, around: str = "{}") -> list[tuple[Any, ...]] | None:
        """Return what the columns give for the rows; None where they cannot tell."""
        return columns.fetch(rows, self.standpoint.now, around.format) if self.standpoint.now else None

    def _choose_fields(self) -> tuple[Field, ...]:
        """Return the fields that `fields=` and `omit=` leave, in public order."""
        query = self.request.query_params
        included, omitted = values.read_list(query, "fields"), values.read_list(query, "omit")
        refuse([*self._list_faults("fields", included), *self._list_faults("omit", omitted)])
        chosen = tuple(
            item for item in self.items if item.name not in omitted and item.name in (included or [item.name])
        )
        if not chosen:
            refuse([ParameterError("omit", "nothing_left", "There is no field left to show.")])
        return chosen

    def _list_faults(self, parameter: str, listed: list[str]) -> list[ParameterError]:
        if "" in listed:
            return [ParameterError(parameter, "empty", f"The parameter '{parameter}' has an empty part.")]
        public = fields.list_names(self.items)
        return [
            ParameterError(parameter, "unknown", f"There is no field '{name}'.", names.suggest(name, public))
            for name in listed
            if name not in public
        ]


def _is_wide(query: QueryDict, view: ListView, *wide: str) -> bool:
    """Return whether many rows are gone through: for these parameters, or a filter without index."""
    model = getattr(view.versions, "model", None)
    if "q" in query or model is None or not columns.holds(model):
        return False
    indexed = {index.fields[0] for index in model._meta.indexes}
    filters = view.filterset_class.base_filters
    asked = {filters[name].field_name for name in query if name in filters and name != "certain"}
    return bool(asked - indexed) or not query.keys().isdisjoint(wide)
