"""Names that may be of one party or system, in pairs with a reason. Pure.

Names are grouped by what they have in common, and compared with their neighbours in a group alone, so that
tens of thousands take about a second.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

from rapidfuzz.distance import OSA

from . import words

#: How many of its neighbours in a group a name is compared with.
WINDOW = 10
#: Letters of a word in which a typing error is looked for, and of one that may have two.
LONG, LONGER = 5, 9
#: Words of the longest name that is searched for others.
MOST_WORDS = 8
_TOKEN = re.compile(r"[a-z]+|[0-9]+")
#: What the ways to write a name in Latin letters do not agree on.
_LATIN = tuple(
    (re.compile(pattern), letter)
    for pattern, letter in (
        ("t[sz]", "z"), ("ph", "f"), ("[kg]h", "h"), ("zh|dj", "j"), ("ck|[cq]", "k"), ("x", "ks"),
        ("w", "v"), ("oo|ou", "u"), ("[yj]", "i"), (r"([a-z])\1+", r"\1"),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Bearer:
    """Record with its names, and what it is; `kind` is empty where nobody knows."""

    key: str
    kind: str
    names: tuple[str, ...]


class BorneName(NamedTuple):
    """Name of a bearer, with its words."""

    bearer: Bearer
    name: str
    words: tuple[str, ...]

    @property
    def folded(self) -> str:
        return "".join(self.words)


@dataclass(frozen=True)
class AlikePair:
    """Two bearers by key, and why they may be one; `is_weak`: only if more than the names speaks for it."""

    keys: tuple[str, str]
    reason: str
    is_weak: bool = False


def list_alike(bearers: Iterable[Bearer]) -> list[AlikePair]:
    """Return the pairs of bearers that may be one, those with the best reasons first."""
    borne = [BorneName(bearer, name, tuple(words.split(name))) for bearer in bearers for name in bearer.names]
    pairs: dict[tuple[str, str], AlikePair] = {}
    for list_pairs in (_list_spelled_alike, _list_written_alike, _list_misspelt, _list_contained):
        for pair in list_pairs(borne):
            pairs.setdefault(pair.keys, pair)
    return list(pairs.values())


def _list_spelled_alike(borne: Sequence[BorneName]) -> Iterator[AlikePair]:
    for one, other in _pair_up((item.folded, item) for item in borne):
        yield _build(one, other, "“{}” and “{}” differ in signs, spaces or case alone.")


def _list_written_alike(borne: Sequence[BorneName]) -> Iterator[AlikePair]:
    for one, other in _pair_up((_romanise(item.folded), item) for item in borne):
        if _are_of_one_kind(one, other):
            yield _build(one, other, "“{}” and “{}” may be one name, written in Latin letters in two ways.")


def _romanise(folded: str) -> str:
    """Return the name without what ways to write it in Latin letters differ in; empty for a short one."""
    if sum(sign.isalpha() for sign in folded) < LONG:
        return ""
    for pattern, letter in _LATIN:
        folded = pattern.sub(letter, folded)
    return folded


def _list_misspelt(borne: Sequence[BorneName]) -> Iterator[AlikePair]:
    """Yield names that differ in a letter or two of one long word; every number is the same."""
    groups: dict[Any, list[tuple[str, BorneName]]] = defaultdict(list)
    for item in borne:
        tokens = [token for word in item.words for token in _TOKEN.findall(word)]
        for place, token in enumerate(tokens):
            if token.isalpha() and len(token) >= LONG:
                others = (*tokens[:place], "", *tokens[place + 1 :])
                groups[others, token[:3], ""].append((token, item))
                groups[others, "", token[-3:]].append((token[::-1], item))
    for group in groups.values():
        for (word, one), (other_word, other) in _list_neighbours(group):
            most = 2 if min(len(word), len(other_word)) >= LONGER else 1
            is_near = word != other_word and OSA.distance(word, other_word, score_cutoff=most) <= most
            if is_near and _are_of_one_kind(one, other):
                yield _build(one, other, "“{}” and “{}” differ in a letter or two.")


def _list_contained(borne: Sequence[BorneName]) -> Iterator[AlikePair]:
    """Yield names of which one has more words than the other, but no further number."""
    by_words: dict[tuple[str, ...], list[BorneName]] = defaultdict(list)
    for item in borne:
        by_words[item.words].append(item)
    for listed, items in by_words.items():
        for part in _list_parts(listed):
            for shorter in by_words.get(part, [])[:WINDOW]:
                for longer in items[:WINDOW]:
                    if shorter.bearer.key != longer.bearer.key and _are_of_one_kind(shorter, longer):
                        yield _build(shorter, longer, "“{}” is part of “{}”.", is_weak=True)


def _list_parts(listed: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the parts of a name that may be the name itself: what they lack is words, no letter or number."""
    if len(listed) > MOST_WORDS:
        return
    for start, end in combinations(range(len(listed) + 1), 2):
        rest = listed[:start] + listed[end:]
        if rest and all(word.isalpha() and len(word) > 2 for word in rest):
            yield listed[start:end]


def _pair_up(keyed: Iterable[tuple[str, BorneName]]) -> Iterator[tuple[BorneName, BorneName]]:
    """Yield the names that have a key in common, of two bearers."""
    groups: dict[str, list[tuple[str, BorneName]]] = defaultdict(list)
    for key, item in keyed:
        if key:
            groups[key].append((item.name, item))
    for group in groups.values():
        for (_, one), (_, other) in _list_neighbours(group):
            yield one, other


def _list_neighbours(group: list[tuple[str, BorneName]]) -> Iterator[tuple[Any, Any]]:
    """Yield each of a group, sorted, with those that follow it closely and are of another bearer."""
    if len(group) < 2:
        return
    ordered = sorted(group, key=lambda member: (member[0], member[1].bearer.key))
    for place, member in enumerate(ordered):
        for other in ordered[place + 1 : place + 1 + WINDOW]:
            if member[1].bearer.key != other[1].bearer.key:
                yield member, other


def _are_of_one_kind(one: BorneName, other: BorneName) -> bool:
    kinds = {one.bearer.kind, other.bearer.kind} - {""}
    return len(kinds) < 2


def _build(one: BorneName, other: BorneName, reason: str, is_weak: bool = False) -> AlikePair:
    first, second = sorted([one.bearer.key, other.bearer.key])
    return AlikePair((first, second), reason.format(one.name, other.name), is_weak)
