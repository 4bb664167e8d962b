"""Health of the replicas: which are up, and up to date.

A thread checks them once a second, so that no reader waits for a dead host, and no public read touches the
primary.

A replica is behind if it has not yet replayed what the primary had written ALLOWED_LAG seconds ago. Places in
the write-ahead log are compared, not times and not revisions: an idle primary writes nothing, so its replica
cannot seem old, and names of parties, which bring no revision, count too. While the primary is away, a
replica that was up to date stays so, as there is nothing newer.
"""

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from django.db import DEFAULT_DB_ALIAS, Error, connections

logger = logging.getLogger("transfers.availability.replicas")

ALLOWED_LAG = 10.0
#: Seconds from one check to the next, and until a database that failed is checked again.
INTERVAL, PAUSE = 1.0, 3.0
#: Seconds that the first reader waits for the first check.
_FIRST = 3.0
_WRITTEN = "SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint"
_REPLAYED = (
    "SELECT CASE WHEN pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint END"
)


class Health:
    """Replicas that are left out, and why. `now` and `ask` are there for tests."""

    def __init__(
        self,
        aliases: Sequence[str],
        now: Callable[[], float] = time.monotonic,
        ask: Callable[[str, str], int | None] | None = None,
    ):
        self._aliases = aliases
        self._now = now
        self._ask = ask or _fetch_number
        self._out = dict.fromkeys(aliases, "")  # empty: not checked yet, of which nothing is logged
        self._wait: dict[str, float] = {}
        self._written: deque[tuple[float, int]] = deque()
        self._primary_is_up = False
        self._lock = threading.Lock()
        self._checked = threading.Event()
        self._thread: threading.Thread | None = None

    def list_healthy(self) -> list[str]:
        """Return the replicas to read, in random order, so that they share the load."""
        if not self._aliases:
            return []
        self._start()
        healthy = [alias for alias in self._aliases if alias not in self._out]
        random.shuffle(healthy)
        return healthy

    def leave_out(self, alias: str, reason: str) -> None:
        """Leave this replica out until it answers again, some seconds from now at the earliest."""
        with self._lock:
            is_out = bool(self._out.get(alias))
            self._out[alias] = reason
            self._wait[alias] = self._now() + PAUSE
        if not is_out:
            logger.warning("%s is left out of public reads: %s.", alias, reason)

    def check(self) -> None:
        """Check the primary, and each replica but those that failed just now."""
        self._check_primary()
        for alias in self._aliases:
            if self._wait.get(alias, 0) <= self._now():
                reason = self._find_fault(alias)
                if reason:
                    self.leave_out(alias, reason)
                else:
                    self._take_in(alias)

    def _check_primary(self) -> None:
        if self._wait.get(DEFAULT_DB_ALIAS, 0) > self._now():
            return
        try:
            place = self._ask(DEFAULT_DB_ALIAS, _WRITTEN)
        except Error:
            self._primary_is_up = False
            self._wait[DEFAULT_DB_ALIAS] = self._now() + PAUSE
            return
        self._primary_is_up = True
        self._written.append((self._now(), place or 0))
        while self._written[0][0] < self._now() - ALLOWED_LAG:
            self._written.popleft()

    def _find_fault(self, alias: str) -> str:
        """Return why the replica must not be read; empty where it may be."""
        try:
            place = self._ask(alias, _REPLAYED)
        except Error as error:
            return f"it cannot be read ({str(error).splitlines()[0]})"
        if place is None:  # promoted, perhaps to replace the primary; beside a primary nobody knows its age
            return "it follows no primary" if self._primary_is_up else ""
        if self._written and place < self._written[0][1]:
            return f"it is more than {ALLOWED_LAG:g} s behind the primary"
        return ""

    def _take_in(self, alias: str) -> None:
        with self._lock:
            reason = self._out.pop(alias, "")
        if reason:
            logger.info("%s is back and takes public reads again.", alias)

    def _start(self) -> None:
        """Start the thread: with the first read, as a server may fork before; in a fork it starts anew."""
        if self._thread is None or not self._thread.is_alive():
            with self._lock:
                if self._thread is None or not self._thread.is_alive():
                    self._checked.clear()
                    self._thread = threading.Thread(target=self._watch, name="replicas", daemon=True)
                    self._thread.start()
        if not self._checked.is_set():
            self._checked.wait(_FIRST)

    def _watch(self) -> None:
        while True:
            try:
                self.check()
            except Exception:  # the thread must not end, or a dead replica would always be read
                logger.exception("The replicas could not be checked.")
            self._checked.set()
            time.sleep(INTERVAL)


def _fetch_number(alias: str, query: str) -> int | None:
    """Return the one number that a query gives; after a failure the next one connects anew."""
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0]
    except Error:
        connections[alias].close()
        raise
