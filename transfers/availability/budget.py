"""Budget of a public read: the time that the database may work on it, and on whose behalf.

A statement is interrupted where its time is spent or where the client that asked has gone. On SQLite, whose
statements work in the server's own threads, few may work for longer than a moment at the same time, so that
there always are threads for small questions. PostgreSQL takes the limit of time and keeps it itself.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import Error, connections

#: Instructions of SQLite between two looks at the clock: some milliseconds.
_STEP = 50_000
#: Seconds after which a statement counts as a long one.
MOMENT = 1.0
#: Places for long statements; a process of the server must have more threads.
_LONG = threading.BoundedSemaphore(3)

#: Seconds between two looks at the clock on behalf of what does not look itself.
_PAUSE = 0.1
#: Budget of the read that this thread answers.
_spending: ContextVar["Budget | None"] = ContextVar("budget", default=None)

#: Connection to PostgreSQL → seconds that its statements may take.
_limited: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
#: PostgreSQL's code for a statement that was cancelled.
_CANCELLED = "57014"

SPENT = (
    "The question takes longer than {} seconds. Narrow it with filters, or ask for fewer values at a time."
)
CROWDED = "The server is answering as many long questions as it can; try again in some seconds."
GONE = "Nobody waits for the answer."


class Budget:
    """What one read has used of its time; `reason` says why it was ended, if it was."""

    def __init__(self, has_left: Callable[[], bool]):
        self.reason = ""
        self._has_left = has_left
        self._start = time.monotonic()
        self._is_long = False

    def judge(self) -> bool:
        """Return whether the read has to end."""
        taken = time.monotonic() - self._start
        if taken > settings.API_SECONDS:
            self.reason = SPENT.format(settings.API_SECONDS)
        elif self._has_left():
            self.reason = GONE
        elif taken > MOMENT and not self._is_long:
            self._is_long = _LONG.acquire(blocking=False)
            self.reason = "" if self._is_long else CROWDED
        return bool(self.reason)

    def close(self) -> None:
        """Give the place of a long statement to another."""
        if self._is_long:
            _LONG.release()
            self._is_long = False


@contextmanager
def limit(alias: str, has_left: Callable[[], bool] = lambda: False) -> Iterator[Budget]:
    """Limit this thread's statements on a database; what is interrupted raises Django's OperationalError.

    `has_left` says whether the client has gone. A database that is away is left to the read itself to meet.
    """
    budget, connection = Budget(has_left), connections[alias]
    limits = {"sqlite": _limit_sqlite, "postgresql": _limit_postgresql}
    token = _spending.set(budget)
    try:
        with limits[connection.vendor](connection, budget):
            yield budget
    finally:
        _spending.reset(token)
        budget.close()


@contextmanager
def watch(interrupt: Callable[[], object]) -> Iterator[None]:
    """Call `interrupt`, once, if the budget of this thread's read has it end before the block does."""
    budget, is_over = _spending.get(), threading.Event()

    def look() -> None:
        while budget and not is_over.wait(_PAUSE):
            if budget.judge():
                interrupt()
                return

    watcher = threading.Thread(target=look, name="budget", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()


@contextmanager
def _limit_sqlite(connection: Any, budget: Budget) -> Iterator[None]:
    with suppress(Error):
        connection.ensure_connection()
    database = connection.connection
    if database is not None:
        database.set_progress_handler(budget.judge, _STEP)
    try:
        yield
    finally:
        if database is not None:
            database.set_progress_handler(None, 0)


@contextmanager
def _limit_postgresql(connection: Any, budget: Budget) -> Iterator[None]:
    """Have PostgreSQL keep the limit, which stays with the connection: most requests are for the API."""
    with suppress(Error):
        connection.ensure_connection()
        _set_timeout(connection, settings.API_SECONDS)
    yield


def lift() -> None:
    """Take the limit from this thread's connections, for work that is no public read."""
    for connection in connections.all(initialized_only=True):
        if connection.vendor == "postgresql" and connection.connection in _limited:
            with suppress(Error):
                _set_timeout(connection, 0)


def _set_timeout(connection: Any, seconds: int) -> None:
    if _limited.get(connection.connection, 0) != seconds:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [f"{seconds}s"])
        _limited[connection.connection] = seconds


def explain(error: BaseException, budget: Budget) -> str:
    """Return why the budget ended a statement that failed with this error; empty if it did not."""
    cancelled = getattr(error.__cause__, "sqlstate", None) == _CANCELLED
    return SPENT.format(settings.API_SECONDS) if cancelled else budget.reason
