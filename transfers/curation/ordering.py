"""Records that name others of their kind, in an order in which they can be saved."""

from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def order_parents_first(members: Mapping[K, V], get_parent: Callable[[V], K | None]) -> list[V]:
    """Return the members in their order, but none before its parent, as far as parents lead in no circle."""
    waiting = dict(members)
    ordered: list[V] = []
    for start in members:
        chain: list[V] = []
        key: K | None = start
        while key is not None and key in waiting:
            chain.append(waiting.pop(key))
            key = get_parent(chain[-1])
        ordered += reversed(chain)
    return ordered
