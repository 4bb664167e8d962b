"""Writing the deals of an import: transfers, claims, statements and proposals, with history.

They are inserted in bulk, so that 30,000 deals take seconds.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db import models
from simple_history.utils import bulk_update_with_history

from transfers.curation.keys import Keys, build_stem
from transfers.models import (
    CLAIM_MODELS,
    ImportBatch,
    Party,
    Proposal,
    RegisterDeal,
    System,
    Transfer,
    history,
)
from transfers.models.inserts import batched, insert
from transfers.registers.ranges import Years, without_deliveries
from transfers.registers.reading.comments import find_meanings
from transfers.registers.reading.records import dump_deal
from transfers.vocabulary.choices import Outcome

from .absent import build_locator
from .claims import list_none_delivered
from .imported import ImportedDeal
from .plan import IMPORTED, Plan, PlannedDeal
from .questions import attach_answers, build_proposals, list_kept
from .revising import revise

BATCH = 1000


def add_names(plan: Plan) -> dict[str, list[str]]:
    """Save the new parties and systems that new deals name; return their codes and slugs."""
    parties, systems = plan.list_new_records()
    Party.objects.bulk_create(parties)
    System.objects.bulk_create(systems, batch_size=BATCH)
    history.record_copies(Party.objects.filter(code__in=[party.code for party in parties]), history.ADDED)
    for group in batched([system.slug for system in systems]):
        history.record_copies(System.objects.filter(slug__in=group), history.ADDED)
    return {"parties": [party.code for party in parties], "systems": [system.slug for system in systems]}


def write_deals(plan: Plan, batch: ImportBatch, progress: Callable[[str, int, int], None]) -> None:
    """Write every imported deal of the plan as a deal of the batch."""
    items = [item for item in plan.deals if item.outcome in IMPORTED or item.candidates] + plan.absent
    writer = _Writer(batch)
    for start in range(0, len(items), BATCH):
        progress("Writing deals", start, len(items))
        writer.write(items[start : start + BATCH])
    writer.record_history()
    changed: dict[int, list[PlannedDeal]] = defaultdict(list)
    for item in items:
        if item.before and item.outcome == Outcome.CHANGED:
            changed[item.before.transfer].append(item)
    _update_transfers(changed, writer.revised)
    gone = {
        key
        for pks in batched(sorted(writer.gone))
        for key in Transfer.objects.filter(pk__in=pks).values_list("key", flat=True)
    }
    batch.made["gone"] = sorted(gone | {*batch.made.get("gone", [])})
    batch.save(update_fields=["made"])


class _Writer:
    """Writer of the deals of one import."""

    def __init__(self, batch: ImportBatch):
        self.batch = batch
        self.parties = dict(Party.objects.values_list("code", "pk"))
        self.systems = dict(System.objects.values_list("slug", "pk"))
        self.keys = Keys()
        self.claimed: set[type[models.Model]] = set()
        #: Transfers of which figures other than units changed, and those that a later edition no longer has.
        self.revised: set[int] = set()
        self.gone: set[int] = set()
        #: Curators' answers about deals of this file, if it was imported before and undone.
        self.kept = list_kept()
        self.last_deal = _find_last(RegisterDeal)
        self.last_claims = {model: _find_last(model) for model in CLAIM_MODELS}

    def write(self, items: Sequence[PlannedDeal]) -> None:
        added = self._add_transfers([item for item in items if item.outcome == Outcome.NEW])
        pairs = [(item, _find_transfer(item) or added[id(item)]) for item in items]
        changed = [pair for pair in pairs if pair[0].outcome == Outcome.CHANGED]
        self.revised |= revise(changed, self.batch.source)
        self.gone |= {transfer for item, transfer in pairs if item.is_gone}
        self._add_claims(pairs)
        insert(RegisterDeal, (self._build_deal(item, transfer) for item, transfer in pairs))
        self._add_proposals(pairs)
        self._add_questions(items)
        _add_to_earlier_files([pair for pair in pairs if pair[0].absent_from], self.batch)

    def _add_transfers(self, items: Sequence[PlannedDeal]) -> dict[int, int]:
        """Add the transfers of new deals; return their ids by the id of the item in memory."""
        keys = self.keys.take([_build_stem(item) for item in items])
        insert(Transfer, (self._build_transfer(item, key) for item, key in zip(items, keys, strict=True)))
        pks: dict[str, int] = {}
        for group in batched(keys):
            pks |= Transfer.objects.filter(key__in=group).values_list("key", "pk")
        return {id(item): pks[key] for item, key in zip(items, keys, strict=True)}

    def _build_transfer(self, item: PlannedDeal, key: str) -> dict[str, Any]:
        assert item.named is not None
        return {
            "key": key,
            "supplier_id": self.parties[item.named.supplier],
            "recipient_id": self.parties[item.named.recipient],
            "system_id": self.systems[item.named.system],
            "condition": item.deal.condition,
            "comment": item.deal.comments,
        }

    def _build_deal(self, item: PlannedDeal, transfer: int) -> dict[str, Any]:
        return {
            "batch_id": self.batch.pk,
            "transfer_id": transfer,
            "outcome": str(item.outcome),
            "locator": item.locator,
            "stated": dump_deal(item.deal),
            "joined_from": item.before.joined_from if item.before else "",
        }

    def _add_claims(self, pairs: Iterable[tuple[PlannedDeal, int]]) -> None:
        claims: dict[type[models.Model], list[dict[str, Any]]] = {}
        for item, transfer in pairs:
            place = {
                "transfer_id": transfer,
                "source_id": self.batch.source_id,
                "locator": item.locator,
                "part": item.before.joined_from if item.before else "",
            }
            for figure in item.list_claimed():
                claims.setdefault(figure.model, []).append(figure.build_claim(**place))
            item.figures = ()  # frees memory for publication
        for model, rows in claims.items():
            insert(model, rows)
        self.claimed |= claims.keys()

    def _add_proposals(self, pairs: Sequence[tuple[PlannedDeal, int]]) -> None:
        proposed = [(transfer, rows) for item, transfer in pairs if (rows := list(_build_proposals(item)))]
        for group in batched(proposed):
            deals = self.batch.deals.written().filter(transfer__in=[transfer for transfer, _ in group])
            by_transfer = dict(deals.values_list("transfer", "pk"))
            insert(
                Proposal,
                (
                    {**row, "transfer_id": transfer, "deal_id": by_transfer[transfer]}
                    for transfer, rows in group
                    for row in rows
                ),
            )

    def _add_questions(self, items: Sequence[PlannedDeal]) -> None:
        """Add what the last deals, which are these, may be, and the renames that no curator saw."""
        if self.kept or any(item.is_renamed or item.candidates for item in items):
            last = self.batch.deals.order_by("-pk").values_list("pk", flat=True)[: len(items)]
            deals = list(zip(sorted(last), items, strict=True))
            answered = {(answer.transfer_id, answer.value) for answer in self.kept}
            rows = (row for deal, item in deals for row in build_proposals(item, deal, self.batch.time))
            insert(Proposal, [row for row in rows if (row["transfer_id"], row["value"]) not in answered])
            attach_answers(deals, self.kept, self.batch.time)

    def record_history(self) -> None:
        added = self.batch.deals.filter(outcome=Outcome.NEW, pk__gt=self.last_deal)
        history.record_copies(Transfer.objects.filter(pk__in=added.values("transfer")), history.ADDED)
        for model in self.claimed:
            claims = model._default_manager.filter(source=self.batch.source, pk__gt=self.last_claims[model])
            history.record_copies(claims, history.ADDED)


def _add_to_earlier_files(pairs: Sequence[tuple[PlannedDeal, int]], batch: ImportBatch) -> None:
    """Add that new deals had no deliveries in the years of files which do not list them."""
    claims: dict[type[models.Model], list[dict[str, Any]]] = {}
    deals: list[dict[str, Any]] = []
    years = Years(batch.first_year, batch.last_year)
    for item, transfer in pairs:
        assert item.named is not None
        place = {
            "transfer_id": transfer,
            "locator": build_locator(item.deal, years),
        }
        stated = dump_deal(without_deliveries(item.deal))
        for file in item.absent_from:
            deals.append({**place, "batch_id": file.batch, "outcome": str(Outcome.CHANGED), "stated": stated})
            for figure in list_none_delivered(item.named.unit, file.scope.years):
                claims.setdefault(figure.model, []).append(figure.build_claim(**place, source_id=file.source))
    insert(RegisterDeal, deals)
    for model, rows in claims.items():
        last = _find_last(model)
        insert(model, rows)
        history.record_copies(model._default_manager.filter(pk__gt=last), history.ADDED)


def _find_last(model: type[models.Model]) -> int:
    """Return the highest id of the model's records."""
    return model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0


