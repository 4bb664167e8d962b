"""Columnar copy of what is published now, for questions that go through many rows: sums, orders, texts.

The copy is a kept file of columns, as it stood at a revision that is a multiple of STEP, and of the
transfers that changed since what they are now: so it is never stale, and seldom written. DuckDB reads it.
Nothing rests on it: while there is none, or for what it does not hold, the database gives the same answer.
"""

import hashlib
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import duckdb
import pyarrow as pa
from django.core.exceptions import EmptyResultSet
from django.db import Error, OperationalError, connections
from django.db.models import Model, QuerySet

from transfers.availability import budget
from transfers.models import RegistryClaim, RegistryDelivery, RegistryRow, Revision
from transfers.publication import editions
from transfers.publication.editions import Edition
from transfers.vocabulary import fields
from transfers.vocabulary.fields import Field, Type

from . import dialect, kept, queries, streaming
from .formats.table import About, Column, cast_batch

logger = logging.getLogger(__name__)

#: Revisions from one copy to the next: so many transfers at most have changed since the copy.
STEP = 2_000
#: Memory of DuckDB in one process of the server.
_MEMORY = "512MB"
#: Rows of an answer at most.
_MOST = 100_000
_CONFIG: dict[str, Any] = {
    "threads": os.cpu_count() or 1,
    "memory_limit": _MEMORY,
    "max_temp_directory_size": "0KB",
    "autoinstall_known_extensions": False,
    "default_null_order": "nulls_first_on_asc_last_on_desc",
}
_FORM = "parquet"
#: Kinds of column that are copied as what they are; the others as the text that JSON shows.
_KINDS = {Type.INTEGER: "integer", Type.NUMBER: "number", Type.BOOLEAN: "boolean", Type.DATE: "date"}


@dataclass(frozen=True)
class _Table:
    """What is copied of a model: its fields, and the column that names the transfer."""

    items: tuple[Field, ...]
    key: str


_FAMILY = tuple(item for item in fields.ROW_HIDDEN if item.name == "system_family")
_TABLES: dict[type[Model], _Table] = {
    RegistryRow: _Table((*fields.ROW, *_FAMILY), "key"),
    RegistryClaim: _Table(fields.CLAIM, "transfer"),
    RegistryDelivery: _Table((*fields.DELIVERY, *_FAMILY), "transfer"),
}


def fetch(
    rows: QuerySet, edition: Edition, wrap: Callable[[str], str] = str, most: int = _MOST
) -> list[tuple[Any, ...]] | None:
    """Return what a statement around the rows, all of them current, finds at the newest edition.

    At most so many of them; None where the copy is not there yet, or cannot tell. Raise OperationalError
    where the budget of the read is spent.
    """
    try:
        copy = _get_copy(rows.model, edition)
        if copy is None:
            return None
        sql, parameters = dialect.build_statement(rows)
        return copy.fetch(wrap(sql), parameters, most)
    except EmptyResultSet:
        return []
    except duckdb.InterruptException as error:
        raise OperationalError(str(error)) from error
    except duckdb.Error as error:  # a table or a column that it does not hold, too little memory
        logger.info("The columns could not tell: %s", error)
        return None


def holds(model: type[Model]) -> bool:
    """Return whether the records of this model are copied, each under a key that the database finds it by."""
    return model in (RegistryRow, RegistryClaim)


class _Copy:
    """Copy of one table at one edition, which DuckDB reads; the file stays while this is there.

    `base` is the edition of the file.
    """

    def __init__(self, model: type[Model], base: Edition, edition: Edition, reader: kept.Reader):
        self.base, self.edition, self.reader = base, edition, reader
        self._connection = duckdb.connect(config=_CONFIG)
        table = _TABLES[model]
        path = str(reader.path).replace("'", "''")
        rows = f"SELECT * FROM read_parquet('{path}')"
        changed = _list_changed(base, edition)
        if changed:
            self._add("changed", pa.table({"key": pa.array(changed)}))
            self._add("since", _read_changed(model, edition, changed))
            rows += f' WHERE "{table.key}" NOT IN (SELECT key FROM changed) UNION ALL SELECT * FROM since'
        columns = ", ".join(_restore(item) for item in table.items)
        name = model._meta.db_table
        self._connection.execute(f'CREATE VIEW "{name}" AS SELECT {columns}, NULL AS "until" FROM ({rows})')

    def _add(self, name: str, rows: pa.Table) -> None:
        self._connection.register("arrow", rows)
        self._connection.execute(f"CREATE TABLE {name} AS SELECT * FROM arrow")
        self._connection.unregister("arrow")

    def fetch(self, sql: str, parameters: tuple[Any, ...], most: int) -> list[tuple[Any, ...]]:
        """Return the first rows of the statement."""
        with self._connection.cursor() as cursor, budget.watch(cursor.interrupt):
            return cursor.execute(sql, parameters).fetchmany(most)


