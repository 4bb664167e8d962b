"""Names in a text, read as atoms, runs of letters or of digits: S-400, S 400 and S400 are one name."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from transfers.vocabulary.words import fold

from .demonyms import list_demonyms

_LETTERS = r"(?:[^\W\d_]|[\u0300-\u036f])+"
_ATOM = re.compile(rf"{_LETTERS}|\d+")
_GAP = re.compile(r"[-‐‑–./'’]?\s{0,2}|\s")
#: Names of two or three letters that are sought; other codes are words too often (AND, ARE, CAN, IN, IT).
SHORT = frozenset("US USA UK UAE DRC PRC ROK".split())
_IDENTIFIERS = ""  # a key that no atom has

Names = Mapping[str, Collection[str]]
Trie = dict[str, Any]


def list_system_names(names: Names) -> Iterator[tuple[str, Collection[str]]]:
    return ((name, identifiers) for name, identifiers in names.items() if len(fold(name)) > 1)


def list_party_names(names: Names) -> Iterator[tuple[str, Collection[str]]]:
    """Yield the names but for codes, U.S. beside US, and the adjectives of states."""
    for name, identifiers in names.items():
        if len(name) > 3 or name in SHORT or (len(name) == 3 and name not in identifiers):
            yield name, identifiers
            yield from ((demonym, identifiers) for demonym in list_demonyms(name, identifiers))
        if name in SHORT:
            yield ".".join(name), identifiers


def build_trie(names: Iterable[tuple[str, Collection[str]]]) -> Trie:
    root: Trie = {}
    add_names(root, names)
    return root


def add_names(root: Trie, names: Iterable[tuple[str, Collection[str]]]) -> None:
    """Add names to a trie, in which others may be looked for meanwhile."""
    for name, identifiers in names:
        node = root
        for atom in _ATOM.findall(name):
            node = node.setdefault(_normalise(atom), {})
        if node is not root:
            node[_IDENTIFIERS] = tuple(sorted({*identifiers, *node.get(_IDENTIFIERS, ())}))


@lru_cache(maxsize=4096)
def _normalise(atom: str) -> str:
    """Return the atom as it compares: words of up to three capitals stay as written, for US is not us."""
    if len(atom) in (2, 3) and atom.isupper() and atom in SHORT:
        return atom
    return fold(atom) or "�"


def find_names(body: str, trie: Trie) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield the places of names: of those that start together the longest, and none inside another."""
    atoms = [(_normalise(match[0]), match.start(), match.end()) for match in _ATOM.finditer(body)]
    at = 0
    while at < len(atoms):
        longest = _find_longest(body, atoms, at, trie) if _starts_word(body, atoms[at][1]) else None
        if longest:
            last, end, value = longest
            yield atoms[at][1], end, value
            at = last
        at += 1


def _find_longest(
    body: str, atoms: list[tuple[str, int, int]], first: int, trie: Trie
) -> tuple[int, int, tuple[str, ...]] | None:
    """Return the longest name from this atom on: its last atom, its end and its identifiers."""
    node, best, start = trie, None, atoms[first][1]
    for at in range(first, len(atoms)):
        atom, begin, end = atoms[at]
        if at > first and not _GAP.fullmatch(body, atoms[at - 1][2], begin):
            break
        for form in (atom, atom[:-1] if atom.endswith("s") else ""):
            ending = node.get(form) if form else None
            if isinstance(ending, dict) and (value := ending.get(_IDENTIFIERS)):
                stop = _find_end(body, end)
                if stop and _is_name(body[start:stop]):
                    best = (at, stop, tuple(value))
                break
        following = node.get(atom)
        if not isinstance(following, dict):
            break
        node = following
    return best


def _find_end(body: str, end: int) -> int:
    """Return where the name ends, with the s of S-400s; 0 inside a word, for T-72B is no T-72."""
    match = _ENDS.match(body, end)
    return match.end() if match else 0


_ENDS = re.compile(r"s?(?!\w)")


def _is_name(text: str) -> bool:
    """Return whether the text is a name: a short one with neither digit nor capital is a word, as is hip."""
    return len(text) > 4 or text[0].isupper() or any(letter.isdigit() for letter in text)


def _starts_word(body: str, start: int) -> bool:
    """Return whether a word starts here, and no possessive s: in `Serbia's 400` stands no S-400."""
    before = body[start - 1] if start else " "
    possessive = before in "'’" and start > 1 and body[start - 2].isalnum()
    return not (before.isalnum() or before == "_" or possessive)
