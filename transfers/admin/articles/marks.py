"""Articles as their pages show them: paragraphs of text and marks, with what became of each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from transfers.curation.outcomes import FIGURES, Outcome
from transfers.evidence.articles import find_excerpt, list_locator_paragraphs
from transfers.evidence.recognition.marks import DATE, MONEY, NUMBER, Mark, split_paragraphs
from transfers.models import SourceReading


@dataclass(frozen=True)
class Piece:
    """Part of a paragraph: one that is marked, or the words between two; a link if it has an address."""

    text: str
    mark: Mark | None = None
    link: str = ""
    outcome: Outcome | None = None
    is_current: bool = False

    @property
    def meaning(self) -> str:
        return describe(self.mark) if self.mark else ""


@dataclass
class MarkedParagraph:
    """A paragraph of the page, with the claims recorded from it and its readings that became none."""

    number: int
    pieces: list[Piece]
    claims: list[Any] = field(default_factory=list)
    declined: list[SourceReading] = field(default_factory=list)


def parse_number(text: str) -> int:
    """Return a number of an address or form; 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def build_mark(text: str, paragraph: int, words: str, kind: str) -> Mark | None:
    """Return words that a person chose as a mark of unknown value; None if the paragraph has them not."""
    places = find_excerpt(text, [paragraph], words) if kind in FIGURES and paragraph else []
    if not places:
        return None
    start, end = places[0][0], places[-1][1]
    value = ("",) if kind == DATE else ("", "", "")
    return Mark(start, end, kind, text[start:end], paragraph, value)


def mark_paragraphs(
    text: str,
    marks: Iterable[Mark],
    outcomes: Iterable[Outcome],
    link: Callable[[Mark], str],
    current: Mark | None = None,
) -> list[MarkedParagraph]:
    """Return the paragraphs with their marks; `link` returns the address that a mark leads to."""
    by_start = {outcome.mark.start: outcome for outcome in outcomes}
    marks_by_paragraph: dict[int, list[Mark]] = {}
    for mark in marks:
        marks_by_paragraph.setdefault(mark.paragraph, []).append(mark)
    marked = []
    for paragraph in split_paragraphs(text):
        pieces, position = [], paragraph.start
        for mark in marks_by_paragraph.get(paragraph.number, []):
            pieces.append(Piece(text[position : mark.start]))
            pieces.append(Piece(mark.text, mark, link(mark), by_start.get(mark.start), mark == current))
            position = mark.end
        pieces.append(Piece(text[position : paragraph.end]))
        marked.append(MarkedParagraph(paragraph.number, pieces))
    return marked


def place_outcomes(
    paragraphs: Iterable[MarkedParagraph], claims: Iterable[Any], readings: Iterable[SourceReading]
) -> list[Any]:
    """Put claims and declined readings under the first paragraph they name; return claims that name none."""
    by_number = {paragraph.number: paragraph for paragraph in paragraphs}
    for reading in readings:
        if paragraph := _find_paragraph(by_number, reading.locator):
            paragraph.declined.append(reading)
    elsewhere: list[Any] = []
    for claim in claims:
        paragraph = _find_paragraph(by_number, claim.locator)
        (paragraph.claims if paragraph else elsewhere).append(claim)
    return elsewhere


def _find_paragraph(by_number: dict[int, MarkedParagraph], locator: str) -> MarkedParagraph | None:
    numbers = list_locator_paragraphs(locator)
    return next((by_number[number] for number in numbers if number in by_number), None)


def describe(mark: Mark) -> str:
    """Return the mark's meaning in words: `number 6 system`, `money 2500000000 USD`, `date 2019-07`."""
    if mark.kind in (NUMBER, MONEY):
        minimum, maximum, unit = mark.value[:3]
        if not (minimum or maximum):
            return mark.kind
        figure = minimum if minimum == maximum else f"{minimum}..{maximum}"
        about = "about " if mark.is_approximate else ""
        return f"{mark.kind} {about}{figure} {unit}".strip()
    return f"{mark.kind} {mark.value[0] if mark.kind == DATE else ', '.join(mark.value)}"
