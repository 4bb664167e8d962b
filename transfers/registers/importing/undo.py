"""Undoing an import as a whole: what it added goes, and what it changed is as it was before.

What was public stays in the log: its rows are published without the edition's claims, or withdrawn if they
have no other claim. What was never public is deleted. History records both.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from simple_history.utils import bulk_update_with_history

from transfers.models import (
    CLAIM_MODELS,
    ImportBatch,
    Party,
    Proposal,
    RegisterDeal,
    RegistryClaim,
    RegistryRow,
    Revision,
    Source,
    System,
    Transfer,
    history,
)
from transfers.models.inserts import BATCH, batched
from transfers.publication import content, names, publish
from transfers.registers.reading.records import load_deal
from transfers.vocabulary.choices import Outcome

from . import revising
from .closing import reopen_questions
from .imported import NOT_LISTED
from .write import Progress, ignore_progress, lock_imports

State = Transfer.State
#: Undoing ends versions that stand far apart in the tables.
CACHE_KILOBYTES = 64_000


class NotUndoable(Exception):
    """Reason why an import cannot be undone, in one sentence."""


@dataclass(frozen=True)
class ImportedDeals:
    """Deals that an edition brought at a time: those of an import, or those that a curator settled.

    `restored` limits the transfers of which claims are brought back.
    """

    deals: Any
    time: datetime
    source: Source | None
    restored: Collection[int] | None = None


def undo_import(
    batch: ImportBatch, reason: str, user: Any = None, progress: Progress = ignore_progress
) -> models.QuerySet[Revision]:
    """Undo the import in one transaction and return the revisions that this took. Raises NotUndoable."""
    reason = reason.strip()
    if not reason:
        raise NotUndoable("Undoing an import needs a reason; it stands in the history and in the log.")
    with transaction.atomic(), history.record_because(reason, user):
        lock_imports(CACHE_KILOBYTES)
        batch = ImportBatch.objects.get(pk=batch.pk)
        _check(batch)
        if batch.layout == ImportBatch.Layout.BUNDLE:
            added = _list_bundle_transfers(batch)
            revisions = _undo_bundle(added, reason, progress)
        else:
            added = _list_transfers(batch.deals.all(), Outcome.NEW)
            deals = ImportedDeals(batch.deals.all(), batch.time, batch.source)
            revisions = _undo_register(deals, added, reason, progress)
        _remove_deals(batch, added)
        _end_all(added, reason, progress)
        _remove_sources(batch)
        _remove_names(batch)
        reopen_questions(batch)
        ImportBatch.objects.filter(pk=batch.pk).update(undone=timezone.now(), undone_by=user)
    return revisions


def undo_deals(imported: ImportedDeals, reason: str, reset: Callable[[], None]) -> models.QuerySet[Revision]:
    """Undo what settling these deals did, in the caller's transaction; `reset` makes them ambiguous again."""
    added = _list_transfers(imported.deals, Outcome.NEW)
    revisions = _undo_register(imported, added, reason, ignore_progress)
    reset()
    _end_all(added, reason, ignore_progress)
    return revisions


def _check(batch: ImportBatch) -> None:
    if batch.undone:
        raise NotUndoable(f"This import was undone on {batch.undone:%Y-%m-%d} already.")
    later = RegisterDeal.objects.filter(
        batch__undone__isnull=True,
        batch__pk__gt=batch.pk,
        transfer__in=batch.deals.exclude(outcome=Outcome.AMBIGUOUS).values("transfer"),
    ).values_list("batch__file_name", flat=True)
    if first := later.first():
        raise NotUndoable(f"A later import, of {first}, describes the same deals; undo that one first.")


def _list_transfers(deals: models.QuerySet, outcome: str) -> list[int]:
    transfers = deals.filter(outcome=outcome).order_by("transfer").values_list("transfer", flat=True)
    return list(transfers.distinct())


def _list_bundle_transfers(batch: ImportBatch) -> list[int]:
    return [
        pk
        for keys in batched(batch.made.get("transfers", []))
        for pk in Transfer.objects.filter(key__in=keys).values_list("pk", flat=True)
    ]


def _undo_bundle(added: Sequence[int], reason: str, progress: Progress) -> models.QuerySet[Revision]:
    """Withdraw the transfers that the bundle added and remove their claims."""
    public = [
        transfer
        for pks in batched(added)
        for transfer in Transfer.objects.public().filter(pk__in=pks).only("key")
    ]
    revisions = publish.withdraw(public, reason, progress) if public else Revision.objects.none()
    for pks in batched(added):
        for model in CLAIM_MODELS:
            _remove(model.objects.filter(transfer__in=pks))
    return revisions


