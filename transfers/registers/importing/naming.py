"""Names that a register prints as records of ours, or as new provisional ones; never a guess."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from transfers.models import Party, Quantity, System
from transfers.registers.reading.descriptions import classify, parse_category
from transfers.registers.reading.records import Deal
from transfers.vocabulary import words
from transfers.vocabulary.names import Index

Unit = Quantity.Unit
Category = System.Category
LONGEST_NAME = 120
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


class Unclear(Exception):
    """Name that cannot be taken: `ambiguous` if it may be one of several, otherwise not a name."""

    def __init__(self, reason: str, *, ambiguous: bool = False):
        self.ambiguous = ambiguous
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class ResolvedNames:
    """A deal's parties by code, its system by slug, and what its numbers count."""

    supplier: str
    recipient: str
    system: str
    unit: str


@dataclass
class Resolver:
    """Finder of the records that names mean; `parties` and `systems` are new ones, unsaved."""

    parties: dict[str, Party] = field(default_factory=dict)
    systems: dict[str, System] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._parties = {party.code: party for party in Party.objects.prefetch_related("aliases")}
        self._systems = {system.slug: system for system in System.objects.prefetch_related("aliases")}
        self._party_names, self._system_names = Index(), Index()
        for party in self._parties.values():
            for name in _names(party):
                self._party_names.add(name, [party.code])
        for system in self._systems.values():
            for name in (system.slug, *_names(system)):
                self._system_names.add(name, [system.slug])
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

    def _find_names(self, deal: Deal) -> ResolvedNames:
        supplier, recipient = self._party(deal.supplier), self._party(deal.recipient)
        if supplier == recipient:
            raise Unclear(f"Supplier and recipient are the same party, {supplier}.")
        system = self._system(deal)
        place = classify(deal.description)
        unit = place[1] if place else UNITS.get(Category(system.category), Unit.ITEM)
        return ResolvedNames(supplier, recipient, system.slug, unit)

    def _party(self, printed: str) -> str:
        name = printed.rstrip("*").strip()
        mark = printed[len(printed.rstrip("*")) :]
        _check(name, "party")
        if mark not in MARKS:
            raise Unclear(f"The mark {mark!r} of {name!r} is not a mark that SIPRI uses.")
        codes = self._party_names.find(name)
        _check_single(name, codes)
        for code in codes:
            if mark and (self.parties.get(code) or self._parties[code]).kind in STATES:
                raise Unclear(f"{printed!r} is marked as no state, but {code} is one.", ambiguous=True)
            return code
        return self._new_party(name, mark)

    def _new_party(self, name: str, mark: str) -> str:
        stem = f"X-{'-'.join(words.split(name)).upper()}"[:36].rstrip("-")
        code = _free(stem, (self._parties, self.parties))
        self.parties[code] = Party(code=code, name=name, kind=MARKS[mark], provisional=True)
        self._party_names.add(name, [code])
        return code

    def _system(self, deal: Deal) -> System:
        """Return the system of this name, unless what is described is of another category."""
        _check(deal.designation, "designation")
        place = classify(deal.description)
        category = parse_category(deal.category) or (place[0] if place else None)
        for name in (deal.designation, f"{deal.designation} ({deal.description})"):
            slugs = self._system_names.find(name)
            _check_single(name, slugs)
            if not slugs:
                return self._new_system(name, category, deal.description)
            (slug,) = slugs
            system = self.systems.get(slug) or self._systems[slug]
            if category in (None, system.category) or System.Category.OTHER in (category, system.category):
                return system
        raise Unclear(
            f"{deal.designation!r} is known as {system.get_category_display()}, and is described here as"
            f" {deal.description!r}.",
            ambiguous=True,
        )

    def _new_system(self, name: str, category: str | None, description: str) -> System:
        _check(name, "designation")
        stem = "-".join(words.split(name))[:76].rstrip("-")
        slug = _free(stem, (self._systems, self.systems))
        system = System(
            slug=slug,
            name=name,
            category=category or System.Category.OTHER,
            description=description[:200] or "not described",
            provisional=True,
        )
        self.systems[slug] = system
        self._system_names.add(name, [slug])
        return system


def _names(record: Party | System) -> Iterable[str]:
    return (record.name, *(alias.name for alias in record.aliases.all()))


def _check_single(name: str, candidates: set[str]) -> None:
    if len(candidates) > 1:
        raise Unclear(f"{name!r} may be one of {', '.join(sorted(candidates))}.", ambiguous=True)


def _check(name: str, what: str) -> None:
    """Raise Unclear for what cannot be a record's name."""
    if not words.fold(name):
        raise Unclear(f"The {what} {name!r} has no letter or digit.")
    if len(name) > LONGEST_NAME:
        raise Unclear(f"The {what} {name[:40]!r} … is longer than {LONGEST_NAME} characters.")
    if "|" in name:
        raise Unclear(f"The {what} {name!r} has a |, which joins names in lists.")


def _free(stem: str, taken: Iterable[Container[str]]) -> str:
    """Return the stem, numbered where one of these has it."""
    number, free = 1, stem
    while any(free in names for names in taken):
        number += 1
        free = f"{stem}-{number}"
    return free
