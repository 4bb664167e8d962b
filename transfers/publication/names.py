"""Finding parties and systems by any name: code, slug, alias, whatever the case, spaces or script."""

import time
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q, QuerySet

from transfers.models import Party, RegistryRow, Source, System
from transfers.models.naming import Meaning, PartyFinder, SystemFinder
from transfers.vocabulary.lineage import list_line

from . import editions

KEPT_SECONDS = 60
KEPT_NAMES = 2_000


class PublicSystemFinder(SystemFinder):
    """Finder of systems that were ever published, and of their families."""

    def __init__(self) -> None:
        pass

    @property
    def records(self) -> QuerySet:  # type: ignore[override]
        return filter_used_systems(RegistryRow.objects.all())

    def _filter_listed(self, families: dict[int, int | None]) -> QuerySet:
        used = System.objects.filter(_is_used_system(RegistryRow.objects.all()), pk__in=list(families))
        members = {member for pk in used.values_list("pk", flat=True) for member in list_line(pk, families)}
        return System.objects.filter(pk__in=members & families.keys())


def find_party(name: str) -> Meaning:
    """Return the parties that a query may name: all states, and those that were ever published."""
    return _find_party(name, *_get_validity())


def find_system(name: str) -> Meaning:
    """Return the systems ever published, and families, of this name; a family's finds its variants too."""
    return _find_system(name, *_get_validity())


def _get_validity() -> tuple[str, int]:
    """Return what a meaning is valid for: one edition, and a minute, as not every edit brings a revision."""
    edition = editions.get_current()
    return edition.hash, int(time.monotonic() // KEPT_SECONDS)


@lru_cache(maxsize=KEPT_NAMES)
def _find_party(name: str, edition: str, minute: int) -> Meaning:
    states = Q(kind__in=[Party.Kind.STATE, Party.Kind.FORMER_STATE])
    return PartyFinder(Party.objects.filter(states | _is_used_party(RegistryRow.objects.all()))).get_meaning(
        name
    )


@lru_cache(maxsize=KEPT_NAMES)
def _find_system(name: str, edition: str, minute: int) -> Meaning:
    return PublicSystemFinder().get_meaning(name)


def forget() -> None:
    """Forget the meanings that were kept."""
    _find_party.cache_clear()
    _find_system.cache_clear()


def filter_used_parties(rows: QuerySet) -> QuerySet:
    """Return the parties of these published rows."""
    return Party.objects.filter(_is_used_party(rows))


def _is_used_party(rows: QuerySet) -> Q:
    return Q(Exists(rows.filter(supplier=OuterRef("code")))) | Q(
        Exists(rows.filter(recipient=OuterRef("code")))
    )


def filter_used_systems(rows: QuerySet) -> QuerySet:
    """Return the systems of these published rows, and their families."""
    used = Exists(rows.filter(system=OuterRef("slug")))
    listed = System.objects.annotate(used=used).values_list("pk", "variant_of", "used")
    families = {pk: family for pk, family, _ in listed}
    return System.objects.filter(
        pk__in={member for pk, _, is_used in listed if is_used for member in list_line(pk, families)}
    )


def _is_used_system(rows: QuerySet) -> Q:
    return Q(Exists(rows.filter(system=OuterRef("slug"))))


def filter_used_sources(claims: QuerySet) -> QuerySet:
    """Return the sources of these published claims."""
    return Source.objects.filter(Exists(claims.filter(source=OuterRef("key"))))
