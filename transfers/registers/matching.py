"""Which deal of a newer edition is which deal of an older one. Pure.

An edition by delivery year gives each deal an ID. Between two such editions the ID decides: deals of one ID
are one deal whatever changed, and deals of two IDs are two.

The trade register has no ID, and no few of its columns tell one deal from another. So deals are sought within
a group (the same supplier, recipient and designation; the caller says what is the same), by ties from the
finest to the coarsest, and two are paired only where each is the only one left that the other may be:

1. everything stated is equal;
2. year, number ordered and comments are equal, and as many as possible of condition, TIV of a unit and years
   of delivery;
3. everything but the year of order is equal, and the years are at most 3 apart (or at any distance where
   comments or years of delivery are stated);
4. year, number delivered and years of delivery are equal, and if possible condition and TIV of a unit;
5. number ordered and comments are equal, and the years of order at most 3 apart;
6. the year is equal and with it the number ordered or the comments. Where the number speaks for one deal and
   the comments for another, neither is taken;
7. the year is equal; or the years are at most 3 apart and the number ordered or the comments are equal. Deals
   whose years of delivery have none in common are not paired by so little.

In ties 4 to 7 a number, comments or years of delivery must be stated to be equal. A year of order that is
not stated is near any. Of several deals that are equal in all they state, one is as good as another: they
pair off in the order of their files. What is left of the newer edition is ambiguous where tie 7 holds with
anything that is left of the older one, otherwise added. What is left of the older one has vanished unless an
ambiguous deal may be it.
A deal whose supplier, recipient or designation was renamed is told as vanished and added.

Between the two layouts the same ties hold, without the fields that only one of them states.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any

from transfers.vocabulary.words import fold

from .reading.records import STATED, Deal

NEAR = 3
_OF_ONE_LAYOUT = frozenset(
    "ordered ordered_uncertain comments tiv_ordered identifier category sipri_estimate"
    " local_production".split()
)
#: What both the trade register and the layout by delivery year state.
STATED_BY_BOTH = tuple(name for name in STATED if name not in _OF_ONE_LAYOUT)
_NEVER = 10**9


@dataclass
class Matching:
    """Indexes of old and new deals; `ambiguous`: new index → the old ones any of which it may be."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    added: list[int] = field(default_factory=list)
    vanished: list[int] = field(default_factory=list)
    ambiguous: dict[int, list[int]] = field(default_factory=dict)


_folded = lru_cache(maxsize=65536)(fold)


def fold_names(deal: Deal) -> Hashable:
    """Supplier, recipient and designation as they are printed, without case, spaces and marks."""
    return _folded(deal.supplier), _folded(deal.recipient), _folded(deal.designation)


def match(
    old: Sequence[Deal],
    new: Sequence[Deal],
    group: Callable[[Deal], Hashable] = fold_names,
) -> Matching:
    """Pair the deals of two editions, of one layout or of two, or of what several editions have left."""
    found = Matching()
    old_ids, old_plain = _by_layout(old)
    new_ids, new_plain = _by_layout(new)

    def stage(
        olds: list[int], news: list[int], key: _Key, passes: list[_Ties]
    ) -> tuple[list[int], list[int]]:
        """Match those at the indexes; what is left of both goes to the next stage."""
        groups = _unequal((old, olds), (new, news), key, found.pairs)
        rest = Matching(found.pairs, ambiguous=found.ambiguous)
        for one_side, other_side in groups.values():
            _settle(one_side, other_side, passes, rest)
        return rest.vanished, rest.added

    old_ids, new_ids = stage(old_ids, new_ids, _identifier, [*_ties(STATED), _SAME_ID])
    old_plain, new_plain = stage(old_plain, new_plain, group, _ties(STATED))
    across = _ties(STATED_BY_BOTH)
    old_plain, new_ids = stage(old_plain, new_ids, group, across)
    old_ids, new_plain = stage(old_ids, new_plain, group, across)
    found.pairs.sort(key=lambda pair: pair[1])
    found.ambiguous = dict(sorted(found.ambiguous.items()))
    found.added, found.vanished = sorted(new_ids + new_plain), sorted(old_ids + old_plain)
    return found


