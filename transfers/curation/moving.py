"""Claims that are moved from one transfer to another, and the way back."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from transfers.models import CLAIM_MODELS, RegisterDeal, ReviewNote, Transfer, history

from . import edits, notes
from .recording import RELIED_ON
from .workflow import CHANGE, Refused, find_people, reopen

_MODELS = {model._meta.model_name: model for model in CLAIM_MODELS}
#: A claim by its model's name and its number: `quantity-12`.
Name = str


class Unconfirmed(Refused):
    """Move that makes drafts of transfers on which others rely, which must be wanted."""

    def __init__(self, transfers: Sequence[Transfer]):
        states = (f"{transfer.key}, which is {transfer.get_state_display()}" for transfer in transfers)
        super().__init__(
            f"This makes a draft of {' and of '.join(states)}. What is public stays until the next"
            " publication. Confirm that you want it."
        )


def name_claim(claim: Any) -> Name:
    return f"{claim._meta.model_name}-{claim.pk}"


def move(
    transfer: Transfer,
    names: Iterable[Name],
    target: Transfer,
    user: Any,
    reason: str,
    confirmed: bool = False,
) -> int:
    """Move these claims to the target, with history, and make drafts of both transfers; return their number.

    Raise Unconfirmed where others rely on one of them, and Refused where a claim cannot be moved.
    """
    _check_may_move(user, reason)
    if transfer.pk == target.pk:
        raise Refused(f"The claims are claims of {target.key} already.")
    with transaction.atomic(), history.record_because(reason.strip(), user):
        both = _lock({transfer.pk, target.pk})
        claims = _list_claims(transfer, set(names))
        _check_confirmed(both.values(), confirmed)
        for claim in claims:
            _move_claim(claim, target)
        moved = [[claim._meta.model_name, claim.history.latest("history_id").history_id] for claim in claims]
        _note(both[transfer.pk], both[target.pk], len(claims), user, reason, moved)
    return len(claims)


def undo(note: ReviewNote, user: Any, reason: str, confirmed: bool = False) -> int:
    """Move the claims of a noted move back as they were before; return their number.

    Raise Unconfirmed where others rely on one of the transfers, and Refused where a claim was changed since.
    """
    _check_may_move(user, reason)
    moves = [edit for edit in _list_moves(note) if edit is not None]
    if not can_undo(note):
        raise Refused("The claims were changed since they were moved. Move them back one by one.")
    with transaction.atomic(), history.record_because(reason.strip(), user):
        origin_id, target_id = moves[0].before.transfer_id, moves[0].copy.transfer_id  # type: ignore[union-attr]
        both = _lock({origin_id, target_id})
        _check_confirmed(both.values(), confirmed)
        try:
            for edit in moves:
                edits.revert(edit)
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error
        _note(both[target_id], both[origin_id], len(moves), user, reason)
    return len(moves)


def _list_moves(note: ReviewNote) -> list[edits.Edit | None]:
    """Return the edits that moved the claims; None for a claim that was changed since."""
    return [edits.get_edit(_MODELS[name], history_id) for name, history_id in note.moved]


def can_undo(note: ReviewNote) -> bool:
    """Return whether none of the claims that the note says were moved was changed since."""
    return bool(note.moved) and None not in _list_moves(note)


def _check_may_move(user: Any, reason: str) -> None:
    if not user.has_perm(CHANGE):
        raise Refused("You are not allowed to change transfers.")
    if not reason.strip():
        raise Refused("A move needs a reason; it stands in the history of both transfers.")


def _lock(ids: set[int]) -> dict[int, Transfer]:
    """Lock the two transfers, in one order for moves at once, and return them by id."""
    locked = {row.pk: row for row in Transfer.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    if len(locked) != len(ids):
        raise Refused("One of the transfers was deleted meanwhile.")
    return locked


def _check_confirmed(transfers: Iterable[Transfer], confirmed: bool) -> None:
    relied_on = [transfer for transfer in transfers if transfer.state in RELIED_ON]
    if relied_on and not confirmed:
        raise Unconfirmed(relied_on)


def _list_claims(transfer: Transfer, names: set[Name]) -> list[Any]:
    claims = [claim for claim in transfer.claims() if name_claim(claim) in names]
    if not claims:
        raise Refused("Choose at least one claim.")
    if len(claims) < len(names):
        raise Refused(f"One of the claims is no longer a claim of {transfer.key}.")
    return claims


def _move_claim(claim: Any, target: Transfer) -> None:
    """Move one claim; it stays preferred only if the target prefers no other."""
    if _is_of_deal(claim):
        raise Refused(
            f"{claim} is of an imported deal, which is joined or parted as a whole (Imports, Reconcile)."
        )
    measure = {claim.MEASURE_FIELD: getattr(claim, claim.MEASURE_FIELD)}
    if claim.preferred and type(claim).objects.filter(transfer=target, preferred=True, **measure).exists():
        claim.preferred = False
    claim.transfer = target
    try:
        claim.full_clean()
        claim.save()
    except ValidationError as error:
        raise Refused(f"{claim}: {' '.join(error.messages)}") from error
    except IntegrityError as error:
        raise Refused(f"{claim} is a claim of {target.key} already.") from error


def _is_of_deal(claim: Any) -> bool:
    """Return whether an imported deal brought the claim."""
    return RegisterDeal.objects.filter(
        transfer=claim.transfer_id, batch__source=claim.source_id, locator=claim.locator
    ).exists()


def _note(
    origin: Transfer, target: Transfer, count: int, user: Any, reason: str, moved: Sequence[Any] = ()
) -> None:
    """Reopen both transfers, and note the move on each."""
    claims = "1 claim" if count == 1 else f"{count} claims"
    people = find_people(reason)
    for transfer, way in ((origin, f"to {target.key}"), (target, f"from {origin.key}")):
        reopen(transfer, user, reason)
        text = f"{claims} {way}: {reason.strip()}"
        kind = ReviewNote.Kind.MOVE
        notes.notify([notes.add_note(transfer, kind, user, text, people, moved=list(moved))])