def _undo_register(
    imported: ImportedDeals, added: Sequence[int], reason: str, progress: Progress
) -> models.QuerySet[Revision]:
    """Remove the edition's claims, also from what is public, and restore the transfers that it changed."""
    changed = _list_transfers(imported.deals, Outcome.CHANGED)
    states = _find_states_before(imported, changed)
    _restore_fields(imported, changed)
    for number, model in enumerate(CLAIM_MODELS):
        progress("Removing claims", number, len(CLAIM_MODELS))
        _remove(_filter_claims(imported, model))
    revising.restore(imported.source, imported.time, imported.restored)
    revisions = _remove_from_public([*added, *changed], imported.source, reason, progress)
    for state, pks in states.items():
        publish.set_state(_filter_as_public(pks) if state == State.PUBLISHED else pks, state, reason)
    return revisions


def _filter_claims(imported: ImportedDeals, model: Any) -> models.QuerySet:
    """Return the claims that the import added; not those that curators added from the same source."""
    deals = imported.deals.written().filter(
        transfer=models.OuterRef("transfer"), locator=models.OuterRef("locator")
    )
    added = imported.deals.filter(outcome=Outcome.NEW, transfer=models.OuterRef("transfer"))
    of_other_files = models.Q(models.Exists(added), locator__startswith=NOT_LISTED)
    return model.objects.filter(models.Q(models.Exists(deals), source=imported.source) | of_other_files)


def _remove(records: models.QuerySet) -> None:
    """Delete records that own no others, with history, in two statements."""
    history.record_copies(records, history.REMOVED)
    records._raw_delete(records.db)


def _restore_fields(imported: ImportedDeals, transfers: Sequence[int]) -> None:
    """Restore the comment and condition of changed transfers where they are still those of the import."""
    reason, user = history.get_context()
    fields = ["comment", "condition"]
    for pks in batched(transfers):
        written = imported.deals.filter(transfer__in=pks, outcome=Outcome.CHANGED)
        deals = {deal.transfer_id: load_deal(deal.stated) for deal in written}
        copies = Transfer.history.filter(id__in=pks, history_date__lt=imported.time).order_by("history_id")
        before = {copy.id: copy for copy in copies}
        changed = []
        for transfer in Transfer.objects.filter(pk__in=list(before)):
            old_values = (transfer.comment, transfer.condition)
            if transfer.comment == deals[transfer.pk].comments:
                transfer.comment = before[transfer.pk].comment
            if transfer.condition == deals[transfer.pk].condition:
                transfer.condition = before[transfer.pk].condition
            if old_values != (transfer.comment, transfer.condition):
                changed.append(transfer)
        bulk_update_with_history(changed, Transfer, fields, default_user=user, default_change_reason=reason)


def _find_states_before(imported: ImportedDeals, transfers: Sequence[int]) -> dict[str, list[int]]:
    """Return the transfers that the import made drafts, and that still are, by their state before it."""
    by_state: dict[str, list[int]] = {State.PUBLISHED: [], State.IN_REVIEW: []}
    for pks in batched(transfers):
        copies = Transfer.history.filter(id__in=pks).order_by("history_id")
        before = dict(copies.filter(history_date__lt=imported.time).values_list("id", "state"))
        since: dict[int, list[str]] = {}
        for pk, state in copies.filter(history_date__gte=imported.time).values_list("id", "state"):
            since.setdefault(pk, []).append(state)
        for pk, states in since.items():
            if states == [State.DRAFT] and before.get(pk) in by_state:
                by_state[before[pk]].append(pk)
    return by_state


def _remove_from_public(
    transfers: Sequence[int], source: Source | None, reason: str, progress: Progress
) -> models.QuerySet[Revision]:
    """Remove the import from what is public: rows without a claim are withdrawn, others lose its claims.

    The public row of a transfer that is a draft again loses the edition's claims and nothing else.
    """
    ended: list[Transfer] = []
    published: list[Transfer] = []
    other_keys: list[str] = []
    for pks in batched(transfers):
        public = Transfer.objects.public().filter(pk__in=pks).only("key", "state")
        empty = list(public.without_claims())
        ended += empty
        for transfer in public.exclude(pk__in=[transfer.pk for transfer in empty]):
            if transfer.state == State.PUBLISHED:
                published.append(transfer)
            else:
                other_keys.append(transfer.key)
    revisions = publish.withdraw(ended, reason, progress) if ended else Revision.objects.none()
    if published:
        revisions |= publish.publish(published, reason, progress)
    if source:
        revisions |= publish.retract(source, sorted(other_keys), reason)
    return revisions


