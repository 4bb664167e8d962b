"""The bundle's SQLite file: plain tables with types, keys and indexes, and the same bytes each time."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa

from transfers.exports.formats.table import About, Column
from transfers.vocabulary.fields import Field, Type

from .contents import KEYS, Table

NAME = "registry.sqlite3"
_TYPES = {Type.INTEGER: "INTEGER", Type.NUMBER: "REAL", Type.BOOLEAN: "INTEGER"}
#: Columns that are asked for by their values, beside keys and what leads to another table.
_INDEXED = {"transfers": ("category", "kind", "status"), "claims": ("measure",)}
_TRUTH = {"true": 1, "false": 0}


def write(path: Path, tables: list[tuple[Table, About]], dictionary: Iterable[dict[str, Any]]) -> None:
    """Write the tables, and `fields`, which says what their columns mean."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for setting in ("page_size = 4096", "encoding = 'UTF-8'", "journal_mode = OFF", "synchronous = OFF"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute("BEGIN")
        for table, about in tables:
            connection.execute(_created(table))
            for batch in table.batches(about):
                connection.executemany(_inserted(table), _rows(batch, about.columns))
            for statement in _indexes(table):
                connection.execute(statement)
        _explain(connection, list(dictionary))
        connection.execute("COMMIT")
        connection.execute("VACUUM")


def _created(table: Table) -> str:
    columns = ",\n  ".join(_column(table, item) for item in table.items)
    return f'CREATE TABLE "{table.name}" (\n  {columns}\n)'


def _column(table: Table, item: Field) -> str:
    parts = [f'"{item.name}"', _TYPES.get(item.type, "TEXT")]
    if not item.nullable:
        parts.append("NOT NULL")
    if item.name == table.key:
        parts.append("PRIMARY KEY")
    if (other := table.leads_to.get(item.name)) is not None:
        parts.append(f'REFERENCES "{other}" ("{KEYS[other]}")')
    return " ".join(parts)


def _inserted(table: Table) -> str:
    return f'INSERT INTO "{table.name}" VALUES ({", ".join("?" * len(table.items))})'


def _indexes(table: Table) -> Iterator[str]:
    for name in (*table.leads_to, *_INDEXED.get(table.name, ())):
        yield f'CREATE INDEX "{table.name}_{name}" ON "{table.name}" ("{name}")'


def _rows(batch: pa.RecordBatch, columns: tuple[Column, ...]) -> Iterable[tuple[Any, ...]]:
    """Raw rows as SQLite holds them: true is 1, members of a list are joined by |."""
    read = [
        [_TRUTH.get(value) for value in array.to_pylist()] if column.kind == "boolean" else array.to_pylist()
        for array, column in zip(batch.columns, columns, strict=True)
    ]
    return zip(*read, strict=True)


def _explain(connection: sqlite3.Connection, dictionary: list[dict[str, Any]]) -> None:
    names = list(dictionary[0])
    connection.execute(f"CREATE TABLE fields ({', '.join(f'{name} TEXT' for name in names)})")
    marks = ", ".join("?" * len(names))
    rows = [[_plain(entry[name]) for name in names] for entry in dictionary]
    connection.executemany(f"INSERT INTO fields VALUES ({marks})", rows)


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
