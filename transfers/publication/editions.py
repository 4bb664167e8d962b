"""The register's editions: its newest revision, and what was the newest at a revision or a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connections, router

from transfers.models import Revision


@dataclass(frozen=True)
class Edition:
    """The newest revision at some time, which is the register's version; number 0: nothing was published."""

    sequence: int = 0
    time: datetime | None = None
    hash: str = ""


_COLUMNS = ("sequence", "time", "hash")
NEWEST = f"SELECT sequence, time, hash FROM {Revision._meta.db_table} ORDER BY sequence DESC LIMIT 1"


def get_newest() -> Edition:
    """Return the newest edition, in one query of ready SQL, as every answer begins with it."""
    connection = connections[router.db_for_read(Revision)]
    with connection.cursor() as cursor:
        cursor.execute(NEWEST)
        newest = cursor.fetchone()
    return _build(newest)


def get_at_revision(revision: int) -> Edition:
    """Return the edition when this revision was the newest."""
    return _build(Revision.objects.filter(sequence=revision).values_list(*_COLUMNS).first())


def get_at_time(time: datetime) -> Edition:
    """Return the edition at this time."""
    earlier = Revision.objects.filter(time__lte=time).order_by("-time", "-sequence")
    return _build(earlier.values_list(*_COLUMNS).first())


def _build(columns: tuple[Any, ...] | None) -> Edition:
    if columns is None:
        return Edition()
    sequence, time, hash = columns
    return Edition(sequence, time if time.tzinfo else time.replace(tzinfo=UTC), hash)


_held: ContextVar[Edition | None] = ContextVar("edition", default=None)
_point: ContextVar[int | None] = ContextVar("point", default=None)


@contextmanager
def hold(edition: Edition, point: Edition | None = None) -> Iterator[None]:
    """Let the names rely on an edition that was read already, for one answer, which is about `point`."""
    tokens = _held.set(edition), _point.set(point.sequence if point else None)
    try:
        yield
    finally:
        _held.reset(tokens[0])
        _point.reset(tokens[1])


def get_current() -> Edition:
    """Return the edition that is held, else the newest."""
    return _held.get() or get_newest()


def get_point() -> int | None:
    """Return the revision that the answer is asked for, None if it is about now."""
    return _point.get()
