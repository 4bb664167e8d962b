"""Public reads from replicas: which database a request under /api reads, and what if that one fails.

All else, the admin and every command, reads and writes the primary. The settings name this router only
where there are replicas.
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
#: PostgreSQL's code of a statement that was cancelled, as where it took too long.
_CANCELLED = "57014"
#: Of a table or a column that is not there.
_UNDEFINED = ("42P01", "42703")


class Behind(Exception):
    """This replica does not have yet what is asked for."""


class Router:
    """Reads go where the request's context says, writes and migrations to the primary."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return _chosen.get()

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


@cache
def health() -> Health:
    """What this process knows of its replicas."""
    return Health([alias for alias in connections if alias != DEFAULT_DB_ALIAS])


def read(answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The answer from a replica or, where none can give it, from the primary.

    A public read changes nothing, so what fails midway is asked again from its start.
    """
    for alias in health().current():
        response = _from_replica(alias, answer)
        if response is not None:
            return response
    return answer()


def ask_another() -> None:
    """Of a replica that lacks what is asked for: let another database be asked, at last the primary.

    To be called before a reader is told that there is no such thing, where it may be that new.
    """
    if _chosen.get() != DEFAULT_DB_ALIAS:
        raise Behind


def _from_replica(alias: str, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase | None:
    """None: this replica could not give the answer, and another database should be asked."""
    token = _chosen.set(alias)
    try:
        response = _begun(alias, answer())
        error = getattr(response, "database_error", None)
        if error is None or not _may_pass_elsewhere(error):
            return response
    except (_NotBegun, Behind):
        return None  # whatever it was, the last database that is asked shows it to the client
    except Error as raised:
        if not _may_pass_elsewhere(raised):
            raise
        error = raised
    finally:
        _chosen.reset(token)
    _judge(alias, error)
    return None


def _state(error: BaseException) -> str | None:
    """PostgreSQL's code of the error; None where the connection itself failed."""
    return getattr(error.__cause__, "sqlstate", None)


def _may_pass_elsewhere(error: BaseException) -> bool:
    """Whether another database may do better; a statement that took too long would take long there too."""
    state = _state(error)
    return state in _UNDEFINED or (isinstance(error, AWAY) and state != _CANCELLED)


def _judge(alias: str, error: BaseException) -> None:
    """Leave out a replica that broke off; a single answer may also fail for reasons of its own."""
    state = _state(error)
    if state in _UNDEFINED:
        health().leave_out(alias, "it lacks tables of the primary")
    elif state is None or state.startswith(("08", "57P")):
        health().leave_out(alias, f"it cannot be read ({str(error).splitlines()[0]})")


class _NotBegun(Exception):
    """A stream failed before its first piece."""


def _begun(alias: str, response: HttpResponseBase) -> HttpResponseBase:
    """The response, so far done that what can fail has failed, and bound to its database.

    A stream is read when this request's context is gone, so it takes a copy of the context along.
    """
    if isinstance(response, StreamingHttpResponse):
        context, pieces = copy_context(), iter(response)
        try:
            first = [context.run(next, pieces)]
        except StopIteration:
            first = []
        except Exception as error:
            _judge_stream(alias, error)
            raise _NotBegun from error
        rest = iter(lambda: context.run(next, pieces, None), None)
        response.streaming_content = _watched(alias, chain(first, rest))
    elif callable(render := getattr(response, "render", None)):
        render()
    return response


def _watched(alias: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces; where they break off it is too late to ask elsewhere, but the replica is judged."""
    try:
        yield from pieces
    except Exception as error:
        _judge_stream(alias, error)
        raise


def _judge_stream(alias: str, error: Exception) -> None:
    if isinstance(error, Error):
        _judge(alias, error)
