"""Settling the deals of an import that may be one of several: by a curator's answer, which can be taken back.

A deal is one that was imported before (`SAME`), a part of one that the edition splits (`PART`), or new
(`NEW`). The first part takes the place of the deal that is split, so that nothing counts twice; other parts
are new. An answer is used at once, as if the import had known it, and by every later import.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from transfers.curation.workflow import CHANGE, PUBLISH, Refused
from transfers.models import ImportBatch, Proposal, RegisterDeal, RegistryClaim, history
from transfers.models.inserts import BATCH, batched
from transfers.registers.importing import imported, undo
from transfers.registers.importing.deals import add_names, write_deals
from transfers.registers.importing.imported import ImportedDeal
from transfers.registers.importing.naming import Unclear
from transfers.registers.importing.plan import Plan, plan_settled
from transfers.registers.importing.write import ignore_progress, lock_imports
from transfers.registers.ranges import Years
from transfers.registers.reading.records import Register, load_deal
from transfers.vocabulary.choices import Outcome

SAME, PART, NEW = "same", "part", "new"
Decision = Proposal.Decision
Proposed = Proposal.Proposed


@dataclass(frozen=True)
class Answer:
    """Answer about an ambiguous deal; `transfer` is the id of the one that it is, or is a part of."""

    deal: int
    verdict: str
    transfer: int | None = None


def settle(answers: Sequence[Answer], user: Any, reason: str = "") -> int:
    """Import the deals as the curator says, all or none; return how many. Raises Refused."""
    _check_permission(user, CHANGE, "settle deals")
    reason = reason.strip() or "A curator settled which deal it is"
    with transaction.atomic(), history.record_because(reason, user):
        lock_imports()
        deals = _get_ambiguous(answers)
        by_batch: dict[int, list[Answer]] = defaultdict(list)
        for answer in answers:
            by_batch[deals[answer.deal].batch_id].append(answer)
        for batch, of_batch in by_batch.items():
            _Settlement(ImportBatch.objects.get(pk=batch), deals, user).settle(of_batch)
    return len(answers)


def _check_permission(user: Any, permission: str, what: str) -> None:
    if user is not None and not user.has_perm(permission):
        raise Refused(f"You are not allowed to {what}.")


def _get_ambiguous(answers: Sequence[Answer]) -> dict[int, RegisterDeal]:
    """Return the deals by id, with their proposals. Raises Refused."""
    pks = [answer.deal for answer in answers]
    if repeated := [pk for pk, count in Counter(pks).items() if count > 1]:
        raise Refused(f"{len(repeated)} deals were chosen more than once; choose one candidate for each.")
    deals = RegisterDeal.objects.ambiguous().prefetch_related("proposals__transfer").in_bulk(pks)
    if len(deals) < len(pks):
        raise Refused("A deal was settled, or its import undone, meanwhile.")
    return deals


class _Settlement:
    """Settlement of deals of one import."""

    def __init__(self, batch: ImportBatch, deals: dict[int, RegisterDeal], user: Any):
        self.batch, self.deals, self.user = batch, deals, user
        self.time, self.years = timezone.now(), Years(batch.first_year, batch.last_year)
        standing = RegisterDeal.objects.standing().filter(batch=batch)
        self.described = set(standing.values_list("transfer", "joined_from"))

    def settle(self, answers: Sequence[Answer]) -> None:
        befores = self._find_befores(answers)
        deals = [load_deal(self.deals[answer.deal].stated) for answer in answers]
        batch = self.batch
        register = Register(batch.layout, "", batch.sha256, deals, [], len(deals), batch.generated)
        published = batch.source.published if batch.source else ""
        try:
            plan = plan_settled(register, published, befores, self.years)
        except Unclear as error:
            raise Refused(
                f"{error} A new deal needs clear names; take the name from all but one first."
            ) from error
        for table, keys in add_names(plan).items():
            batch.made[table] = [*batch.made.get(table, []), *keys]
        write_deals(plan, batch, ignore_progress)
        self._record(answers, plan)

    def _find_befores(self, answers: Sequence[Answer]) -> list[ImportedDeal | None]:
        """Return what each deal was imported as before, None for new ones. Raises Refused."""
        transfers = {answer.transfer for answer in answers if answer.transfer is not None}
        newest: dict[int, list[ImportedDeal]] = defaultdict(list)
        for statement in imported.list_newest(self.batch.layout, self.years, transfers):
            newest[statement.transfer].append(statement)
        return [self._find_before(answer, newest) for answer in answers]

    def _find_before(self, answer: Answer, newest: dict[int, list[ImportedDeal]]) -> ImportedDeal | None:
        if answer.verdict == NEW:
            return None
        deal = self.deals[answer.deal]
        if answer.transfer not in {proposal.transfer_id for proposal in deal.proposals.all()}:
            raise Refused(f"{deal.locator} was not imported as a deal that may be this one.")
        statements = newest[answer.transfer] if answer.transfer else []
        for statement in sorted(statements, key=lambda old: old.joined_from != deal.joined_from):
            place = (statement.transfer, statement.joined_from)
            if place not in self.described:
                self.described.add(place)
                return statement
        if answer.verdict == PART:
            return None
        key = next((old.key for old in statements), "The deal")
        raise Refused(f"{key} is another deal of this edition already. Is this one a part of it, or new?")

    def _record(self, answers: Sequence[Answer], plan: Plan) -> None:
        """Put the new statements in the place of the ambiguous ones, with the curator's decisions."""
        written = reversed(self.batch.deals.order_by("-pk")[: len(answers)])
        decided: list[Proposal] = []
        for answer, new in zip(answers, written, strict=True):
            for proposal in self.deals[answer.deal].proposals.all():
                _decide(proposal, answer)
                proposal.deal, proposal.decided_by, proposal.decided = new, self.user, self.time
                decided.append(proposal)
        fields = ["deal", "field", "decision", "decided_by", "decided"]
        Proposal.objects.bulk_update(decided, fields, batch_size=BATCH)
        for pks in batched([answer.deal for answer in answers]):
            RegisterDeal.objects.filter(pk__in=pks).delete()
        _count(self.batch, [(item.deal, Outcome.AMBIGUOUS, item.outcome) for item in plan.deals])


