"""Proposals made of a register's comments, which a curator accepts or declines, and opens again."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from transfers.curation import edits, workflow
from transfers.curation.workflow import CHANGE, AllRefused, Refused
from transfers.models import Claim, Proposal, Transfer, Valuation, history
from transfers.vocabulary.words import LONGEST_EXCERPT

Decision = Proposal.Decision
#: Fields that a curator accepts here; a link is decided by joining.
ACCEPTED = (Proposal.Proposed.KIND, Proposal.Proposed.DEAL_VALUE)


def accept(proposal: Proposal, user: Any, reason: str = "", time: datetime | None = None) -> Transfer:
    """Make the proposal the transfer's kind, or a claim of the deal's edition, with history.

    Makes the transfer a draft. Raises Refused, and then changes nothing.
    """
    time = time or timezone.now()
    reason = reason.strip() or f"Accepted what the register says: {proposal.excerpt}"
    with transaction.atomic(), history.record_because(reason, user):
        locked = _lock_open(proposal, user)
        transfer = Transfer.objects.select_for_update().get(pk=locked.transfer_id)
        try:
            if locked.field == Proposal.Proposed.KIND:
                _set_kind(transfer, locked.value, user, reason)
            else:
                _add_claim(transfer, locked, user, reason)
        except ValidationError as error:
            raise Refused(f"{transfer.key}: {' '.join(error.messages)}") from error
        _decide(locked, Decision.ACCEPTED, user, time)
        transfer.refresh_from_db()
    return transfer


def decline(proposal: Proposal, user: Any, reason: str = "", time: datetime | None = None) -> None:
    """Decline the proposal; nothing else changes, and no history keeps the reason. Raises Refused."""
    with transaction.atomic():
        _decide(_lock_open(proposal, user), Decision.DECLINED, user, time or timezone.now())


def open_again(proposal: Proposal, user: Any, reason: str = "", time: datetime | None = None) -> None:
    """Open a decided proposal, and take back what its acceptance made. Raises Refused if that was changed.

    The transfer gets the state that it had if nothing else happened to it since; else it becomes a draft.
    """
    reason = reason.strip() or f"Not accepted any more: {proposal.excerpt}"
    with transaction.atomic(), history.record_because(reason, user):
        locked = _lock(proposal, user)
        if locked.decision == Decision.OPEN:
            raise Refused(f"Nothing was decided on the {locked}.")
        if locked.field == Proposal.Proposed.NO_LINK:
            locked.delete()  # then the link is proposed again
            return
        if locked.decision == Decision.ACCEPTED:
            _take_back(locked, user, reason)
        _decide(locked, Decision.OPEN, None, None)


def decide_all(proposals: Iterable[Proposal], step: Callable[..., Any], user: Any, reason: str) -> datetime:
    """Take the step with all proposals or none, and return the time that their decisions have in common.

    Raises AllRefused.
    """
    time, refusals = timezone.now(), {}
    with transaction.atomic():
        for proposal in sorted(proposals, key=lambda each: (each.transfer_id, each.pk)):  # no deadlocks
            try:
                step(proposal, user, reason, time)
            except Refused as error:
                refusals[str(proposal.pk)] = str(error)
        if refusals:
            raise AllRefused(refusals)
    return time


def _lock(proposal: Proposal, user: Any) -> Proposal:
    """Return the proposal as it is now, locked. Raises Refused."""
    if not user.has_perm(CHANGE):
        raise Refused("You are not allowed to decide on proposals.")
    locked = Proposal.objects.select_for_update().filter(pk=proposal.pk).first()
    if locked is None:
        raise Refused("The proposal no longer exists: its import was undone.")
    return locked


def _lock_open(proposal: Proposal, user: Any) -> Proposal:
    """Return the proposal as it is now, locked. Raises Refused if there is nothing to decide."""
    locked = _lock(proposal, user)
    if locked.decision != Decision.OPEN or locked.field not in ACCEPTED:
        raise Refused(f"The {locked} is {locked.get_decision_display()} already.")
    return locked


def _decide(proposal: Proposal, decision: str, user: Any, time: datetime | None) -> None:
    proposal.decision, proposal.decided_by, proposal.decided = decision, user, time
    proposal.save()


def _set_kind(transfer: Transfer, kind: str, user: Any, reason: str) -> None:
    if transfer.kind == kind:
        return
    transfer = workflow.reopen(transfer, user, reason)
    transfer.kind = kind
    transfer.full_clean()
    transfer.save()


def _add_claim(transfer: Transfer, proposal: Proposal, user: Any, reason: str) -> None:
    """Add the deal value as a claim, which is improbable if the words may speak of more than this deal."""
    deal = proposal.deal
    if deal is None or deal.batch.source is None:
        raise Refused("The edition that stated it no longer exists.")
    credibility = Claim.Credibility.IMPROBABLE if proposal.doubtful else Claim.Credibility.DOUBTFUL
    transfer = workflow.reopen(transfer, user, reason)
    claim = Valuation(
        transfer=transfer,
        source=deal.batch.source,
        measure=Valuation.Measure.DEAL_VALUE,
        locator=deal.locator,
        excerpt=" ".join(proposal.excerpt.split()[:LONGEST_EXCERPT]),
        minimum=proposal.minimum,
        maximum=proposal.maximum,
        currency=proposal.currency,
        credibility=credibility,
    )
    claim.full_clean()
    claim.save()


def _take_back(proposal: Proposal, user: Any, reason: str) -> None:
    """Undo what accepting did, if it did anything. Raises Refused if that was changed since."""
    transfer = Transfer.objects.select_for_update().get(pk=proposal.transfer_id)
    if proposal.field == Proposal.Proposed.KIND and _list_others(proposal).exists():
        return  # the kind rests on them as well
    made, later, earlier = _find_acceptance(transfer, proposal)
    if made is None and proposal.field == Proposal.Proposed.KIND and transfer.kind == proposal.value:
        return  # the kind was this before
    if made is None:
        raise Refused(
            f"What was accepted of {transfer.key} was changed since. Change it on the transfer's page."
        )
    if later:
        transfer = workflow.reopen(transfer, user, reason)
    elif earlier and not earlier[0].is_content and earlier[0].before and _is_by_decider(earlier[0], proposal):
        transfer.state = earlier[0].before.state
    if made.model is Transfer:
        transfer.kind = made.before.kind  # type: ignore[union-attr]  # a change has a copy before it
    else:
        Valuation.objects.get(pk=made.copy.id).delete()
    transfer.save()


def _find_acceptance(
    transfer: Transfer, proposal: Proposal
) -> tuple[edits.Edit | None, list[edits.Edit], list[edits.Edit]]:
    """Return the edit that accepting made, if it stands, and the edits after and before it, newest first."""
    listed = edits.list_edits(transfer)
    for at in reversed(range(len(listed))):
        made, later = listed[at], listed[:at]
        if _is_acceptance(made, proposal) and not any(_is_about_the_same(edit, made) for edit in later):
            return made, later, listed[at + 1 :]
    return None, listed, []


def _list_others(proposal: Proposal) -> QuerySet:
    """Return the accepted proposals of the same, for the same transfer."""
    same = {"transfer": proposal.transfer_id, "field": proposal.field, "value": proposal.value}
    return Proposal.objects.filter(**same, decision=Decision.ACCEPTED).exclude(pk=proposal.pk)


def _is_acceptance(edit: edits.Edit, proposal: Proposal) -> bool:
    if not _is_by_decider(edit, proposal):
        return False
    if proposal.field == Proposal.Proposed.KIND:
        is_change = edit.model is Transfer and edit.kind == history.CHANGED
        return is_change and any(
            change.field == "kind" and change.after == proposal.value for change in edit.changes
        )
    stated = (proposal.minimum, proposal.maximum, proposal.currency)
    is_addition = edit.model is Valuation and edit.kind == history.ADDED
    return is_addition and (edit.copy.minimum, edit.copy.maximum, edit.copy.currency) == stated


def _is_by_decider(edit: edits.Edit, proposal: Proposal) -> bool:
    """Return whether who decided on the proposal made the edit, then or later."""
    is_since = proposal.decided is not None and edit.time >= proposal.decided - edits.TOGETHER
    return is_since and edit.copy.history_user_id == proposal.decided_by_id


def _is_about_the_same(edit: edits.Edit, made: edits.Edit) -> bool:
    """Return whether an edit changed the kind, or the claim, that the other edit made."""
    if edit.model is not made.model or edit.copy.id != made.copy.id:
        return False
    return made.model is not Transfer or any(change.field == "kind" for change in edit.changes)
