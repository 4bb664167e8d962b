"""Rows of a QuerySet as flat values, in one statement that pages and exports share.

The statement itself writes dates, times and booleans as JSON does, so that both databases, and each way of
reading them, give the same. The columns of a published version are one expression of ready text: to have
the ORM put some forty columns together would take longer than to read a page.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Expression, F, Func, Model, QuerySet, TextField

from transfers.vocabulary.fields import Field, Type

from .formats.table import SHOWN

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


def statement(rows: QuerySet, items: Sequence[Field], plain: bool = False) -> tuple[str, tuple[Any, ...]]:
    """SQL and parameters of these fields of the rows; `plain`: as they are stored, not as they are written.

    Raises EmptyResultSet where no row can match.
    """
    text = _text(rows.model, items, {} if plain else _WRITTEN[connections[rows.db].vendor])
    if text is not None:
        selected = rows.values_list(Columns(text))
    else:
        selected = rows.values_list(*(_expression(item, plain) for item in items))
    return selected.query.get_compiler(rows.db).as_sql()


def _expression(item: Field, plain: bool) -> Any:
    return F(item.column) if plain or item.type not in _SQLITE else Written(item.column, item.type)


def _text(model: type[Model], items: Sequence[Field], written: dict[Type, str]) -> str | None:
    """The columns of these fields; None where they are not all stored with the model."""
    stored = {field.name for field in model._meta.concrete_fields if not field.is_relation}
    if not all(item.column in stored for item in items):
        return None
    table = model._meta.db_table
    return ", ".join(
        written.get(item.type, "{0}").replace("{0}", f'"{table}"."{item.column}"') for item in items
    )


def objects(rows: QuerySet, items: Sequence[Field]) -> list[dict[str, Any]]:
    """The rows as JSON shows them, by field name."""
    try:
        sql, parameters = statement(rows, items)
    except EmptyResultSet:
        return []
    with connections[rows.db].cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [item.name for item in items]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for name, shown in [(item.name, SHOWN[item.type]) for item in items if item.type in SHOWN]:
        for each in found:
            each[name] = shown(each[name])
    return found
