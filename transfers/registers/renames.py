"""Deals that a newer edition, or the other layout, states under another designation. Pure.

What `matching` leaves is compared without the designation. Two deals are one where the parties, the year of
order, the numbers, the condition, the category of weapon, the years of delivery, the TIV of a unit and every
mark are equal, each is the only one of its side that the other may be, and

- a part of the designation stays, or begins the other (`Zenda-3/LT-3` → `Zenda-3`); or
- nothing of it stays, but the description and the comments are equal as well, and neither edition has
  another deal, matched or not, with the same figures.

Everything else that may be one deal is proposed: a curator decides. Deals of two IDs are never one.

Of files of different years only the orders can be compared (`match_orders`). Two are one where all of the
order is equal, its number too, a part of the designation stays, and no other deal has that order.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter

from transfers.vocabulary import words

from .matching import Matching
from .reading.descriptions import classify, get_category
from .reading.records import STATED, Deal

#: How far apart the years of order of a proposal may be.
NEAR = 1
_STABLE = ("year", "year_uncertain", "condition", "tiv_unit", "delivery_years", "delivered")
_STABLE_IN_ONE_LAYOUT = (*_STABLE, "ordered", "ordered_uncertain", "delivered_uncertain")
_ORDER = (
    "year", "year_uncertain", "ordered", "ordered_uncertain", "condition", "comments", "tiv_unit",
    "tiv_ordered",
)  # fmt: skip
_SEPARATOR = re.compile(r"[/()]")

_Parties = Callable[[Deal], Hashable]
_Indexes = dict[Hashable, list[int]]


@dataclass
class Renames:
    """Indexes of old and new deals that are one; `proposed`: new index → the old ones it may be."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    proposed: dict[int, list[int]] = field(default_factory=dict)


def match_renames(old: Sequence[Deal], new: Sequence[Deal], matching: Matching, parties: _Parties) -> Renames:
    """Return which of the vanished and the added deals are one, and which may be.

    A deal that an ambiguous one may be is proposed as well, but never paired.
    """
    renames = Renames()
    vanished, added = set(matching.vanished), set(matching.added)
    claimed = {old for candidates in matching.ambiguous.values() for old in candidates}
    for old_has_id, new_has_id in ((False, False), (False, True), (True, False)):
        olds = [index for index, deal in enumerate(old) if bool(deal.identifier) == old_has_id]
        news = [index for index, deal in enumerate(new) if bool(deal.identifier) == new_has_id]
        if (vanished | claimed).isdisjoint(olds) or added.isdisjoint(news):
            continue
        layouts = _Comparison(old, new, parties, is_one_layout=old_has_id == new_has_id)
        pairs = layouts.pair(olds, news, vanished, added)
        renames.pairs += pairs
        vanished -= {one for one, _ in pairs}
        added -= {other for _, other in pairs}
        by_year = layouts.index_by_year((vanished | claimed).intersection(olds))
        for index in sorted(added.intersection(news)):
            if candidates := layouts.find_candidates(index, by_year):
                renames.proposed.setdefault(index, []).extend(candidates)
    renames.pairs.sort(key=lambda pair: pair[1])
    return renames


def match_orders(old: Sequence[Deal], new: Sequence[Deal], matching: Matching, parties: _Parties) -> Renames:
    """Return which vanished and added deals of files of different years are one, and which may be."""
    renames = Renames()
    vanished = set(matching.vanished)
    olds = _group_by_order(old, range(len(old)), parties)
    news = _group_by_order(new, range(len(new)), parties)
    for index in matching.added:
        deal = new[index]
        rivals = [one for one in olds.get(_get_year(deal, parties), ()) if _may_be_one_order(old[one], deal)]
        candidates = [one for one in rivals if one in vanished]
        if not candidates:
            continue
        same = [one for one in rivals if _is_same_order(old[one], deal)]
        back = [
            other
            for other in news[_get_year(deal, parties)]
            if candidates and _is_same_order(old[candidates[0]], new[other])
        ]
        if same == candidates[:1] and back == [index]:
            renames.pairs.append((same[0], index))
        else:
            renames.proposed[index] = candidates
    return renames


