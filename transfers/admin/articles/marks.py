"""The article as its page shows it: paragraphs cut into plain text and marks, with the claims recorded."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from transfers.evidence.recognition import DATE, MONEY, NUMBER, Mark, paragraphs, recognise
from transfers.models import ArticleText, Party, Quantity, Source, System, TransferDate, Valuation
from transfers.vocabulary import edtf

#: How the register names the measures of each kind of claim.
_MEASURES = {Quantity: "quantity_", TransferDate: "date_", Valuation: ""}


@dataclass(frozen=True)
class Piece:
    """A stretch of text; marked where `kind` is given, a link where `link` is."""

    text: str
    kind: str = ""
    told: str = ""
    link: str = ""


@dataclass
class Shown:
    """A paragraph of the page."""

    number: int
    pieces: list[Piece]
    recorded: list[str] = field(default_factory=list)


def marks_of(article: ArticleText) -> list[Mark]:
    """The marks of the text, with the names that the register has now."""
    published = edtf.bounds(article.source.published)[1]
    return recognise(
        article.text,
        _names(System.objects.all(), "slug"),
        _names(Party.objects.all(), "code", "alpha2"),
        published,
    )


def _names(records: QuerySet, identifier: str, *more: str) -> dict[str, set[str]]:
    """Every name with those who bear it; a family's name stands for the family, not for its variants."""
    found: dict[str, set[str]] = {}
    for record in records.prefetch_related("aliases"):
        names = [record.name, *(getattr(record, name) for name in (identifier, *more))]
        for name in (*names, *(alias.name for alias in record.aliases.all())):
            found.setdefault(name, set()).add(getattr(record, identifier))
    return found


def shown(article: ArticleText, link: Callable[[Mark], str], recorded: dict[int, list[str]]) -> list[Shown]:
    marks: dict[int, list[Mark]] = {}
    for mark in marks_of(article):
        marks.setdefault(mark.paragraph, []).append(mark)
    found = []
    for paragraph in paragraphs(article.text):
        pieces, at = [], paragraph.start
        for mark in marks.get(paragraph.number, []):
            pieces += [Piece(article.text[at : mark.start]), _piece(mark, link(mark))]
            at = mark.end
        pieces.append(Piece(article.text[at : paragraph.end]))
        found.append(Shown(paragraph.number, pieces, recorded.get(paragraph.number, [])))
    return found


def _piece(mark: Mark, link: str) -> Piece:
    return Piece(mark.text, mark.kind, told(mark), link)


def told(mark: Mark) -> str:
    """The mark's meaning in words: `number 6 system`, `money 2500000000 USD`, `date 2019-07`."""
    if mark.kind in (NUMBER, MONEY):
        least, most, what = mark.value
        figure = least if least == most else f"{least}..{most}"
        return f"{mark.kind} {figure} {what}".strip()
    return f"{mark.kind} {mark.value[0] if mark.kind == DATE else ', '.join(mark.value)}"


def recorded_by_paragraph(source: Source) -> dict[int, list[str]]:
    """What is recorded from the source, by paragraph; under 0 what points to none."""
    found: dict[int, list[str]] = {}
    for model, prefix in _MEASURES.items():
        for claim in model.objects.filter(source=source).select_related("transfer"):
            text = f"{claim.transfer.key} {prefix}{getattr(claim, claim.MEASURE_FIELD)}"
            for number in re.findall(r"¶\s?([0-9]{1,6})", claim.locator) or [0]:
                found.setdefault(int(number), []).append(text)
    return found
