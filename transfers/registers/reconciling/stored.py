"""Stored transfers, deals and claims that reconciling reads, and the names that narrow it down."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from transfers.models import Party, Quantity, RegisterDeal, System, Transfer, TransferDate, Valuation
from transfers.models.curation import TransferQuerySet
from transfers.models.naming import NameFinder, PartyFinder, SystemFinder
from transfers.publication.figures import Claim
from transfers.publication.limited import add_up_periods
from transfers.registers.importing.sources import REGISTER

#: Models of claims with the beginning of their measures' public names and the fields of their figures.
FIGURES: dict[Any, tuple[str, tuple[str, ...]]] = {
    Quantity: ("quantity_", ("minimum", "maximum", "unit", "as_of")),
    TransferDate: ("date_", ("date",)),
    Valuation: ("", ("minimum", "maximum", "currency")),
}
OWN = ("preferred", "period", "part")
SOURCE = ("key", "published", "publisher", "origin_of")


class UnknownName(LookupError):
    """Name that no party or system has, or several have; the text suggests names."""


@dataclass(frozen=True)
class Scope:
    """Parties and system that reconciling is narrowed down to; `systems` by slug, None for all."""

    parties: Q
    systems: frozenset[str] | None

    def allows(self, *transfers: Transfer) -> bool:
        return self.systems is None or any(transfer.system.slug in self.systems for transfer in transfers)


def build_scope(recipient: str, supplier: str, system: str) -> Scope:
    """Return the scope of any codes, names or aliases; empty ones narrow nothing. Raises UnknownName."""
    parties = Q()
    named = {"recipient": recipient, "supplier": supplier}
    parties_by_name = PartyFinder(Party.objects.all())
    for role, name in named.items():
        if name:
            parties &= Q(**{f"{role}__code__in": _find(parties_by_name, role, name)})
    slugs = _find(SystemFinder(System.objects.all()), "system", system) if system else None
    return Scope(parties, slugs)


def _find(finder: NameFinder, role: str, name: str) -> frozenset[str]:
    meaning = finder.get_meaning(name)
    if meaning.is_clear:
        return meaning.keys
    unclear = f"{name!r} may be one of several" if meaning.is_ambiguous else f"No {role} is known as {name!r}"
    raise UnknownName(f"{unclear}.{meaning.hint}")


def filter_described(scope: Scope) -> TransferQuerySet:
    """Return the transfers that other sources than the register describe."""
    return _filter_candidates().filter(_are_described_elsewhere(), scope.parties)


def filter_imported() -> TransferQuerySet:
    """Return the own transfers of deals, which are joined to nothing and described by the register alone."""
    deals = RegisterDeal.objects.standing().unjoined().filter(transfer=OuterRef("pk"))
    return _filter_candidates().filter(Exists(deals)).exclude(_are_described_elsewhere())


def _filter_candidates() -> TransferQuerySet:
    withdrawn, deployed = Transfer.State.WITHDRAWN, Transfer.Kind.DEPLOYMENT
    return Transfer.objects.exclude(kind=deployed).exclude(state=withdrawn)


def _are_described_elsewhere() -> Q:
    claims = (model.objects.exclude(source__origin_of=REGISTER) for model in FIGURES)
    return reduce(or_, (Q(pk__in=records.values("transfer")) for records in claims))


def load_newest_deals(deals: QuerySet) -> dict[int, list[RegisterDeal]]:
    """Return the newest statement of each deal by its transfer, to which several deals may be joined."""
    newest: dict[int, dict[str, RegisterDeal]] = defaultdict(dict)
    for deal in deals.select_related("batch").order_by("pk"):
        newest[deal.transfer_id][deal.joined_from] = deal
    return {pk: list(by_origin.values()) for pk, by_origin in newest.items()}


def load_claims(transfers: Any) -> dict[int, list[Claim]]:
    """Return what is claimed of these transfers (ids, or a query of them) by transfer, in three queries.

    Figures that are limited to some years are added up.
    """
    claims: dict[int, list[Claim]] = defaultdict(list)
    for model, (prefix, names) in FIGURES.items():
        columns = ("transfer", model.MEASURE_FIELD, *OWN, *(f"source__{name}" for name in SOURCE), *names)
        rows = model.objects.filter(transfer__in=transfers).order_by("pk").values_list(*columns)
        for pk, measure, *values in rows.iterator(chunk_size=2000):
            claims[pk].append(_build_claim(prefix + measure, values, names))
    for pk, stated in claims.items():
        claims[pk] = add_up_periods(stated)
    return claims


def _build_claim(measure: str, values: Sequence[Any], names: Sequence[str]) -> Claim:
    """Return a claim of the values of its own fields, its source's and its figure's, in this order."""
    preferred, period, part, key, published, publisher, origin, *figures = values
    return Claim(
        measure,
        source=key,
        published=published,
        publisher=publisher,
        origin_of=origin or None,
        preferred=preferred,
        period=period or None,
        part=part or None,
        **{name: _simplify(value) for name, value in zip(names, figures, strict=True)},
    )


def _simplify(value: Any) -> Any:
    """Return texts and None as they are, '' as None, and numbers as floats."""
    return (value or None) if isinstance(value, str) or value is None else float(value)


def split_sides(claims: Iterable[Claim]) -> tuple[list[Claim], list[Claim]]:
    """Return the claims of the register, of all its editions, and those of other sources."""
    ours: list[Claim] = []
    theirs: list[Claim] = []
    for claim in claims:
        (ours if claim.origin_of == REGISTER else theirs).append(claim)
    return ours, theirs
