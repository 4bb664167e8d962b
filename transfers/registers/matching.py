"""Pairs of deals: one of a newer edition with the same one of an older edition. Pure.

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
A deal whose supplier, recipient or designation was renamed has vanished and is added, unless the caller's
`group` takes both names for the same; `renames` then looks for other designations.

Between layouts the same ties hold, without the fields that only one of them states. An ID that two layouts
share decides only where two of the three names agree as well; otherwise the deal is ambiguous.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any

from transfers.vocabulary.words import fold_exactly, fold_party

from .reading.records import BEFORE_2023, STATED, Deal

NEAR = 3
_OF_ONE_LAYOUT = frozenset(
    "ordered ordered_uncertain comments tiv_ordered identifier category sipri_estimate"
    " local_production".split()
)
#: What both the trade register and the layout by delivery year state.
STATED_BY_BOTH = tuple(name for name in STATED if name not in _OF_ONE_LAYOUT)
_MARK_OF_YEARS = {"delivery_years_uncertain"}
_OF_AN_ORDER = {"ordered", "ordered_uncertain", "tiv_ordered"}
#: What the layout of before 2023 has in common with that by delivery year, and with the trade register.
_COMMON_BY_YEAR = tuple(name for name in STATED_BY_BOTH if name not in _MARK_OF_YEARS)
_COMMON_WITH_ORDER = tuple(name for name in STATED if name in {*_COMMON_BY_YEAR, *_OF_AN_ORDER})
_BY_YEAR = "by year"
_NEVER = 10**9


@dataclass
class Matching:
    """Indexes of old and new deals; `ambiguous`: new index → the old ones any of which it may be."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    added: list[int] = field(default_factory=list)
    vanished: list[int] = field(default_factory=list)
    ambiguous: dict[int, list[int]] = field(default_factory=dict)


_folded, _folded_party = lru_cache(maxsize=65536)(fold_exactly), lru_cache(maxsize=4096)(fold_party)


def fold_names(deal: Deal) -> tuple[Hashable, ...]:
    """Return supplier, recipient and designation as printed, without case, spaces and marks."""
    return _folded_party(deal.supplier), _folded_party(deal.recipient), _folded(deal.designation)


def list_common(*deals: Deal) -> tuple[str, ...]:
    """Return the fields that the layouts of all these deals state."""
    layouts = set(map(_get_layout, deals))
    if len(layouts) <= 1:
        return STATED
    if BEFORE_2023 not in layouts:
        return STATED_BY_BOTH
    return _COMMON_BY_YEAR if _BY_YEAR in layouts else _COMMON_WITH_ORDER


def _get_layout(deal: Deal) -> str:
    """Return the layout of the deal, which an ID tells where it does not say so itself."""
    return deal.layout or (_BY_YEAR if deal.identifier else "")


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
    """Return the ties from the finest to the coarsest, without those by a field that is not in `fields`."""
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
    if fields != STATED:  # else those that are equal are paired already
        passes.insert(0, (_Tie(tuple(fields)),))
    stated = [tuple(tie for tie in ties if {*tie.same, *tie.stated} <= set(fields)) for ties in passes]
    return [ties for ties in stated if ties]


_Key = Callable[[Deal], Hashable]
_Deals = dict[int, Deal]  # by their indexes
_identifier, _stated = attrgetter("identifier"), attrgetter(*STATED)


