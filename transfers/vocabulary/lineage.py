"""Lines of parents: a system and the families it belongs to, a party and the states that took its place."""

from collections.abc import Mapping
from typing import TypeVar

Key = TypeVar("Key", int, str)


def list_line(start: Key, parents: Mapping[Key, Key | None]) -> list[Key]:
    """Return the start and its parents, nearest first; in a circle, each of them once."""
    line = [start]
    while (parent := parents.get(line[-1])) is not None and parent not in line:
        line.append(parent)
    return line