_Key = Callable[[Deal], Hashable]
_identifier, _stated = attrgetter("identifier"), attrgetter(*STATED)


def _by_layout(deals: Sequence[Deal]) -> tuple[list[int], list[int]]:
    """Indexes of the deals that have an ID, and of those that have none."""
    places: tuple[list[int], list[int]] = ([], [])
    for index, deal in enumerate(deals):
        places[not deal.identifier].append(index)
    return places


@dataclass(slots=True, eq=False)
class _Alike:
    """Deals of one edition that are equal in all they state, and which of them are left, in file order."""

    deal: Deal
    left: list[int]


_Side = list[_Alike]


def _unequal(
    old: tuple[Sequence[Deal], list[int]],
    new: tuple[Sequence[Deal], list[int]],
    key: _Key,
    pairs: list[tuple[int, int]],
) -> dict[Hashable, tuple[_Side, _Side]]:
    """Pair off equal deals among those at the indexes; what is left of both, by group."""
    sides: list[dict[tuple[Hashable, Any], list[int]]] = [defaultdict(list), defaultdict(list)]
    for side, (deals, indexes) in zip(sides, (old, new), strict=True):
        for index in sorted(indexes):
            side[key(deals[index]), _stated(deals[index])].append(index)
    groups: dict[Hashable, tuple[_Side, _Side]] = defaultdict(lambda: ([], []))
    for which, (side, (deals, _)) in enumerate(zip(sides, (old, new), strict=True)):
        for alike, indexes in side.items():
            equal = sides[1 - which].get(alike, ())
            if which == 0:
                pairs += zip(indexes, equal, strict=False)
            if left := indexes[len(equal) :]:
                groups[alike[0]][which].append(_Alike(deals[left[0]], left))
    return groups


@dataclass(frozen=True)
class _Tie:
    """Two deals are tied where these fields are equal, those in `stated` are stated, and the years are near.

    A `reach` of None takes any two years.
    """

    same: tuple[str, ...]
    stated: tuple[str, ...] = ()
    reach: int | None = None

    def key(self, deal: Deal) -> Hashable | None:
        for name in self.stated:
            if getattr(deal, name) in (None, "", ()):
                return None
        return (self._values(deal),)

    @cached_property
    def _values(self) -> Callable[[Deal], Hashable]:
        return attrgetter(*self.same)

    def holds(self, old: Deal, new: Deal) -> bool:
        key = self.key(old)
        return key is not None and key == self.key(new) and self.is_near(old.year, new.year)

    def is_near(self, one: int | None, other: int | None) -> bool:
        return self.reach is None or one is None or other is None or abs(one - other) <= self.reach


_Ties = tuple[_Tie, ...]
_SAME_ID: _Ties = (_Tie(("identifier",)),)


def _ties(fields: Sequence[str]) -> list[_Ties]:
    """The ties from the finest to the coarsest, without those by a field that one layout does not state."""
    rest = tuple(name for name in fields if name not in {"year", "year_uncertain"})
    order, delivery = ("year", "ordered", "comments"), ("year", "delivered", "delivery_years")
    passes: list[_Ties] = [
        (_Tie((*order, "condition", "tiv_unit", "delivery_years")),),
        (_Tie((*order, "delivery_years")),),
        (_Tie((*order, "condition", "tiv_unit")),),
        (_Tie(order),),
        (_Tie(rest, ("comments",)), _Tie(rest, ("delivery_years",)), _Tie(rest, (), NEAR)),
        (_Tie((*delivery, "condition", "tiv_unit"), ("delivered", "delivery_years")),),
        (_Tie(delivery, ("delivered", "delivery_years")),),
        (_Tie(("ordered", "comments"), ("ordered", "comments"), NEAR),),
        (_Tie(("year", "ordered"), ("ordered",)), _Tie(("year", "comments"), ("comments",))),
        (
            _Tie(("year",)),
            _Tie(("ordered",), ("ordered",), NEAR),
            _Tie(("comments",), ("comments",), NEAR),
        ),
    ]
    if fields is not STATED:  # else those that are equal are paired already
        passes.insert(0, (_Tie(tuple(fields)),))
    known = [tuple(tie for tie in ties if {*tie.same, *tie.stated} <= set(fields)) for ties in passes]
    return [ties for ties in known if ties]


