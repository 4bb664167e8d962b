"""The process that reads a large answer from the database and writes it to its standard output.

It reads a job (JSON) from standard input: database, statement, format, and what is told of the answer.
It is a process of its own, not a thread: its driver brings its own SQLite, and two copies of SQLite in
one process undo each other's locks on the file (https://www.sqlite.org/howtocorrupt.html, 2.2.1).
"""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

import adbc_driver_manager as adbc
import pyarrow as pa
import pyarrow.compute as pc

from . import FORMATS
from .table import About, Column

#: SQLite: a writer may hold the file for a moment; pages are read from the system's cache without a copy.
_FIRST = {
    "sqlite": ("PRAGMA busy_timeout = 20000", f"PRAGMA mmap_size = {1 << 40}"),
    "postgresql": (),
}
_OPTIONS = {
    "sqlite": {"adbc.sqlite.query.batch_rows": "4096"},
    "postgresql": {"adbc.postgresql.batch_size_hint_bytes": str(4 << 20)},
}


def main() -> None:
    job = json.load(sys.stdin)
    columns = tuple(Column(**column) for column in job["about"].pop("columns"))
    about = About(columns=columns, **job["about"])
    with sys.stdout.buffer as out:
        batches = ahead(read(job, about))
        first = next(batches, None)  # before anything is written: nothing must come of a read that fails
        read_already = [] if first is None else [first]
        for piece in FORMATS[job["format"]].stream(chain(read_already, batches), about):
            out.write(piece)


def ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches, the next one read by a second thread while this one is written."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def read(job: dict[str, Any], about: About) -> Iterator[pa.RecordBatch]:
    """The rows in raw batches, read as the format asks for them, all from one state of the database."""
    kind = job["database"]["kind"]
    with _opened(job["database"]) as opened, adbc.AdbcConnection(opened) as connection:
        for sql in _FIRST[kind]:
            _run(connection, sql)
        connection.set_autocommit(False)
        if kind == "postgresql":
            _run(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        query = job["now"] if _newest(connection, job["newest"]) == about.revision else job["exact"]
        with adbc.AdbcStatement(connection) as statement:
            statement.set_options(**_OPTIONS[kind])
            reader = _executed(statement, query)
            yield from _raw(reader, about.raw_schema, has_typed_row=kind == "sqlite")


def _newest(connection: adbc.AdbcConnection, sql: str) -> int:
    """The newest revision; 0: none."""
    with adbc.AdbcStatement(connection) as statement:
        found = _executed(statement, {"sql": sql, "parameters": []}).read_all()
        return int(found.column(0)[0].as_py()) if len(found) else 0


def _executed(statement: adbc.AdbcStatement, query: dict[str, Any]) -> pa.RecordBatchReader:
    statement.set_sql_query(query["sql"])
    if query["parameters"]:
        arrays = [pa.array([value]) for value in query["parameters"]]
        bound = pa.RecordBatch.from_arrays(arrays, [str(place) for place in range(len(arrays))])
        array, schema = adbc.ArrowArrayHandle(), adbc.ArrowSchemaHandle()
        bound._export_to_c(array.address, schema.address)
        statement.bind(array, schema)
    handle, _ = statement.execute_query()
    return pa.RecordBatchReader._import_from_c(handle.address)


def _opened(database: dict[str, str]) -> adbc.AdbcDatabase:
    if database["kind"] == "sqlite":
        import adbc_driver_sqlite as driver
    else:
        import adbc_driver_postgresql as driver  # type: ignore[no-redef]
    return driver.connect(database["uri"])


def _run(connection: adbc.AdbcConnection, sql: str) -> None:
    with adbc.AdbcStatement(connection) as statement:
        statement.set_sql_query(sql)
        statement.execute_update()


def _raw(reader: pa.RecordBatchReader, schema: pa.Schema, has_typed_row: bool) -> Iterator[pa.RecordBatch]:
    for number, batch in enumerate(reader):
        kept = batch.slice(1) if has_typed_row and number == 0 else batch
        arrays = [_written(array, field.type) for array, field in zip(kept.columns, schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _written(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """The raw values of a column; PostgreSQL's dates, times and booleans come as such."""
    if not pa.types.is_timestamp(array.type):
        return array.cast(kind)
    coded = array.dictionary_encode()  # rows of one publication share their time
    text = pc.strftime(coded.dictionary, format="%Y-%m-%dT%H:%M:%SZ")
    return pc.replace_substring(text, ".000000Z", "Z").take(coded.indices)


if __name__ == "__main__":
    main()
