"""Keyset paging: a signed cursor, bound to filters and order, that neither loses nor repeats a row.

A page starts after the last row of the page before it, by value, so its cost does not depend on how
deep it lies. Nulls come last in either direction, and the key decides between equals.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, QueryDict

from transfers.api.errors import BadParameters, ParameterError, refuse
from transfers.exports import queries
from transfers.vocabulary.fields import Field
from transfers.vocabulary.names import format_suggestions, suggest

from . import values

PAGE_SIZE = 100
LARGEST_PAGE = 1000
#: Parameters that only an answer in pages can take.
OF_PAGES = ("page_size", "cursor")
ORDERING = "ordering"
OPTIONS = (*OF_PAGES, ORDERING)
#: Reads these fields of the rows, in their order, as JSON shows them.
Read = Callable[[QuerySet, Sequence[Field]], list[dict[str, Any]]]
_SIGNER = signing.Signer(salt="transfers.cursor")


@dataclass(frozen=True)
class Order:
    """Column of the ordering."""

    item: Field
    descending: bool = False

    @property
    def column(self) -> str:
        return self.item.column

    def build_expression(self, backwards: bool):
        """Build the expression to order by, nulls last; or exactly its reverse."""
        order = F(self.column).desc if self.descending != backwards else F(self.column).asc
        if not self.item.nullable:  # without a place for nulls, an index can give the order
            return order()
        return order(nulls_first=backwards or None, nulls_last=not backwards or None)

    def build_condition(self, value: Any, backwards: bool) -> Q | None:
        """Select rows after the value in this column (before it, if backwards); None: there can be none."""
        if value is None:
            return Q(**{f"{self.column}__isnull": False}) if backwards else None
        lookup = "lt" if self.descending != backwards else "gt"
        further = Q(**{f"{self.column}__{lookup}": value})
        nulls_follow = self.item.nullable and not backwards
        return further | Q(**{f"{self.column}__isnull": True}) if nulls_follow else further


@dataclass(frozen=True)
class Page:
    """Rows of one page, the only one if it is whole, and the cursors of its neighbours, None at the ends."""

    rows: list[dict[str, Any]]
    next: str | None
    previous: str | None
    is_whole: bool = False


class Paging:
    """Page that a request asks for; raises BadParameters for a size, order or cursor that is wrong."""

    def __init__(self, query: QueryDict, orderable: Mapping[str, Field], key: str, default: str = ""):
        self.size = self._read_size(query.get("page_size", str(PAGE_SIZE)))
        listed = values.read_list(query, ORDERING) or (default or key).split(",")
        self.order = self._read_order(listed, orderable, key)
        self._bound = _build_fingerprint(query)
        self.backwards, self.values = self._read_cursor(query.get("cursor"))

    def get_page(self, rows: QuerySet, items: Sequence[Field], read: Read = queries.fetch_objects) -> Page:
        """Return the page, from one query that reads one row more, to see whether there is another page."""
        ordered = rows.order_by(*(column.build_expression(self.backwards) for column in self.order))
        if self.values is not None:
            ordered = ordered.filter(self._build_condition(self.values))
        extra = [column.item for column in self.order if column.item not in items]
        shown = read(ordered[: self.size + 1], [*items, *extra])
        has_more, shown = len(shown) > self.size, shown[: self.size]
        if self.backwards:
            shown.reverse()
        has_next = bool(shown) and (has_more or self.backwards)
        has_previous = bool(shown) and (has_more if self.backwards else self.values is not None)
        following = self._encode(shown[-1], False) if has_next else None
        preceding = self._encode(shown[0], True) if has_previous else None
        for row, item in product(shown, extra):
            del row[item.name]
        return Page(shown, following, preceding, is_whole=self.values is None and not has_more)

    def _build_condition(self, values: Sequence[Any]) -> Q:
        condition, equal = Q(pk__in=[]), Q()
        for column, value in zip(self.order, values, strict=True):
            further = column.build_condition(value, self.backwards)
            if further is not None:
                condition |= equal & further
            equal &= Q(**{f"{column.column}__isnull": True}) if value is None else Q(**{column.column: value})
        return condition

    def _encode(self, row: Mapping[str, Any], backwards: bool) -> str:
        return _SIGNER.sign_object([self._bound, backwards, [row[each.item.name] for each in self.order]])

    def _read_cursor(self, text: str | None) -> tuple[bool, list[Any] | None]:
        if text is None:
            return False, None
        try:
            bound, backwards, values = _SIGNER.unsign_object(text)
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise _build_refusal(
                "cursor", "invalid", "The cursor does not come from this register."
            ) from error
        if bound != self._bound or len(values) != len(self.order):
            raise _build_refusal("cursor", "foreign", "The cursor belongs to other filters or another order.")
        return backwards, values

    def _read_size(self, text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) <= 4 and 1 <= int(text) <= LARGEST_PAGE):
            detail = f"page_size must be a whole number from 1 to {LARGEST_PAGE}."
            raise _build_refusal("page_size", "invalid", detail)
        return int(text)

    def _read_order(self, listed: Sequence[str], orderable: Mapping[str, Field], key: str) -> list[Order]:
        order = []
        for part in listed:
            name = part.removeprefix("-")
            if name not in orderable:
                near = suggest(name, orderable)
                detail = f"Cannot order by '{name}'.{format_suggestions(near[:1])}"
                raise _build_refusal("ordering", "unknown", detail, near)
            order.append(Order(orderable[name], part.startswith("-")))
        names = [column.item.name for column in order]
        if len(set(names)) < len(names):
            raise _build_refusal("ordering", "repeated", "A field may appear only once in ordering.")
        return order[: names.index(key) + 1] if key in names else [*order, Order(orderable[key])]


def _build_refusal(parameter: str, code: str, detail: str, near: list[str] | None = None) -> BadParameters:
    return BadParameters(ParameterError(parameter, code, detail, near or []))


def check_whole(query: QueryDict) -> None:
    """Raise BadParameters for parameters of pages, which an answer that is the whole has none of."""
    detail = "The answer in this format is the whole, and has no pages."
    refuse(ParameterError(name, "no_pages", detail) for name in OF_PAGES if name in query)


def build_link(request: HttpRequest, cursor: str | None) -> str | None:
    """Build the address of a neighbouring page."""
    if cursor is None:
        return None
    query = [(name, value) for name, value in list_pairs(request.GET) if name != "cursor"]
    return request.build_absolute_uri(f"{request.path}?{urlencode([*query, ('cursor', cursor)])}")


def list_pairs(query: QueryDict) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, values in query.lists() for value in values]


def sort_pairs(query: QueryDict, without: Collection[str] = ()) -> list[tuple[str, str]]:
    """List the parameters by name and value, however they are written; a list of names stays in its order."""
    pairs = (pair for pair in list_pairs(query) if pair[0] not in without)
    return sorted(pairs, key=lambda pair: (pair[0], "" if pair[0] in values.SEPARATED else pair[1]))


def _build_fingerprint(query: QueryDict) -> str:
    """Build what a cursor is bound to: the whole query but for the page and its size."""
    return hashlib.sha256(urlencode(sort_pairs(query, OF_PAGES)).encode()).hexdigest()[:16]
