"""Marks, the paragraph they stand in and the few words around them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from transfers.vocabulary.words import LONGEST_EXCERPT, LONGEST_EXCERPT_TEXT

SYSTEM, PARTY, MONEY, DATE, NUMBER = "system", "party", "money", "date", "number"
#: Party that made or designed the arms, and is no party of the deal by that.
ORIGIN = "origin"
#: Where two kinds claim the same words, the first of these has them: there is no number in S-400 or in $5, no
#: party in 5 million Serbian dinars.
KINDS = (SYSTEM, MONEY, PARTY, ORIGIN, DATE, NUMBER)

#: Last of a candidate's values where the words before a figure say that it is not exact.
APPROXIMATE = "about"
#: Kind, start, end and value; without a value the place is only held against other kinds.
Candidate = tuple[str, int, int, tuple[str, ...]]


@dataclass(frozen=True, order=True)
class Mark:
    """Words of the text that name something.

    `value` holds, of a system or party, its identifiers; of a number, minimum, maximum and unit; of a sum,
    minimum, maximum and currency; of a date, its EDTF. What is open, not said or ambiguous is empty.
    """

    start: int
    end: int
    kind: str
    text: str
    paragraph: int
    value: tuple[str, ...]
    is_approximate: bool = False


@dataclass(frozen=True)
class Paragraph:
    """Block between blank lines, counted from 1, as locators count: ¶14."""

    number: int
    start: int
    end: int


def split_paragraphs(text: str) -> list[Paragraph]:
    """Return the blocks between blank lines; a line of white space alone is blank."""
    paragraphs: list[Paragraph] = []
    start = end = at = 0
    for line in (*text.splitlines(keepends=True), ""):
        if line.strip():
            start, end = (start if end else at), at + len(line.rstrip())
        elif end:
            paragraphs.append(Paragraph(len(paragraphs) + 1, start, end))
            end = 0
        at += len(line)
    return paragraphs


_WORDS = re.compile(r"\S+")
_ENDS_SENTENCE = re.compile(r"(?:(?!Sept\b)\b\w{4,}|\d)[.!?]['\"”’)]*$")


def choose_excerpt(text: str, mark: Mark, apart: Iterable[Mark] = ()) -> str:
    """Return a few words with the mark in them: at most 12, of its sentence, without the marks `apart`.

    They are never the whole sentence, unless that is the mark alone.
    """
    place = split_paragraphs(text)[mark.paragraph - 1]
    words = [match.span() for match in _WORDS.finditer(text, place.start, place.end)]
    inside = [at for at, span in enumerate(words) if _overlaps(span, mark)]
    shut = {at for at, span in enumerate(words) if any(_overlaps(span, other) for other in apart)}
    shut -= set(inside)
    first, last = inside[0], inside[-1]
    while last - first + 1 < LONGEST_EXCERPT:
        before = first > 0 and first - 1 not in shut and not _ends_sentence(text, words[first - 1])
        after = last + 1 < len(words) and last + 1 not in shut and not _ends_sentence(text, words[last])
        grown = (
            (first, last + 1) if after and (not before or last - inside[-1] <= inside[0] - first) else None
        )
        grown = grown or ((first - 1, last) if before else None)
        if grown is None or len(_join(text, words, *grown)) > LONGEST_EXCERPT_TEXT:
            break
        first, last = grown
    starts = first == 0 or _ends_sentence(text, words[first - 1])
    if starts and (last + 1 == len(words) or _ends_sentence(text, words[last])):
        first, last = (first + 1, last) if first < inside[0] else (first, max(last - 1, inside[-1]))
    return _join(text, words, first, last)[:LONGEST_EXCERPT_TEXT]


def _overlaps(span: tuple[int, int], mark: Mark) -> bool:
    return span[1] > mark.start and span[0] < mark.end


def _ends_sentence(text: str, span: tuple[int, int]) -> bool:
    return bool(_ENDS_SENTENCE.search(text[slice(*span)]))


def _join(text: str, words: list[tuple[int, int]], first: int, last: int) -> str:
    return " ".join(text[start:end] for start, end in words[first : last + 1]).rstrip(",;:.")