def _get_year(deal: Deal, parties: _Parties) -> Hashable:
    return parties(deal), deal.year, _get_kind(deal.description)


def _group_by_order(deals: Sequence[Deal], indexes: Iterable[int], parties: _Parties) -> _Indexes:
    """Return the indexes by parties, year of order and kind of weapon, without deals that state no year."""
    by_year: _Indexes = defaultdict(list)
    for index in indexes:
        if deals[index].year:
            by_year[_get_year(deals[index], parties)].append(index)
    return by_year


def _may_be_one_order(old: Deal, new: Deal) -> bool:
    """Return whether two orders of one year may be one: of related names, and equal in what tells most."""
    if not are_related(old.designation, new.designation) or old.condition != new.condition:
        return False
    if old.ordered and new.ordered:
        return old.ordered == new.ordered
    return bool(old.tiv_unit) and old.tiv_unit == new.tiv_unit


def _is_same_order(old: Deal, new: Deal) -> bool:
    """Return whether all of the order is equal, and it says enough."""
    is_equal = all(getattr(old, name) == getattr(new, name) for name in _ORDER)
    says_enough = bool(old.ordered and (old.tiv_unit or old.comments))
    return is_equal and says_enough and are_related(old.designation, new.designation)


@lru_cache(maxsize=65536)
def are_related(one: str, other: str) -> bool:
    """Return whether a part of one designation is, or begins with, a part of the other."""
    return any(_begins_alike(part, another) for part in _parts(one) for another in _parts(other))


def _begins_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shortest = min(len(one), len(other))
    return one[:shortest] == other[:shortest] or "".join(one) == "".join(other)


@lru_cache(maxsize=65536)
def _parts(designation: str) -> frozenset[tuple[str, ...]]:
    """Return the names that slashes or brackets part, and the whole, each as its words."""
    names = (designation, *_SEPARATOR.split(designation))
    return frozenset(parts for name in names if (parts := tuple(words.split(name))))


@lru_cache(maxsize=65536)
def _get_kind(description: str) -> Hashable:
    """Return category and unit of the weapon; an unknown description is a kind of its own."""
    return classify(description) or words.fold(description)


