"""Strict reading of the query string: nothing in it is ignored, whatever the resource."""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from django.http import HttpRequest, QueryDict

from transfers.api.errors import ParameterError, refuse
from transfers.vocabulary.names import format_suggestions

from .meant import suggest_parameters

LONGEST_QUERY = 8000
MOST_PARAMETERS = 500


def check(request: HttpRequest, allowed: Iterable[str], scalars: Iterable[str]) -> None:
    """Raise BadParameters for unknown, empty, repeated or unreadable parameters.

    `allowed` are all names that the resource takes, `scalars` those that may appear only once.
    """
    names, once = set(allowed), set(scalars)
    refuse(
        [*_list_unreadable(request.META.get("QUERY_STRING", ""))]
        or [error for name in request.GET for error in _list_faults(request.GET, name, names, once)]
    )


def _list_unreadable(raw: str) -> Iterable[ParameterError]:
    if len(raw) > LONGEST_QUERY:
        yield ParameterError("", "too_long", f"The query is longer than {LONGEST_QUERY} characters.")
        return
    try:
        # WSGI hands the bytes of the query over as Latin-1.
        text = raw.encode("latin-1").decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except UnicodeError:
        yield ParameterError("", "encoding", "The query is not UTF-8.")
        return
    except ValueError:
        yield ParameterError("", "too_many", f"The query has more than {MOST_PARAMETERS} parameters.")
        return
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            shown = name.replace("\0", "")
            yield ParameterError(shown, "nul", f"The parameter '{shown}' contains a NUL character.")


def _list_faults(query: QueryDict, name: str, names: set[str], once: set[str]) -> Iterable[ParameterError]:
    if name not in names:
        near = suggest_parameters(name, names)
        detail = f"There is no parameter '{name}'.{format_suggestions(near[:1])}"
        yield ParameterError(name, "unknown", detail, near)
        return
    values = query.getlist(name)
    if not all(value.strip() for value in values):
        yield ParameterError(name, "empty", f"The parameter '{name}' is empty. Remove it or give a value.")
    elif len(values) > 1 and name in once:
        yield ParameterError(name, "repeated", f"The parameter '{name}' may appear only once.")
