"""Imported deals beside transfers that other sources describe: which may be one, and where they differ.

A deal is imported as a transfer of its own. If an article describes the same transfer, a curator joins the
two or rules that out (`joining`); nothing is joined automatically, and deployments are never proposed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from django.db.models import OuterRef, Subquery

from transfers.models import Proposal, RegisterDeal, System, Transfer
from transfers.models.curation import TransferQuerySet
from transfers.models.inserts import batched
from transfers.publication.figures import Claim
from transfers.vocabulary.lineage import list_line

from .comparisons import FigureComparison, Verdict, compare_figures
from .likeness import Likeness, TransferFacts, can_be_one, compute_likeness
from .purchases import Candidate, Described, Purchase, combine, fits, list_purchases
from .stored import (
    Scope,
    build_scope,
    filter_described,
    filter_imported,
    load_claims,
    load_newest_deals,
    split_sides,
)

#: Links with a lower score are not worth a look: little but the names speaks for them.
THRESHOLD = 0.4
#: Factor of the score if another deal is joined to the transfer already, and the two do not make its number.
TAKEN = 0.6


@dataclass(frozen=True)
class Link:
    """Deal, its own transfer and another that it may be; `rivals` are keys of others that either may be."""

    deal: RegisterDeal
    own: Transfer
    other: Transfer
    likeness: Likeness
    rivals: tuple[str, ...] = ()

    @property
    def disputes(self) -> list[FigureComparison]:
        return [figure for figure in self.likeness.comparisons if figure.verdict == Verdict.DISPUTE]


@dataclass(frozen=True)
class JoinedTransfer:
    """Transfer that the register and other sources describe, with its deals and the figures of both sides."""

    transfer: Transfer
    deals: list[RegisterDeal]
    comparisons: list[FigureComparison]


@dataclass(frozen=True)
class LinkSummary:
    """Proposed links and purchases, joined transfers, and what only one side has."""

    links: list[Link]
    purchases: list[Purchase]
    joined: list[JoinedTransfer]
    transfers_alone: list[Transfer]
    deals_alone: int
    _imported: TransferQuerySet = field(repr=False)

    def iterate_deals_alone(self) -> Iterator[tuple[Transfer, str]]:
        """Yield the own transfers of deals without a link, each with the deal's locator."""
        linked = _list_linked(self.links, self.purchases)
        deals = RegisterDeal.objects.standing().unjoined().filter(transfer=OuterRef("pk")).order_by("-pk")
        located = self._imported.annotate(locator=Subquery(deals.values("locator")[:1]))
        for transfer in located.with_names().order_by("key").iterator(chunk_size=2000):
            if transfer.pk not in linked:
                yield transfer, transfer.locator


def list_links(recipient: str = "", supplier: str = "", system: str = "") -> list[Link]:
    """Return the links worth a curator's look, best first; names as for `build_summary`."""
    return list_proposed(recipient, supplier, system)[0]


def list_proposed(
    recipient: str = "", supplier: str = "", system: str = ""
) -> tuple[list[Link], list[Purchase]]:
    """Return links and purchases worth a curator's look, best first; names as for `build_summary`.

    Takes a few queries for any number of transfers, and six for each 500 deals in question.
    """
    scope = build_scope(recipient, supplier, system)
    return _list_proposed(scope, _DescribedTransfers(scope))


def list_plain(links: Iterable[Link], least_score: float) -> list[Link]:
    """Return the links of at least this score that have no rival and no figure in dispute."""
    return [
        link for link in links if link.likeness.score >= least_score and not link.rivals and not link.disputes
    ]


def build_summary(recipient: str = "", supplier: str = "", system: str = "") -> LinkSummary:
    """Return all links and what has none, by any code, name or alias; a family includes its variants.

    Raises UnknownName.
    """
    scope = build_scope(recipient, supplier, system)
    described = _DescribedTransfers(scope)
    links, purchases = _list_proposed(scope, described)
    joined = [
        JoinedTransfer(transfer, described.deals[pk], compare_figures(*described.sides[pk]))
        for pk, transfer in described.transfers.items()
        if pk in described.deals and scope.allows(transfer)
    ]
    linked = {link.other.pk for link in links} | {purchase.other.pk for purchase in purchases}
    alone = [
        transfer
        for pk, transfer in described.transfers.items()
        if pk not in linked and pk not in described.deals and scope.allows(transfer)
    ]
    imported = filter_imported().filter(scope.parties)
    if scope.systems is not None:
        imported = imported.filter(system__slug__in=scope.systems)
    deals_alone = imported.count() - sum(map(scope.allows, _list_linked(links, purchases).values()))
    return LinkSummary(links, purchases, joined, alone, deals_alone, imported)


def _list_linked(links: Iterable[Link], purchases: Iterable[Purchase]) -> dict[int, Transfer]:
    """Return the own transfers of deals that are proposed for another, by id."""
    owns = [link.own for link in links] + [own for purchase in purchases for own in purchase.owns]
    return {own.pk: own for own in owns}


