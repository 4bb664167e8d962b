"""Joining imported deals to a transfer that other sources describe, or ruling out that the two are one.

The register's claims move to the other transfer, with history, and the deal's own transfer is deleted, or
withdrawn if it was ever public. The other transfer is a draft until somebody publishes it. The way back is
`separating`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from transfers.curation import duplicates, workflow
from transfers.curation.workflow import CHANGE, PUBLISH, Refused
from transfers.models import CLAIM_MODELS, Proposal, RegisterDeal, RegistryRow, Revision, Transfer, history
from transfers.publication import publish
from transfers.registers.importing.sources import REGISTER
from transfers.registers.importing.write import lock_imports

from .stored import load_newest_deals

DELETE = "transfers.delete_transfer"
#: Fields of a transfer's own with the values that mean nothing is known.
UNKNOWN = {"kind": "unspecified", "condition": "unknown", "location": "", "occasion": ""}
NO_LINK = Proposal.Proposed.NO_LINK


def get_deal(key: str) -> RegisterDeal:
    """Return the newest statement of the deal whose own transfer has this key. Raises Refused."""
    deals = RegisterDeal.objects.standing().select_related("transfer").order_by("-pk")
    if deal := deals.unjoined().filter(transfer__key=key).first():
        return deal
    if joined := deals.filter(joined_from=key).first():
        raise Refused(f"The deal of {key} is joined to {joined.transfer.key} already.")
    raise Refused(f"No imported deal has {key!r} as its transfer.")


def join(
    deal: RegisterDeal, other: Transfer, user: Any, reason: str, *, publish_again: bool = False
) -> list[Revision]:
    """Make the deal one of the other transfer; see `join_all`."""
    return join_all([deal], other, user, reason, publish_again=publish_again)


def join_all(
    deals: Sequence[RegisterDeal], other: Transfer, user: Any, reason: str, *, publish_again: bool = False
) -> list[Revision]:
    """Make the deals parts of the other transfer, which becomes a draft; return the revisions that this took.

    With `publish_again` the other transfer is published in the same step, if it was published before.
    Without a user the operator joins. Raises Refused or NotPublishable, and then changes nothing.
    """
    if not reason.strip():
        raise Refused("A join needs a reason; it stands in the history and in the log.")
    with transaction.atomic(), history.record_because(reason.strip(), user):
        lock_imports()
        was_published = Transfer.objects.published().filter(pk=other.pk).exists()
        revisions: list[Revision] = []
        for deal in deals:
            revisions += _join(deal, other, user, reason, publishes=publish_again and was_published)
        if publish_again and was_published:
            revisions += publish.publish([other], reason.strip())
    return revisions


def join_pairs(
    pairs: Iterable[tuple[RegisterDeal, Transfer]], user: Any, reason: str
) -> list[tuple[str, int]]:
    """Join each deal to its transfer, all or none; return the deals' keys with the ids of the transfers.

    Raises Refused, whose text names the pair, or NotPublishable.
    """
    joined = []
    with transaction.atomic():
        for deal, other in sorted(pairs, key=lambda pair: pair[1].pk):  # no deadlocks
            key = deal.transfer.key
            try:
                join(deal, other, user, reason)
            except Refused as error:
                raise Refused(f"{key} and {other.key}: {error}") from error
            joined.append((key, other.pk))
    return joined


def _join(deal: RegisterDeal, other: Transfer, user: Any, reason: str, *, publishes: bool) -> list[Revision]:
    own, other = _lock(deal, other)
    _check(own, other)
    was_public = RegistryRow.objects.filter(key=own.key).exists()
    _check_user(user, other, PUBLISH if was_public else DELETE, publishes)
    other = reopen(other, user, reason)
    takes_comment = other.comment == compose_comment(other)
    _move_claims(own, other, compose_note(own, other, takes_comment=takes_comment))
    _take_over_fields(own, other)
    _move_deals(own, other)
    if takes_comment:
        set_comment(other)
    return _end(own, other, was_public, reason.strip())


def compose_comment(transfer: Transfer) -> str:
    """Return the comments of the deals that are joined to the transfer, in the register's words."""
    deals = RegisterDeal.objects.standing().filter(transfer=transfer).exclude(joined_from="")
    comments = [deal.stated.get("comments", "") for deal in load_newest_deals(deals).get(transfer.pk, [])]
    return "; ".join(dict.fromkeys(filter(None, comments)))


def set_comment(transfer: Transfer) -> None:
    """Give the transfer the comments of its joined deals."""
    comment = compose_comment(transfer)
    if transfer.comment != comment:
        transfer.comment = comment
        transfer.save()


def compose_note(own: Transfer, other: Transfer, *, takes_comment: bool) -> str:
    """Return the own transfer's words that would be lost: a curator's, and the register's where those are."""
    comment = "" if takes_comment else own.comment.strip()
    texts = {"The register's comment": comment, f"Noted of {own.key}": own.note.strip()}
    return " ".join(f"{label}: {text}" for label, text in texts.items() if text and text not in other.note)


def decline(deal: RegisterDeal, other: Transfer, user: Any, reason: str = "") -> None:
    """Rule out that the deal is the other transfer, so that it is not proposed again. Raises Refused."""
    check_permission(user, CHANGE, "decide on links")
    with transaction.atomic():
        lock_imports()
        own, other = _lock(deal, other)
        decision = {
            "deal": deal,
            "decision": Proposal.Decision.DECLINED,
            "decided_by": user,
            "decided": timezone.now(),
            "excerpt": reason.strip()[:200],
        }
        Proposal.objects.update_or_create(transfer=own, field=NO_LINK, value=other.key, defaults=decision)