@dataclass
class _Comparison:
    """Comparison of deals of two layouts, or of one, that are of the same parties."""

    old: Sequence[Deal]
    new: Sequence[Deal]
    parties: _Parties
    is_one_layout: bool

    def __post_init__(self) -> None:
        self.get_stable = attrgetter(*(_STABLE_IN_ONE_LAYOUT if self.is_one_layout else _STABLE))

    def pair(
        self, olds: Iterable[int], news: Iterable[int], vanished: set[int], added: set[int]
    ) -> list[tuple[int, int]]:
        """Return the pairs of vanished and added deals that are one."""
        all_olds = self._by_figures(self.old, olds)
        all_news = self._by_figures(self.new, news)
        pairs: list[tuple[int, int]] = []
        for figures in all_olds.keys() & all_news.keys():
            left_olds = [index for index in all_olds[figures] if index in vanished]
            left_news = [index for index in all_news[figures] if index in added]
            if not (left_olds and left_news):
                continue
            is_alone = len(left_olds) == len(all_olds[figures]) and len(left_news) == len(all_news[figures])
            pairs += self._pair_alike(left_olds, left_news, is_alone)
        return pairs

    def _by_figures(self, deals: Sequence[Deal], indexes: Iterable[int]) -> _Indexes:
        """Return the indexes by all that stays when a deal is renamed, without deals that say too little."""
        by_figures: _Indexes = defaultdict(list)
        for index in indexes:
            deal = deals[index]
            if deal.year and (deal.ordered or deal.delivered) and (deal.tiv_unit or deal.delivery_years):
                stable = self.get_stable(deal)
                by_figures[self.parties(deal), get_category(deal.description), stable].append(index)
        return by_figures

    def _pair_alike(
        self, olds: Sequence[int], news: Sequence[int], is_alone: bool
    ) -> Iterator[tuple[int, int]]:
        """Yield the pairs of which each is the only one that the other may be."""
        groups = self._group_equal(self.old, olds)
        for group in groups:
            related = [index for index in news if self._are_related(group[0], index)]
            back = [index for index in olds if related and self._are_related(index, related[0])]
            if back == group and self._can_pair_off(group, related):
                yield from zip(group, related, strict=True)
        is_only_pair = is_alone and len(groups) == 1 and self._can_pair_off(olds, news)
        if is_only_pair and self._is_same_otherwise(olds[0], news[0]):
            yield from zip(olds, news, strict=True)

    def _can_pair_off(self, olds: Sequence[int], news: Sequence[int]) -> bool:
        """Return whether there are as many of both, and the new ones are equal in all they state."""
        return len(olds) == len(news) and len(self._group_equal(self.new, news)) == 1

    def _group_equal(self, deals: Sequence[Deal], indexes: Sequence[int]) -> list[list[int]]:
        """Return the indexes grouped by all that their deals state."""
        by_statement: dict[Hashable, list[int]] = defaultdict(list)
        for index in indexes:
            by_statement[tuple(getattr(deals[index], name) for name in STATED)].append(index)
        return list(by_statement.values())

    def _are_related(self, old: int, new: int) -> bool:
        return are_related(self.old[old].designation, self.new[new].designation)

    def _is_same_otherwise(self, old: int, new: int) -> bool:
        """Return whether two deals without a word in common state enough else, and the same."""
        one, other = self.old[old], self.new[new]
        if are_related(one.designation, other.designation):
            return False
        if words.fold(one.description) != words.fold(other.description):
            return False
        if self.is_one_layout and one.comments != other.comments:
            return False
        return bool(one.tiv_unit and (one.delivery_years or one.comments))

    def index_by_year(self, olds: Iterable[int]) -> _Indexes:
        """Return the old deals by their parties and year of order."""
        by_year: _Indexes = defaultdict(list)
        for index in olds:
            deal = self.old[index]
            by_year[self.parties(deal), deal.year].append(index)
        return by_year

    def find_candidates(self, new: int, by_year: _Indexes) -> list[int]:
        """Return the old deals that a new one may be."""
        deal = self.new[new]
        years = [None] if deal.year is None else range(deal.year - NEAR, deal.year + NEAR + 1)
        parties = self.parties(deal)
        candidates = (index for year in years for index in by_year.get((parties, year), ()))
        return sorted(index for index in candidates if self._may_be(self.old[index], deal))

    def _may_be(self, old: Deal, new: Deal) -> bool:
        equal = {
            name: bool(getattr(old, name)) and getattr(old, name) == getattr(new, name) for name in STATED
        }
        is_delivered_alike = equal["delivered"] and equal["delivery_years"]
        speaks = equal["ordered"] or is_delivered_alike or equal["comments"]
        is_one_kind = _get_kind(old.description) == _get_kind(new.description)
        if are_related(old.designation, new.designation):
            is_unknown = not (classify(old.description) and classify(new.description))
            is_alike = equal["year"] and equal["tiv_unit"] and (equal["ordered"] or equal["delivered"])
            return (speaks or equal["tiv_unit"]) if is_one_kind or is_unknown else is_alike
        if is_delivered_alike and all(equal[name] for name in ("year", "ordered", "tiv_unit")):
            return True
        years = old.delivery_years, new.delivery_years
        is_delivered_apart = all(years) and set(years[0]).isdisjoint(years[1])
        is_of_category = get_category(old.description) == get_category(new.description)
        return is_of_category and equal["year"] and equal["tiv_unit"] and not is_delivered_apart
