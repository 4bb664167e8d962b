"""Families that provisional systems are proposed: the longest known designation that theirs starts with.

A designation ends where neither its last number nor its last word goes on: `T-72M1` starts with `T-72`, but
`T-720` does not, nor `Leopardess` with `Leopard`. A curator accepts a proposal; nothing is set by itself.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from transfers.models import Revision, Spelling, System, SystemAlias, history
from transfers.models.inserts import batched
from transfers.models.naming import get_names_stamp
from transfers.models.reference import read_families
from transfers.models.spelling import SYSTEM
from transfers.publication import publish
from transfers.vocabulary.lineage import list_line
from transfers.vocabulary.words import fold

REASON = "Its designation starts with that of {family}"


def propose_families(systems: Iterable[System]) -> dict[int, System]:
    """Return the proposed family of each of these provisional systems that has one, by id.

    One that belongs to a family is proposed none. Only the names that theirs may start with are looked up.
    """
    open_ones = [system for system in systems if system.provisional and not system.variant_of_id]
    bearers = _read_bearers({start for system in open_ones for start in _list_beginnings(system.name)})
    parents = read_families({family.pk for families in bearers.values() for family in families.values()})
    proposed: dict[int, System] = {}
    for system in open_ones:
        for start in list_starts(system.name, bearers):
            families = [family for family in bearers[start].values() if _is_of_one_kind(family, system)]
            if families:
                if len(families) == 1 and system.pk not in list_line(families[0].pk, parents):
                    proposed[system.pk] = families[0]
                break
    return proposed


def filter_proposed(systems: QuerySet) -> QuerySet:
    """Return those of the systems that are proposed a family."""
    return systems.filter(pk__in=_list_proposed(get_names_stamp()))


@lru_cache(maxsize=1)
def _list_proposed(stamp: Any) -> list[int]:
    """Return all systems that are proposed a family; the same until a name has changed."""
    return list(propose_families(System.objects.filter(provisional=True, variant_of=None).order_by()))


def _read_bearers(starts: set[str]) -> dict[str, dict[int, System]]:
    """Return the systems that bear one of these folded designations, by the designation and by id."""
    bearers: dict[str, dict[int, System]] = defaultdict(dict)
    for batch in batched(sorted(starts)):
        spelled = Spelling.objects.filter(kind=SYSTEM, folded__in=batch)
        folded = dict(spelled.values_list("text", "folded"))
        for system in System.objects.filter(name__in=list(folded)):
            bearers[folded[system.name]][system.pk] = system
        for alias in SystemAlias.objects.filter(name__in=list(folded)).select_related("system"):
            bearers[folded[alias.name]][alias.system_id] = alias.system
    return bearers


def _list_beginnings(name: str) -> list[str]:
    folded = fold(name)
    return [folded[:end] for end in range(2, len(folded)) if _ends(folded[:end], folded[end])]


def list_starts(name: str, designations: Container[str]) -> Iterator[str]:
    """Yield those of the folded designations that the name starts with, the longest first."""
    folded = fold(name)
    own = fold(name.partition(" (")[0])  # a kind in brackets makes no variant
    for end in range(len(folded) - 1, 1, -1):
        start = folded[:end]
        if start in designations and start != own and _ends(start, folded[end]):
            yield start


def _ends(start: str, following: str) -> bool:
    """Return whether a designation that starts so ends here: no number goes on, and no word."""
    if start[-1].isdigit() or following.isdigit():
        return start[-1].isdigit() != following.isdigit()
    return any(sign.isdigit() for sign in start)


def _is_of_one_kind(family: System, system: System) -> bool:
    """Return whether both are of one category; of what has none, whether both are described alike."""
    if family.pk == system.pk or family.category != system.category:
        return False
    return system.category != System.Category.OTHER or family.description == system.description


def accept_families(systems: Iterable[System], user: Any) -> tuple[int, QuerySet[Revision]]:
    """Set the proposed families of these systems, with history, and publish the rows that show them.

    Return the number of systems that got one, and the revisions.
    """
    systems = list(systems)
    proposed = propose_families(systems)
    with transaction.atomic():
        accepted = []
        for system in systems:
            if family := proposed.get(system.pk):
                system.variant_of = family
                system.full_clean()
                with history.record_because(REASON.format(family=family), user):
                    system.save()
                accepted.append(system)
        if not accepted:
            return 0, Revision.objects.none()
        revisions = publish.refresh_all(accepted, "The families of systems were accepted")
    return len(accepted), revisions
