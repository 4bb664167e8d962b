"""Finding parties and systems by any name: code, slug, alias, whatever the case, spaces or script."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connections, router
from django.db.models import Exists, OuterRef, Q, QuerySet
from rapidfuzz import fuzz, process

from transfers.models import Party, RegistryRow, Revision, Source, System
from transfers.vocabulary.words import fold

KEPT_SECONDS = 60


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


def public_parties() -> Index:
    """Parties that a query may name: every state, and any party that was ever published."""
    return _public_parties(*_now())


def public_systems() -> Index:
    """Systems that were ever published, and their families; a family's name finds its variants too."""
    return _public_systems(*_now())


@dataclass(frozen=True)
class Edition:
    """The newest revision: what the register's version is told by. Nothing published: number 0."""

    sequence: int = 0
    time: datetime | None = None
    hash: str = ""


NEWEST = f"SELECT sequence, time, hash FROM {Revision._meta.db_table} ORDER BY sequence DESC LIMIT 1"


def edition() -> Edition:
    """The register's edition, in one query; ready SQL, as every answer begins with it."""
    connection = connections[router.db_for_read(Revision)]
    with connection.cursor() as cursor:
        cursor.execute(NEWEST)
        newest = cursor.fetchone()
    return _edition(newest)


def edition_of(revision: int) -> Edition:
    """The register's edition when this revision was its newest."""
    return _edition(Revision.objects.filter(sequence=revision).values_list(*_EDITION).first())


def edition_at(time: datetime) -> Edition:
    """The register's edition at this time."""
    earlier = Revision.objects.filter(time__lte=time).order_by("-time", "-sequence")
    return _edition(earlier.values_list(*_EDITION).first())


_EDITION = ("sequence", "time", "hash")


def _edition(found: tuple[Any, ...] | None) -> Edition:
    if found is None:
        return Edition()
    sequence, time, hash = found
    return Edition(sequence, time if time.tzinfo else time.replace(tzinfo=UTC), hash)


_held: ContextVar[Edition | None] = ContextVar("edition", default=None)


@contextmanager
def held(current: Edition) -> Iterator[None]:
    """Let the indexes rely on an edition that was read already, for one answer."""
    token = _held.set(current)
    try:
        yield
    finally:
        _held.reset(token)


def _now() -> tuple[str, int]:
    """What an index is kept for: one edition, and not long, as edits need not bring a revision."""
    current = _held.get() or edition()
    return current.hash, int(time.monotonic() // KEPT_SECONDS)


@lru_cache(maxsize=2)
def _public_parties(edition: str, minute: int) -> Index:
    states = Q(kind__in=[Party.Kind.STATE, Party.Kind.FORMER_STATE])
    return party_index(Party.objects.filter(states | Q(pk__in=used_parties(RegistryRow.objects.all()))))


@lru_cache(maxsize=2)
def _public_systems(edition: str, minute: int) -> Index:
    return system_index(used_systems(RegistryRow.objects.all()))


def used_parties(rows: QuerySet) -> QuerySet:
    """Parties of these published rows."""
    supplies = Exists(rows.filter(supplier=OuterRef("code")))
    receives = Exists(rows.filter(recipient=OuterRef("code")))
    return Party.objects.filter(supplies | receives)


def used_systems(rows: QuerySet) -> QuerySet:
    """Systems of these published rows, and their families."""
    used = Exists(rows.filter(system=OuterRef("slug")))
    listed = System.objects.annotate(used=used).values_list("pk", "variant_of", "used")
    families = {pk: family for pk, family, _ in listed}
    found: set[int] = set()
    for pk, _, is_used in listed:
        while is_used and pk is not None and pk not in found:
            found.add(pk)
            pk = families[pk]
    return System.objects.filter(pk__in=found)


def used_sources(claims: QuerySet) -> QuerySet:
    """Sources of these published claims."""
    return Source.objects.filter(Exists(claims.filter(source=OuterRef("key"))))


def party_index(parties) -> Index:
    """Index of these parties' codes, alpha-2 codes, names and aliases."""
    index = Index()
    for party in parties.prefetch_related("aliases"):
        for name in (party.name, party.code, party.alpha2, *(alias.name for alias in party.aliases.all())):
            index.add(name, [party.code])
    return index


def system_index(systems) -> Index:
    """Index of these systems' slugs, names and aliases; each finds the system and its variants."""
    index = Index()
    listed = {system.pk: system for system in systems.prefetch_related("aliases")}
    members: dict[int, set[str]] = {}
    for system in listed.values():
        for pk in _line(system, listed):
            members.setdefault(pk, set()).add(system.slug)
    for system in listed.values():
        for name in (system.name, system.slug, *(alias.name for alias in system.aliases.all())):
            index.add(name, members[system.pk])
    return index


def _line(system: System, listed: dict[int, System]) -> Iterator[int]:
    """The system's id and those of its families, as far as they are listed."""
    seen: set[int] = set()
    pk: int | None = system.pk
    while pk in listed and pk not in seen:
        seen.add(pk)
        yield pk
        pk = listed[pk].variant_of_id
