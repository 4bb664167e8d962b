"""Process that reads a large answer from the database and writes it to its standard output, a kept file.

It reads a job (JSON) from standard input: database, statement, format, the file's folder, and a description
of the answer. It ends early where nobody reads the file any more.
It is a process of its own, not a thread: its driver brings its own SQLite, and two copies of SQLite in
one process undo each other's locks on the file (https://www.sqlite.org/howtocorrupt.html, 2.2.1).
"""

import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

import adbc_driver_manager as adbc
import pyarrow as pa
import pyarrow.compute as pc

from . import FORMATS
from .table import About, Column

#: Seconds that an export may take, and between two looks whether anybody reads it.
LONGEST, INTERVAL = 900, 1.0
#: SQLite: a writer may hold the file for a moment; pages are read from the system's cache without a copy.
_FIRST = {"sqlite": ("PRAGMA busy_timeout = 20000", f"PRAGMA mmap_size = {1 << 40}"), "postgresql": ()}
_OPTIONS = {
    "sqlite": {"adbc.sqlite.query.batch_rows": "4096"},
    "postgresql": {"adbc.postgresql.batch_size_hint_bytes": str(4 << 20)},
}


def main() -> None:
    job = json.load(sys.stdin)
    columns = tuple(Column(**column) for column in job["about"].pop("columns"))
    about = About(columns=columns, **job["about"])
    os.nice(5)  # whoever asks a small question comes first
    signal.alarm(LONGEST)
    with sys.stdout.buffer as out:
        batches = read_ahead(read_batches(job, about))
        first = next(batches, None)  # before anything is written: nothing must come of a read that fails
        whole = batches if first is None else chain([first], batches)
        for piece in _while_read(FORMATS[job["format"]].stream(whole, about), job["folder"]):
            out.write(piece)
        out.flush()
        _end(Path(job["folder"]), out.tell())


def _while_read(pieces: Iterator[bytes], folder: str) -> Iterator[bytes]:
    """Yield the pieces; end the process where no reader shares the lock of the folder any more."""
    lock = os.open(folder, os.O_RDONLY)
    looked = time.monotonic()
    for piece in pieces:
        yield piece
        if time.monotonic() > looked + INTERVAL:
            looked = time.monotonic()
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os._exit(0)  # at once; and nobody can take what there is for the whole
    os.close(lock)


def _end(folder: Path, size: int) -> None:
    """Say that the file is whole. What a failure of the power leaves of it is not as large as said."""
    (folder / "ending").write_text(str(size))
    (folder / "ending").rename(folder / "whole")


def read_ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the batches while a second thread reads the next one."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def read_batches(job: dict[str, Any], about: About) -> Iterator[pa.RecordBatch]:
    """Yield the rows in raw batches, read as the format asks for them, from one state of the database."""
    kind = job["database"]["kind"]
    with _open(job["database"]) as database, adbc.AdbcConnection(database) as connection:
        for sql in _FIRST[kind]:
            _run(connection, sql)
        connection.set_autocommit(False)
        if kind == "postgresql":
            _run(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        query = job["now"] if _get_newest(connection, job["newest"]) == about.revision else job["exact"]
        with adbc.AdbcStatement(connection) as statement:
            statement.set_options(**_OPTIONS[kind])
            reader = _execute(statement, query)
            yield from _convert(reader, about.raw_schema, has_typed_row=kind == "sqlite")


def _get_newest(connection: adbc.AdbcConnection, sql: str) -> int:
    """Return the newest revision, or 0 where there is none."""
    with adbc.AdbcStatement(connection) as statement:
        newest = _execute(statement, {"sql": sql, "parameters": []}).read_all()
        return int(newest.column(0)[0].as_py()) if len(newest) else 0


def _execute(statement: adbc.AdbcStatement, query: dict[str, Any]) -> pa.RecordBatchReader:
    statement.set_sql_query(query["sql"])
    if query["parameters"]:
        arrays = [pa.array([value]) for value in query["parameters"]]
        bound = pa.RecordBatch.from_arrays(arrays, [str(place) for place in range(len(arrays))])
        array, schema = adbc.ArrowArrayHandle(), adbc.ArrowSchemaHandle()
        bound._export_to_c(array.address, schema.address)
        statement.bind(array, schema)
    handle, _ = statement.execute_query()
    return pa.RecordBatchReader._import_from_c(handle.address)


def _open(database: dict[str, str]) -> adbc.AdbcDatabase:
    if database["kind"] == "sqlite":
        import adbc_driver_sqlite as driver
    else:
        import adbc_driver_postgresql as driver  # type: ignore[no-redef]
    return driver.connect(database["uri"])


def _run(connection: adbc.AdbcConnection, sql: str) -> None:
    with adbc.AdbcStatement(connection) as statement:
        statement.set_sql_query(sql)
        statement.execute_update()


def _convert(
    reader: pa.RecordBatchReader, schema: pa.Schema, has_typed_row: bool
) -> Iterator[pa.RecordBatch]:
    for number, batch in enumerate(reader):
        rows = batch.slice(1) if has_typed_row and number == 0 else batch
        arrays = [
            _write_as_text(array, field.type) for array, field in zip(rows.columns, schema, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _write_as_text(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return the raw values of a column; PostgreSQL's dates, times and booleans come as such."""
    if not pa.types.is_timestamp(array.type):
        return array.cast(kind)
    coded = array.dictionary_encode()  # rows of one publication share their time
    text = pc.strftime(coded.dictionary, format="%Y-%m-%dT%H:%M:%SZ")
    return pc.replace_substring(text, ".000000Z", "Z").take(coded.indices)


if __name__ == "__main__":
    main()
