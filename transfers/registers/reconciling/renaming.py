"""Renames: deals that an edition states under another designation, accepted in bulk, and names of systems.

A rename says of one deal that it is another. Only if a curator wants it, the system gets the new name, too.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from transfers.curation.workflow import Refused
from transfers.models import Proposal, RegisterDeal, System, SystemAlias, history
from transfers.vocabulary.words import fold

from .settling import SAME, Answer, settle, take_back

#: What becomes of the new designation: another name of the system, or its name, with the old one as another.
ALIAS, NAME = "alias", "name"
CHANGE_SYSTEM = "transfers.change_system"
Decision = Proposal.Decision


def list_unique(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Return the proposals whose deal may be nothing else, and whose candidate no other deal may be."""
    waiting = list(proposals)
    batches = {proposal.deal.batch_id for proposal in waiting if proposal.deal}
    rivals = Proposal.objects.open().of_deals().filter(deal__batch__in=batches)
    places = list(rivals.values_list("deal", "transfer", "deal__batch"))
    deals = Counter(deal for deal, _, _ in places)
    candidates = Counter((transfer, batch) for _, transfer, batch in places)
    return [
        proposal
        for proposal in waiting
        if proposal.deal
        and deals[proposal.deal_id] == 1
        and candidates[proposal.transfer_id, proposal.deal.batch_id] == 1
    ]


def accept(proposals: Sequence[Proposal], user: Any, reason: str = "", naming: str = "") -> int:
    """Settle that these deals are their candidates, and name the systems; all or none. Raises Refused."""
    with transaction.atomic():
        answers = [Answer(proposal.deal_id or 0, SAME, proposal.transfer_id) for proposal in proposals]
        settle(answers, user, reason)
        if naming:
            name_systems(proposals, naming, user, reason)
    return len(proposals)


def name_systems(proposals: Sequence[Proposal], naming: str, user: Any, reason: str = "") -> int:
    """Give the systems of these renames the new designations; return how many. Raises Refused."""
    if user is not None and not user.has_perm(CHANGE_SYSTEM):
        raise Refused("You are not allowed to name systems.")
    wanted = {(proposal.transfer.system_id, proposal.value) for proposal in proposals}
    taken = _list_names()
    reason = reason.strip() or "The register prints another designation"
    with transaction.atomic(), history.record_because(reason, user):
        for pk, designation in sorted(wanted):
            system = System.objects.get(pk=pk)
            owners = taken.get(fold(designation), set()) - {system.slug}
            if owners:
                raise Refused(
                    f"{designation!r} is a name of {', '.join(sorted(owners))}, not of {system.slug}."
                )
            _name(system, designation, naming)
            taken.setdefault(fold(designation), set()).add(system.slug)
    return len(wanted)


def _list_names() -> dict[str, set[str]]:
    """Return the slugs of the systems that have a name, by the folded name."""
    owners: dict[str, set[str]] = {}
    for slug, name in (
        *System.objects.values_list("slug", "name"),
        *SystemAlias.objects.values_list("system__slug", "name"),
    ):
        owners.setdefault(fold(name), set()).add(slug)
    return owners


def _name(system: System, designation: str, naming: str) -> None:
    """Add the designation as an alias or, for `NAME`, make it the name and the name an alias."""
    try:
        if naming == NAME and system.name != designation:
            system.aliases.filter(name=designation).delete()
            alias, system.name = system.name, designation
            system.full_clean()
            system.save()
        else:
            alias = designation
        if alias != system.name and not system.aliases.filter(name=alias).exists():
            record = SystemAlias(system=system, name=alias)
            record.full_clean()
            record.save()
    except ValidationError as error:
        raise Refused(f"{system.slug}: {' '.join(error.messages)}") from error


def take_renames_back(proposals: Iterable[Proposal], user: Any, reason: str) -> int:
    """Make the deals of these accepted renames ambiguous again, and take their names from the systems.

    A name that other accepted renames need stays. All or none; raises Refused.
    """
    proposals = list(proposals)
    with transaction.atomic():
        deals = list(RegisterDeal.objects.filter(pk__in=[proposal.deal_id for proposal in proposals]))
        number = take_back(deals, user, reason)
        with history.record_because(reason.strip(), user):
            for pk, designation in sorted({(one.transfer.system_id, one.value) for one in proposals}):
                accepted = Proposal.objects.of_deals().filter(
                    decision=Decision.ACCEPTED, transfer__system=pk, value=designation
                )
                if not accepted.exists():
                    _take_name_back(System.objects.get(pk=pk), designation)
    return number


def _take_name_back(system: System, designation: str) -> None:
    """Remove the alias, or make the last alias the name again where the designation became the name."""
    if alias := system.aliases.filter(name=designation).first():
        alias.delete()
    elif system.name == designation and (former := system.aliases.order_by("-pk").first()):
        system.name = former.name
        system.save()
        former.delete()
