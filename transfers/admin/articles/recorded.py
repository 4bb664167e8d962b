"""Claims recorded from an article: what they say in a few words, and which of its marks they are of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from transfers.models import CLAIM_MODELS, ArticleText, Quantity, TransferDate
from transfers.vocabulary.counts import ABOUT
from transfers.vocabulary.numbers import format_number


@dataclass(frozen=True)
class Recorded:
    """Claim on a page: its identifier there and what it says."""

    claim: Any

    @property
    def id(self) -> str:
        return f"{self.claim._meta.model_name}-{self.claim.pk}"

    @property
    def figure(self) -> str:
        return describe_figure(self.claim)

    def __str__(self) -> str:
        return f"Recorded on {self.claim.transfer}: {self.figure}."


def describe_figure(claim: Any) -> str:
    """Return what a claim says: `delivered about 6 systems`, `agreed 2019-07`, `deal value 5 USD`."""
    if isinstance(claim, TransferDate):
        return f"{claim.get_event_display()} {claim.date}"
    number, about = _describe_number(claim), "about " if ABOUT in claim.note else ""
    unit = _name_unit(claim.unit, number) if isinstance(claim, Quantity) else claim.currency
    return f"{claim.get_measure_display()} {about}{number} {unit}".strip()


def _describe_number(claim: Any) -> str:
    ends = [format_number(end) for end in (claim.minimum, claim.maximum) if end is not None]
    words = "up to " if claim.minimum is None else "at least " if claim.maximum is None else ""
    return words + "–".join(dict.fromkeys(ends))


def _name_unit(unit: str, number: str) -> str:
    if number == "1" or unit == Quantity.Unit.AIRCRAFT:
        return unit
    return f"{unit.removesuffix('y')}ies" if unit.endswith("y") else f"{unit}s"


def find_claim(article: ArticleText, identifier: str) -> Recorded | None:
    """Return the claim of the article's source with this identifier, if there is one."""
    return next(
        (recorded for recorded in _list_with_number(article, identifier) if recorded.id == identifier), None
    )


def _list_with_number(article: ArticleText, identifier: str) -> Iterator[Recorded]:
    number = identifier.rpartition("-")[2]
    if number.isascii() and number.isdecimal() and len(number) < 19:
        for model in CLAIM_MODELS:
            for claim in model.objects.filter(source=article.source_id, pk=number).select_related("transfer"):
                yield Recorded(claim)
