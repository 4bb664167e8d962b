"""Articles as their pages show them: paragraphs of text and marks, with the claims recorded from each."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from transfers.evidence.recognition import recognise
from transfers.evidence.recognition.marks import DATE, MONEY, NUMBER, Mark, split_paragraphs
from transfers.models import CLAIM_MODELS, ArticleText, Party, Source, System
from transfers.vocabulary import edtf


@dataclass(frozen=True)
class Piece:
    """Part of a paragraph: a mark if it has a kind, and a link if it has an address."""

    text: str
    kind: str = ""
    meaning: str = ""
    link: str = ""


@dataclass
class MarkedParagraph:
    """A paragraph of the page."""

    number: int
    pieces: list[Piece]
    recorded: list[str] = field(default_factory=list)


def find_marks(article: ArticleText) -> list[Mark]:
    """Return the marks of the text, by the names that the register has now."""
    published = edtf.bounds(article.source.published)[1]
    return recognise(
        article.text,
        _read_names(System.objects.all(), "slug"),
        _read_names(Party.objects.all(), "code", "alpha2"),
        published,
    )


def _read_names(records: QuerySet, identifier: str, *codes: str) -> dict[str, set[str]]:
    """Return identifiers by name; the name of a family of systems stands for the family, not its variants."""
    identifiers_by_name: dict[str, set[str]] = {}
    for record in records.prefetch_related("aliases"):
        names = [record.name, *(getattr(record, code) for code in (identifier, *codes))]
        for name in (*names, *(alias.name for alias in record.aliases.all())):
            identifiers_by_name.setdefault(name, set()).add(getattr(record, identifier))
    return identifiers_by_name


def mark_paragraphs(
    article: ArticleText, link: Callable[[Mark], str], recorded: dict[int, list[str]]
) -> list[MarkedParagraph]:
    """Return the paragraphs with their marks; `link` returns the address that a mark leads to."""
    marks: dict[int, list[Mark]] = {}
    for mark in find_marks(article):
        marks.setdefault(mark.paragraph, []).append(mark)
    marked = []
    for paragraph in split_paragraphs(article.text):
        pieces, position = [], paragraph.start
        for mark in marks.get(paragraph.number, []):
            pieces.append(Piece(article.text[position : mark.start]))
            pieces.append(Piece(mark.text, mark.kind, describe(mark), link(mark)))
            position = mark.end
        pieces.append(Piece(article.text[position : paragraph.end]))
        marked.append(MarkedParagraph(paragraph.number, pieces, recorded.get(paragraph.number, [])))
    return marked


def describe(mark: Mark) -> str:
    """Return the mark's meaning in words: `number 6 system`, `money 2500000000 USD`, `date 2019-07`."""
    if mark.kind in (NUMBER, MONEY):
        minimum, maximum, unit = mark.value
        figure = minimum if minimum == maximum else f"{minimum}..{maximum}"
        about = "about " if mark.is_approximate else ""
        return f"{mark.kind} {about}{figure} {unit}".strip()
    return f"{mark.kind} {mark.value[0] if mark.kind == DATE else ', '.join(mark.value)}"


def list_recorded(source: Source) -> dict[int, list[str]]:
    """Return the claims recorded from the source by paragraph; under 0 those that name no paragraph."""
    claims_by_paragraph: dict[int, list[str]] = {}
    for model in CLAIM_MODELS:
        for claim in model.objects.filter(source=source).select_related("transfer"):
            text = f"{claim.transfer.key} {claim.measure_name}"
            for number in re.findall(r"¶\s?([0-9]{1,6})", claim.locator) or [0]:
                claims_by_paragraph.setdefault(int(number), []).append(text)
    return claims_by_paragraph
