"""Which tests start programs of their own: derived from their code, so that no list of them grows old.

Such a test takes seconds, and its programs share no memory with other tests: their order cannot matter to it.
"""

import inspect
import subprocess
from collections.abc import Iterator
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest


def starts_programs(item: pytest.Item) -> bool:
    """Return whether the test or one of its fixtures starts a program, by whatever function of ours."""
    definitions = item._fixtureinfo.name2fixturedefs.values()  # type: ignore[attr-defined]
    fixtures = [definition.func for definitions_of_name in definitions for definition in definitions_of_name]
    return any(_starts(inspect.unwrap(function)) for function in (item.obj, *fixtures))  # type: ignore[attr-defined]


@cache
def _starts(function: Any) -> bool:
    """Return whether the function reaches `subprocess` by what it and others of the tests name."""
    pending: list[Any] = [getattr(function, "__func__", function)]
    visited: set[Any] = set()
    while pending:
        reached = pending.pop()
        if reached is subprocess:
            return True
        if isinstance(reached, (FunctionType, type)) and reached not in visited:
            visited.add(reached)
            pending += _list_reached(reached)
    return False


def _list_reached(reached: FunctionType | type) -> Iterator[Any]:
    """Yield what a function or a class of the tests names: modules and their members, functions, classes."""
    if not reached.__module__.startswith("tests."):
        return
    if isinstance(reached, type):
        yield from vars(reached).values()
        return
    names = set(_list_names(reached.__code__))
    for name in names & reached.__globals__.keys():
        named = reached.__globals__[name]
        yield named
        if isinstance(named, ModuleType):
            yield from (vars(named)[member] for member in names & vars(named).keys())


def _list_names(code: CodeType) -> Iterator[str]:
    """Yield the names in the code and in the functions that stand in it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _list_names(constant)