def _lock(deal: RegisterDeal, other: Transfer) -> tuple[Transfer, Transfer]:
    """Return the deal's own transfer and the other as they are now, locked. Raises Refused."""
    current = RegisterDeal.objects.filter(pk=deal.pk, batch__undone__isnull=True).first()
    if current is None:
        raise Refused("The deal's import was undone meanwhile.")
    if current.joined_from:
        raise Refused(f"The deal of {current.joined_from} is joined to {current.transfer.key} already.")
    wanted = Transfer.objects.filter(pk__in=[current.transfer_id, other.pk]).order_by("pk")
    locked = {transfer.pk: transfer for transfer in wanted.select_for_update()}
    if other.pk not in locked:
        raise Refused(f"The transfer {other.key} was deleted meanwhile.")
    if current.transfer_id == other.pk:
        raise Refused(f"{other.key} is the deal's own transfer.")
    return locked[current.transfer_id], locked[other.pk]


def _check(own: Transfer, other: Transfer) -> None:
    """Raise Refused if the two cannot be one transfer, whatever their figures."""
    for transfer in (own, other):
        if transfer.kind == Transfer.Kind.DEPLOYMENT:
            raise Refused(f"{transfer.key} is a deployment, which changes no owner; no deal is one.")
    if (own.supplier_id, own.recipient_id) != (other.supplier_id, other.recipient_id):
        raise Refused(f"{own.key} and {other.key} are of different parties.")
    if other.system_id not in duplicates.list_system_line(own.system_id):
        raise Refused(f"{own.key} and {other.key} are of systems of which neither is a variant of the other.")
    if _is_described_elsewhere(own):
        raise Refused(f"{own.key} has claims of other sources, too; move or delete those first.")
    if not _is_described_elsewhere(other):
        raise Refused(f"{other.key} is described by the register alone; join a deal to what others describe.")


def _is_described_elsewhere(transfer: Transfer) -> bool:
    """Return whether another source than the register claims something of the transfer."""
    claims = (model.objects.filter(transfer=transfer) for model in CLAIM_MODELS)
    return any(records.exclude(source__origin_of=REGISTER).exists() for records in claims)


def _check_user(user: Any, other: Transfer, ending: str, publishes: bool) -> None:
    """Raise Refused if the user may not join, end the deal's own transfer, or publish the other."""
    check_permission(user, CHANGE, "join deals")
    what = "withdraw its own transfer, which was public" if ending == PUBLISH else "delete its own transfer"
    check_permission(user, ending, f"join this deal, as you may not {what}")
    if publishes:
        check_permission(user, PUBLISH, "publish transfers")
        if user is not None and not settings.PUBLISH_OWN:
            raise Refused(f"You edit {other.key} by joining; somebody else must publish it.")


def check_permission(user: Any, permission: str, what: str) -> None:
    """Raise Refused if the user may not do it; the operator, who is no user, may do everything."""
    if user is not None and not user.has_perm(permission):
        raise Refused(f"You are not allowed to {what}.")


def reopen(other: Transfer, user: Any, reason: str) -> Transfer:
    """Make the transfer a draft and return it; the operator, who is no user, needs no permission."""
    if user is not None:
        return workflow.reopen(other, user, reason)
    if other.state != Transfer.State.DRAFT:
        other.state = Transfer.State.DRAFT
        other.save()
    return other


def _move_claims(own: Transfer, other: Transfer, words: str) -> None:
    """Make the own transfer's claims a part of the other, and add the words to the note of the first."""
    try:
        with transaction.atomic():
            for model in CLAIM_MODELS:
                measure, theirs = model.MEASURE_FIELD, model.objects.filter(transfer=other)
                preferred = set(theirs.filter(preferred=True).values_list(measure, flat=True))
                for claim in model.objects.filter(transfer=own).order_by("pk"):
                    claim.transfer, claim.part = other, own.key
                    claim.preferred = claim.preferred and getattr(claim, measure) not in preferred
                    claim.note, words = f"{claim.note} {words}".strip(), ""
                    claim.save()
    except IntegrityError as error:
        raise Refused(f"{other.key} has a claim of the same place of the register already.") from error


def _take_over_fields(own: Transfer, other: Transfer) -> None:
    """Copy kind, condition, location and occasion from the own transfer where the other has none."""
    before = [getattr(other, name) for name in UNKNOWN]
    for name, unknown in UNKNOWN.items():
        if getattr(other, name) == unknown:
            setattr(other, name, getattr(own, name))
    if before != [getattr(other, name) for name in UNKNOWN]:
        other.save()


def _move_deals(own: Transfer, other: Transfer) -> None:
    """Move the statements of the deal in all editions, and its proposals, to the other transfer."""
    deals, proposals = own.register_deals.all(), own.proposals.all()
    deals.unjoined().update(joined_from=own.key)
    deals.update(transfer=other)
    proposals.filter(field=NO_LINK, value=other.key).delete()
    proposals.exclude(field=NO_LINK).update(transfer=other)


def _end(own: Transfer, other: Transfer, was_public: bool, reason: str) -> list[Revision]:
    """Delete the own transfer, which has no claim left; withdraw it if it was ever public."""
    if not was_public:
        own.delete()
        return []
    why = f"Joined with {other.key}: {reason}"
    with history.record_because(why, history.get_context()[1]):
        if workflow.is_public(own):
            return list(publish.withdraw([own], why))
        publish.set_state([own.pk], Transfer.State.WITHDRAWN, why)
    return []
