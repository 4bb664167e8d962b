"""Families that provisional systems are proposed: the longest known designation that theirs starts with.

A designation ends where neither its last number nor its last word goes on: `T-72M1` starts with `T-72`, but
`T-720` does not, nor `Leopardess` with `Leopard`. A curator accepts a proposal; nothing is set by itself.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from typing import Any

from django.db import transaction

from transfers.models import Revision, System, history
from transfers.publication import publish
from transfers.vocabulary.lineage import list_line
from transfers.vocabulary.words import fold

REASON = "Its designation starts with that of {family}"


def propose_families() -> dict[int, System]:
    """Return the proposed family of each provisional system that has one and belongs to none yet, by id."""
    systems = {system.pk: system for system in System.objects.prefetch_related("aliases")}
    parents = {pk: system.variant_of_id for pk, system in systems.items()}
    bearers: dict[str, set[int]] = defaultdict(set)
    for system in systems.values():
        for name in (system.name, *(alias.name for alias in system.aliases.all())):
            bearers[fold(name)].add(system.pk)
    proposed: dict[int, System] = {}
    for system in systems.values():
        if not system.provisional or system.variant_of_id:
            continue
        for start in list_starts(system.name, bearers):
            families = [systems[pk] for pk in bearers[start] if _is_of_one_kind(systems[pk], system)]
            if families:
                if len(families) == 1 and system.pk not in list_line(families[0].pk, parents):
                    proposed[system.pk] = families[0]
                break
    return proposed


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


def accept_families(systems: Iterable[System], user: Any) -> tuple[int, list[Revision]]:
    """Set the proposed families of these systems, with history, and publish the rows that show them.

    Return the number of systems that got one, and the revisions.
    """
    proposed = propose_families()
    with transaction.atomic():
        accepted = []
        for system in systems:
            if family := proposed.get(system.pk):
                system.variant_of = family
                system.full_clean()
                with history.record_because(REASON.format(family=family), user):
                    system.save()
                accepted.append(system)
        revisions = publish.refresh_all(accepted, "The families of systems were accepted") if accepted else []
    return len(accepted), revisions