def _restore(item: Field) -> str:
    """Return the SQL of a column as the database has it: times are copied as texts."""
    column = f'"{item.column}"'
    return f"CAST(RTRIM({column}, 'Z') AS TIMESTAMP) AS {column}" if item.type is Type.TIME else column


def _list_changed(base: Edition, edition: Edition) -> list[str]:
    """List the keys of the transfers that were published, updated or withdrawn since the base."""
    entries = Revision.objects.as_of(edition.sequence).filter(sequence__gt=base.sequence)
    return list(entries.order_by().values_list("key", flat=True).distinct())


def _read_changed(model: type[Model], edition: Edition, changed: list[str]) -> pa.Table:
    table, about = _TABLES[model], _describe(model, edition)
    rows = model.objects.as_of(edition.sequence).filter(**{f"{table.key}__in": changed}).order_by()  # type: ignore[attr-defined]
    batches = [cast_batch(batch, about) for batch in queries.read_batches(rows, table.items, about)]
    return pa.Table.from_batches(batches, about.schema)


def _describe(model: type[Model], edition: Edition) -> About:
    columns = tuple(Column(item.column, _KINDS.get(item.type, "text"), "") for item in _TABLES[model].items)
    name = model._meta.db_table
    return About(columns, name, "", edition.sequence, str(edition.time), "", "", 0)


_copies: dict[type[Model], _Copy] = {}
_writing: set[str] = set()
_lock = threading.Lock()


def _get_copy(model: type[Model], edition: Edition) -> _Copy | None:
    """Return the copy of this edition; None where its file is not there, which is then written."""
    base = edition.sequence - edition.sequence % STEP
    if not base or model not in _TABLES:  # few revisions: the database is as quick
        return None
    with _lock:
        held = _copies.get(model)
        if held and held.edition.hash == edition.hash:
            return held
        began = edition if base == edition.sequence else _get_base(base, edition.hash)
        reader = kept.open_whole(_build_name(model, began))
        if reader is not None:
            _copies[model] = _Copy(model, began, edition, reader)
        else:
            _write(model, began)
            if held and _get_base(held.base.sequence, edition.hash).hash == held.base.hash:  # until then
                _copies[model] = _Copy(model, held.base, edition, held.reader)
            else:
                return None
        return _copies[model]


@lru_cache(maxsize=8)
def _get_base(revision: int, of_hash: str) -> Edition:
    """Return the edition of this revision in the log that has this hash, too."""
    return editions.get_at_revision(revision)


def _build_name(model: type[Model], edition: Edition) -> str:
    """Return the name of the file: of the register's state, and of what is copied of it."""
    what = [
        model._meta.db_table,
        edition.hash,
        *(column.name for column in _describe(model, edition).columns),
    ]
    return f"{hashlib.sha256(' '.join(what).encode()).hexdigest()[:32]}.columns"


def _write(model: type[Model], base: Edition) -> None:
    """Have the file written in the background."""
    name = _build_name(model, base)
    if name not in _writing:
        _writing.add(name)
        threading.Thread(target=_write_file, args=(name, model, base), name="columns", daemon=True).start()


def _write_file(name: str, model: type[Model], base: Edition) -> None:
    versions = model.objects  # type: ignore[attr-defined]
    now, exact = versions.current().order_by(), versions.as_of(base.sequence).order_by()
    try:
        reader = streaming.open_file(now, exact, _TABLES[model].items, _describe(model, base), _FORM, name)
        reader.wait_for_size()
        reader.close()
    except (kept.Busy, OSError, Error) as error:
        logger.warning("The columns of %s could not be written: %s", model._meta.db_table, error)
    finally:
        connections.close_all()
        _writing.discard(name)
