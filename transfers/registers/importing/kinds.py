"""Systems that a register's designations mean: one of each kind of weapon, or a new provisional one.

A designation alone names no system, since a missile and a boat may share it. A kind is a category; where
neither the file nor our list of descriptions gives one, the words of the description are a kind of their own.
"""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator

from transfers.models import FormerKey, System
from transfers.models.spelling import SYSTEM
from transfers.registers.reading.descriptions import classify, parse_category
from transfers.registers.reading.records import Deal
from transfers.vocabulary import words
from transfers.vocabulary.words import fold_exactly

LONGEST_NAME = 120
NOT_DESCRIBED = "not described"
Category = System.Category
_NAME_WITH_KIND = re.compile(r"(.+) \((.+)\)")


class Unclear(Exception):
    """Name that cannot be taken: `ambiguous` if it may be one of several, otherwise not a name."""

    def __init__(self, reason: str, *, ambiguous: bool = False):
        self.ambiguous = ambiguous
        super().__init__(reason)


class SystemFinder:
    """Finder of the system that a deal names; `new` are those made for it, unsaved, by slug."""

    def __init__(self) -> None:
        self.new: dict[str, System] = {}
        self._systems: dict[str, System] = {}
        self._bearers: dict[str, set[str]] = defaultdict(set)
        self._of_a_kind: dict[str, set[str]] = defaultdict(set)
        self._stated: set[str] = set()
        self._former = list_former_keys(SYSTEM)
        for system in System.objects.prefetch_related("aliases"):
            self._add(system, [system.name, *(alias.name for alias in system.aliases.all())])

    def find(self, deal: Deal) -> System:
        """Return the system of this designation and kind; raise Unclear where it may be one of several."""
        check_name(deal.designation, "designation")
        category = _get_category(deal)
        candidates = self._list_candidates(deal)
        in_words = [system for system in candidates if self._is_in_words(system, deal)]
        in_category = [
            system
            for system in candidates
            if category not in (None, Category.OTHER) and self._get_kind(system) == category
        ]
        in_both = [system for system in in_words if system in in_category]
        for systems in (in_both, in_words, in_category, self._list_curated(candidates, deal)):
            if systems:
                return _get_single(deal.designation, systems)
        return self._make(deal, category, is_first=not candidates)

    def _add(self, system: System, names: Iterable[str]) -> None:
        self._systems[system.slug] = system
        for name in names:
            self._bearers[fold_exactly(name)].add(system.slug)
            match = _NAME_WITH_KIND.fullmatch(name)
            if match and _is_kind(match[2], system):
                self._of_a_kind[fold_exactly(match[1])].add(system.slug)

    def _list_candidates(self, deal: Deal) -> list[System]:
        designation = fold_exactly(deal.designation)
        slugs = self._bearers.get(designation, set()) | self._of_a_kind.get(designation, set())
        return [self._systems[slug] for slug in sorted(slugs | self._list_explicit(deal))]

    def _list_explicit(self, deal: Deal) -> set[str]:
        """Return the systems that bear designation and description as one name, by a curator's alias."""
        return self._bearers.get(fold_exactly(f"{deal.designation} ({_get_words(deal)})"), set())

    def _is_in_words(self, system: System, deal: Deal) -> bool:
        """Return whether the deal describes the system in its own words, and states no other category."""
        is_explicit = system.slug in self._list_explicit(deal)
        if not is_explicit and fold_exactly(system.description) != fold_exactly(_get_words(deal)):
            return False
        if parse_category(deal.category) in (None, system.category):
            return True
        if not system.provisional:
            return is_explicit
        return system.slug not in self._stated and system.category == _classify(deal.description)

    def _get_kind(self, system: System) -> str:
        """Return the system's category; what a provisional one's words mean if they were unknown once."""
        is_open = system.provisional and system.slug not in self._stated
        if is_open and system.category == Category.OTHER:
            return _classify(system.description)
        return system.category

    def _list_curated(self, candidates: list[System], deal: Deal) -> list[System]:
        """Return the systems that a deal may mean which says nothing of the kind."""
        is_silent = not deal.description and _get_category(deal) is None
        return [system for system in candidates if is_silent and not system.provisional]

    def _make(self, deal: Deal, category: str | None, *, is_first: bool) -> System:
        name = deal.designation if is_first else self._find_free_name(deal, category)
        stem = "-".join(words.split(name.replace("+", " plus ")))[:76].rstrip("-")
        system = System(
            slug=find_free(stem, [self._systems, self._former]),
            name=name,
            category=category or Category.OTHER,
            description=_get_words(deal),
            provisional=True,
        )
        self.new[system.slug] = system
        self._add(system, [name])
        if parse_category(deal.category):
            self._stated.add(system.slug)
        return system

    def _find_free_name(self, deal: Deal, category: str | None) -> str:
        for kind in _list_kinds(deal, category):
            name = f"{deal.designation} ({kind})"
            is_possible = len(name) <= LONGEST_NAME and "|" not in name
            if is_possible and not self._bearers.get(fold_exactly(name)):
                return name
        raise Unclear(
            f"{deal.designation!r} is known as another kind of weapon than {deal.description!r}.",
            ambiguous=True,
        )