def _decide(proposal: Proposal, answer: Answer) -> None:
    """Set what the answer makes of one of the deal's proposals, without saving it."""
    is_chosen = answer.verdict != NEW and proposal.transfer_id == answer.transfer
    proposal.decision = Decision.ACCEPTED if is_chosen else Decision.DECLINED
    if is_chosen and answer.verdict == PART:
        proposal.field = Proposed.PART


def _count(batch: ImportBatch, moves: Iterable[tuple[Any, str, str]]) -> None:
    """Correct what the import counts and lists: deals with their outcomes before and now."""
    moves = list(moves)
    for deal, before, now in moves:
        batch.counts[str(before)] = batch.counts.get(str(before), 0) - deal.records
        batch.counts[str(now)] = batch.counts.get(str(now), 0) + deal.records
    moved = {deal.lines for deal, _, _ in moves}
    left_out = [record for record in batch.left_out if tuple(record[0]) not in moved]
    left_out += [
        [list(deal.lines), str(now), "A curator took back what it was.", ""]
        for deal, _, now in moves
        if now == Outcome.AMBIGUOUS
    ]
    batch.left_out = sorted(left_out, key=lambda record: record[0])
    batch.save()


def decline(proposals: Sequence[Proposal], user: Any, reason: str = "") -> int:
    """Rule out that deals are these; a deal without another candidate is new. Raises Refused."""
    _check_permission(user, CHANGE, "settle deals")
    with transaction.atomic(), history.record_because(reason, user):
        open_ones = Proposal.objects.open().of_deals().filter(pk__in=[one.pk for one in proposals])
        deals = set(open_ones.values_list("deal", flat=True))
        open_ones.update(decision=Decision.DECLINED, decided_by=user, decided=timezone.now())
        still_open = set(Proposal.objects.open().filter(deal__in=deals).values_list("deal", flat=True))
        settle([Answer(deal, NEW) for deal in sorted(deals - still_open)], user, reason)
    return len(proposals)


