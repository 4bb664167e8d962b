"""Search of records by any of their names, whatever the case, spaces or script, with suggestions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process

from .lineage import list_line
from .words import fold


@dataclass
class Index:
    """Names, folded, with the identifiers they find; and each name as written, for suggestions."""

    identifiers: dict[str, set[str]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, identifiers: Iterable[str]) -> None:
        folded = fold(name)
        if folded:
            self.identifiers.setdefault(folded, set()).update(identifiers)
            self.written.setdefault(folded, name)

    def find(self, name: str) -> set[str]:
        """Return the identifiers that the name stands for; empty where nobody bears it."""
        return self.identifiers.get(fold(name), set())

    def suggest(self, name: str) -> list[str]:
        """Return up to three names like this one, the most alike first."""
        return [self.written[match] for match in suggest(fold(name), self.written)]


def suggest(word: str, candidates: Iterable[str]) -> list[str]:
    """Return up to three candidates like the word by edit distance, the most alike first."""
    matches = process.extract(word, sorted(candidates), scorer=fuzz.ratio, limit=3, score_cutoff=60)
    return [match for match, _, _ in matches]


def format_suggestions(suggestions: Iterable[str]) -> str:
    """Return ` Did you mean 'a' or 'b'?`, to follow a sentence; empty without suggestions."""
    quoted = " or ".join(f"'{name}'" for name in suggestions)
    return f" Did you mean {quoted}?" if quoted else ""


def build_party_index(parties: Any) -> Index:
    """Return an index of these parties' codes, alpha-2 codes, names and aliases."""
    index = Index()
    for party in parties.prefetch_related("aliases"):
        for name in (party.name, party.code, party.alpha2, *(alias.name for alias in party.aliases.all())):
            index.add(name, [party.code])
    return index


def build_system_index(systems: Any) -> Index:
    """Return an index of these systems' slugs, names and aliases; each finds the system and its variants."""
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