def _find_transfer(item: PlannedDeal) -> int | None:
    """Return the transfer that the deal describes already, or the first that an ambiguous one may."""
    before = item.before or next(iter(item.candidates), None)
    return before.transfer if before else None


def _build_proposals(item: PlannedDeal) -> Iterator[dict[str, Any]]:
    """Yield what the comment of a new deal, or a changed comment, may mean."""
    is_old = item.before is not None and item.before.deal.comments == item.deal.comments
    if item.outcome not in RegisterDeal.WRITTEN or is_old:
        return
    if item.deal.local_production:
        yield {"field": "kind", "value": "licensed_production", "excerpt": "Local production: Yes"}
    for meaning in find_meanings(item.deal.comments):
        yield {
            "field": meaning.field,
            "value": meaning.value,
            "minimum": meaning.minimum,
            "maximum": meaning.maximum,
            "currency": meaning.currency,
            "excerpt": meaning.excerpt[:200],
            "doubtful": meaning.ambiguous,
        }


def _update_transfers(items: dict[int, list[PlannedDeal]], revised: set[int]) -> None:
    """Update what the register's new statements change in their transfers, given by id; several are of parts.

    Those of which figures or the condition changed become drafts; other words for the same change no state.
    """
    reason, user = history.get_context()
    for pks in batched(list(items)):
        changed = [
            transfer
            for transfer in Transfer.objects.filter(pk__in=pks)
            if _update_transfer(transfer, items[transfer.pk], is_revised=transfer.pk in revised)
        ]
        bulk_update_with_history(
            changed,
            Transfer,
            ["comment", "condition", "state"],
            default_user=user,
            default_change_reason=reason,
        )


