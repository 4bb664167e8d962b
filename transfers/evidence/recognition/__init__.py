"""Marks of what a text seems to name: systems, parties, numbers, sums and dates, each with its place. Pure.

It proposes and never records: a curator reads each mark against the text. Dates in words mean here what they
mean in reading logs, so that what is proposed is what `checkseeds` accepts. Each paragraph is read by itself
in one pass a pattern, and the time grows with the length of the text.
"""

import re
from collections.abc import Iterable
from datetime import date

from .capitals import list_capitals
from .cases import list_cases
from .dates import find_dates
from .figures import find_figures
from .marks import APPROXIMATE, DATE, KINDS, PARTY, SYSTEM, Candidate, Mark, split_paragraphs
from .names import Names, Trie, add_names, list_party_names, list_system_names
from .occurrences import CAPITAL, CASES, find_named


def recognise(text: str, systems: Names, parties: Names, published: date | None = None) -> list[Mark]:
    """Return every mark in the order of the text; none overlaps another.

    Names are given with their identifiers. Relative dates are seen from the day of publication and are no
    marks without it.
    """
    return recognise_by(build_tries(systems, parties), text, published)


def build_tries(systems: Names, parties: Names) -> dict[str, Trie]:
    """Return the names as they are looked for, to be used for many texts."""
    tries: dict[str, Trie] = {kind: {} for kind in (SYSTEM, PARTY, *CASES, CAPITAL)}
    add_to_tries(tries, systems, parties)
    return tries


def add_to_tries(tries: dict[str, Trie], systems: Names, parties: Names) -> None:
    """Add names to those that are looked for."""
    add_names(tries[SYSTEM], list_system_names(systems))
    add_names(tries[PARTY], list_party_names(parties))
    add_names(tries[CAPITAL], list_capitals(parties))
    for kind, names in zip(CASES, (systems, parties), strict=True):
        add_names(tries[kind], ((case, names[name]) for name in names for case in list_cases(name)))


def recognise_by(tries: dict[str, Trie], text: str, published: date | None = None) -> list[Mark]:
    """Return every mark in the order of the text, by the names in these tries."""
    marks: list[Mark] = []
    for paragraph in split_paragraphs(text):
        body = _ADDRESS.sub(lambda match: " " * len(match[0]), text[paragraph.start : paragraph.end])
        candidates = find_named(body, tries)
        candidates += find_figures(body)
        candidates += [(DATE, *place) for place in find_dates(body, published)]
        for kind, start, end, value in _choose_apart(candidates, len(body)):
            start, end = start + paragraph.start, end + paragraph.start
            is_approximate = value[-1] == APPROXIMATE
            value = value[:-1] if is_approximate else value
            marks.append(Mark(start, end, kind, text[start:end], paragraph.number, value, is_approximate))
    return marks


_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")


def _choose_apart(candidates: Iterable[Candidate], length: int) -> list[Candidate]:
    """Return those that do not overlap, chosen by kind, then the longest, then the first."""
    taken = bytearray(length)
    chosen = []
    by_rank = sorted(candidates, key=lambda place: (KINDS.index(place[0]), place[1] - place[2], place[1]))
    for kind, start, end, value in by_rank:
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            chosen.append((kind, start, end, value))
    return sorted((place for place in chosen if place[3]), key=lambda place: place[1])
