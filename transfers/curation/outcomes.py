"""Outcomes of reading an article: its marked figures, and what became of each.

Nothing is stored: a figure is recorded where a claim of the article's source carries its words, and declined
where a reading gives the reason. The marks are found by the names that the register has now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from transfers.evidence.articles import (
    find_excerpt,
    list_excerpt_faults,
    list_locator_paragraphs,
    list_paragraphs,
)
from transfers.evidence.carrying import Figure, list_figure_faults
from transfers.evidence.faults import fold_spaces
from transfers.evidence.recognition import recognise_by
from transfers.evidence.recognition.marks import DATE, MONEY, NUMBER, Mark
from transfers.models import (
    CLAIM_MODELS,
    ArticleText,
    Quantity,
    Source,
    SourceReading,
    TransferDate,
    Valuation,
)
from transfers.vocabulary import edtf

from .article_names import get_tries

#: Kinds of mark that hold a figure, and the model of its claim.
FIGURES: dict[str, Any] = {NUMBER: Quantity, MONEY: Valuation, DATE: TransferDate}
OPEN, RECORDED, DECLINED = "open", "recorded", "declined"


@dataclass(frozen=True)
class Outcome:
    """A marked figure, and the claims recorded from its words or the reading that declines them."""

    mark: Mark
    claims: tuple[Any, ...] = ()
    declined: SourceReading | None = None

    @property
    def state(self) -> str:
        if self.claims:
            return RECORDED
        return DECLINED if self.declined else OPEN


def find_marks(article: ArticleText) -> list[Mark]:
    """Return the marks of the text, by the names that the register has now; once for this instance."""
    if "marks" not in vars(article):
        published = edtf.bounds(article.source.published)[1]
        vars(article)["marks"] = recognise_by(get_tries(), article.text, published)
    return list(vars(article)["marks"])


def list_other_figures(article: ArticleText, mark: Mark) -> list[Mark]:
    """Return the marked figures of the text but for this one."""
    return [other for other in find_marks(article) if other.kind in FIGURES and other != mark]


def list_claims(source: Source) -> list[Any]:
    """Return the claims of the source, of all three kinds, with their transfers."""
    return [
        claim
        for model in CLAIM_MODELS
        for claim in model.objects.filter(source=source).select_related("transfer").order_by("pk")
    ]


def list_outcomes(article: ArticleText, marks: Iterable[Mark], claims: Iterable[Any]) -> list[Outcome]:
    """Return the figures of the text in its order, each with what became of it."""
    figures = [mark for mark in marks if mark.kind in FIGURES]
    claims_by_start: dict[int, list[Any]] = {}
    for claim in claims:
        for mark in _list_recorded(article.text, figures, claim):
            claims_by_start.setdefault(mark.start, []).append(claim)
    declined_by_start = {
        mark.start: reading
        for reading in article.source.readings.exclude(declined="")
        for mark in _list_covered(article.text, figures, reading)
    }
    return [
        Outcome(mark, tuple(claims_by_start.get(mark.start, ())), declined_by_start.get(mark.start))
        for mark in figures
    ]


def list_word_faults(article: ArticleText, claim: Any) -> tuple[list[str], list[str]]:
    """Return why the claim's excerpt is none of the article, and which of its figures the words do not carry.

    What the marks or the checks of reading logs read in the words is carried by them.
    """
    paragraphs, numbers = list_paragraphs(article.text), list_locator_paragraphs(claim.locator)
    if not numbers or max(numbers) > len(paragraphs) or min(numbers) < 1:
        return [f"The locator names no paragraph of the text, which has {len(paragraphs)}: write ¶3."], []
    if faults := list(list_excerpt_faults(paragraphs, numbers, fold_spaces(claim.excerpt))):
        return [_write_sentence(fault) for fault in faults], []
    figures = [mark for mark in find_marks(article) if mark.kind in FIGURES]
    if any(_agrees(mark, claim) for mark in _list_covered(article.text, figures, claim)):
        return [], []
    names = ("minimum", "maximum", "currency", "date", "as_of")
    stated = {name: getattr(claim, name) for name in names if hasattr(claim, name)}
    figure = Figure(claim.measure_name, **stated)
    faults = [fault for _, fault in list_figure_faults(claim.excerpt, figure, article.source.published)]
    return [], [_write_sentence(fault) for fault in faults]


def _write_sentence(fault: str) -> str:
    return f"{fault[:1].upper()}{fault[1:]}."


def _list_covered(text: str, figures: list[Mark], record: Any) -> list[Mark]:
    """Return the figures that stand in the excerpt of a claim or reading."""
    places = find_excerpt(text, list_locator_paragraphs(record.locator), record.excerpt)
    return [mark for mark in figures if any(start <= mark.start and mark.end <= end for start, end in places)]


def _list_recorded(text: str, figures: list[Mark], claim: Any) -> list[Mark]:
    """Return the figures that a claim records: those of its excerpt that agree, or the only one of a kind."""
    covered = _list_covered(text, figures, claim)
    alike = [mark for mark in covered if FIGURES[mark.kind] is type(claim)]
    return [mark for mark in covered if _agrees(mark, claim) or alike == [mark]]


def _agrees(mark: Mark, claim: Any) -> bool:
    """Return whether the claim's figure, or the date that its count speaks of, is the marked one."""
    if mark.kind == DATE:
        return mark.value[0] == (
            claim.date if isinstance(claim, TransferDate) else getattr(claim, "as_of", "")
        )
    if FIGURES[mark.kind] is not type(claim):
        return False
    ends = (claim.minimum, claim.maximum)
    return all(
        end is None if text == "" else end == Decimal(text)
        for end, text in zip(ends, mark.value[:2], strict=True)
    )
