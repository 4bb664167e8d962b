"""Claims recorded from an article: what they say in a few words, and which of its marks they are of."""

from dataclasses import dataclass
from typing import Any

from transfers.models import CLAIM_MODELS, ArticleText, Quantity, Transfer, TransferDate
from transfers.vocabulary.counts import ABOUT
from transfers.vocabulary.numbers import format_number

#: More claims than these are not named in one address.
MOST_CLAIMS = 50


@dataclass(frozen=True)
class Recorded:
    """Claims that were recorded at once, on a page: their identifier there and what they say."""

    claims: tuple[Any, ...]

    @property
    def id(self) -> str:
        return ",".join(f"{claim._meta.model_name}-{claim.pk}" for claim in self.claims)

    @property
    def transfer(self) -> Transfer:
        return self.claims[0].transfer

    @property
    def figures(self) -> str:
        return ", ".join(map(describe_figure, self.claims))

    def __str__(self) -> str:
        return f"Recorded on {self.transfer}: {self.figures}."


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


def find_recorded(article: ArticleText, identifier: str) -> Recorded | None:
    """Return the claims of the article's source with this identifier, if all are there, of one transfer."""
    parts = identifier.split(",")[:MOST_CLAIMS]
    claims = [claim for part in parts for claim in _list_claims(article, part)]
    is_whole = len(claims) == len(parts) and len({claim.transfer_id for claim in claims}) == 1
    return Recorded(tuple(claims)) if is_whole else None


def _list_claims(article: ArticleText, identifier: str) -> list[Any]:
    """Return the claim with this identifier, if there is one."""
    name, _, number = identifier.rpartition("-")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return []
    return [
        claim
        for model in CLAIM_MODELS
        if model._meta.model_name == name
        for claim in model.objects.filter(source=article.source_id, pk=number).select_related("transfer")
    ]
