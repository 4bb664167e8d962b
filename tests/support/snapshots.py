"""Records that many tests make alike, put back by plain INSERTs after the first time."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

Rows = dict[type[models.Model], list[tuple[Any, ...]]]
#: The rows of each model after loading, by the name of what was loaded.
_rows_by_name: dict[str, Rows] = {}


def load_once(name: str, load: Callable[[], object]) -> None:
    """Load records into empty tables; from the second time on, insert the rows that this gave."""
    if name in _rows_by_name:
        _insert(_rows_by_name[name])
    else:
        load()
        _rows_by_name[name] = _list_rows()


def _list_columns(model: type[models.Model]) -> str:
    return ", ".join(connection.ops.quote_name(field.column) for field in model._meta.concrete_fields)


def _list_rows() -> Rows:
    """Return the rows of our models that have some."""
    rows_by_model: Rows = {}
    with connection.cursor() as cursor:
        for model in apps.get_app_config("transfers").get_models():
            if not model._meta.managed:
                continue  # a view, of what others hold
            cursor.execute(f"SELECT {_list_columns(model)} FROM {model._meta.db_table}")
            if rows := cursor.fetchall():
                rows_by_model[model] = rows
    return rows_by_model


def _insert(rows_by_model: Rows) -> None:
    with connection.cursor() as cursor:
        for model, rows in rows_by_model.items():
            places = ", ".join(["%s"] * len(rows[0]))
            statement = f"INSERT INTO {model._meta.db_table} ({_list_columns(model)}) VALUES ({places})"
            cursor.executemany(statement, rows)
        for statement in connection.ops.sequence_reset_sql(no_style(), list(rows_by_model)):
            cursor.execute(statement)
