"""Imported deals beside transfers that other sources describe: what may be one, and where the two differ.

A deal is imported as a transfer of its own. Where an article describes the same transfer, a curator joins the
two (`join`) or rules it out (`decline`); nothing is joined by itself. Deployments are never in question.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from transfers.models import (
    Party,
    Proposal,
    Quantity,
    RegisterDeal,
    System,
    Transfer,
    TransferDate,
    Valuation,
)
from transfers.models.inserts import batched
from transfers.publication import figures
from transfers.registers.importing.sources import REGISTER
from transfers.vocabulary.lineage import list_line
from transfers.vocabulary.names import (
    Index,
    build_party_index,
    build_system_index,
    format_suggestions,
)

from .joining import NO_LINK, deal_of, decline, join
from .likeness import AGREEING, Comparison, Facts, Likeness, Verdict, compare, in_question, likeness

__all__ = [
    "Joined",
    "Link",
    "Summary",
    "Unknown",
    "compared",
    "deal_of",
    "decline",
    "join",
    "proposed",
    "summary",
]

#: Links that score less are not worth a look: little but the names speaks for them, and something against.
THRESHOLD = 0.4
#: What is left of a score where another deal is joined to the transfer already.
TAKEN = 0.6
#: Models of claims, the field and the beginning of the measure's public name, and what figures go by.
FIGURES: dict[Any, tuple[str, str, tuple[str, ...]]] = {
    Quantity: ("measure", "quantity_", ("minimum", "maximum", "unit", "as_of")),
    TransferDate: ("event", "date_", ("date",)),
    Valuation: ("measure", "", ("minimum", "maximum", "currency")),
}
SOURCE = ("key", "published", "publisher", "origin_of")


class Unknown(LookupError):
    """A party or system that nobody knows by this name; the text says what was perhaps meant."""


@dataclass(frozen=True)
class Link:
    """A deal, its own transfer and another that it may be; `rivals` are keys of what else either may be."""

    deal: RegisterDeal
    own: Transfer
    other: Transfer
    score: float
    reasons: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    rivals: tuple[str, ...] = ()

    @property
    def agreements(self) -> list[Comparison]:
        return [each for each in self.comparisons if each.verdict in AGREEING]

    @property
    def disputes(self) -> list[Comparison]:
        return [each for each in self.comparisons if each.verdict == Verdict.DISPUTE]


@dataclass(frozen=True)
class Joined:
    """A transfer that the register and others describe, its deals' newest statements, the figures of both."""

    transfer: Transfer
    deals: list[RegisterDeal]
    comparisons: list[Comparison]


@dataclass(frozen=True)
class Summary:
    """Where the register and the others stand: proposed, joined, and what only one side has."""

    links: list[Link]
    joined: list[Joined]
    transfers_alone: list[Transfer]
    deals_alone: int
    _imported: QuerySet = field(repr=False)

    def each_deal_alone(self) -> Iterator[tuple[Transfer, str]]:
        """Own transfers of deals without a link, each with the deal's locator; read as they are asked for."""
        linked = {link.own.pk for link in self.links}
        deals = _standing().filter(transfer=OuterRef("pk"), joined_from="").order_by("-pk")
        found = self._imported.annotate(locator=Subquery(deals.values("locator")[:1])).order_by("key")
        for transfer in found.select_related("supplier", "recipient", "system").iterator(chunk_size=2000):
            if transfer.pk not in linked:
                yield transfer, transfer.locator


def proposed(recipient: str = "", supplier: str = "", system: str = "") -> list[Link]:
    """Links worth a curator's look, best first; names as for `summary`.

    Takes a few queries for any number of transfers, and six for each 500 deals that come into question.
    """
    scope = _Scope.of(recipient, supplier, system)
    return _links(scope, _Described(scope))


def compared(*transfers: Transfer) -> list[Comparison]:
    """What the register and what others claim of one transfer, or of two that may be one."""
    claims = _claims([transfer.pk for transfer in transfers])
    return compare(*_sides(claim for found in claims.values() for claim in found))


def summary(recipient: str = "", supplier: str = "", system: str = "") -> Summary:
    """All of it, by any code, name or alias; a family includes its variants. Raises Unknown."""
    scope = _Scope.of(recipient, supplier, system)
    described = _Described(scope)
    links = _links(scope, described)
    joined = [
        Joined(transfer, described.deals[pk], compare(*described.sides[pk]))
        for pk, transfer in described.transfers.items()
        if pk in described.deals and scope.allows(transfer)
    ]
    met = {link.other.pk for link in links} | {*described.deals}
    alone = [each for pk, each in described.transfers.items() if pk not in met and scope.allows(each)]
    imported = _imported().filter(scope.parties)
    if scope.systems is not None:
        imported = imported.filter(system__slug__in=scope.systems)
    linked = {link.own.pk for link in links if scope.allows(link.own)}
    return Summary(links, joined, alone, imported.count() - len(linked), imported)


