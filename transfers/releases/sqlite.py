"""SQLite file of the bundle: plain tables with types, keys and indexes, and the same bytes each time."""

import sqlite3
from collections.abc import Iterable, Sized
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa

from transfers.exports.queries import write_as_text
from transfers.vocabulary.fields import Field, Type
from transfers.vocabulary.tables import TABLES, PublicTable

NAME = "registry.sqlite3"
_TYPES = {Type.INTEGER: "INTEGER", Type.NUMBER: "REAL", Type.BOOLEAN: "INTEGER"}
_TRUTH = {"true": 1, "false": 0}


def write(
    path: Path, tables: Iterable[tuple[PublicTable, Iterable[pa.RecordBatch]]], fields: list[dict[str, Any]]
) -> None:
    """Write the tables from their batches, and `fields`, which says what their columns mean."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for setting in ("page_size = 4096", "encoding = 'UTF-8'", "journal_mode = OFF", "synchronous = OFF"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute("BEGIN")
        for table, batches in tables:
            connection.execute(_create_table(table))
            for batch in batches:
                connection.executemany(_insert_into(table.name, table.items), _convert(batch, table.items))
            for name in (*table.references, *table.indexed):
                connection.execute(f'CREATE INDEX "{table.name}_{name}" ON "{table.name}" ("{name}")')
        _write_fields(connection, fields)
        connection.execute("COMMIT")
        connection.execute("VACUUM")


def _create_table(table: PublicTable) -> str:
    columns = ",\n  ".join(_define_column(table, item) for item in table.items)
    return f'CREATE TABLE "{table.name}" (\n  {columns}\n)'


def _define_column(table: PublicTable, item: Field) -> str:
    parts = [f'"{item.name}"', _TYPES.get(item.type, "TEXT")]
    if not item.nullable:
        parts.append("NOT NULL")
    if item.name == table.key:
        parts.append("PRIMARY KEY")
    if (other := table.references.get(item.name)) is not None:
        parts.append(f'REFERENCES "{other}" ("{TABLES[other].key}")')
    return " ".join(parts)


def _insert_into(name: str, columns: Sized) -> str:
    return f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(columns))})'


def _convert(batch: pa.RecordBatch, items: tuple[Field, ...]) -> Iterable[tuple[Any, ...]]:
    """Return raw rows as SQLite holds them: true is 1, members of a list are joined by |."""
    columns = [
        [_TRUTH.get(value) for value in array.to_pylist()] if item.type is Type.BOOLEAN else array.to_pylist()
        for array, item in zip(batch.columns, items, strict=True)
    ]
    return zip(*columns, strict=True)


def _write_fields(connection: sqlite3.Connection, fields: list[dict[str, Any]]) -> None:
    names = list(fields[0])
    connection.execute(f"CREATE TABLE fields ({', '.join(f'{name} TEXT' for name in names)})")
    rows = [[write_as_text(field[name]) for name in names] for field in fields]
    connection.executemany(_insert_into("fields", names), rows)
