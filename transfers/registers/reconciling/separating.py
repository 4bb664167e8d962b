"""Taking joins back: deals that were joined to a transfer are transfers of their own again.

What the register claims of a deal goes with it, that of later editions too. Its own transfer is a draft under
the key that it had. The other transfer is a draft until somebody publishes it; its public row stays.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Min

from transfers.curation.workflow import CHANGE, Refused
from transfers.models import CLAIM_MODELS, Proposal, RegisterDeal, Transfer, history
from transfers.registers.importing.sources import REGISTER
from transfers.registers.importing.write import lock_imports

from .joining import UNKNOWN, check_permission, compose_comment, compose_note, reopen, set_comment


def get_joined(keys: Sequence[str], other: Transfer) -> list[RegisterDeal]:
    """Return the newest statements of the deals of these keys, joined to the transfer. Raises Refused."""
    joined = RegisterDeal.objects.standing().filter(transfer=other, joined_from__in=keys).order_by("pk")
    newest = {deal.joined_from: deal for deal in joined.select_related("transfer")}
    if missing := [key for key in keys if key not in newest]:
        raise Refused(f"The deal of {missing[0]} is not joined to {other.key}.")
    return [newest[key] for key in keys]


def separate_pairs(pairs: Iterable[tuple[str, int]], user: Any, reason: str) -> list[Transfer]:
    """Take back joins, by the deals' keys and the ids of the transfers, all or none. Raises Refused."""
    others: dict[int, list[str]] = defaultdict(list)
    for key, pk in pairs:
        others[pk].append(key)
    with transaction.atomic():
        found = Transfer.objects.in_bulk(others)
        if len(found) < len(others):
            raise Refused("A transfer of these joins is not there any more.")
        return [
            own for pk in sorted(others) for own in separate(get_joined(others[pk], found[pk]), user, reason)
        ]


def separate(deals: Sequence[RegisterDeal], user: Any, reason: str) -> list[Transfer]:
    """Make joined deals transfers of their own again, all or none; return these. Raises Refused."""
    if not reason.strip():
        raise Refused("Taking a join back needs a reason; it stands in the history and in the log.")
    check_permission(user, CHANGE, "take joins back")
    with transaction.atomic(), history.record_because(reason.strip(), user):
        lock_imports()
        return [_separate(deal, user, reason.strip()) for deal in deals]


def _separate(deal: RegisterDeal, user: Any, reason: str) -> Transfer:
    key = deal.joined_from
    joined = RegisterDeal.objects.filter(transfer=deal.transfer_id, joined_from=key)
    if not key or not joined.standing().exists():
        raise Refused("The join was taken back, or the deal's import undone, meanwhile.")
    other = reopen(Transfer.objects.select_for_update().get(pk=deal.transfer_id), user, reason)
    takes_comment = other.comment == compose_comment(other)
    own = _restore_own(key, user, reason)
    _move_claims_back(own, other, key)
    _move_deals_back(own, joined)
    if not other.register_deals.exclude(joined_from="").exists():
        _give_fields_back(own, other)
    if takes_comment:
        set_comment(other)
    return own


def _restore_own(key: str, user: Any, reason: str) -> Transfer:
    """Return the deal's own transfer as a draft: as it was before it was deleted, or withdrawn."""
    if stored := Transfer.objects.filter(key=key).first():
        return reopen(stored, user, reason)
    last = Transfer.history.filter(key=key, history_type=history.REMOVED).order_by("history_id").last()
    if last is None:
        raise Refused(f"The history has no transfer {key}, so it cannot be brought back.")
    own: Transfer = last.instance
    own.state = Transfer.State.DRAFT
    own._state.adding = True
    own.full_clean()
    own.save()
    return own


def _find_first_join(other: Transfer) -> datetime | None:
    """Return when the first claim of a joined deal came to the transfer."""
    times = [
        model.history.filter(transfer=other.pk).exclude(part="").aggregate(first=Min("history_date"))["first"]
        for model in CLAIM_MODELS
    ]
    return min(filter(None, times), default=None)


def _move_claims_back(own: Transfer, other: Transfer, key: str) -> None:
    words = {compose_note(own, other, takes_comment=takes_comment) for takes_comment in (True, False)} - {""}
    for model in CLAIM_MODELS:
        for claim in model.objects.filter(transfer=other, part=key, source__origin_of=REGISTER).order_by(
            "pk"
        ):
            claim.transfer, claim.part = own, ""
            for text in sorted(words, key=len, reverse=True):
                claim.note = claim.note.removesuffix(text).strip()
            claim.save()


def _move_deals_back(own: Transfer, joined: Any) -> None:
    pks = list(joined.values_list("pk", flat=True))
    Proposal.objects.filter(deal__in=pks).update(transfer=own)
    RegisterDeal.objects.filter(pk__in=pks).update(transfer=own, joined_from="")


def _give_fields_back(own: Transfer, other: Transfer) -> None:
    """Empty what the transfer took over from the deal's own one when they were joined."""
    since = _find_first_join(other)
    before = other.history.filter(history_date__lt=since).order_by("history_id").last() if since else None
    if before is None:
        return
    taken = [
        name
        for name, unknown in UNKNOWN.items()
        if getattr(before, name) == unknown and getattr(other, name) == getattr(own, name)
    ]
    for name in taken:
        setattr(other, name, UNKNOWN[name])
    if taken:
        other.save()
