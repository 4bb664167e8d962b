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
    """The newest revision: what the register's version is told by. Nothing published: number 0."""

    sequence: int = 0
    time: datetime | None = None
    hash: str = ""


NEWEST = f"SELECT sequence, time, hash FROM {Revision._meta.db_table} ORDER BY sequence DESC LIMIT 1"


def get_newest() -> Edition:
    """The register's edition, in one query; ready SQL, as every answer begins with it."""
    connection = connections[router.db_for_read(Revision)]
    with connection.cursor() as cursor:
        cursor.execute(NEWEST)
        newest = cursor.fetchone()
    return _edition(newest)


def get_at_revision(revision: int) -> Edition:
    """The register's edition when this revision was its newest."""
    return _edition(Revision.objects.filter(sequence=revision).values_list(*_EDITION).first())


def get_at_time(time: datetime) -> Edition:
    """The register's edition at this time."""
    earlier = Revision.objects.filter(time__lte=time).order_by("-time", "-sequence")
    return _edition(earlier.values_list(*_EDITION).first())


_EDITION = ("sequence", "time", "hash")


def _edition(found: tuple[Any, ...] | None) -> Edition:
    if found is None:
        return Edition()
    sequence, time, hash = found
    return Edition(sequence, time if time.tzinfo else time.replace(tzinfo=UTC), hash)


_held: ContextVar[Edition | None] = ContextVar("edition", default=None)


@contextmanager
def hold(edition: Edition) -> Iterator[None]:
    """Let the indexes rely on an edition that was read already, for one answer."""
    token = _held.set(edition)
    try:
        yield
    finally:
        _held.reset(token)


def get_current() -> Edition:
    """The edition that is held, else the newest."""
    return _held.get() or get_newest()
