"""What a text seems to name: systems, parties, numbers, sums and dates, each with its place. Pure.

It proposes and never records: a curator reads each mark against the text. Dates in words mean what they mean
in reading logs (`seeds.words`), so that what is proposed here is what `checkseeds` accepts. Each paragraph is
read by itself in one pass a pattern, and the time grows with the length of the text.
"""

import re
from collections.abc import Iterable
from datetime import date

from .dates import dates
from .figures import figures
from .marks import DATE, KINDS, MONEY, NUMBER, PARTY, SYSTEM, Found, Mark, Paragraph, excerpt, paragraphs
from .names import Names, named, sought_parties, sought_systems, trie

__all__ = [
    "DATE", "KINDS", "MONEY", "NUMBER", "PARTY", "SYSTEM", "Mark", "Paragraph", "excerpt", "paragraphs",
    "recognise",
]  # fmt: skip


def recognise(text: str, systems: Names, parties: Names, published: date | None = None) -> list[Mark]:
    """Every mark in the order of the text; none overlaps another.

    Names are given with their identifiers. Relative dates are seen from the day of publication and are no
    marks without it.
    """
    tries = {SYSTEM: trie(sought_systems(systems)), PARTY: trie(sought_parties(parties))}
    marks: list[Mark] = []
    for paragraph in paragraphs(text):
        body = _ADDRESS.sub(lambda found: " " * len(found[0]), text[paragraph.start : paragraph.end])
        found = [(kind, *each) for kind, known in tries.items() for each in named(body, known)]
        found += figures(body)
        found += [(DATE, *each) for each in dates(body, published)]
        for kind, start, end, value in _apart(found, len(body)):
            start, end = start + paragraph.start, end + paragraph.start
            marks.append(Mark(start, end, kind, text[start:end], paragraph.number, value))
    return marks


_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")


def _apart(found: Iterable[Found], length: int) -> list[Found]:
    """Those that do not overlap, by kind, then the longest, then the first."""
    taken = bytearray(length)
    kept = []
    for each in sorted(found, key=lambda each: (KINDS.index(each[0]), each[1] - each[2], each[1])):
        _, start, end, _ = each
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            kept.append(each)
    return sorted((each for each in kept if each[3]), key=lambda each: each[1])
