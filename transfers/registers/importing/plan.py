"""Plan of an import: what it would do, deal by deal, and why. Nothing is stored by it.

A deal is matched with the newest statement of it that was imported (`transfers.registers.matching`); what it
changes becomes later claims. A deal that a later edition described already brings no claims.
"""

import hashlib
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial

from transfers.models import Party, System
from transfers.registers import matching, renames
from transfers.registers.comparison import FieldChange, list_changes
from transfers.registers.reading.records import Deal, Refused, Register
from transfers.vocabulary import edtf
from transfers.vocabulary.choices import Outcome

from . import imported, questions
from .ages import is_earlier, list_later_editions, may_be_earlier
from .claims import Figure, list_blank, list_figures
from .imported import ImportedDeal
from .naming import ResolvedNames, Resolver, Unclear

#: Outcomes whose records are in the register afterwards.
IMPORTED = (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.EARLIER)


@dataclass(slots=True)
class PlannedDeal:
    """A deal and its outcome; `before` is the deal as imported earlier, `figures` are the future claims.

    `is_renamed`: it is `before` under another designation; `candidates`: what an ambiguous deal may be;
    `retracted`: the figures, by model and measure, that `before` has and a later edition leaves blank;
    `is_gone`: a later edition would have the deal if it still stood, and does not.
    """

    deal: Deal
    outcome: str
    named: ResolvedNames | None = None
    before: ImportedDeal | None = None
    changes: list[FieldChange] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    retracted: frozenset[tuple[type, str]] = frozenset()
    reason: str = ""
    is_gone: bool = False
    is_renamed: bool = False
    candidates: list[ImportedDeal] = field(default_factory=list)


@dataclass
class Plan:
    """Import as it would be; `published` is the edition's date, EDTF."""

    register: Register
    published: str
    deals: list[PlannedDeal]
    vanished: list[ImportedDeal]
    resolver: Resolver

    def counts(self) -> dict[str, int]:
        """Return how many records of the file have each outcome; they are all of its records."""
        counts = Counter({str(outcome): 0 for outcome in Outcome})
        for planned in self.deals:
            counts[str(planned.outcome)] += planned.deal.records
        counts[Outcome.REFUSED] += sum(refused.records for refused in self.register.refused)
        return dict(counts)

    def left_out(self) -> list[tuple[Deal | Refused, str, str]]:
        """Return deals and records that are not imported, with outcome and reason, in the file's order."""
        records: list[tuple[Deal | Refused, str, str]] = [
            (planned.deal, str(planned.outcome), planned.reason)
            for planned in self.deals
            if planned.outcome not in IMPORTED
        ]
        records += [(refused, str(Outcome.REFUSED), refused.reason) for refused in self.register.refused]
        return sorted(records, key=lambda record: record[0].lines)

    def list_new_records(self) -> tuple[list[Party], list[System]]:
        """Return the parties and systems, not yet saved, that new deals name."""
        named = [planned.named for planned in self.deals if planned.outcome == Outcome.NEW and planned.named]
        codes = {code for names in named for code in (names.supplier, names.recipient)}
        slugs = {names.system for names in named}
        return (
            [party for code, party in self.resolver.parties.items() if code in codes],
            [system for slug, system in self.resolver.systems.items() if slug in slugs],
        )

    @property
    def fingerprint(self) -> str:
        """Return a digest that is equal for two plans that would do the same."""
        outcomes = [
            (planned.deal.lines, str(planned.outcome), planned.before and planned.before.key)
            for planned in self.deals
        ]
        return hashlib.sha256(repr((self.register.sha256, outcomes)).encode()).hexdigest()


def build_plan(register: Register, published: str = "") -> Plan:
    """Return what importing the register would do; `published`, EDTF, is for a file that has no date."""
    resolver = Resolver()
    published = get_date(register, published)
    deals = [_resolve(deal, resolver) for deal in register.deals]
    vanished = _match_with_imported(
        [planned for planned in deals if planned.named], register, published, resolver
    )
    return Plan(register, published, deals, _list_covered(vanished, register.deals), resolver)


def get_date(register: Register, given: str = "") -> str:
    """Return the edition's date: its file's, the user's, or else no earlier than its last year."""
    if register.generated is not None:
        return register.generated.date().isoformat()
    if given:
        edtf.validate(given)
        return given
    years = [year for deal in register.deals for year in (deal.year, *deal.delivery_years) if year]
    return f"{max(years):04}/.." if years else "1950/.."


def _resolve(deal: Deal, resolver: Resolver) -> PlannedDeal:
    try:
        return PlannedDeal(deal, Outcome.NEW, resolver.resolve(deal))
    except Unclear as error:
        outcome = Outcome.AMBIGUOUS if error.ambiguous else Outcome.REFUSED
        return PlannedDeal(deal, outcome, reason=str(error))


