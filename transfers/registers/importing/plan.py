"""Plan of an import: what it would do, deal by deal, and why. Nothing is stored by it.

A deal is matched with the newest statement of it that was imported (`transfers.registers.matching`); what it
changes becomes later claims. A deal that a later edition described already brings no claims.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from transfers.models import Party, System
from transfers.registers import matching
from transfers.registers.comparison import SPLITS, FieldChange, list_additions, list_changes
from transfers.registers.ranges import (
    ASK,
    DELIVERY_FIELDS,
    WHOLE,
    Years,
    YearsUnknown,
    explain_doubt_by_known,
    get_years,
    without_deliveries,
)
from transfers.registers.reading.descriptions import get_category
from transfers.registers.reading.records import Deal, Refused, Register
from transfers.vocabulary import edtf
from transfers.vocabulary.choices import Outcome

from . import absent, imported, pairing, questions
from .ages import is_earlier, list_later_editions, may_be_earlier
from .claims import LIMITED, Figure, list_blank, list_figures, list_none_delivered, without_split
from .imported import ImportedDeal
from .naming import ResolvedNames, Resolver, Unclear

#: Outcomes whose records are in the register afterwards.
IMPORTED = (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.EARLIER)
_OF_DELIVERIES = DELIVERY_FIELDS.union(SPLITS)


@dataclass(slots=True)
class PlannedDeal:
    """A deal and its outcome; `before` is the deal as imported earlier, `figures` what a changed deal claims.

    `is_renamed`: it is `before` under another designation; `candidates`: what an ambiguous deal may be;
    `retracted`: the figures, by model and measure, that `before` has and a later edition leaves blank;
    `is_gone`: a later edition would have the deal if it still stood, and does not; `period`: the years, EDTF,
    that its deliveries are limited to; `place`: where the deal would be, if the file does not list it;
    `absent_from`: files of other years that do not list it.
    """

    deal: Deal
    outcome: str
    named: ResolvedNames | None = None
    before: ImportedDeal | None = None
    changes: Sequence[FieldChange] = ()
    figures: Sequence[Figure] = ()
    retracted: frozenset[tuple[type, str]] = frozenset()
    reason: str = ""
    is_gone: bool = False
    is_renamed: bool = False
    candidates: Sequence[ImportedDeal] = ()
    period: str = ""
    place: str = ""
    absent_from: Sequence[absent.EarlierFile] = ()

    @property
    def locator(self) -> str:
        return self.place or self.deal.locator

    def list_claimed(self) -> Sequence[Figure]:
        """Return the future claims; those of a new deal are not kept, as a register has many of them."""
        if self.outcome == Outcome.NEW:
            return _list_figures(self, self.deal)
        return self.figures if self.outcome == Outcome.CHANGED else ()


@dataclass
class Plan:
    """Import as it would be; `published` is the edition's date, EDTF.

    `years`: those that what was delivered is limited to; `absent`: deals of files of other years that this
    file would list, had they deliveries in its years.
    """

    register: Register
    published: str
    deals: list[PlannedDeal]
    vanished: list[ImportedDeal]
    resolver: Resolver
    years: Years = WHOLE
    scope: absent.Scope | None = None
    absent: list[PlannedDeal] = field(default_factory=list)

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
            for planned in (*self.deals, *self.absent)
        ]
        return hashlib.sha256(repr((self.register.sha256, self.years, outcomes)).encode()).hexdigest()


def build_plan(register: Register, published: str = "", years: str = "") -> Plan:
    """Return what importing the register would do; raise YearsUnknown where it must be asked about.

    `published`, EDTF, is for a file that has no date, `years` for one that does not say which it covers.
    """
    resolver = Resolver()
    published = get_date(register, published)
    plan = Plan(register, published, [], [], resolver, get_years(register, years))
    plan.deals = [replace(_resolve(deal, resolver), period=plan.years.period) for deal in register.deals]
    unmatched = _match_with_imported([planned for planned in plan.deals if planned.named], plan)
    if not (years or register.states_range):
        _check_nothing_is_lost(plan)
    vanished = [before for before in unmatched if not may_be_earlier(published, before.published)]
    plan.vanished = _list_covered(vanished, register, plan.years)
    if not plan.years.is_whole:
        _add_absent(plan, unmatched)
    return plan


def _check_nothing_is_lost(plan: Plan) -> None:
    """Raise YearsUnknown where deals that were imported before do not tell that the file has all years."""
    pairs = [
        (one.before.deal, one.deal)
        for one in plan.deals
        if one.before and one.before.is_stated and not is_earlier(plan.published, one.before.published)
    ]
    if doubt := explain_doubt_by_known(plan.register, pairs):
        raise YearsUnknown(f"{doubt} {ASK}")


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


def _match_with_imported(deals: list[PlannedDeal], plan: Plan) -> list[ImportedDeal]:
    """Give each deal its outcome and what it changes; return the imported deals that match none."""
    every = imported.list_newest(plan.register.layout, plan.years)
    imported_deals = [before for before in every if not before.is_closed()]
    same_file = imported.list_places(plan.register.sha256)
    matched, renamed = pairing.pair(imported_deals, [one.deal for one in deals], plan)
    for new in renamed:
        deals[new].is_renamed = True
    for old, new in matched.pairs:
        deals[new].before = imported_deals[old]
        if (imported_deals[old].transfer, deals[new].deal.locator) in same_file:
            deals[new].outcome = Outcome.UNCHANGED
        else:
            _compare(deals[new], imported_deals[old], plan)
    _ask({new: [imported_deals[old] for old in indexes] for new, indexes in matched.ambiguous.items()}, deals)
    _mark_gone(deals, plan.published, plan.resolver)
    rest = _match_unclear(plan, [imported_deals[old] for old in matched.vanished])
    return [before for before in every if before.is_closed()] + rest


def _match_unclear(plan: Plan, unmatched: list[ImportedDeal]) -> list[ImportedDeal]:
    """Match the deals of which a name is unclear by the names that are printed; return what is left.

    One that is stated as it was before is unchanged; of others a curator says what they are.
    """
    unclear = [one for one in plan.deals if one.named is None and one.outcome == Outcome.AMBIGUOUS]
    if not (unclear and unmatched):
        return unmatched
    matched = matching.match([before.deal for before in unmatched], [one.deal for one in unclear])
    candidates = {new: [unmatched[old] for old in olds] for new, olds in matched.ambiguous.items()}
    for old, new in matched.pairs:
        before, deal = unmatched[old], unclear[new].deal
        if before.is_stated and not (list_changes(before.deal, deal) or list_additions(before.deal, deal)):
            unclear[new].before, unclear[new].outcome = before, Outcome.UNCHANGED
        else:
            candidates[new] = [before]
    reasons = {new: unclear[new].reason for new in candidates}
    _ask(candidates, unclear)
    for new, reason in reasons.items():
        unclear[new].reason = f"{reason} {unclear[new].reason}"
    return [unmatched[old] for old in matched.vanished]


def plan_settled(
    register: Register, published: str, befores: Sequence[ImportedDeal | None], years: Years = WHOLE
) -> Plan:
    """Return what importing the register does if each deal is the one at its place, or a new one if None.

    Raises Unclear if a new deal names a party or a system that is not clear; others have their transfer's.
    """
    resolver = Resolver()
    plan = Plan(register, published, [], [], resolver, years)
    for deal, before in zip(register.deals, befores, strict=True):
        named = resolver.resolve_as(deal, before.transfer) if before else resolver.resolve(deal)
        planned = PlannedDeal(deal, Outcome.NEW, named, period=years.period)
        plan.deals.append(planned)
        planned.before = before
        if before is not None:
            _compare(planned, before, plan)
    return plan


def _ask(candidates: dict[int, list[ImportedDeal]], deals: list[PlannedDeal]) -> None:
    """Leave deals to a curator, each once."""
    waiting = questions.list_open() if candidates else set()
    for new, may_be in candidates.items():
        is_open = questions.compute_digest(deals[new].deal) in waiting
        deals[new].outcome = Outcome.AMBIGUOUS
        deals[new].candidates = [] if is_open else may_be
        deals[new].reason = questions.explain(may_be, is_open=is_open)


def _compare(planned: PlannedDeal, before: ImportedDeal, plan: Plan) -> None:
    """Settle what this edition changes of a deal that was imported before.

    What it says of some years changes nothing where an edition says the whole. An earlier edition changes
    only what a later one does not say: how many were delivered in years that none speaks of.
    """
    old, new = before.deal, planned.deal
    is_old, says_more = is_earlier(plan.published, before.published), not before.is_stated
    if before.is_whole_stated and not plan.years.is_whole:
        old, new, says_more = without_deliveries(old), without_deliveries(new), False
    planned.changes = [*list_changes(old, new), *list_additions(old, new)]
    if is_old and says_more:
        planned.changes = [change for change in planned.changes if change.field in _OF_DELIVERIES]
    if is_old and not (says_more and planned.changes):
        planned.outcome = Outcome.EARLIER
        planned.reason = f"A later edition, of {before.published}, describes it already."
    elif not planned.changes:
        planned.outcome = Outcome.UNCHANGED
    else:
        planned.outcome = Outcome.CHANGED
        _list_news(planned, old, new, of_deliveries=is_old)
        if is_earlier(before.published, plan.published):
            planned.retracted = list_blank(planned.changes)
        planned.changes = [_name_years(change, plan.years) for change in planned.changes]


def _list_news(planned: PlannedDeal, old: Deal, new: Deal, *, of_deliveries: bool) -> None:
    """Give the deal the figures that it did not have, or only those of deliveries."""
    before = _list_figures(planned, old)
    # A layout that does not split a number over years takes no split back.
    statements = {figure.statement for each in before for figure in (each, without_split(each))}
    planned.figures = [
        figure
        for figure in _list_figures(planned, new)
        if figure.statement not in statements
        and (not of_deliveries or (figure.model, figure.measure) in LIMITED)
    ]


def _name_years(change: FieldChange, years: Years) -> FieldChange:
    """Return the change with the years that it is limited to in the name of its field."""
    if years.is_whole or change.field not in (*DELIVERY_FIELDS, *SPLITS):
        return change
    return change._replace(field=f"{change.field} in {years}")


def _add_absent(plan: Plan, unmatched: list[ImportedDeal]) -> None:
    """Add to the plan that deals which the file does not list had no deliveries in its years.

    New deals had none in the years of other files that do not list them.
    """
    left_out = [record for record, _, _ in plan.left_out()]
    register, added = plan.register, [planned for planned in plan.deals if planned.outcome == Outcome.NEW]
    plan.scope = absent.build_scope(register.title, register.deals, left_out, plan.years)
    news = [planned.deal for planned in added]
    for before in absent.list_absent(unmatched, news, plan.scope, register.layout, plan.published):
        planned = _resolve(without_deliveries(before.deal), plan.resolver)
        if planned.named:
            planned.outcome, planned.before, planned.period = Outcome.CHANGED, before, plan.years.period
            planned.figures = list_none_delivered(planned.named.unit, plan.years)
            planned.place = absent.build_locator(before.deal, before.years)
            plan.absent.append(planned)
    files = absent.list_earlier_files(register.layout, plan.years)
    for planned in added if files else ():
        planned.absent_from = absent.list_files_without(planned.deal, files, unmatched, plan.published)


def _list_figures(planned: PlannedDeal, deal: Deal) -> list[Figure]:
    assert planned.named is not None
    return list_figures(deal, planned.named.unit, planned.period)


def _mark_gone(deals: list[PlannedDeal], published: str, resolver: Resolver) -> None:
    """Mark the deals that an edition which may be later covers, and does not have."""
    get_parties = partial(pairing.get_parties, resolver)
    later = list_later_editions(published, get_parties)
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


def _list_covered(vanished: list[ImportedDeal], register: Register, of_years: Years) -> list[ImportedDeal]:
    """Return those that the file would have if they still stood: of its parties and its years of order.

    A file may be a part of the register, such as one recipient's, or aircraft alone. One of some years has
    the deals with deliveries in these, by its own layout.
    """
    deals = register.deals
    categories = {get_category(deal.description) for deal in deals}
    has_all = not absent.names_weapons(register.title)
    suppliers, recipients = {deal.supplier for deal in deals}, {deal.recipient for deal in deals}
    years = [deal.year for deal in deals if deal.year is not None] or [0]
    first, last = min(years), max(years)
    return [
        before
        for before in vanished
        if before.deal.supplier in suppliers
        and before.deal.recipient in recipients
        and (has_all or get_category(before.deal.description) in categories)
        and (before.deal.year is None or first <= before.deal.year <= last)
        and (of_years.is_whole or (before.layout == register.layout and before.deal.delivery_years))
    ]
