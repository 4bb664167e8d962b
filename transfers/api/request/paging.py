"""Keyset paging: a signed cursor, bound to filters and order, that neither loses nor repeats a row.

A page starts after the last row of the page before it, by value, so its cost does not depend on how
deep it lies. Nulls come last in either direction, and the key decides between equals.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, QueryDict

from transfers.api.errors import BadParameters, ParameterError
from transfers.exports import queries
from transfers.vocabulary.fields import Field
from transfers.vocabulary.names import format_suggestions, suggest

PAGE_SIZE = 100
LARGEST_PAGE = 1000
#: Parameters that only an answer in pages can take.
OF_PAGES = ("page_size", "cursor")
OPTIONS = (*OF_PAGES, "ordering")
#: Reads these fields of the rows, in their order, as JSON shows them.
Read = Callable[[QuerySet, Sequence[Field]], list[dict[str, Any]]]
_SIGNER = signing.Signer(salt="transfers.cursor")


@dataclass(frozen=True)
class Order:
    """One column of the ordering."""

    item: Field
    descending: bool = False

    @property
    def column(self) -> str:
        return self.item.column

    def by(self, backwards: bool):
        """The order, nulls last; or exactly its reverse."""
        if not self.item.nullable:  # where nothing is said of nulls, an index can give the order
            return F(self.column).desc() if self.descending != backwards else F(self.column).asc()
        if self.descending != backwards:
            return F(self.column).desc(nulls_first=backwards or None, nulls_last=not backwards or None)
        return F(self.column).asc(nulls_first=backwards or None, nulls_last=not backwards or None)

    def beyond(self, value: Any, backwards: bool) -> Q | None:
        """Rows that come after the value in this column (before it, if backwards); None: no row can."""
        if value is None:
            return Q(**{f"{self.column}__isnull": False}) if backwards else None
        lookup = "lt" if self.descending != backwards else "gt"
        further = Q(**{f"{self.column}__{lookup}": value})
        return (
            further
            if backwards or not self.item.nullable
            else further | Q(**{f"{self.column}__isnull": True})
        )


@dataclass(frozen=True)
class Page:
    """Rows of one page, and the cursors of its neighbours (None: there is none)."""

    rows: list[dict[str, Any]]
    next: str | None
    previous: str | None


class Paging:
    """The page that a request asks for; raises BadParameters for a size, order or cursor that is off."""

    def __init__(
        self,
        query: QueryDict,
        orderable: Mapping[str, Field],
        key: str,
        allowed: Sequence[str],
        default: str = "",
    ):
        self.allowed = allowed
        self.size = self._size(query.get("page_size", str(PAGE_SIZE)))
        self.order = self._order(query.get("ordering", default or key), orderable, key)
        self._bound = _fingerprint(query)
        self.backwards, self.values = self._cursor(query.get("cursor"))

    def page(self, rows: QuerySet, items: Sequence[Field], read: Read = queries.fetch_objects) -> Page:
        """One reading for the page: one row more than it shows tells whether there is another."""
        ordered = rows.order_by(*(column.by(self.backwards) for column in self.order))
        if self.values is not None:
            ordered = ordered.filter(self._beyond(self.values))
        extra = [each.item for each in self.order if each.item not in items]
        found = read(ordered[: self.size + 1], [*items, *extra])
        more, found = len(found) > self.size, found[: self.size]
        if self.backwards:
            found.reverse()
        ahead = bool(found) and (more or self.backwards)
        behind = bool(found) and (more if self.backwards else self.values is not None)
        following = self._encode(found[-1], False) if ahead else None
        preceding = self._encode(found[0], True) if behind else None
        for row, item in product(found, extra):
            del row[item.name]
        return Page(found, following, preceding)

    def _beyond(self, values: Sequence[Any]) -> Q:
        condition, equal = Q(pk__in=[]), Q()
        for column, value in zip(self.order, values, strict=True):
            further = column.beyond(value, self.backwards)
            if further is not None:
                condition |= equal & further
            equal &= Q(**{f"{column.column}__isnull": True}) if value is None else Q(**{column.column: value})
        return condition

    def _encode(self, row: Mapping[str, Any], backwards: bool) -> str:
        return _SIGNER.sign_object([self._bound, backwards, [row[each.item.name] for each in self.order]])

    def _cursor(self, text: str | None) -> tuple[bool, list[Any] | None]:
        if text is None:
            return False, None
        try:
            bound, backwards, values = _SIGNER.unsign_object(text)
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise self._refuse("cursor", "invalid", "The cursor is none of this register's.") from error
        if bound != self._bound or len(values) != len(self.order):
            raise self._refuse("cursor", "foreign", "The cursor belongs to other filters or another order.")
        return backwards, values

    def _size(self, text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) <= 4 and 1 <= int(text) <= LARGEST_PAGE):
            raise self._refuse(
                "page_size", "invalid", f"page_size is a whole number from 1 to {LARGEST_PAGE}."
            )
        return int(text)

    def _order(self, text: str, orderable: Mapping[str, Field], key: str) -> list[Order]:
        order = []
        for part in text.split(","):
            name = part.strip().removeprefix("-")
            if name not in orderable:
                near = suggest(name, orderable)
                meant = format_suggestions(near[:1])
                raise self._refuse("ordering", "unknown", f"Cannot order by '{name}'.{meant}", near)
            order.append(Order(orderable[name], part.strip().startswith("-")))
        names = [each.item.name for each in order]
        if len(set(names)) < len(names):
            raise self._refuse("ordering", "repeated", "A field may stand only once in the ordering.")
        return order[: names.index(key) + 1] if key in names else [*order, Order(orderable[key])]

    def _refuse(self, parameter: str, code: str, detail: str, near: list[str] | None = None) -> BadParameters:
        return BadParameters([ParameterError(parameter, code, detail, near or [])], self.allowed)


def link(request: HttpRequest, cursor: str | None) -> str | None:
    """The address of a neighbouring page."""
    if cursor is None:
        return None
    query = [(name, value) for name, value in pairs(request.GET) if name != "cursor"]
    return request.build_absolute_uri(f"{request.path}?{urlencode([*query, ('cursor', cursor)])}")


def pairs(query: QueryDict) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, values in query.lists() for value in values]


def _fingerprint(query: QueryDict) -> str:
    """What a cursor is bound to: everything asked, save the page and its size."""
    kept = sorted(pair for pair in pairs(query) if pair[0] not in ("cursor", "page_size"))
    return hashlib.sha256(urlencode(kept).encode()).hexdigest()[:16]