def _update_transfer(transfer: Transfer, items: Iterable[PlannedDeal], *, is_revised: bool) -> bool:
    """Replace what the register stated before; return whether anything changed."""
    old_values = (transfer.comment, transfer.condition, transfer.state)
    for item in items:
        assert item.before is not None
        before, now = item.before.deal, item.deal
        changed = {difference.field for difference in item.changes}
        if "comments" in changed:
            transfer.comment = _replace_comment(transfer.comment, item.before, now.comments)
        if "condition" in changed and transfer.condition == before.condition:
            transfer.condition, is_revised = now.condition, True
    if is_revised and transfer.state in (Transfer.State.PUBLISHED, Transfer.State.IN_REVIEW):
        transfer.state = Transfer.State.DRAFT
    return old_values != (transfer.comment, transfer.condition, transfer.state)


def _replace_comment(comment: str, before: ImportedDeal, now: str) -> str:
    """Return the comment with the deal's new one; that of a joined deal is a part of it, or not in it."""
    if not before.joined_from:
        return now
    if before.deal.comments:
        return comment.replace(before.deal.comments, now)
    return comment or now


def _build_stem(item: Any) -> str:
    deal, named = item.deal, item.named
    year = deal.year or next(iter(deal.delivery_years), None)
    return build_stem(named.supplier, named.recipient, named.system, year)