def _match_with_imported(
    deals: list[PlannedDeal], register: Register, published: str, resolver: Resolver
) -> list[ImportedDeal]:
    """Give each deal its outcome and its figures; return the imported deals that match none."""
    imported_deals, same_file = imported.list_newest(register.layout), imported.list_places(register.sha256)
    olds, news = [before.deal for before in imported_deals], [planned.deal for planned in deals]
    matched = matching.match(olds, news, group=partial(_get_group, resolver))
    renamed = renames.match_renames(olds, news, matched, partial(_get_parties, resolver))
    for new in questions.add_renames(matched, renamed, imported_deals, news):
        deals[new].is_renamed = True
    for old, new in matched.pairs:
        deals[new].before = imported_deals[old]
        if (imported_deals[old].transfer, deals[new].deal.locator) in same_file:
            deals[new].outcome = Outcome.UNCHANGED
        else:
            _compare(deals[new], imported_deals[old], published)
    _ask({new: [imported_deals[old] for old in indexes] for new, indexes in matched.ambiguous.items()}, deals)
    for new in matched.added:
        deals[new].figures = _list_figures(deals[new], deals[new].deal)
    _mark_gone(deals, imported_deals, published, resolver)
    vanished = [imported_deals[old] for old in matched.vanished]
    return [before for before in vanished if not may_be_earlier(published, before.published)]


def _get_group(resolver: Resolver, deal: Deal) -> tuple[Hashable, ...]:
    """Return what two deals must share to be one: names that mean the same parties and system."""
    try:
        named = resolver.resolve(deal)
    except Unclear:
        return matching.fold_names(deal)
    return named.supplier, named.recipient, named.system


def _get_parties(resolver: Resolver, deal: Deal) -> tuple[Hashable, ...]:
    return _get_group(resolver, deal)[:2]


def plan_settled(register: Register, published: str, befores: Sequence[ImportedDeal | None]) -> Plan:
    """Return what importing the register does if each deal is the one at its place, or a new one if None.

    Raises Unclear if a deal names a party or a system that is not clear.
    """
    resolver = Resolver()
    deals = [PlannedDeal(deal, Outcome.NEW, resolver.resolve(deal)) for deal in register.deals]
    for planned, before in zip(deals, befores, strict=True):
        planned.before = before
        if before is None:
            planned.figures = _list_figures(planned, planned.deal)
        else:
            _compare(planned, before, published)
    return Plan(register, published, deals, [], resolver)


def _ask(candidates: dict[int, list[ImportedDeal]], deals: list[PlannedDeal]) -> None:
    """Leave deals to a curator, each once."""
    waiting = questions.list_open() if candidates else set()
    for new, may_be in candidates.items():
        is_open = questions.compute_digest(deals[new].deal) in waiting
        deals[new].outcome = Outcome.AMBIGUOUS
        deals[new].candidates = [] if is_open else may_be
        deals[new].reason = questions.explain(may_be, is_open=is_open)


def _compare(planned: PlannedDeal, before: ImportedDeal, published: str) -> None:
    """Settle what this edition changes of a deal that was imported before."""
    planned.changes = list_changes(before.deal, planned.deal)
    if is_earlier(published, before.published):
        planned.outcome = Outcome.EARLIER
        planned.reason = f"A later edition, of {before.published}, describes it already."
    elif not planned.changes:
        planned.outcome = Outcome.UNCHANGED
    else:
        planned.outcome = Outcome.CHANGED
        statements = {figure.statement for figure in _list_figures(planned, before.deal)}
        figures = _list_figures(planned, planned.deal)
        planned.figures = [figure for figure in figures if figure.statement not in statements]
        if is_earlier(before.published, published):
            planned.retracted = list_blank(planned.changes)


def _list_figures(planned: PlannedDeal, deal: Deal) -> list[Figure]:
    assert planned.named is not None
    return list_figures(deal, planned.named.unit)


def _mark_gone(
    deals: list[PlannedDeal], imported_deals: list[ImportedDeal], published: str, resolver: Resolver
) -> None:
    """Mark the deals that an edition which may be later covers, and does not have."""
    get_parties = partial(_get_parties, resolver)
    later = list_later_editions(imported_deals, published, get_parties)
    for planned in deals if later else ():
        newest = published
        if planned.before and not is_earlier(planned.before.published, published):
            newest = planned.before.published
        editions = (edition for edition in later if may_be_earlier(newest, edition.published))
        if edition := next((it for it in editions if it.covers(planned.deal, get_parties)), None):
            planned.is_gone = True
            planned.reason = (
                f"The edition of {edition.published} has deals of these parties and years and not this one,"
                " so the import does not publish it."
            )


def _list_covered(vanished: list[ImportedDeal], deals: list[Deal]) -> list[ImportedDeal]:
    """Return those that the file would have if they still stood: of its parties and its years of order.

    A file may be a part of the register, such as one recipient's.
    """
    suppliers, recipients = {deal.supplier for deal in deals}, {deal.recipient for deal in deals}
    years = [deal.year for deal in deals if deal.year is not None] or [0]
    first, last = min(years), max(years)
    return [
        before
        for before in vanished
        if before.deal.supplier in suppliers
        and before.deal.recipient in recipients
        and (before.deal.year is None or first <= before.deal.year <= last)
    ]