def _get_category(deal: Deal) -> str | None:
    """Return the category that the file states, or else the one that the description means."""
    place = classify(deal.description)
    return parse_category(deal.category) or (place[0] if place else None)


def _classify(description: str) -> str:
    place = classify(description)
    return place[0] if place else Category.OTHER


def _get_words(deal: Deal) -> str:
    return deal.description[:200] or NOT_DESCRIBED


def _list_kinds(deal: Deal, category: str | None) -> Iterator[str]:
    """Yield what may stand in brackets behind a designation that has another bearer."""
    label = Category(category or Category.OTHER).label
    yield deal.description or (label if category else NOT_DESCRIBED)
    yield label
    yield f"{deal.description}, {label}"


def _is_kind(text: str, system: System) -> bool:
    """Return whether a text in brackets says what kind the system is, and is no part of its designation."""
    place = classify(text)
    return (
        fold_exactly(text) == fold_exactly(system.description)
        or parse_category(text.rpartition(", ")[2]) == system.category
        or (place is not None and place[0] == system.category)
    )


def _get_single(designation: str, systems: list[System]) -> System:
    slugs = {system.slug for system in systems}
    provisional = {system.slug for system in systems if system.provisional}
    slug = get_single(designation, slugs, provisional)
    return next(system for system in systems if system.slug == slug)


def get_single(name: str, candidates: set[str], provisional: set[str]) -> str:
    """Return the one candidate, or the one that is not provisional; raise Unclear where there are more."""
    chosen = candidates if len(candidates) == 1 else candidates - provisional
    if len(chosen) == 1:
        return next(iter(chosen))
    listed = (f"{key} (provisional)" if key in provisional else key for key in sorted(candidates))
    raise Unclear(f"{name!r} may be one of {', '.join(listed)}.", ambiguous=True)


def check_name(name: str, what: str) -> None:
    """Raise Unclear for what cannot be a record's name."""
    if not words.fold(name):
        raise Unclear(f"The {what} {name!r} has no letter or digit.")
    if len(name) > LONGEST_NAME:
        raise Unclear(f"The {what} {name[:40]!r} … is longer than {LONGEST_NAME} characters.")
    if "|" in name:
        raise Unclear(f"The {what} {name!r} has a |, which joins names in lists.")


def list_former_keys(kind: str) -> set[str]:
    """Return the keys of records that were merged into others, to which they lead for ever."""
    return set(FormerKey.objects.filter(kind=kind).values_list("key", flat=True))


def find_free(stem: str, taken: Iterable[Container[str]]) -> str:
    """Return the stem, numbered where one of these has it."""
    number, free = 1, stem
    while any(free in names for names in taken):
        number += 1
        free = f"{stem}-{number}"
    return free
