"""Reading a QuerySet for export: one statement, run by Django's connection or by the worker."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connections
from django.db.models import QuerySet

from transfers.publication import editions
from transfers.vocabulary.fields import Field

from . import rows as flat
from .formats.table import About, Column, batch_of

_ROWS = 2_000
_PIECE = 1 << 18


class ExportFailed(OperationalError):
    """The worker stopped before its file was whole; most often the database did."""


def columns_of(items: tuple[Field, ...]) -> tuple[Column, ...]:
    """The public fields as columns of a file."""
    return tuple(Column(item.name, str(item.type), item.description, item.unit) for item in items)


def fetched(rows: QuerySet, items: tuple[Field, ...], about: About) -> Iterator[pa.RecordBatch]:
    """The rows in raw batches, through Django's connection."""
    try:
        sql, parameters = flat.statement(rows, items)
    except EmptyResultSet:  # no row can match
        return
    with connections[rows.db].cursor() as cursor:
        cursor.execute(sql, parameters)
        while found := cursor.fetchmany(_ROWS):
            yield batch_of(found, about.raw_schema)


def given(rows: list[dict[str, Any]], about: About) -> Iterator[pa.RecordBatch]:
    """Rows that were computed here, by column name, in one raw batch, if any; lists are joined already."""
    if not rows:
        return
    names = [column.name for column in about.columns]
    yield batch_of([[_text(row[name]) for name in names] for row in rows], about.raw_schema)


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def streamed(
    now: QuerySet, exact: QuerySet, items: tuple[Field, ...], about: About, name: str
) -> Iterator[bytes]:
    """The file in this format, from the worker; raises ExportFailed here or, broken off midway, later.

    It reads `now` or, should there be a newer revision than the file is to show, `exact`.
    """
    job = {
        "format": name,
        "about": asdict(about),
        "database": _database(connections[now.db]),
        "newest": editions.NEWEST,
        "now": _query(now, items),
        "exact": _query(exact, items),
    }
    return begun(_pieces(json.dumps(job).encode()))


def begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, the first one made already: what can fail at the beginning fails here."""
    return _continued(next(pieces, b""), pieces)


def _continued(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces  # which closes them, too, where nobody wants the rest


def _pieces(job: bytes) -> Iterator[bytes]:
    """What a worker makes of the job; it is stopped where nobody wants the rest."""
    command = [sys.executable, "-m", "transfers.exports.formats.worker"]
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with process.stdin as stdin:
            stdin.write(job)
        while piece := os.read(process.stdout.fileno(), _PIECE):
            yield piece
        if process.wait():
            raise ExportFailed(f"The process of the export ended with {process.returncode}.")
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def _query(rows: QuerySet, items: tuple[Field, ...]) -> dict[str, Any]:
    """The statement as the worker's drivers take it."""
    connection: Any = connections[rows.db]
    is_postgresql = connection.vendor == "postgresql"
    sql, parameters = flat.statement(rows, items, plain=is_postgresql)
    if is_postgresql:
        # Written out: with parameters of its own the driver would hold the whole result in memory.
        return {"sql": connection.ops.compose_sql(sql, parameters), "parameters": []}
    # The driver takes types from the first rows, so the first row has them.
    zeros = {pa.int64(): "0", pa.float64(): "0.0", pa.string(): "''"}
    typed_row = ", ".join(zeros[column.raw] for column in columns_of(items))
    sql = re.sub("(?<!%)%s", "?", sql).replace("%%", "%")
    return {"sql": f"SELECT {typed_row} UNION ALL SELECT * FROM ({sql})", "parameters": list(parameters)}


def _database(connection: Any) -> dict[str, str]:
    if connection.vendor == "postgresql":
        return {"kind": "postgresql", "uri": _conninfo(connection)}
    path = Path(connection.settings_dict["NAME"]).resolve()
    return {"kind": "sqlite", "uri": f"{path.as_uri()}?mode=rw"}


def _conninfo(connection: Any) -> str:
    from psycopg import conninfo, pq

    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    parameters = connection.get_connection_params()
    return conninfo.make_conninfo(**{key: value for key, value in parameters.items() if key in known})
