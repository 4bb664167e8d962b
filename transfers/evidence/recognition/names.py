"""Names in a text, read as atoms, runs of letters or of digits: S-400, S 400 and S400 are one name."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from transfers.vocabulary.words import fold

from .demonyms import demonyms

_LETTERS = r"(?:[^\W\d_]|[\u0300-\u036f])+"
_ATOM = re.compile(rf"{_LETTERS}|\d+")
_GAP = re.compile(r"[-‐‑–./'’]?\s{0,2}|\s")
#: Names of two or three letters that are sought; other codes are words too often (AND, ARE, CAN, IN, IT).
SHORT = frozenset("US USA UK UAE DRC PRC ROK".split())
_IDENTIFIERS = ""  # a key that no atom has

Names = Mapping[str, Collection[str]]
Trie = dict[str, Any]


def sought_systems(names: Names) -> Iterator[tuple[str, Collection[str]]]:
    return ((name, found) for name, found in names.items() if len(fold(name)) > 1)


def sought_parties(names: Names) -> Iterator[tuple[str, Collection[str]]]:
    """Names but for codes, U.S. beside US, and the adjectives of states."""
    for name, identifiers in names.items():
        if len(name) > 3 or name in SHORT or (len(name) == 3 and name not in identifiers):
            yield name, identifiers
            yield from ((each, identifiers) for each in demonyms(name, identifiers))
        if name in SHORT:
            yield ".".join(name), identifiers


def trie(names: Iterable[tuple[str, Collection[str]]]) -> Trie:
    root: Trie = {}
    for name, identifiers in names:
        node = root
        for atom in _ATOM.findall(name):
            node = node.setdefault(_plain(atom), {})
        if node is not root:
            node[_IDENTIFIERS] = tuple(sorted({*identifiers, *node.get(_IDENTIFIERS, ())}))
    return root


@lru_cache(maxsize=4096)
def _plain(atom: str) -> str:
    """The atom as it compares: words of up to three capitals stay as written, for US is not us."""
    if len(atom) in (2, 3) and atom.isupper() and atom in SHORT:
        return atom
    return fold(atom) or "�"


def named(body: str, known: Trie) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Places of names: of those that start together the longest, and none inside another."""
    atoms = [(_plain(found[0]), found.start(), found.end()) for found in _ATOM.finditer(body)]
    at = 0
    while at < len(atoms):
        match = _longest(body, atoms, at, known) if _starts_word(body, atoms[at][1]) else None
        if match:
            last, end, value = match
            yield atoms[at][1], end, value
            at = last
        at += 1


def _longest(
    body: str, atoms: list[tuple[str, int, int]], first: int, known: Trie
) -> tuple[int, int, tuple[str, ...]] | None:
    """The longest name from this atom on: its last atom, its end and its identifiers."""
    node, best, start = known, None, atoms[first][1]
    for at in range(first, len(atoms)):
        atom, begin, end = atoms[at]
        if at > first and not _GAP.fullmatch(body, atoms[at - 1][2], begin):
            break
        for form in (atom, atom[:-1] if atom.endswith("s") else ""):
            ending = node.get(form) if form else None
            if isinstance(ending, dict) and (value := ending.get(_IDENTIFIERS)):
                stop = _stop(body, end)
                if stop and _is_name(body[start:stop]):
                    best = (at, stop, tuple(value))
                break
        following = node.get(atom)
        if not isinstance(following, dict):
            break
        node = following
    return best


def _stop(body: str, end: int) -> int:
    """Where the name ends, with the s of S-400s; 0 inside a word, for T-72B is no T-72."""
    found = _ENDS.match(body, end)
    return found.end() if found else 0


_ENDS = re.compile(r"s?(?!\w)")


def _is_name(text: str) -> bool:
    """Short names are words too, unless they have a digit or a capital: Hip, Hind, US."""
    return len(text) > 4 or text[0].isupper() or any(letter.isdigit() for letter in text)


def _starts_word(body: str, start: int) -> bool:
    """Not inside a word, and no possessive s: in `Serbia's 400` stands no S-400."""
    before = body[start - 1] if start else " "
    possessive = before in "'’" and start > 1 and body[start - 2].isalnum()
    return not (before.isalnum() or before == "_" or possessive)
