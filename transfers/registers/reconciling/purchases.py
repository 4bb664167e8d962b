"""Several deals of a register that together are one purchase, as others describe it.

A paper writes of five helicopters that the register has as orders of three and of two. Deals whose numbers
add up to a number that others state exactly are proposed as its parts, as one group. Deals that are joined
already count with them. The search is bounded: of each transfer's deals those most like it, and few parts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from transfers.models import RegisterDeal, Transfer
from transfers.publication.figures import Claim, resolve

from .comparisons import AGREEING
from .likeness import Likeness, TransferFacts, compute_likeness

#: Deals that are tried for one transfer, and the parts that a purchase has at most.
MOST_DEALS, MOST_PARTS = 16, 5
#: Ways to make one number that are looked at, and those that are proposed.
MOST_WAYS, PROPOSED = 30, 3
#: The figures that may add up, the more telling first.
COUNTED = ("quantity_ordered", "quantity_delivered")


@dataclass(frozen=True)
class Candidate:
    """Deal that may be another transfer, or a part of it, as far as parties, system and dates allow."""

    deal: RegisterDeal
    own: Transfer
    facts: TransferFacts
    likeness: Likeness

    @property
    def parts(self) -> tuple[Claim, ...]:
        """Return the deal's claims as those of a part."""
        return tuple(replace(claim, part=self.own.key) for claim in self.facts.claims)


@dataclass(frozen=True)
class Described:
    """Transfer that other sources describe: their facts, and what the register claims of it already."""

    transfer: Transfer
    facts: TransferFacts
    joined: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Purchase:
    """Deals that may be the parts of one transfer; `rivals` are other ways to make its number.

    `likeness` is that of all parts together.
    """

    deals: tuple[RegisterDeal, ...]
    owns: tuple[Transfer, ...]
    other: Transfer
    likeness: Likeness
    rivals: tuple[str, ...] = ()

    @property
    def keys(self) -> str:
        return ",".join(own.key for own in self.owns)


@dataclass(frozen=True, slots=True)
class _Count:
    """Exact number in a unit."""

    number: int
    unit: str


def list_purchases(other: Described, candidates: Iterable[Candidate]) -> list[Purchase]:
    """Return the groups of deals that make the transfer's number, best first; none where one deal does."""
    nearest = sorted(candidates, key=lambda candidate: (-candidate.likeness.score, candidate.own.key))
    for measure in COUNTED:
        if total := _get_count(other.facts.claims, measure):
            purchases = list(_list_ways(other, nearest[:MOST_DEALS], measure, total))
            purchases.sort(key=lambda way: (-way.likeness.score, len(way.owns), way.keys))
            return _add_rivals(purchases)
    return []


def combine(other: Described, candidates: Sequence[Candidate]) -> Likeness | None:
    """Return how alike these deals, and those that are joined already, together are to the transfer."""
    claims = (*other.joined, *(claim for candidate in candidates for claim in candidate.parts))
    unlike = [candidate for candidate in candidates if candidate.facts.system != other.facts.system]
    facts = (unlike or candidates)[0].facts
    return compute_likeness(replace(facts, claims=claims), other.facts)


def fits(likeness: Likeness | None) -> bool:
    """Return whether the first number that both sides state agrees."""
    figures = {figure.measure: figure for figure in likeness.comparisons} if likeness else {}
    for measure in COUNTED:
        if measure in figures and figures[measure].is_two_sided:
            return figures[measure].verdict in AGREEING
    return False


def _get_count(claims: Sequence[Claim], measure: str) -> _Count | None:
    """Return the exact number that the claims settle; None for a range, or none at all."""
    row = resolve("", [claim for claim in claims if claim.measure == measure])
    bottom, top, unit = row[f"{measure}_min"], row[f"{measure}_max"], row["unit"]
    return _Count(bottom, unit) if unit and bottom and bottom == top else None


def _list_ways(
    other: Described, candidates: Sequence[Candidate], measure: str, total: _Count
) -> Iterator[Purchase]:
    counts = [_get_count(candidate.facts.claims, measure) for candidate in candidates]
    comparable = [
        (candidate, count.number)
        for candidate, count in zip(candidates, counts, strict=True)
        if count and count.unit == total.unit
    ]
    joined = _get_count(other.joined, measure)
    rest = total.number - (joined.number if joined else 0)
    if rest in {number for _, number in comparable}:
        return
    for indexes in islice(list_part_sums([number for _, number in comparable], rest), MOST_WAYS):
        chosen = sorted((comparable[index] for index in indexes), key=lambda part: part[0].own.key)
        parts = [part for part, _ in chosen]
        likeness = combine(other, parts)
        if likeness is not None and fits(likeness):
            yield Purchase(
                tuple(part.deal for part in parts),
                tuple(part.own for part in parts),
                other.transfer,
                _explain(likeness, [number for _, number in chosen], is_added=joined is not None),
            )


def _explain(likeness: Likeness, numbers: Sequence[int], *, is_added: bool) -> Likeness:
    added = " with what is joined already" if is_added else ""
    reason = f"{' + '.join(map(str, numbers))}{added} make its number"
    return replace(likeness, reasons=(reason, *likeness.reasons))


def list_part_sums(numbers: Sequence[int], total: int) -> Iterator[tuple[int, ...]]:
    """Yield the places of two or more of these numbers that add up to the total, the fewest first."""
    for count in range(2, MOST_PARTS + 1):
        yield from _choose(numbers, total, count, 0)


def _choose(numbers: Sequence[int], total: int, count: int, start: int) -> Iterator[tuple[int, ...]]:
    if count == 0:
        if total == 0:
            yield ()
        return
    for place in range(start, len(numbers) - count + 1):
        if numbers[place] <= total:
            for rest in _choose(numbers, total - numbers[place], count - 1, place + 1):
                yield (place, *rest)


def _add_rivals(purchases: Sequence[Purchase]) -> list[Purchase]:
    """Return the best ways, each with the keys of the others; of many how many there are."""
    proposed, more = purchases[:PROPOSED], len(purchases) - PROPOSED
    at_least = "at least " if len(purchases) == MOST_WAYS else ""
    others = [f"{at_least}{more} other ways"] if more > 0 else []
    return [
        replace(way, rivals=(*(rival.keys for rival in proposed if rival is not way), *others))
        for way in proposed
    ]
