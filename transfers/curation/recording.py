"""Claims recorded on transfers one at a time, from articles, and the way back while nobody built on them."""

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


def undo(claim: Any, user: Any, reason: str) -> None:
    """Remove the claim again, and a transfer that was made for it; else give the transfer its state back.

    The state stays a draft if the same user has edited the transfer since. Raise Refused if anybody else has,
    or if the transfer went on.
    """
    with transaction.atomic(), history.record_because(reason, user):
        transfer = Transfer.objects.select_for_update().get(pk=claim.transfer_id)
        listed = edits.list_edits(transfer)
        recording = next((edit for edit in listed if _is_addition(edit, claim)), None)
        if recording is None or recording.copy.history_user_id != user.pk:
            raise workflow.Refused(
                "Only whoever recorded a claim can undo it. Delete it on its transfer's page."
            )
        later, earlier = _split(listed, recording)
        reopening = later.pop() if later and _is_reopening(later[-1], recording) else None
        if why_not := _get_obstacle(later, claim, user):
            raise workflow.Refused(why_not)
        if not later and len(earlier) == 1 and _is_same_recording(earlier[0], recording):
            transfer.delete()
            return
        claim.delete()
        if reopening and reopening.before and not later:
            transfer.state = reopening.before.state
            transfer.save()


def _split(listed: list[edits.Edit], recording: edits.Edit) -> tuple[list[edits.Edit], list[edits.Edit]]:
    """Return the edits after the recording and those before it, each the newest first."""
    at = listed.index(recording)
    return listed[:at], listed[at + 1 :]


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


def _get_obstacle(later: list[edits.Edit], claim: Any, user: Any) -> str:
    """Return why the recording cannot be undone after these edits; empty: it can."""
    if any(edit.model is type(claim) and edit.copy.id == claim.pk for edit in later):
        return "The claim was changed since it was recorded. Delete it on its transfer's page."
    if any(not edit.is_content for edit in later):
        return f"The transfer {claim.transfer} has gone on since. Delete the claim on the transfer's page."
    if any(edit.copy.history_user_id != user.pk for edit in later):
        return f"Somebody else changed the transfer {claim.transfer} since. Delete the claim on its page."
    return ""
