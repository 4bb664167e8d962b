"""Finding records by any of their names, whatever the case, spaces or script; and what was perhaps meant."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process

from .lineage import list_line
from .words import fold


@dataclass
class Index:
    """Names, folded, with the identifiers they find; and each name as written, for suggestions."""

    found: dict[str, set[str]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, identifiers: Iterable[str]) -> None:
        folded = fold(name)
        if folded:
            self.found.setdefault(folded, set()).update(identifiers)
            self.written.setdefault(folded, name)

    def find(self, name: str) -> set[str]:
        """Identifiers that the name stands for; empty where nobody bears it."""
        return self.found.get(fold(name), set())

    def nearest(self, name: str, limit: int = 3) -> list[str]:
        """Names that were perhaps meant, nearest first."""
        return [self.written[match] for match in nearest(fold(name), self.written, limit)]


def nearest(text: str, candidates: Iterable[str], limit: int = 3) -> list[str]:
    """The candidates most like the text by edit distance, nearest first; none that is far off."""
    matches = process.extract(text, sorted(candidates), scorer=fuzz.ratio, limit=limit, score_cutoff=60)
    return [match for match, _, _ in matches]


def build_party_index(parties: Any) -> Index:
    """Index of these parties' codes, alpha-2 codes, names and aliases."""
    index = Index()
    for party in parties.prefetch_related("aliases"):
        for name in (party.name, party.code, party.alpha2, *(alias.name for alias in party.aliases.all())):
            index.add(name, [party.code])
    return index


def build_system_index(systems: Any) -> Index:
    """Index of these systems' slugs, names and aliases; each finds the system and its variants."""
    index = Index()
    listed = {system.pk: system for system in systems.prefetch_related("aliases")}
    families = {pk: system.variant_of_id for pk, system in listed.items() if system.variant_of_id in listed}
    members: dict[int, set[str]] = {}
    for pk, system in listed.items():
        for member in list_line(pk, families):
            members.setdefault(member, set()).add(system.slug)
    for system in listed.values():
        for name in (system.name, system.slug, *(alias.name for alias in system.aliases.all())):
            index.add(name, members[system.pk])
    return index
