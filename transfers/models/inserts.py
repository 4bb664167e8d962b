"""Many rows into one table by one prepared statement: for bulk writes in which instances would be the cost.

The database's constraints hold; there are no signals, no validation and no history, which callers see to.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from django.db import connection, models

#: Fields whose Python values the databases do not take as they are.
_PREPARED = (models.DateField, models.DecimalField, models.JSONField)

#: How many values a query names at a time.
BATCH = 500


def batched(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield the values, as many at a time as one query may name."""
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))


def insert(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> None:
    """Insert these rows, by attribute name; what a row lacks gets the field's default."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    defaults = {field.attname: field.get_default() for field in fields}
    prepare = {field.attname: _preparer(field) for field in fields if isinstance(field, _PREPARED)}
    quoted = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {model._meta.db_table} ({quoted}) VALUES ({places})"
    pick = itemgetter(*(field.attname for field in fields))
    prepared = [(at, prepare[field.attname]) for at, field in enumerate(fields) if field.attname in prepare]
    values = [_values(pick(defaults | row), prepared) for row in rows]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(statement, values)


def _preparer(field: models.Field) -> Callable[[Any], Any]:
    def prepared(value: Any) -> Any:
        return field.get_db_prep_save(value, connection)

    return prepared if isinstance(field, models.JSONField) else lru_cache(maxsize=1000)(prepared)


def _values(picked: Sequence[Any], prepared: Sequence[tuple[int, Callable[[Any], Any]]]) -> Sequence[Any]:
    values = list(picked)
    for at, prepare in prepared:
        if values[at] is not None:
            values[at] = prepare(values[at])
    return values
