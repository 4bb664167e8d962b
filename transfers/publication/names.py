"""Finding parties and systems by any name: code, slug, alias, whatever the case, spaces or script."""

import time
from dataclasses import replace
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q, QuerySet

from transfers.models import FormerKey, Party, RegistryRow, Source, System
from transfers.models.merging import MODELS
from transfers.models.naming import Meaning, NameFinder, PartyFinder, SystemFinder
from transfers.models.spelling import FOLD, PARTY, SYSTEM
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
    return _find(PARTY, name, *_get_validity())


def find_system(name: str) -> Meaning:
    """Return the systems ever published, and families, of this name; a family's finds its variants too."""
    return _find(SYSTEM, name, *_get_validity())


def _get_validity() -> tuple[int, str, int]:
    """Return what a meaning is valid for: the revision asked about, one edition, and a minute.

    A minute, as not every edit brings a revision.
    """
    edition, point = editions.get_current(), editions.get_point()
    if point is None:
        point = edition.sequence + 1  # a merge since the newest revision counts
    return point, edition.hash, int(time.monotonic() // KEPT_SECONDS)


@lru_cache(maxsize=KEPT_NAMES)
def _find(kind: str, name: str, point: int, edition: str, minute: int) -> Meaning:
    """Return the meaning of a name at a revision, at which a record may not yet have been merged."""
    formers = FormerKey.objects.filter(kind=kind).select_related(kind)
    merged_since = list(formers.filter(revision__gte=point))
    if before := [former for former in merged_since if _bears(former, name)]:
        return Meaning(frozenset(key for former in before for key in former.keys))
    former = formers.filter(key__iexact=name, revision__lt=point).first()
    meaning = _build_finder(kind).get_meaning(former.winner if former else name)
    if not meaning.is_clear:
        return meaning
    moved = {key for former in merged_since for key in former.keys if former.winner not in former.keys}
    of_records = {f"{kind}__{MODELS[kind].natural_key_fields[0]}__in": meaning.keys, "revision__lt": point}
    return replace(
        meaning, keys=(meaning.keys - moved).union(formers.filter(**of_records).values_list("key", flat=True))
    )


def _bears(former: FormerKey, name: str) -> bool:
    fold = FOLD[former.kind]
    return fold(name) in map(fold, former.names)


def _build_finder(kind: str) -> NameFinder:
    if kind == SYSTEM:
        return PublicSystemFinder()
    states = Q(kind__in=[Party.Kind.STATE, Party.Kind.FORMER_STATE])
    return PartyFinder(Party.objects.filter(states | _is_used_party(RegistryRow.objects.all())))


def forget() -> None:
    """Forget the meanings that were kept."""
    _find.cache_clear()


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
