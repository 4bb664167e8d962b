"""Claims recorded on transfers one at a time, from articles, and the way back while nobody built on them."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from transfers.models import Transfer, history

from . import edits, workflow

State = Transfer.State
#: States in which others rely on the transfer: a claim makes it a draft, so that must be wanted.
RELIED_ON = frozenset({State.IN_REVIEW, State.PUBLISHED, State.WITHDRAWN})


def record(claim: Any, user: Any, reason: str) -> Any:
    """Save the claim, with history, and make its transfer a draft again; return the claim.

    Raise ValidationError where the claim is faulty, and Refused where the transfer may not be edited.
    """
    with transaction.atomic(), history.record_because(reason, user):
        claim.full_clean()
        claim.save()
        workflow.reopen(claim.transfer, user, reason)
    return claim


@dataclass(frozen=True)
class Recording:
    """What happened to a transfer when a claim was recorded on it, and after; edits are the newest first."""

    addition: edits.Edit | None
    later: list[edits.Edit]
    earlier: list[edits.Edit]
    reopening: edits.Edit | None

    @property
    def made_transfer(self) -> bool:
        """Return whether the transfer was made for the claim and has nothing else."""
        if self.addition is None or self.later or len(self.earlier) != 1:
            return False
        return _is_same_recording(self.earlier[0], self.addition)


def undo(claim: Any, user: Any, reason: str) -> None:
    """Remove the claim again, and a transfer that was made for it; else give the transfer its state back.

    The state stays a draft if the same user has edited the transfer since. Raise Refused if anybody else has,
    or if the transfer went on.
    """
    with transaction.atomic(), history.record_because(reason, user):
        transfer = Transfer.objects.select_for_update().filter(pk=claim.transfer_id).first()
        if transfer is None:
            raise workflow.Refused("The transfer is not there any more.")
        recorded = _find_recording(claim, transfer)
        if why_not := _get_obstacle(recorded, claim, user):
            raise workflow.Refused(why_not)
        if recorded.made_transfer:
            transfer.delete()
            return
        claim.delete()
        if recorded.reopening and recorded.reopening.before and not recorded.later:
            transfer.state = recorded.reopening.before.state
            transfer.save()


def may_undo(claim: Any, user: Any) -> bool:
    """Return whether the user may undo the recording of the claim now."""
    is_allowed = user.has_perm(f"transfers.delete_{claim._meta.model_name}")
    return is_allowed and not _get_obstacle(_find_recording(claim, claim.transfer), claim, user)


def _find_recording(claim: Any, transfer: Transfer) -> Recording:
    listed = edits.list_edits(transfer)
    at = next((at for at, edit in enumerate(listed) if _is_addition(edit, claim)), None)
    if at is None:
        return Recording(None, listed, [], None)
    later = listed[:at]
    reopening = later.pop() if later and _is_reopening(later[-1], listed[at]) else None
    return Recording(listed[at], later, listed[at + 1 :], reopening)


def _is_addition(edit: edits.Edit, claim: Any) -> bool:
    return edit.model is type(claim) and edit.kind == history.ADDED and edit.copy.id == claim.pk


def _is_same_recording(edit: edits.Edit, recording: edits.Edit) -> bool:
    """Return whether the edit made the transfer, for this claim."""
    by = (recording.reason, recording.copy.history_user_id)
    return (
        edit.model is Transfer
        and edit.kind == history.ADDED
        and (edit.reason, edit.copy.history_user_id) == by
    )


def _is_reopening(edit: edits.Edit, recording: edits.Edit) -> bool:
    """Return whether the edit is the state's change that the recording brought."""
    by = (recording.reason, recording.copy.history_user_id)
    return not edit.is_content and (edit.reason, edit.copy.history_user_id) == by


def _get_obstacle(recorded: Recording, claim: Any, user: Any) -> str:
    """Return why the recording cannot be undone now; empty: it can."""
    if recorded.addition is None or recorded.addition.copy.history_user_id != user.pk:
        return "Only whoever recorded a claim can undo it. Delete it on its transfer's page."
    if any(edit.model is type(claim) and edit.copy.id == claim.pk for edit in recorded.later):
        return "The claim was changed since it was recorded. Delete it on its transfer's page."
    if any(not edit.is_content for edit in recorded.later):
        return f"The transfer {claim.transfer} has gone on since. Delete the claim on the transfer's page."
    if any(edit.copy.history_user_id != user.pk for edit in recorded.later):
        return f"Somebody else changed the transfer {claim.transfer} since. Delete the claim on its page."
    return ""