class _DescribedTransfers:
    """Transfers in the scope that other sources describe, by id, with what either side states of them."""

    def __init__(self, scope: Scope):
        described = filter_described(scope)
        self.transfers = {transfer.pk: transfer for transfer in described.with_names().order_by("key")}
        claims = load_claims(described.values("pk"))
        self.sides = {pk: split_sides(claims.get(pk, ())) for pk in self.transfers}
        self.deals = load_newest_deals(
            RegisterDeal.objects.standing().filter(transfer__in=described.values("pk"))
        )
        self.families = dict(System.objects.values_list("pk", "variant_of"))
        self.facts: dict[int, TransferFacts] = {}
        self.by_parties: dict[tuple[int, int], list[tuple[int, TransferFacts]]] = defaultdict(list)
        for pk, transfer in self.transfers.items():
            facts = self.facts[pk] = _build_facts(transfer, self.families, self.sides[pk][1])
            self.by_parties[transfer.supplier_id, transfer.recipient_id].append((pk, facts))

    def describe(self, pk: int) -> Described:
        """Return the transfer with what either side states of it."""
        return Described(self.transfers[pk], self.facts[pk], tuple(self.sides[pk][0]))


def _build_facts(
    transfer: Transfer, families: Mapping[int, int | None], claims: Iterable[Claim] = ()
) -> TransferFacts:
    names = (transfer.supplier_id, transfer.recipient_id, transfer.system_id)
    line = frozenset(list_line(transfer.system_id, families))
    return TransferFacts(*names, line, transfer.kind, tuple(claims))


#: What parties and systems allow a deal to be: ids and facts of other transfers, by the id of its own.
_Candidates = dict[int, list[tuple[int, TransferFacts]]]


def _list_proposed(scope: Scope, described: _DescribedTransfers) -> tuple[list[Link], list[Purchase]]:
    candidates = _find_candidates(described)
    links: list[Link] = []
    by_other: dict[int, list[Candidate]] = defaultdict(list)
    for pks in batched(list(candidates)):
        for other_pk, candidate in _compare({pk: candidates[pk] for pk in pks}, scope, described):
            by_other[other_pk].append(candidate)
    purchases: list[Purchase] = []
    for pk, of_other in by_other.items():
        other = described.describe(pk)
        links += _list_links(other, of_other, described.deals.get(pk, []))
        purchases += list_purchases(other, of_other)
    links.sort(key=lambda link: (-link.likeness.score, link.own.key, link.other.key))
    purchases.sort(key=lambda purchase: (-purchase.likeness.score, purchase.keys, purchase.other.key))
    return _add_rivals(links), purchases


def _find_candidates(described: _DescribedTransfers) -> _Candidates:
    suppliers = {supplier for supplier, _ in described.by_parties}
    recipients = {recipient for _, recipient in described.by_parties}
    near = filter_imported().filter(supplier__in=suppliers, recipient__in=recipients)
    fields = ("pk", "supplier", "recipient", "system", "kind")
    candidates: _Candidates = {}
    for transfer in near.only(*fields).iterator(chunk_size=2000):
        facts = _build_facts(transfer, described.families)
        others = described.by_parties.get((transfer.supplier_id, transfer.recipient_id), ())
        if possible := [(pk, other) for pk, other in others if can_be_one(facts, other)]:
            candidates[transfer.pk] = possible
    return candidates


def _compare(
    candidates: _Candidates, scope: Scope, described: _DescribedTransfers
) -> Iterator[tuple[int, Candidate]]:
    """Yield the deals that may be other transfers by their dates too, each with the id of the transfer."""
    pks = list(candidates)
    transfers, claims = Transfer.objects.with_names().in_bulk(pks), load_claims(pks)
    declined = Proposal.objects.filter(
        transfer__in=pks, field=Proposal.Proposed.NO_LINK, decision=Proposal.Decision.DECLINED
    )
    ruled_out = set(declined.values_list("transfer", "value"))
    deals = load_newest_deals(RegisterDeal.objects.standing().unjoined().filter(transfer__in=pks))
    for pk in transfers.keys() & deals.keys():  # one may be gone meanwhile
        own = transfers[pk]
        facts = _build_facts(own, described.families, claims[pk])
        for other_pk, other_facts in candidates[pk]:
            other = described.transfers[other_pk]
            if (pk, other.key) in ruled_out or not scope.allows(own, other):
                continue
            if likeness := compute_likeness(facts, other_facts):
                yield other_pk, Candidate(deals[pk][-1], own, facts, likeness)


def _list_links(
    other: Described, candidates: Iterable[Candidate], joined: list[RegisterDeal]
) -> Iterator[Link]:
    for candidate in candidates:
        likeness = _weigh_joined(other, candidate, joined) if joined else candidate.likeness
        if likeness.score >= THRESHOLD:
            yield Link(candidate.deal, candidate.own, other.transfer, likeness)


def _weigh_joined(other: Described, candidate: Candidate, joined: list[RegisterDeal]) -> Likeness:
    """Return the likeness beside joined deals: less, unless together they make the transfer's number."""
    place = f"{joined[-1].locator} of {joined[-1].batch.file_name}"
    together = combine(other, [candidate])
    if together is not None and fits(together):
        reason = f"it adds to what is joined to it already, {place}"
        return replace(together, reasons=(*together.reasons, reason))
    likeness = candidate.likeness
    reason = f"another deal is joined to it already, {place}"
    score = round(likeness.score * TAKEN, 4)
    return replace(likeness, score=score, reasons=(*likeness.reasons, reason))


def _add_rivals(links: list[Link]) -> list[Link]:
    """Return the links with the keys of other transfers and deals that either side may be as well."""
    others, owns = defaultdict(list), defaultdict(list)
    for link in links:
        others[link.own.pk].append(link.other.key)
        owns[link.other.pk].append(link.own.key)
    return [
        replace(
            link,
            rivals=(
                *(key for key in others[link.own.pk] if key != link.other.key),
                *(key for key in owns[link.other.pk] if key != link.own.key),
            ),
        )
        for link in links
    ]
