"""Pairs of a file's deals with those that were imported, by their names and without.

Deals of files of different years are compared by their orders alone. They are two where both files are of one
date and the orders differ; otherwise the order may have changed, and a curator decides. So it is where two
layouts state too little of an order to tell.
"""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from transfers.registers import matching, renames
from transfers.registers.ranges import ORDER_FIELDS, Years
from transfers.registers.reading.records import Deal

from . import questions
from .imported import ImportedDeal
from .naming import Resolver, Unclear

#: Fields that change together, where a newer edition of all years changes one thing of an order.
_OF_NUMBER = frozenset({"ordered", "ordered_uncertain", "tiv_ordered"})


class Edition(Protocol):
    """What is known of a file: its date and years, and the names of our records."""

    published: str
    years: Years
    resolver: Resolver


def pair(
    imported_deals: Sequence[ImportedDeal], news: Sequence[Deal], edition: Edition
) -> tuple[matching.Matching, set[int]]:
    """Return which deals are one, and which of the new ones have another name than before."""
    olds = [before.deal for before in imported_deals]
    matched = matching.match(olds, news, group=partial(_get_group, edition.resolver))
    _part_other_orders(matched, imported_deals, news, edition)
    stated = [old for old in matched.vanished if imported_deals[old].is_stated]
    comparable = replace(matched, vanished=stated)
    parties = partial(get_parties, edition.resolver)
    renamed = renames.match_renames(olds, news, comparable, parties)
    _add_renamed_orders(renamed, matched, imported_deals, news, edition)
    return matched, questions.add_renames(matched, renamed, imported_deals, news)


def _add_renamed_orders(
    renamed: renames.Renames,
    matched: matching.Matching,
    imported_deals: Sequence[ImportedDeal],
    news: Sequence[Deal],
    edition: Edition,
) -> None:
    """Add the renames between editions of other years; files of one date and layout have none."""
    others = [
        old
        for old in matched.vanished
        if not imported_deals[old].is_stated and not _is_of_one_download(imported_deals[old], news, edition)
    ]
    settled = {new for _, new in renamed.pairs} | renamed.proposed.keys()
    rest = replace(matched, vanished=others, added=[new for new in matched.added if new not in settled])
    olds = [before.deal for before in imported_deals]
    by_order = renames.match_orders(olds, news, rest, partial(get_parties, edition.resolver))
    for old, new in by_order.pairs:
        if _tells_one_order(imported_deals[old], news[new], edition):
            renamed.pairs.append((old, new))
        else:
            renamed.proposed[new] = [old]
    renamed.proposed |= by_order.proposed


def _is_of_one_download(before: ImportedDeal, news: Sequence[Deal], edition: Edition) -> bool:
    has_order = bool(news) and "ordered" in matching.list_common(before.deal, news[0])
    return before.published == edition.published and has_order


def _part_other_orders(
    matched: matching.Matching, olds: Sequence[ImportedDeal], news: Sequence[Deal], edition: Edition
) -> None:
    """Part deals of files of different years that are not one order, or not for certain."""
    fitting = [(old, new) for old, new in matched.pairs if _tells_one_order(olds[old], news[new], edition)]
    ambiguous = matched.ambiguous | {new: [old] for old, new in set(matched.pairs) - set(fitting)}
    matched.pairs, matched.ambiguous = fitting, {}
    for new, candidates in ambiguous.items():
        possible = [old for old in candidates if _may_be_one_order(olds[old], news[new], edition)]
        if possible:
            matched.ambiguous[new] = possible


def _tells_one_order(before: ImportedDeal, deal: Deal, edition: Edition) -> bool:
    """Return whether two deals of different years agree in the order, and no more came than was ordered."""
    if before.is_stated or before.is_whole_stated:
        return True
    common = matching.list_common(before.deal, deal)
    return "ordered" in common and _agrees(before, deal, edition)


def _may_be_one_order(before: ImportedDeal, deal: Deal, edition: Edition) -> bool:
    """Return whether a curator must say if two deals are one: the files differ in date or say too little."""
    if before.is_stated or before.is_whole_stated or before.published != edition.published:
        return True
    return _agrees(before, deal, edition)


def _agrees(before: ImportedDeal, deal: Deal, edition: Edition) -> bool:
    """Return whether all of the order that both state is equal, and no more came than was ordered.

    A newer edition of all years may change one thing of it.
    """
    common = ORDER_FIELDS & set(matching.list_common(before.deal, deal))
    changed = {name for name in common if getattr(before.deal, name) != getattr(deal, name)}
    changes = len({"ordered" if name in _OF_NUMBER else name for name in changed})
    if changes > (edition.years.is_whole and before.published != edition.published):
        return False
    ordered = deal.ordered or before.deal.ordered
    return not ordered or before.elsewhere + (deal.delivered or 0) <= ordered


def _get_group(resolver: Resolver, deal: Deal) -> tuple[Hashable, ...]:
    """Return what two deals must share to be one: names that mean the same parties and system."""
    try:
        named = resolver.resolve(deal)
    except Unclear:
        return matching.fold_names(deal)
    return named.supplier, named.recipient, named.system


def get_parties(resolver: Resolver, deal: Deal) -> tuple[Hashable, ...]:
    """Return the parties of the deal, as our records where its names are clear."""
    return _get_group(resolver, deal)[:2]