def match(old: Sequence[Deal], new: Sequence[Deal], group: _Key = fold_names) -> Matching:
    """Pair the deals of two editions, of one layout or of two, or of what several editions have left."""
    matching = Matching()
    old_ids, old_plain = _split_by_layout(old)
    new_ids, new_plain = _split_by_layout(new)
    in_one_layout, across_layouts = _ties(STATED), _ties(list_common(*old, *new))
    old_ids, new_ids = _match_stage(old_ids, new_ids, _identifier, [*in_one_layout, _SAME_ID], matching)
    _doubt_identifiers(old, new, matching)
    old_plain, new_plain = _match_stage(old_plain, new_plain, group, in_one_layout, matching)
    old_plain, new_ids = _match_stage(old_plain, new_ids, group, across_layouts, matching)
    old_ids, new_plain = _match_stage(old_ids, new_plain, group, across_layouts, matching)
    return Matching(
        pairs=sorted(matching.pairs, key=lambda pair: pair[1]),
        added=sorted([*new_ids, *new_plain]),
        vanished=sorted([*old_ids, *old_plain]),
        ambiguous=dict(sorted(matching.ambiguous.items())),
    )


def _split_by_layout(deals: Sequence[Deal]) -> tuple[_Deals, _Deals]:
    """Return the deals that have an ID, and those that have none."""
    with_id = {index: deal for index, deal in enumerate(deals) if deal.identifier}
    return with_id, {index: deal for index, deal in enumerate(deals) if not deal.identifier}


def _doubt_identifiers(old: Sequence[Deal], new: Sequence[Deal], matching: Matching) -> None:
    """Make ambiguous what an ID alone pairs with a deal of another layout: two of the names differ."""
    pairs, matching.pairs = matching.pairs, []
    for one, other in pairs:
        names = zip(fold_names(old[one]), fold_names(new[other]), strict=True)
        if old[one].layout == new[other].layout or sum(name == same for name, same in names) >= 2:
            matching.pairs.append((one, other))
        else:
            matching.ambiguous[other] = [one]


def _match_stage(
    olds: _Deals, news: _Deals, key: _Key, passes: Sequence[_Ties], matching: Matching
) -> tuple[_Deals, _Deals]:
    """Add pairs and ambiguous deals to the matching; return the rest of both sides for the next stage."""
    rest = Matching(matching.pairs, ambiguous=matching.ambiguous)
    for old_side, new_side in _pair_equal(olds, news, key, matching.pairs).values():
        _settle(old_side, new_side, passes, rest)
    return {index: olds[index] for index in rest.vanished}, {index: news[index] for index in rest.added}


@dataclass(slots=True, eq=False)
class _Alike:
    """Deals of one edition that are equal in all they state, and those not yet paired, in file order."""

    deal: Deal
    indexes: list[int]


_Side = list[_Alike]


def _pair_equal(
    olds: _Deals, news: _Deals, key: _Key, pairs: list[tuple[int, int]]
) -> dict[Hashable, tuple[_Side, _Side]]:
    """Pair off deals that are equal in all they state; return the rest of both sides by group."""
    olds_by_statement = _list_by_statement(olds, key, sorted(olds))
    for indexes in olds_by_statement.values():
        indexes.reverse()  # so that the first is taken from the end
    unpaired = []
    for index in sorted(news):
        equal = olds_by_statement.get((key(news[index]), _stated(news[index])))
        if equal:
            pairs.append((equal.pop(), index))
        else:
            unpaired.append(index)
    groups: dict[Hashable, tuple[_Side, _Side]] = defaultdict(lambda: ([], []))
    for (group, _), indexes in olds_by_statement.items():
        if indexes:
            groups[group][0].append(_Alike(olds[indexes[-1]], indexes[::-1]))
    olds_by_statement.clear()  # as large as an edition
    for (group, _), indexes in _list_by_statement(news, key, unpaired).items():
        groups[group][1].append(_Alike(news[indexes[0]], indexes))
    return groups


def _list_by_statement(
    deals: _Deals, key: _Key, indexes: Iterable[int]
) -> dict[tuple[Hashable, Any], list[int]]:
    """Return these indexes, in their order, by group and by all that the deals state."""
    by_statement: dict[tuple[Hashable, Any], list[int]] = defaultdict(list)
    for index in indexes:
        by_statement[key(deals[index]), _stated(deals[index])].append(index)
    return by_statement


