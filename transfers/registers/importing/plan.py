"""What importing a register would do, deal by deal, and why: nothing is stored by it.

A deal is matched with the newest statement of it that was imported (`transfers.registers.matching`); what it
changes becomes later claims. A deal that a later edition described already brings no claims.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from transfers.registers import matching
from transfers.registers.comparison import FieldChange, list_changes
from transfers.registers.reading.records import Deal, Refused, Register
from transfers.vocabulary import edtf
from transfers.vocabulary.choices import Outcome

from . import imported
from .claims import Figure, list_figures
from .imported import ImportedDeal
from .naming import ResolvedNames, Resolver, Unclear

#: Outcomes whose records are in the register afterwards.
IMPORTED = (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.EARLIER)


@dataclass(slots=True)
class PlannedDeal:
    """A deal and what becomes of it; `known` is the deal of before, `figures` are the claims to be."""

    deal: Deal
    outcome: str
    named: ResolvedNames | None = None
    before: ImportedDeal | None = None
    changes: list[FieldChange] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    reason: str = ""


@dataclass
class Plan:
    """An import as it would be; `published` is the edition's date, EDTF."""

    register: Register
    published: str
    deals: list[PlannedDeal]
    vanished: list[ImportedDeal]
    resolver: Resolver

    def counts(self) -> dict[str, int]:
        """Records of the file by outcome, all of them."""
        found = Counter({str(outcome): 0 for outcome in Outcome})
        for item in self.deals:
            found[str(item.outcome)] += item.deal.records
        found[Outcome.REFUSED] += sum(each.records for each in self.register.refused)
        return dict(found)

    def left_out(self) -> list[tuple[Deal | Refused, str, str]]:
        """Deals and records that are not imported, with outcome and reason, in the file's order."""
        out: list[tuple[Deal | Refused, str, str]] = [
            (item.deal, str(item.outcome), item.reason) for item in self.deals if item.outcome not in IMPORTED
        ]
        out += [(each, str(Outcome.REFUSED), each.reason) for each in self.register.refused]
        return sorted(out, key=lambda each: each[0].lines)

    @property
    def fingerprint(self) -> str:
        """The plan in short: equal for two plans that would do the same."""
        said = [(item.deal.lines, str(item.outcome), item.before and item.before.key) for item in self.deals]
        return hashlib.sha256(repr((self.register.sha256, said)).encode()).hexdigest()


def build_plan(register: Register, published: str = "") -> Plan:
    """What importing the register would do; `published`, EDTF, where the file does not say its own date."""
    resolver = Resolver()
    published = get_date(register, published)
    items = [_named(deal, resolver) for deal in register.deals]
    clear = [item for item in items if item.named is not None]
    known, again = imported.list_newest(register.layout), imported.list_places(register.sha256)
    found = matching.match(
        [each.deal for each in known], [item.deal for item in clear], group=_group(resolver)
    )
    for before, now in found.pairs:
        if (known[before].transfer, clear[now].deal.locator) in again:
            clear[now].outcome, clear[now].before = Outcome.UNCHANGED, known[before]
        else:
            _pair(clear[now], known[before], published)
    for now, candidates in found.ambiguous.items():
        keys = ", ".join(known[before].key for before in candidates[:5])
        clear[now].outcome = Outcome.AMBIGUOUS
        clear[now].reason = f"It may be any of {len(candidates)} deals that were imported before: {keys}."
    for now in found.added:
        item = clear[now]
        assert item.named is not None
        item.figures = list_figures(item.deal, item.named.unit)
    vanished = _covered([known[before] for before in found.vanished], register.deals)
    return Plan(register, published, items, vanished, resolver)


def get_date(register: Register, given: str = "") -> str:
    """The edition's date: what its file says, what the user says, else no earlier than its last year."""
    if register.generated is not None:
        return register.generated.date().isoformat()
    if given:
        edtf.validate(given)
        return given
    years = [year for deal in register.deals for year in (deal.year, *deal.delivery_years) if year]
    return f"{max(years):04}/.." if years else "1950/.."


def _named(deal: Deal, resolver: Resolver) -> PlannedDeal:
    try:
        return PlannedDeal(deal, Outcome.NEW, resolver.named(deal))
    except Unclear as error:
        outcome = Outcome.AMBIGUOUS if error.ambiguous else Outcome.REFUSED
        return PlannedDeal(deal, outcome, reason=str(error))


def _group(resolver: Resolver):
    """Deals can be the same only where their names mean the same parties and system."""

    def group(deal: Deal):
        try:
            named = resolver.named(deal)
        except Unclear:
            return matching.fold_names(deal)
        return (named.supplier, named.recipient, named.system)

    return group


def _pair(item: PlannedDeal, known: ImportedDeal, published: str) -> None:
    """Settle what a deal that was imported before changes by this edition."""
    item.before = known
    item.changes = list_changes(known.deal, item.deal)
    if not item.changes:
        item.outcome = Outcome.UNCHANGED
    elif _is_earlier(published, known.published):
        item.outcome = Outcome.EARLIER
        item.reason = f"A later edition, of {known.published}, describes it already."
    else:
        assert item.named is not None
        item.outcome = Outcome.CHANGED
        before = {figure.says for figure in list_figures(known.deal, item.named.unit)}
        item.figures = [
            figure for figure in list_figures(item.deal, item.named.unit) if figure.says not in before
        ]


def _is_earlier(published: str, other: str) -> bool:
    """Whether the date is earlier than the other for certain."""
    end = edtf.bounds(published)[1]
    start = edtf.bounds(other)[0] if other else None
    return end is not None and start is not None and end < start


def _covered(vanished: list[ImportedDeal], deals: list[Deal]) -> list[ImportedDeal]:
    """Those that this file would have if they still stood: of its parties and of its years of order.

    A file may be a part of the register, such as one recipient's.
    """
    suppliers, recipients = {deal.supplier for deal in deals}, {deal.recipient for deal in deals}
    years = [deal.year for deal in deals if deal.year is not None] or [0]
    first, last = min(years), max(years)
    return [
        each
        for each in vanished
        if each.deal.supplier in suppliers
        and each.deal.recipient in recipients
        and (each.deal.year is None or first <= each.deal.year <= last)
    ]
