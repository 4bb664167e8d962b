"""SQL of a QuerySet as DuckDB takes it, over tables with the columns of the database.

Django's compiler for SQLite writes what DuckDB reads. Only days and times differ, which DuckDB holds as
such; a lookup or function that it needs otherwise has `as_duckdb`.
"""

import re
from datetime import UTC
from typing import Any

from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.backends.sqlite3.operations import DatabaseOperations
from django.db.models import QuerySet

_PLACE = re.compile("(?<!%)%s")


class Operations(DatabaseOperations):
    """Days and times as values, not as texts."""

    def adapt_datefield_value(self, value: Any) -> Any:
        return value

    def adapt_datetimefield_value(self, value: Any) -> Any:
        return value.astimezone(UTC).replace(tzinfo=None) if value else value

    def date_extract_sql(self, lookup_type: str, sql: str, params: Any) -> tuple[str, Any]:
        return f"EXTRACT({lookup_type.upper()} FROM {sql})", params


class Dialect(DatabaseWrapper):
    """Compiler's notion of the database; it is never connected."""

    vendor = "duckdb"
    ops_class = Operations


_DIALECT = Dialect({"NAME": ":memory:", "TIME_ZONE": None, "OPTIONS": {}}, alias="columns")


def build_statement(rows: QuerySet) -> tuple[str, tuple[Any, ...]]:
    """Return SQL and parameters of the rows; raise EmptyResultSet where no row can match."""
    sql, parameters = rows.query.get_compiler(connection=_DIALECT).as_sql()
    return write_places(sql), tuple(parameters)


def write_places(sql: str) -> str:
    """Return Django's SQL with a question mark in the place of each parameter."""
    return _PLACE.sub("?", sql).replace("%%", "%")
