"""Proposals made of a register's comments, which a curator accepts or declines."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from transfers.curation import workflow
from transfers.curation.workflow import CHANGE, Refused
from transfers.models import Claim, Proposal, Transfer, Valuation, history
from transfers.vocabulary.words import LONGEST_EXCERPT

Decision = Proposal.Decision
#: Fields that a curator accepts here; a link is decided by joining.
ACCEPTED = (Proposal.Proposed.KIND, Proposal.Proposed.DEAL_VALUE)


def accept(proposal: Proposal, user: Any, reason: str = "") -> Transfer:
    """Make the proposal the transfer's kind, or a claim of the deal's edition, with history.

    Makes the transfer a draft. Raises Refused, and then changes nothing.
    """
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
        _decide(locked, Decision.ACCEPTED, user)
        transfer.refresh_from_db()
    return transfer


def decline(proposal: Proposal, user: Any) -> None:
    """Decline the proposal; nothing else changes. Raises Refused."""
    with transaction.atomic():
        _decide(_lock_open(proposal, user), Decision.DECLINED, user)


def _lock_open(proposal: Proposal, user: Any) -> Proposal:
    """Return the proposal as it is now, locked. Raises Refused if there is nothing to decide."""
    if not user.has_perm(CHANGE):
        raise Refused("You are not allowed to decide on proposals.")
    locked = Proposal.objects.select_for_update().filter(pk=proposal.pk).first()
    if locked is None:
        raise Refused("The proposal no longer exists: its import was undone.")
    if locked.decision != Decision.OPEN or locked.field not in ACCEPTED:
        raise Refused(f"The {locked} is {locked.get_decision_display()} already.")
    return locked


def _decide(proposal: Proposal, decision: str, user: Any) -> None:
    proposal.decision, proposal.decided_by, proposal.decided = decision, user, timezone.now()
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