@dataclass(frozen=True)
class _Scope:
    """Which transfers are asked for; `systems` by slug, None: all."""

    parties: Q
    systems: frozenset[str] | None

    @classmethod
    def of(cls, recipient: str, supplier: str, system: str) -> "_Scope":
        parties = Q()
        named = {"recipient": recipient, "supplier": supplier}
        index = build_party_index(Party.objects.all()) if any(named.values()) else Index()
        for role, name in named.items():
            if name:
                parties &= Q(**{f"{role}__code__in": _find(index, role, name)})
        slugs = _find(build_system_index(System.objects.all()), "system", system) if system else None
        return cls(parties, None if slugs is None else frozenset(slugs))

    def allows(self, *transfers: Transfer) -> bool:
        return self.systems is None or any(each.system.slug in self.systems for each in transfers)


def _find(index: Index, what: str, name: str) -> set[str]:
    if found := index.find(name):
        return found
    raise Unknown(f"No {what} is known as {name!r}.{format_suggestions(index.suggest(name))}")


def _standing() -> QuerySet:
    """Deals of imports that were not undone, without what an edition says that a later one said before it."""
    return RegisterDeal.objects.filter(batch__undone__isnull=True).exclude(outcome="earlier")


def _elsewhere() -> Q:
    """Transfers with a claim of a source that is no edition of the register."""
    claims = (model.objects.exclude(source__origin_of=REGISTER) for model in FIGURES)
    return reduce(or_, (Q(pk__in=found.values("transfer")) for found in claims))


def _transfers() -> QuerySet:
    """Transfers that may be a deal at all."""
    return Transfer.objects.exclude(kind=Transfer.Kind.DEPLOYMENT).exclude(state=Transfer.State.WITHDRAWN)


def _imported() -> QuerySet:
    """Own transfers of deals: joined to nothing, and described by the register alone."""
    deals = _standing().filter(transfer=OuterRef("pk"), joined_from="")
    return _transfers().filter(Exists(deals)).exclude(_elsewhere())


class _Described:
    """The transfers that others describe, of these parties; by id, with what either side says of them."""

    def __init__(self, scope: _Scope):
        found = _transfers().filter(_elsewhere(), scope.parties)
        named = found.select_related("supplier", "recipient", "system").order_by("key")
        self.transfers: dict[int, Transfer] = {transfer.pk: transfer for transfer in named}
        claims = _claims(found.values("pk"))
        self.sides = {pk: _sides(claims.get(pk, ())) for pk in self.transfers}
        self.deals = _newest(_standing().filter(transfer__in=found.values("pk")))
        self.lines = _Lines()
        self.by_parties: dict[tuple[int, int], list[tuple[int, Facts]]] = defaultdict(list)
        for pk, transfer in self.transfers.items():
            facts = self.lines.facts(transfer, self.sides[pk][1])
            self.by_parties[transfer.supplier_id, transfer.recipient_id].append((pk, facts))


class _Lines:
    """The families of all systems, read once."""

    def __init__(self) -> None:
        self._families = dict(System.objects.values_list("pk", "variant_of"))

    def of(self, system: int) -> frozenset[int]:
        """Return the system and its families."""
        return frozenset(list_line(system, self._families))

    def facts(self, transfer: Transfer, claims: Iterable[figures.Claim] = ()) -> Facts:
        where = (transfer.supplier_id, transfer.recipient_id, transfer.system_id)
        return Facts(*where, self.of(transfer.system_id), transfer.kind, tuple(claims))


def _newest(deals: QuerySet) -> dict[int, list[RegisterDeal]]:
    """The newest statement of each deal, by transfer; a transfer has several where several were joined."""
    found: dict[int, dict[str, RegisterDeal]] = {}
    for deal in deals.select_related("batch").order_by("pk"):
        found.setdefault(deal.transfer_id, {})[deal.joined_from] = deal
    return {pk: list(each.values()) for pk, each in found.items()}


