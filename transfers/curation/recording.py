"""Claims recorded on a transfer, from an article, and the way back while nobody built on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from transfers.models import Transfer, history

from . import edits, workflow

State = Transfer.State
#: States in which others rely on the transfer: a claim makes it a draft, so that must be wanted.
RELIED_ON = frozenset({State.IN_REVIEW, State.PUBLISHED, State.WITHDRAWN})


def record(claims: Sequence[Any], user: Any, reason: str) -> None:
    """Save claims of one transfer, with history, and make it a draft again; all or none.

    Raise ValidationError where a claim is faulty, and Refused where the transfer may not be edited.
    """
    with transaction.atomic(), history.record_because(reason, user):
        for claim in claims:
            claim.full_clean()
            claim.save()
        workflow.reopen(claims[0].transfer, user, reason)


@dataclass(frozen=True)
class Recording:
    """What happened to a transfer when claims were recorded on it, and after; edits are the newest first."""

    additions: list[edits.Edit]
    later: list[edits.Edit]
    earlier: list[edits.Edit]
    reopening: edits.Edit | None

    @property
    def made_transfer(self) -> bool:
        """Return whether the transfer was made for the claims and has nothing else."""
        if not self.additions or self.later or len(self.earlier) != 1:
            return False
        return _is_same_recording(self.earlier[0], self.additions[-1])


def undo(claims: Sequence[Any], user: Any, reason: str) -> None:
    """Remove claims recorded together, and a transfer made for them; else reset the transfer's state.

    The state stays a draft if the same user has edited the transfer since. Raise Refused if anybody else has,
    or if the transfer went on.
    """
    with transaction.atomic(), history.record_because(reason, user):
        transfer = Transfer.objects.select_for_update().filter(pk=claims[0].transfer_id).first()
        if transfer is None:
            raise workflow.Refused("The transfer is not there any more.")
        recorded = _find_recording(claims, transfer)
        if why_not := _get_obstacle(recorded, claims, user):
            raise workflow.Refused(why_not)
        if recorded.made_transfer:
            transfer.delete()
            return
        for claim in claims:
            claim.delete()
        if recorded.reopening and recorded.reopening.before and not recorded.later:
            transfer.state = recorded.reopening.before.state
            transfer.save()


def may_undo(claims: Sequence[Any], user: Any) -> bool:
    """Return whether the user may undo the recording of the claims now."""
    is_allowed = all(user.has_perm(f"transfers.delete_{claim._meta.model_name}") for claim in claims)
    return is_allowed and not _get_obstacle(_find_recording(claims, claims[0].transfer), claims, user)


def _find_recording(claims: Sequence[Any], transfer: Transfer) -> Recording:
    listed = edits.list_edits(transfer)
    places = [at for at, edit in enumerate(listed) if any(_is_addition(edit, claim) for claim in claims)]
    if len(places) < len(claims):
        return Recording([], listed, [], None)
    additions = [listed[at] for at in places]
    later = [edit for at, edit in enumerate(listed[: places[-1]]) if at not in places]
    reopening = later.pop() if later and _is_reopening(later[-1], additions[-1]) else None
    return Recording(additions, later, listed[places[-1] + 1 :], reopening)


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


def _get_obstacle(recorded: Recording, claims: Sequence[Any], user: Any) -> str:
    """Return why the recording cannot be undone now; empty: it can."""
    transfer = claims[0].transfer
    if not recorded.additions or any(edit.copy.history_user_id != user.pk for edit in recorded.additions):
        return "Only whoever recorded a claim can undo it. Delete it on its transfer's page."
    if any(
        edit.model is type(claim) and edit.copy.id == claim.pk for edit in recorded.later for claim in claims
    ):
        return "The claim was changed since it was recorded. Delete it on its transfer's page."
    if any(not edit.is_content for edit in recorded.later):
        return f"The transfer {transfer} has gone on since. Delete the claim on the transfer's page."
    if any(edit.copy.history_user_id != user.pk for edit in recorded.later):
        return f"Somebody else changed the transfer {transfer} since. Delete the claim on its page."
    return ""
