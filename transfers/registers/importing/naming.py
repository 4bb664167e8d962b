"""Names that a register prints as records of ours, or as new provisional ones; never a guess."""

import re
from dataclasses import dataclass

from transfers.models import Party, Quantity, System, Transfer
from transfers.models.spelling import PARTY
from transfers.registers.reading.descriptions import classify
from transfers.registers.reading.records import Deal
from transfers.vocabulary import words
from transfers.vocabulary.names import build_party_index

from .kinds import LONGEST_NAME, SystemFinder, Unclear, check_name, find_free, get_single, list_former_keys

__all__ = ["LONGEST_NAME", "MARKS", "STATES", "UNITS", "ResolvedNames", "Resolver", "Unclear"]

Unit = Quantity.Unit
Category = System.Category
_MARK = re.compile(r"\*+")
#: Kinds by the marks of a name; a party without one is a state if it is here, otherwise unknown.
MARKS = {"": Party.Kind.UNKNOWN, "*": Party.Kind.NON_STATE, "**": Party.Kind.ORGANISATION}
STATES = (Party.Kind.STATE, Party.Kind.FORMER_STATE)
#: Units of deals whose description does not say what they count.
UNITS = {
    System.Category.AIRCRAFT: Unit.AIRCRAFT,
    System.Category.ARMOURED_VEHICLES: Unit.VEHICLE,
    System.Category.ARTILLERY: Unit.GUN,
    System.Category.ENGINES: Unit.ENGINE,
    System.Category.MISSILES: Unit.MISSILE,
    System.Category.SATELLITES: Unit.SATELLITE,
    System.Category.SENSORS: Unit.SYSTEM,
    System.Category.SHIPS: Unit.SHIP,
    System.Category.AIR_DEFENCE: Unit.SYSTEM,
}


@dataclass(frozen=True, slots=True)
class ResolvedNames:
    """A deal's parties by code, its system by slug, and what its numbers count."""

    supplier: str
    recipient: str
    system: str
    unit: str


class Resolver:
    """Finder of the records that names mean; `parties` and `systems` are new ones, unsaved."""

    def __init__(self) -> None:
        self._parties = {party.code: party for party in Party.objects.all()}
        self._party_names = build_party_index(Party.objects.all())
        self._former = list_former_keys(PARTY)
        self._system_finder = SystemFinder()
        self.parties: dict[str, Party] = {}
        self.systems = self._system_finder.new
        self._resolved: dict[tuple[str, ...], ResolvedNames | Unclear] = {}

    def resolve(self, deal: Deal) -> ResolvedNames:
        """Return the deal's parties and system; raise Unclear with the reason."""
        printed = (deal.supplier, deal.recipient, deal.designation, deal.description, deal.category)
        if printed not in self._resolved:
            try:
                self._resolved[printed] = self._find_names(deal)
            except Unclear as error:
                self._resolved[printed] = error
        resolved = self._resolved[printed]
        if isinstance(resolved, Unclear):
            raise resolved
        return resolved

    def resolve_as(self, deal: Deal, transfer: int) -> ResolvedNames:
        """Return the names of a deal that describes the transfer of this id, whatever it prints."""
        try:
            return self.resolve(deal)
        except Unclear:
            described = Transfer.objects.with_names().get(pk=transfer)
            codes = (described.supplier.code, described.recipient.code)
            return ResolvedNames(*codes, described.system.slug, _get_unit(deal, described.system))

    def _find_names(self, deal: Deal) -> ResolvedNames:
        supplier, recipient = self._find_party(deal.supplier), self._find_party(deal.recipient)
        if supplier == recipient:
            raise Unclear(f"Supplier and recipient are the same party, {supplier}.")
        system = self._system_finder.find(deal)
        return ResolvedNames(supplier, recipient, system.slug, _get_unit(deal, system))

    def _find_party(self, printed: str) -> str:
        name, mark = _split_mark(printed)
        check_name(name, "party")
        if mark not in MARKS:
            raise Unclear(f"The mark {mark!r} of {name!r} is not a mark that SIPRI uses.")
        codes = self._party_names.find(name)
        if not codes:
            return self._make_party(name, mark)
        code = get_single(name, codes, {code for code in codes if self._parties[code].provisional})
        if mark and self._parties[code].kind in STATES:
            raise Unclear(f"{printed!r} is marked as no state, but {code} is one.", ambiguous=True)
        return code

    def _make_party(self, name: str, mark: str) -> str:
        stem = f"X-{'-'.join(words.split(name)).upper()}"[:36].rstrip("-")
        party = Party(
            code=find_free(stem, [self._parties, self._former]), name=name, kind=MARKS[mark], provisional=True
        )
        self.parties[party.code] = self._parties[party.code] = party
        self._party_names.add(name, [party.code])
        return party.code


def _get_unit(deal: Deal, system: System) -> str:
    """Return what the deal's numbers count."""
    place = classify(deal.description)
    return place[1] if place else UNITS.get(Category(system.category), Unit.ITEM)


def _split_mark(printed: str) -> tuple[str, str]:
    """Return the name and its mark, which may stand before a country in brackets: `Fighters* (Chad)`."""
    marks = _MARK.findall(printed)
    return " ".join(_MARK.sub(" ", printed).split()), marks[0] if len(marks) == 1 else "".join(marks)
