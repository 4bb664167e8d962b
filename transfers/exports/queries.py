"""Rows read through Django's connection: as objects for pages, as batches for small files and releases.

One statement serves pages and exports. The statement itself writes dates, times and booleans as JSON does,
so that both databases, and each way of reading them, give the same. The columns of a published version are
one expression of ready text: to have the ORM put some forty columns together would take longer than to
read a page.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Expression, F, Func, Model, QuerySet, TextField

from transfers.vocabulary.fields import Field, Type

from .formats.table import SHOWN, About, Column, build_batch

#: Rows of one batch. Fixed, as it decides where the groups of a Parquet file in a release begin.
_BATCH = 2_000
#: How the databases write what JSON shows as text.
_SQLITE = {
    Type.DATE: "({0} || '')",  # an expression: for a bare column of days Python would parse the text
    Type.TIME: "(REPLACE({0}, ' ', 'T') || 'Z')",
    Type.BOOLEAN: "CASE WHEN {0} THEN 'true' WHEN NOT {0} THEN 'false' END",
}
_POSTGRESQL = {
    Type.DATE: "TO_CHAR({0}, 'YYYY-MM-DD')",
    Type.TIME: "REPLACE(TO_CHAR({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), '.000000', '')",
    Type.BOOLEAN: _SQLITE[Type.BOOLEAN],
}
_WRITTEN = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}


class Written(Func):
    """A value as JSON writes it."""

    output_field = TextField()

    def __init__(self, column: Any, kind: Type):
        super().__init__(column)
        self.kind = kind

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **context: Any) -> Any:
        template = _WRITTEN[connection.vendor][self.kind].replace("{0}", "%(expressions)s")
        return super().as_sql(compiler, connection, template=template)


class Columns(Expression):
    """Many columns as one expression."""

    def __init__(self, text: str):
        super().__init__(output_field=TextField())
        self.text = text

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return self.text, ()


def build_statement(
    rows: QuerySet, items: Sequence[Field], plain: bool = False
) -> tuple[str, tuple[Any, ...]]:
    """Return SQL and parameters of these fields of the rows; `plain`: as stored, not as JSON writes them.

    Raise EmptyResultSet where no row can match.
    """
    text = _build_columns_text(rows.model, items, {} if plain else _WRITTEN[connections[rows.db].vendor])
    if text is not None:
        selected = rows.values_list(Columns(text))
    else:
        selected = rows.values_list(*(_build_expression(item, plain) for item in items))
    return selected.query.get_compiler(rows.db).as_sql()


def _build_expression(item: Field, plain: bool) -> Any:
    return F(item.column) if plain or item.type not in _SQLITE else Written(item.column, item.type)


def _build_columns_text(model: type[Model], items: Sequence[Field], written: dict[Type, str]) -> str | None:
    """Return the columns of these fields, or None where not all of them are stored with the model."""
    stored = {field.name for field in model._meta.concrete_fields if not field.is_relation}
    if not all(item.column in stored for item in items):
        return None
    table = model._meta.db_table
    return ", ".join(
        written.get(item.type, "{0}").replace("{0}", f'"{table}"."{item.column}"') for item in items
    )


def fetch_objects(rows: QuerySet, items: Sequence[Field]) -> list[dict[str, Any]]:
    """Return the rows as JSON shows them, by field name."""
    try:
        sql, parameters = build_statement(rows, items)
    except EmptyResultSet:
        return []
    with connections[rows.db].cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [item.name for item in items]
        objects = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for name, convert in [(item.name, SHOWN[item.type]) for item in items if item.type in SHOWN]:
        for row in objects:
            row[name] = convert(row[name])
    return objects


def build_columns(items: Sequence[Field]) -> tuple[Column, ...]:
    """Return the public fields as columns of a file."""
    return tuple(Column(item.name, str(item.type), item.description, item.unit) for item in items)


def read_batches(
    rows: QuerySet | list[dict[str, Any]], items: Sequence[Field], about: About
) -> Iterator[pa.RecordBatch]:
    """Yield the rows in raw batches: those of a query, of which one is in memory at a time.

    Rows that were computed, by field name and with lists joined already, are one batch, if there are any.
    """
    if isinstance(rows, QuerySet):
        yield from _fetch_batches(rows, items, about.raw_schema)
    elif rows:
        yield build_batch(
            [[write_as_text(row[item.name]) for item in items] for row in rows], about.raw_schema
        )


def _fetch_batches(rows: QuerySet, items: Sequence[Field], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    try:
        sql, parameters = build_statement(rows, items)
    except EmptyResultSet:
        return
    with connections[rows.db].chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        while batch := cursor.fetchmany(_BATCH):
            yield build_batch(batch, schema)


def write_as_text(value: Any) -> Any:
    """Return a value as raw rows hold it: booleans as texts."""
    return str(value).lower() if isinstance(value, bool) else value