def _settle(olds: _Side, news: _Side, passes: Sequence[_Ties], matching: Matching) -> None:
    """Pair what can be paired within one group, and add the rest to the matching."""
    olds.sort(key=_year)
    news.sort(key=_year)
    for number, ties in enumerate(passes, 1):
        if not olds or not news:
            break
        is_last_resort = number == len(passes) and ties != _SAME_ID
        for old, new in _only_each_other(olds, news, ties):
            if _may_be_split(old, new) or (is_last_resort and _delivered_apart(old.deal, new.deal)):
                continue
            count = min(len(old.indexes), len(new.indexes))
            matching.pairs += zip(old.indexes[:count], new.indexes[:count], strict=True)
            del old.indexes[:count], new.indexes[:count]
        olds = [old for old in olds if old.indexes]
        news = [new for new in news if new.indexes]
    _add_unpaired(olds, news, passes[-1], matching)


def _add_unpaired(olds: _Side, news: _Side, ties: _Ties, matching: Matching) -> None:
    tied_olds = _TieIndex(olds, ties)
    claimed: set[int] = set()
    for new in news:
        candidates = sorted(index for old in tied_olds.find(new.deal) for index in old.indexes)
        if candidates:
            matching.ambiguous |= dict.fromkeys(new.indexes, candidates)
            claimed.update(candidates)
        else:
            matching.added += new.indexes
    matching.vanished += (index for old in olds for index in old.indexes if index not in claimed)


def _only_each_other(olds: _Side, news: _Side, ties: _Ties) -> list[tuple[_Alike, _Alike]]:
    """Return those that are tied to one another and to nothing else."""
    if len(olds) == len(news) == 1:
        old, new = olds[0], news[0]
        return [(old, new)] if any(tie.holds(old.deal, new.deal) for tie in ties) else []
    tied_news, tied_olds = _TieIndex(news, ties), _TieIndex(olds, ties)
    pairs = []
    for old in olds:
        tied = tied_news.find(old.deal, limit=2)
        if len(tied) == 1 and tied_olds.find(tied[0].deal, limit=2) == [old]:
            pairs.append((old, tied[0]))
    return pairs


def _may_be_split(old: _Alike, new: _Alike) -> bool:
    """Return whether twins may have become one deal of another number, or one deal twins."""
    numbers = (old.deal.ordered, new.deal.ordered)
    if numbers == (None, None):
        numbers = (old.deal.delivered, new.deal.delivered)
    return len(old.indexes) != len(new.indexes) and numbers[0] != numbers[1]


def _delivered_apart(old: Deal, new: Deal) -> bool:
    years = old.delivery_years, new.delivery_years
    return all(years) and set(years[0]).isdisjoint(years[1])


def _year(alike: _Alike) -> int:
    return _NEVER if alike.deal.year is None else alike.deal.year


class _TieIndex:
    """One side of a group in order of year, searched by ties in a time that does not grow with it."""

    def __init__(self, side: _Side, ties: _Ties) -> None:
        self.by_tie: list[tuple[_Tie, dict[Hashable, _Side]]] = []
        for tie in ties:
            by_key: dict[Hashable, _Side] = defaultdict(list)
            for alike in side:
                if (key := tie.key(alike.deal)) is not None:
                    by_key[key].append(alike)
            self.by_tie.append((tie, by_key))

    def find(self, deal: Deal, limit: int = _NEVER) -> _Side:
        """Return what is tied to the deal; of each tie no more than `limit`."""
        tied: dict[int, _Alike] = {}
        for tie, by_key in self.by_tie:
            side = by_key.get(tie.key(deal), [])
            tied |= {id(alike): alike for alike in _within(side, deal.year, tie.reach, limit)}
        return list(tied.values())


def _within(side: _Side, year: int | None, reach: int | None, limit: int) -> Iterator[_Alike]:
    """Yield those of a side in order of year that are within reach; one without a year always is."""
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