def _settle(olds: _Side, news: _Side, passes: Sequence[_Ties], matching: Matching) -> None:
    """Pair what can be paired within one group, and file the rest."""
    olds.sort(key=_year)
    news.sort(key=_year)
    for ties in passes:
        if not olds or not news:
            break
        last_resort = ties is passes[-1] and ties is not _SAME_ID
        for one, other in _only_each_other(olds, news, ties):
            if last_resort and _delivered_apart(one.deal, other.deal):
                continue
            count = min(len(one.left), len(other.left))
            matching.pairs += zip(one.left[:count], other.left[:count], strict=True)
            del one.left[:count], other.left[:count]
        olds = [each for each in olds if each.left]
        news = [each for each in news if each.left]
    _file(olds, news, passes[-1], matching)


def _file(olds: _Side, news: _Side, ties: _Ties, matching: Matching) -> None:
    sought = _Sought(olds, ties)
    claimed: set[int] = set()
    for each in news:
        may_be = sorted(index for one in sought.akin(each.deal) for index in one.left)
        if may_be:
            matching.ambiguous |= dict.fromkeys(each.left, may_be)
            claimed.update(may_be)
        else:
            matching.added += each.left
    matching.vanished += (index for each in olds for index in each.left if index not in claimed)


def _only_each_other(olds: _Side, news: _Side, ties: _Ties) -> list[tuple[_Alike, _Alike]]:
    """Those that are tied to one another and to nothing else."""
    if len(olds) == len(news) == 1:
        one, other = olds[0], news[0]
        return [(one, other)] if any(tie.holds(one.deal, other.deal) for tie in ties) else []
    forth, back = _Sought(news, ties), _Sought(olds, ties)
    found = []
    for one in olds:
        tied = forth.akin(one.deal, limit=2)
        if len(tied) == 1 and back.akin(tied[0].deal, limit=2) == [one]:
            found.append((one, tied[0]))
    return found


def _delivered_apart(old: Deal, new: Deal) -> bool:
    years = old.delivery_years, new.delivery_years
    return all(years) and set(years[0]).isdisjoint(years[1])


def _year(alike: _Alike) -> int:
    return _NEVER if alike.deal.year is None else alike.deal.year


class _Sought:
    """One side of a group, in order of year, to be sought by ties in a time that does not grow with it."""

    def __init__(self, side: _Side, ties: _Ties) -> None:
        self.by_key: list[tuple[_Tie, dict[Hashable, _Side]]] = []
        for tie in ties:
            found: dict[Hashable, _Side] = defaultdict(list)
            for each in side:
                if (key := tie.key(each.deal)) is not None:
                    found[key].append(each)
            self.by_key.append((tie, found))

    def akin(self, deal: Deal, limit: int = _NEVER) -> _Side:
        """What is tied to the deal; of each tie no more than `limit`."""
        found: dict[int, _Alike] = {}
        for tie, by_key in self.by_key:
            side = by_key.get(tie.key(deal), [])
            found |= {id(each): each for each in _within(side, deal.year, tie.reach, limit)}
        return list(found.values())


def _within(side: _Side, year: int | None, reach: int | None, limit: int) -> Iterator[_Alike]:
    """Those of a side in order of year that are within reach; one without a year always is."""
    if not side:
        return
    if reach is None or year is None:
        yield from side[:limit]
        return
    first = bisect_left(side, year - reach, key=_year)
    last = bisect_right(side, year + reach, key=_year)
    yield from side[first : min(last, first + limit)]
    unstated = bisect_left(side, _NEVER, key=_year)
    yield from side[unstated : unstated + limit]
