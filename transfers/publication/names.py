"""Finding parties and systems by any name: code, slug, alias, whatever the case, spaces or script."""

import time
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q, QuerySet

from transfers.models import Party, RegistryRow, Source, System
from transfers.vocabulary.lineage import list_line
from transfers.vocabulary.names import Index, build_party_index, build_system_index

from . import editions

KEPT_SECONDS = 60


def get_party_index() -> Index:
    """Return the index of parties that a query may name: all states, and those that were ever published."""
    return _build_party_index(*_get_validity())


def get_system_index() -> Index:
    """Return the index of systems ever published, and of families; a family's name finds its variants too."""
    return _build_system_index(*_get_validity())


def _get_validity() -> tuple[str, int]:
    """Return what an index is valid for: one edition, and a minute, as not every edit brings a revision."""
    edition = editions.get_current()
    return edition.hash, int(time.monotonic() // KEPT_SECONDS)


@lru_cache(maxsize=2)
def _build_party_index(edition: str, minute: int) -> Index:
    states = Q(kind__in=[Party.Kind.STATE, Party.Kind.FORMER_STATE])
    return build_party_index(
        Party.objects.filter(states | Q(pk__in=filter_used_parties(RegistryRow.objects.all())))
    )


@lru_cache(maxsize=2)
def _build_system_index(edition: str, minute: int) -> Index:
    return build_system_index(filter_used_systems(RegistryRow.objects.all()))


def filter_used_parties(rows: QuerySet) -> QuerySet:
    """Return the parties of these published rows."""
    supplies = Exists(rows.filter(supplier=OuterRef("code")))
    receives = Exists(rows.filter(recipient=OuterRef("code")))
    return Party.objects.filter(supplies | receives)


def filter_used_systems(rows: QuerySet) -> QuerySet:
    """Return the systems of these published rows, and their families."""
    used = Exists(rows.filter(system=OuterRef("slug")))
    listed = System.objects.annotate(used=used).values_list("pk", "variant_of", "used")
    families = {pk: family for pk, family, _ in listed}
    return System.objects.filter(
        pk__in={member for pk, _, is_used in listed if is_used for member in list_line(pk, families)}
    )


def filter_used_sources(claims: QuerySet) -> QuerySet:
    """Return the sources of these published claims."""
    return Source.objects.filter(Exists(claims.filter(source=OuterRef("key"))))
