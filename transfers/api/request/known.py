"""Keys and names that the register has: one that it has not is refused, so that an empty answer means none.

A value is known if any row ever published has it, whatever the revision asked about and the other filters.
"""

import hashlib

from django.core.cache import cache
from django.db.models import QuerySet

from transfers.models import FormerKey
from transfers.publication import editions
from transfers.vocabulary.names import format_suggestions, suggest
from transfers.vocabulary.words import fold

from .values import Fault

#: A column with more values than this is not read whole to find what is near; seconds that values are kept.
MOST_READ, KEPT_SECONDS = 40_000, 60
#: Values that begin alike, from which suggestions are taken in such a column.
ALIKE = 200


def spell(rows: QuerySet, column: str, text: str, label: str) -> str:
    """Return the value as the rows have it, whatever its case and signs; raise Fault if none has it."""
    if rows.filter(**{column: text}).exists():
        return text
    former = FormerKey.objects.filter(key__iexact=text).first()
    if former and rows.filter(**{column: former.winner}).exists():
        return str(former.winner)
    listed = _list_values(rows, column) or _list_alike(rows, column, text.lower())
    same = sorted(value for value in listed if fold(value) == fold(text))
    if len(same) == 1:
        return same[0]
    if same:
        raise Fault("ambiguous", f"'{text}' may be one of several.{format_suggestions(same[:3])}", same[:3])
    near = suggest(text, listed)
    raise Fault("unknown", f"The register has no {label} '{text}'.{format_suggestions(near[:1])}", near)


def _list_values(rows: QuerySet, column: str) -> list[str]:
    """Return the column's values; none if there are too many."""
    grounds = " ".join([editions.get_current().hash, rows.model._meta.label, column])
    key = f"known:{hashlib.sha256(grounds.encode()).hexdigest()}"
    return list(cache.get_or_set(key, lambda: _read_values(rows, column), timeout=KEPT_SECONDS) or [])


def _read_values(rows: QuerySet, column: str) -> list[str]:
    listed = _list_distinct(rows, column)[: MOST_READ + 1]
    return [] if len(listed) > MOST_READ else list(listed)


def _list_alike(rows: QuerySet, column: str, text: str) -> list[str]:
    """Return values that begin as the text does, as far as any do."""
    for length in range(len(text), 1, -2):
        start = text[:length]
        within = {f"{column}__gte": start, f"{column}__lt": f"{start}\uffff"}
        if listed := list(_list_distinct(rows.filter(**within), column)[:ALIKE]):
            return listed
    return []


def _list_distinct(rows: QuerySet, column: str) -> QuerySet:
    there = rows.exclude(**{f"{column}__isnull": True}).exclude(**{column: ""})
    return there.order_by().values_list(column, flat=True).distinct()
