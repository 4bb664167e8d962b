"""Keys and names that the register has: one that it has not is refused, so that an empty answer means none.

A value is known if any row ever published has it, whatever the revision asked about and the other filters.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence

from django.core.cache import cache
from django.db.models import QuerySet

from transfers.models import FormerKey
from transfers.publication import editions
from transfers.vocabulary.names import format_suggestions, suggest
from transfers.vocabulary.words import fold

from .values import Fault

#: A column with more values than this is not read whole to find what is near; seconds that values are kept.
MOST_READ, KEPT_SECONDS = 40_000, 60
#: In such a column: how many values that begin alike are looked at, and by how many of their letters.
ALIKE, LONGEST_START = 200, 40
#: Values of a column by how they fold.
Names = dict[str, list[str]]


def spell(rows: QuerySet, column: str, texts: Sequence[str], label: str) -> list[str]:
    """Return the values as the rows have them, whatever their case and signs; raise Fault if none has one."""
    if len(texts) == 1 and _is_there(rows, column, texts[0]):
        return list(texts)
    names = _get_names(rows, column)
    return [_spell_one(rows, column, text, names, label) for text in texts]


def _spell_one(rows: QuerySet, column: str, text: str, names: Names, label: str) -> str:
    """Return one value as the rows have it; `names` are all values, or none where they are too many."""
    if text in names.get(fold(text), ()) or (not names and _is_there(rows, column, text)):
        return text
    names = names or _find_alike(rows, column, text.lower())
    same = sorted(names.get(fold(text), ())) if fold(text) else []
    if len(same) == 1:
        return same[0]
    former = FormerKey.objects.filter(key__iexact=text).first()
    if former and _is_there(rows, column, former.winner):
        return str(former.winner)
    if same:
        raise Fault("ambiguous", f"'{text}' may be one of several.{format_suggestions(same[:3])}", same[:3])
    near = suggest(text, [value for values in names.values() for value in values])
    raise Fault("unknown", f"The register has no {label} '{text}'.{format_suggestions(near[:1])}", near)


def _is_there(rows: QuerySet, column: str, text: str) -> bool:
    return bool(rows.filter(**{column: text}).exists())


def _get_names(rows: QuerySet, column: str) -> Names:
    """Return the column's values; none if there are too many."""
    grounds = " ".join([editions.get_current().hash, rows.model._meta.label, column])
    key = f"known:{hashlib.sha256(grounds.encode()).hexdigest()}"
    names: Names = cache.get_or_set(key, lambda: _read_names(rows, column), timeout=KEPT_SECONDS) or {}
    return names


def _read_names(rows: QuerySet, column: str) -> Names:
    listed = list(_list_distinct(rows, column)[: MOST_READ + 1])
    return {} if len(listed) > MOST_READ else _group(listed)


def _find_alike(rows: QuerySet, column: str, text: str) -> Names:
    """Return values that begin as the text does, as far as any do."""
    for length in range(min(len(text), LONGEST_START), 1, -2):
        start = text[:length]
        within = {f"{column}__gte": start, f"{column}__lt": f"{start}\uffff"}
        if listed := list(_list_distinct(rows.filter(**within), column)[:ALIKE]):
            return _group(listed)
    return {}


def _group(values: Sequence[str]) -> Names:
    names: Names = defaultdict(list)
    for value in values:
        names[fold(value)].append(value)
    return dict(names)


def _list_distinct(rows: QuerySet, column: str) -> QuerySet:
    there = rows.exclude(**{f"{column}__isnull": True}).exclude(**{column: ""})
    return there.order_by().values_list(column, flat=True).distinct()
