"""Search of records by any of their names, whatever the case, spaces or script, with suggestions."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from rapidfuzz import fuzz, process

from .codes import EARLIER_CODES
from .lineage import list_line
from .words import fold, fold_exactly, fold_party, split

_TURNED = re.compile(r"(.+?)(?: \((.+)\)|, (.+)| (North|South|East|West))", re.IGNORECASE)


@dataclass
class Index:
    """Names, folded, with the identifiers they find; and each name as written, for suggestions.

    A name is found as it is spelled, and only where nobody is spelled so by a looser spelling.
    """

    identifiers: dict[str, set[str]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    fold: Callable[[str], str] = fold
    fold_exactly: Callable[[str], str] = fold_exactly
    provisional: set[str] = field(default_factory=set)
    _keys: dict[str, set[str]] = field(default_factory=dict)
    _spellings: dict[str, dict[str, tuple[str, set[str]]]] = field(default_factory=dict)

    def add(self, name: str, identifiers: Iterable[str]) -> None:
        folded = self.fold(name)
        if folded:
            keys = set(identifiers)
            self.identifiers.setdefault(folded, set()).update(keys)
            self.written.setdefault(folded, name)
            spellings = self._spellings.setdefault(folded, {})
            spellings.setdefault(self.fold_exactly(name), (name, set()))[1].update(keys)

    def add_key(self, key: str, identifiers: Iterable[str]) -> None:
        """Add a record's own key, which finds that record alone where it is written as it is."""
        self._keys[key] = set(identifiers)
        self.identifiers.setdefault(self.fold(key), set()).update(self._keys[key])
        self.written.setdefault(self.fold(key), key)

    @classmethod
    def list_readings(cls, name: str) -> list[str]:
        """Return the names by which `find` looks for this one."""
        return [name]

    def find(self, name: str) -> set[str]:
        """Return the identifiers that the name stands for; empty where nobody bears it."""
        return self._find_exactly(name) or self.identifiers.get(self.fold(name), set())

    def list_rivals(self, name: str) -> list[str]:
        """Return the names that this one may be a loose spelling of, where those are of different records."""
        spellings = list(self._spellings.get(self.fold(name), {}).values())
        everybody = self.find(name)
        if self._find_exactly(name) or any(identifiers == everybody for _, identifiers in spellings):
            return []
        return self._list_spellings(self.fold(name))

    def suggest(self, name: str) -> list[str]:
        """Return up to three names like this one, the most alike first."""
        return self.list_written(suggest(self.fold(name), self.written))

    def list_written(self, matches: Iterable[str]) -> list[str]:
        """Return the first three names, as they are written, of which these are the folded ones."""
        names = (self._list_spellings(match) or [self.written[match]] for match in matches)
        return list(chain.from_iterable(names))[:3]

    def describe_provisional(self, names: Iterable[str]) -> str:
        """Return ` 'a' is provisional.` for those of the names that only imports gave, or an empty text."""
        listed = [name for name in names if self.find(name) and self.find(name) <= self.provisional]
        return "".join(f" '{name}' is provisional: nobody has checked it yet." for name in listed)

    def _list_spellings(self, folded: str) -> list[str]:
        return sorted(written for written, _ in self._spellings.get(folded, {}).values())

    def _find_exactly(self, name: str) -> set[str]:
        spellings = self._spellings.get(self.fold(name), {})
        _, identifiers = spellings.get(self.fold_exactly(name), ("", set()))
        return self._keys.get(name) or identifiers


@dataclass
class PartyIndex(Index):
    """Names of parties, which registers also print turned round: `Yemen (South)`, `Korea, North`."""

    fold: Callable[[str], str] = fold_party
    fold_exactly: Callable[[str], str] = fold_party

    @classmethod
    def list_readings(cls, name: str) -> list[str]:
        """Return the name, the one that it is when turned round, and those in brackets and before them."""
        if match := _TURNED.fullmatch(name):
            before, inside = match[1], match[match.lastindex or 0]
            return [name, before, inside, f"{inside} {before}"]
        return [name]

    def find(self, name: str) -> set[str]:
        """Return the codes that the name, turned round or with another name in brackets, stands for."""
        codes = super().find(name)
        match = _TURNED.fullmatch(name)
        if codes or match is None:
            return codes
        before, inside = match[1], match[match.lastindex or 0]
        if turned := super().find(f"{inside} {before}"):
            return turned
        is_abbreviated = "".join(word[0] for word in split(before)) == inside.casefold()
        return super().find(before) if is_abbreviated else super().find(before) & super().find(inside)


def suggest(word: str, candidates: Iterable[str]) -> list[str]:
    """Return up to three candidates like the word by edit distance, the most alike first."""
    matches = process.extract(word, sorted(candidates), scorer=fuzz.ratio, limit=3, score_cutoff=60)
    return [match for match, _, _ in matches]


def format_suggestions(suggestions: Iterable[str]) -> str:
    """Return ` Did you mean 'a' or 'b'?`, to follow a sentence; empty without suggestions."""
    quoted = " or ".join(f"'{name}'" for name in suggestions)
    return f" Did you mean {quoted}?" if quoted else ""


def build_party_index(parties: Any) -> PartyIndex:
    """Return an index of these parties' codes, alpha-2 codes, names and aliases."""
    index = PartyIndex()
    for party in parties.prefetch_related("aliases"):
        for name in (party.name, party.code, party.alpha2, *(alias.name for alias in party.aliases.all())):
            index.add(name, [party.code])
        for code in EARLIER_CODES.get(party.code, ()):
            index.add(code, [party.code])
        if party.provisional:
            index.provisional.add(party.code)
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
        for name in (system.name, *(alias.name for alias in system.aliases.all())):
            index.add(name, members[system.pk])
        index.add_key(system.slug, members[system.pk])
        if system.provisional:
            index.provisional.add(system.slug)
    return index