def _filter_as_public(transfers: Sequence[int]) -> list[int]:
    """Return the transfers whose curated content equals what is published of them."""
    references = content.References()
    equal: list[int] = []
    for pks in batched(transfers):
        curated = list(Transfer.objects.with_claims().filter(pk__in=pks))
        references.add(map(content.get_place, curated))
        rows = RegistryRow.objects.current().filter(key__in=[transfer.key for transfer in curated])
        log = Revision.objects.filter(sequence__in=list(rows.values_list("revision", flat=True)))
        digests = dict(log.values_list("key", "content"))
        equal += [
            transfer.pk
            for transfer in curated
            if digests.get(transfer.key)
            == content.build_from_transfer(transfer, transfer.claims(), references).digest
        ]
    return equal


def _remove_deals(batch: ImportBatch, added: Sequence[int]) -> None:
    """Delete the import's deals, and what other files do not list of those that it added.

    Curators' answers about the deals stay, for the same file if it is imported again. What the deals state is
    not read.
    """
    answers = Proposal.objects.of_deals().filter(deal__batch=batch, decided_by__isnull=False)
    answers.exclude(decision=Proposal.Decision.OPEN).update(deal=None)
    not_listed = RegisterDeal.objects.filter(locator__startswith=NOT_LISTED)
    for deals in (batch.deals.all(), *(not_listed.filter(transfer__in=group) for group in batched(added))):
        proposals = Proposal.objects.filter(deal__in=deals.values("pk"))
        proposals._raw_delete(proposals.db)
        deals._raw_delete(deals.db)


def _end_all(transfers: Sequence[int], reason: str, progress: Progress) -> None:
    """Delete or withdraw those of the transfers that have no claim."""
    for start in range(0, len(transfers), BATCH):
        progress("Removing transfers", start, len(transfers))
        _end(Transfer.objects.filter(pk__in=transfers[start : start + BATCH]), reason)


def _end(transfers: Any, reason: str) -> None:
    """Delete the transfers that have no claim; set those that were ever public to withdrawn instead."""
    empty = transfers.without_claims()
    never_public = list(empty.never_public().values_list("pk", flat=True))
    public = list(empty.exclude(pk__in=never_public).values_list("pk", flat=True))
    publish.set_state(public, State.WITHDRAWN, reason)
    Proposal.objects.filter(transfer__in=never_public).delete()
    RegisterDeal.objects.filter(transfer__in=never_public).delete()
    _remove(Transfer.objects.filter(pk__in=never_public))


def _remove_sources(batch: ImportBatch) -> None:
    """Delete the sources that only this import needed."""
    added = models.Q(key__in=batch.made.get("sources", [])) | models.Q(pk=batch.source_id)
    others = ImportBatch.objects.standing().exclude(pk=batch.pk)
    for source in Source.objects.filter(added):
        was_public = RegistryClaim.objects.filter(source=source.key).exists()
        is_claimed = any(model.objects.filter(source=source).exists() for model in CLAIM_MODELS)
        if not (was_public or is_claimed or others.filter(source=source).exists()):
            source.delete()


def _remove_names(batch: ImportBatch) -> None:
    """Delete the provisional parties and systems that only this import needed."""
    rows = RegistryRow.objects.all()
    published = {Party: names.filter_used_parties(rows), System: names.filter_used_systems(rows)}
    for model, table in ((Party, "parties"), (System, "systems")):
        unused = model.objects.filter(provisional=True)
        for relation in model._meta.related_objects:
            users = relation.related_model._default_manager.filter(
                **{relation.field.name: models.OuterRef("pk")}
            )
            unused = unused.exclude(models.Exists(users))
        public = set(published[model].values_list("pk", flat=True))
        for keys in batched(batch.made.get(table, [])):
            pks = unused.filter(**{f"{model.natural_key_fields[0]}__in": keys}).values_list("pk", flat=True)
            _remove(model.objects.filter(pk__in=set(pks) - public))