def take_back(deals: Sequence[RegisterDeal], user: Any, reason: str) -> int:
    """Make settled deals ambiguous again, all or none; return how many. Raises Refused."""
    _check_permission(user, CHANGE, "take back what a deal is")
    if not reason.strip():
        raise Refused("Taking back an answer needs a reason; it stands in the history and in the log.")
    with transaction.atomic(), history.record_because(reason.strip(), user):
        lock_imports()
        current = list(
            RegisterDeal.objects.filter(pk__in=[deal.pk for deal in deals], batch__undone__isnull=True)
            .exclude(outcome=Outcome.AMBIGUOUS)
            .select_related("batch__source", "transfer")
            .prefetch_related("proposals")
            .order_by("pk")
        )
        _check_takes_back(current, len({deal.pk for deal in deals}), user)
        by_decision: dict[tuple[int, Any], list[RegisterDeal]] = defaultdict(list)
        for deal in current:
            decided = min(one.decided for one in _list_questions(deal))
            by_decision[deal.batch_id, decided].append(deal)
        for (_, time), of_decision in sorted(by_decision.items(), reverse=True):
            _take_back(of_decision, time, reason.strip())
    return len(current)


def _list_questions(deal: RegisterDeal) -> list[Any]:
    return [one for one in deal.proposals.all() if one.field in Proposal.OF_DEALS and one.decided]


def _check_takes_back(deals: Sequence[RegisterDeal], expected: int, user: Any) -> None:
    """Raise Refused if an answer no longer stands, if others rest on it, or if it is public."""
    if len(deals) < expected or not all(map(_list_questions, deals)):
        raise Refused("An answer was taken back, or its import undone, meanwhile.")
    for group in batched(deals):
        _check_nothing_rests_on(group, {deal.pk for deal in deals})
    sources = {deal.batch.source.key for deal in deals if deal.batch.source}
    public = RegistryClaim.objects.current().filter(source__in=sources)
    if any(public.filter(transfer__in=[deal.transfer.key for deal in group]) for group in batched(deals)):
        _check_permission(user, PUBLISH, "take back what is public")


def _check_nothing_rests_on(deals: Sequence[RegisterDeal], pks: set[int]) -> None:
    """Raise Refused if later deals describe a transfer of these, or if other parts of it are settled."""
    by_transfer = {deal.transfer_id: deal for deal in deals}
    same = RegisterDeal.objects.filter(transfer__in=by_transfer, batch__undone__isnull=True)
    for other in same.select_related("batch"):
        deal = by_transfer[other.transfer_id]
        is_rival = other.batch_id == deal.batch_id and other.outcome == Outcome.AMBIGUOUS
        if other.pk > deal.pk and other.pk not in pks and not is_rival:
            where = f"{other.locator} of {other.batch.file_name}"
            raise Refused(f"{where} rests on {deal.transfer.key}; take that back first.")
    parts = Proposal.objects.filter(transfer__in=by_transfer, field=Proposed.PART, decision=Decision.ACCEPTED)
    for part in parts.select_related("deal", "transfer"):
        if (
            part.deal
            and part.deal_id not in pks
            and part.deal.batch_id == by_transfer[part.transfer_id].batch_id
        ):
            raise Refused(f"Other parts of {part.transfer.key} are settled; take back all of them together.")


def _take_back(deals: Sequence[RegisterDeal], time: Any, reason: str) -> None:
    """Undo what the answers about deals of one import did that were given together."""
    batch = ImportBatch.objects.select_related("source").get(pk=deals[0].batch_id)
    pks = [deal.pk for deal in deals]
    transfers = [deal.transfer_id for deal in deals]
    moves = [(load_deal(deal.stated), deal.outcome, Outcome.AMBIGUOUS) for deal in deals]

    def reset() -> None:
        for deal in deals:
            deal.transfer_id = min(_list_questions(deal), key=lambda one: one.pk).transfer_id
            deal.outcome, deal.joined_from = Outcome.AMBIGUOUS, ""
        fields = ["outcome", "transfer", "joined_from"]
        RegisterDeal.objects.bulk_update(deals, fields, batch_size=BATCH)
        for group in batched(pks):
            decided = Proposal.objects.of_deals().filter(deal__in=group)
            decided.filter(field=Proposed.PART).update(field=Proposed.SAME_DEAL)
            decided.update(decision=Decision.OPEN, decided=None, decided_by=None)
            Proposal.objects.of_comments().open().filter(deal__in=group).delete()

    settled = undo.ImportedDeals(RegisterDeal.objects.filter(pk__in=pks), time, batch.source, transfers)
    undo.undo_deals(settled, reason, reset)
    _count(batch, moves)