def _claims(transfers: Any) -> dict[int, list[figures.Claim]]:
    """All claims of these transfers (ids, or a query of them) as figures, by transfer; three queries."""
    found: dict[int, list[figures.Claim]] = defaultdict(list)
    for model, (measure, prefix, names) in FIGURES.items():
        columns = ("transfer", measure, "preferred", *(f"source__{name}" for name in SOURCE), *names)
        rows = model.objects.filter(transfer__in=transfers).order_by("pk").values_list(*columns)
        for pk, said, preferred, key, published, publisher, origin, *values in rows.iterator(chunk_size=2000):
            told = {name: _plain(value) for name, value in zip(names, values, strict=True)}
            where = {"source": key, "published": published, "publisher": publisher}
            found[pk].append(
                figures.Claim(prefix + said, **where, origin_of=origin or None, preferred=preferred, **told)
            )
    return found


def _plain(value: Any) -> Any:
    """Text or None as it is, '' as None, a number as a float."""
    return (value or None) if isinstance(value, str) or value is None else float(value)


def _sides(claims: Iterable[figures.Claim]) -> tuple[list[figures.Claim], list[figures.Claim]]:
    """The register's claims, of all its editions, and those of others."""
    sides: tuple[list[figures.Claim], list[figures.Claim]] = ([], [])
    for claim in claims:
        sides[claim.origin_of != REGISTER].append(claim)
    return sides


def _links(scope: _Scope, described: _Described) -> list[Link]:
    candidates = _candidates(described)
    links: list[Link] = []
    for pks in batched(list(candidates)):
        links += _scored({pk: candidates[pk] for pk in pks}, scope, described)
    return _with_rivals(sorted(links, key=lambda link: (-link.score, link.own.key, link.other.key)))


def _candidates(described: _Described) -> dict[int, list[tuple[int, Facts]]]:
    """Own transfers of deals that parties and systems allow to be others, by id."""
    suppliers = {supplier for supplier, _ in described.by_parties}
    recipients = {recipient for _, recipient in described.by_parties}
    near = _imported().filter(supplier__in=suppliers, recipient__in=recipients)
    fields = ("pk", "supplier", "recipient", "system", "kind")
    found: dict[int, list[tuple[int, Facts]]] = {}
    for transfer in near.only(*fields).iterator(chunk_size=2000):
        facts = described.lines.facts(transfer)
        there = described.by_parties.get((transfer.supplier_id, transfer.recipient_id), ())
        if others := [(pk, theirs) for pk, theirs in there if in_question(facts, theirs)]:
            found[transfer.pk] = others
    return found


def _scored(
    candidates: dict[int, list[tuple[int, Facts]]], scope: _Scope, described: _Described
) -> Iterator[Link]:
    pks = list(candidates)
    owns = Transfer.objects.select_related("supplier", "recipient", "system").in_bulk(pks)
    claims, deals = _claims(pks), _newest(_standing().filter(transfer__in=pks, joined_from=""))
    declined = Proposal.objects.filter(transfer__in=pks, field=NO_LINK, decision=Proposal.Decision.DECLINED)
    ruled_out = set(declined.values_list("transfer", "value"))
    for own in owns.keys() & deals.keys():  # one may be gone meanwhile
        mine = described.lines.facts(owns[own], claims[own])
        for pk, theirs in candidates[own]:
            other = described.transfers[pk]
            if (own, other.key) in ruled_out or not scope.allows(owns[own], other):
                continue
            found = _less_if_taken(likeness(mine, theirs), described.deals.get(pk, []))
            if found and found.score >= THRESHOLD:
                yield Link(deals[own][-1], owns[own], other, found.score, found.reasons, found.comparisons)


def _less_if_taken(found: Likeness | None, deals: Sequence[RegisterDeal]) -> Likeness | None:
    if found is None or not deals:
        return found
    reason = f"another deal is joined to it already, {deals[-1].locator} of {deals[-1].batch.file_name}"
    return replace(found, score=round(found.score * TAKEN, 4), reasons=(*found.reasons, reason))


def _with_rivals(links: list[Link]) -> list[Link]:
    """Each link with the keys of other transfers that its deal may be, and of other deals that may be its."""
    others, owns = defaultdict(list), defaultdict(list)
    for link in links:
        others[link.own.pk].append(link.other.key)
        owns[link.other.pk].append(link.own.key)
    marked = []
    for link in links:
        rivals = [key for key in others[link.own.pk] if key != link.other.key]
        rivals += [key for key in owns[link.other.pk] if key != link.own.key]
        marked.append(replace(link, rivals=tuple(rivals)))
    return marked
