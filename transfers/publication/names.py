"""Finding parties and systems by any name: code, slug, alias, whatever the case, spaces or script."""

import time
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q, QuerySet

from transfers.models import Party, RegistryRow, Source, System
from transfers.vocabulary.lineage import list_line
from transfers.vocabulary.names import Index, build_party_index, build_system_index

from . import editions

KEPT_SECONDS = 60


def public_parties() -> Index:
    """Parties that a query may name: every state, and any party that was ever published."""
    return _public_parties(*_now())


def public_systems() -> Index:
    """Systems that were ever published, and their families; a family's name finds its variants too."""
    return _public_systems(*_now())


def _now() -> tuple[str, int]:
    """What an index is kept for: one edition, and not long, as edits need not bring a revision."""
    edition = editions.get_current()
    return edition.hash, int(time.monotonic() // KEPT_SECONDS)


@lru_cache(maxsize=2)
def _public_parties(edition: str, minute: int) -> Index:
    states = Q(kind__in=[Party.Kind.STATE, Party.Kind.FORMER_STATE])
    return build_party_index(Party.objects.filter(states | Q(pk__in=used_parties(RegistryRow.objects.all()))))


@lru_cache(maxsize=2)
def _public_systems(edition: str, minute: int) -> Index:
    return build_system_index(used_systems(RegistryRow.objects.all()))


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
    return System.objects.filter(
        pk__in={member for pk, _, is_used in listed if is_used for member in list_line(pk, families)}
    )


def used_sources(claims: QuerySet) -> QuerySet:
    """Sources of these published claims."""
    return Source.objects.filter(Exists(claims.filter(source=OuterRef("key"))))
