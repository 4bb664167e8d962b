"""Large files, written by a worker process, which reads the database through ADBC."""

import json
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
from django.conf import settings
from django.db import connections
from django.db.models import QuerySet

from transfers.publication import editions
from transfers.vocabulary.fields import Field

from . import kept
from .dialect import write_places
from .formats.table import About
from .kept import Busy, Reader
from .queries import build_columns, build_statement

#: Places for answers that are sent as they come; a process of the server must have more threads.
_STREAMS = threading.BoundedSemaphore(4)
#: Seconds that such an answer may take; its reader then sees that it broke off.
LONGEST = 900
_WORKER = [sys.executable, "-m", "transfers.exports.formats.worker"]


def open_file(
    now: QuerySet, exact: QuerySet, items: tuple[Field, ...], about: About, form: str, name: str
) -> Reader:
    """Return a reader of the file in this format, which a worker writes unless it is kept by this name.

    The worker reads `now` or, should there be a newer revision than the file is to show, `exact`. Raise
    ExportFailed where it cannot begin, and Busy where too many others are at work.
    """

    def start(data: int, held: tuple[int, ...]) -> None:
        job = {
            "format": form,
            "about": asdict(about),
            "folder": str(settings.EXPORTS_DIR / name),
            "database": _describe_database(connections[now.db]),
            "newest": editions.NEWEST,
            "now": _build_query(now, items),
            "exact": _build_query(exact, items),
        }
        process = subprocess.Popen(
            _WORKER, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=data, pass_fds=held
        )
        kept.watch(process.wait)
        assert process.stdin is not None
        with suppress(BrokenPipeError), process.stdin as stdin:
            stdin.write(json.dumps(job).encode())

    return kept.open_export(name, start)


class Stream:
    """Pieces that are sent as they come. A slow reader of them holds a thread: hence not many at once.

    Raise Busy where there are enough already.
    """

    def __init__(self, pieces: Iterator[Any]):
        if not _STREAMS.acquire(blocking=False):
            raise Busy
        self._release = weakref.finalize(self, _STREAMS.release)
        self._pieces = pieces
        first = next(pieces, b"")  # what can fail at the beginning fails here
        self._rest = _end_in_time(chain([first], pieces), time.monotonic() + LONGEST)

    def __iter__(self) -> Iterator[Any]:
        return self._rest

    def close(self) -> None:
        """Let go of the thread; also before anything was read."""
        cast(Generator, self._pieces).close()
        self._release()


def _end_in_time(pieces: Iterator[Any], end: float) -> Iterator[Any]:
    """Yield the pieces; raise ExportFailed where it is later than `end`."""
    for piece in pieces:
        if time.monotonic() > end:
            raise kept.ExportFailed("The answer took too long to send.")
        yield piece


def _build_query(rows: QuerySet, items: tuple[Field, ...]) -> dict[str, Any]:
    """Return the statement as the worker's drivers take it."""
    connection: Any = connections[rows.db]
    is_postgresql = connection.vendor == "postgresql"
    sql, parameters = build_statement(rows, items, plain=is_postgresql)
    if is_postgresql:
        # Written out: with parameters of its own the driver would hold the whole result in memory.
        return {"sql": connection.ops.compose_sql(sql, parameters), "parameters": []}
    # The driver takes types from the first rows, so the first row has them.
    zeros = {pa.int64(): "0", pa.float64(): "0.0", pa.string(): "''"}
    typed_row = ", ".join(zeros[column.raw] for column in build_columns(items))
    sql = f"SELECT {typed_row} UNION ALL SELECT * FROM ({write_places(sql)})"
    return {"sql": sql, "parameters": list(parameters)}


def _describe_database(connection: Any) -> dict[str, str]:
    if connection.vendor == "postgresql":
        return {"kind": "postgresql", "uri": _build_conninfo(connection)}
    path = Path(connection.settings_dict["NAME"]).resolve()
    return {"kind": "sqlite", "uri": f"{path.as_uri()}?mode=rw"}


def _build_conninfo(connection: Any) -> str:
    from psycopg import conninfo, pq

    keywords = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    parameters = connection.get_connection_params()
    return conninfo.make_conninfo(**{key: value for key, value in parameters.items() if key in keywords})
