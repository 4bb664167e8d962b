"""Public reads from replicas: the database that a request under /api reads, and the next where it fails.

The admin and every command read and write the primary. The settings name this router only where there are
replicas.
"""

from collections.abc import Callable, Iterator
from contextvars import ContextVar, copy_context
from functools import cache
from itertools import chain
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.http.response import HttpResponseBase, StreamingHttpResponse

from .health import Health
from .outage import AWAY

_chosen: ContextVar[str] = ContextVar("database", default=DEFAULT_DB_ALIAS)
#: PostgreSQL's code for a statement that was cancelled, for example because it took too long.
_CANCELLED = "57014"
#: Its codes for a table and a column that do not exist.
_UNDEFINED = ("42P01", "42703")


class Behind(Exception):
    """Signal that this replica does not yet have what is asked for."""


class Router:
    """Router of reads to the database of the request's context, of writes and migrations to the primary."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return _chosen.get()

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


@cache
def get_health() -> Health:
    """Return the health of the replicas, as this process sees it."""
    return Health([alias for alias in connections if alias != DEFAULT_DB_ALIAS])


def read_from_any(answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Return the answer from a replica or, where none can give it, from the primary.

    A public read changes nothing, so one that fails midway is started again elsewhere.
    """
    for alias in get_health().list_healthy():
        response = _read_from_replica(alias, answer)
        if response is not None:
            return response
    return answer()


def get_alias() -> str:
    """Return the database that the request reads."""
    return _chosen.get()


def ask_another() -> None:
    """Leave an answer to another database, at last to the primary, where this one is a replica.

    Call it before telling a reader that something does not exist, where it may be too new for a replica.
    """
    if _chosen.get() != DEFAULT_DB_ALIAS:
        raise Behind


def _read_from_replica(alias: str, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase | None:
    """Return the answer, or None where another database should be asked."""
    token = _chosen.set(alias)
    try:
        response = _start(alias, answer())
        error = getattr(response, "database_error", None)
        if error is None or not _may_pass_elsewhere(error):
            return response
    except (_NotStarted, Behind):
        return None  # whatever it was, the last database that is asked shows it to the client
    except Error as raised:
        if not _may_pass_elsewhere(raised):
            raise
        error = raised
    finally:
        _chosen.reset(token)
    _judge(alias, error)
    return None


def _get_code(error: BaseException) -> str | None:
    """Return PostgreSQL's code of the error, or None where the connection itself failed."""
    return getattr(error.__cause__, "sqlstate", None)


def _may_pass_elsewhere(error: BaseException) -> bool:
    """Return whether another database may do better; a statement would take too long there as well."""
    code = _get_code(error)
    return code in _UNDEFINED or (isinstance(error, AWAY) and code != _CANCELLED)


def _judge(alias: str, error: BaseException) -> None:
    """Leave out a replica that broke off; a single answer may also fail for reasons of its own."""
    code = _get_code(error)
    if code in _UNDEFINED:
        get_health().leave_out(alias, "it lacks tables of the primary")
    elif code is None or code.startswith(("08", "57P")):
        get_health().leave_out(alias, f"it cannot be read ({str(error).splitlines()[0]})")


class _NotStarted(Exception):
    """Failure of a stream before its first piece."""


def _start(alias: str, response: HttpResponseBase) -> HttpResponseBase:
    """Return the response, made as far as it may fail, and bound to its database.

    A stream is read after this request's context ends, so it takes a copy of the context along.
    """
    if getattr(response, "file_to_stream", None) is not None:
        pass  # a file that is whole, which no database can fail
    elif isinstance(response, StreamingHttpResponse):
        context, pieces = copy_context(), iter(response)
        try:
            first = [context.run(next, pieces)]
        except StopIteration:
            first = []
        except Exception as error:
            _judge_stream(alias, error)
            raise _NotStarted from error
        rest = iter(lambda: context.run(next, pieces, None), None)
        response.streaming_content = _watch(alias, chain(first, rest))
    elif callable(render := getattr(response, "render", None)):
        render()
    return response


def _watch(alias: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the pieces; where they break off it is too late to ask elsewhere, but the replica is judged."""
    try:
        yield from pieces
    except Exception as error:
        _judge_stream(alias, error)
        raise


def _judge_stream(alias: str, error: Exception) -> None:
    if isinstance(error, Error):
        _judge(alias, error)
