"""Undoing an import as a whole: what it brought goes, what it changed is as it was; the log tells of both.

What was public stays in the log: its rows are published without the edition's claims, or withdrawn where it
had no other. What was never public goes, with history.
"""

from collections.abc import Sequence
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from simple_history.utils import bulk_update_with_history

from transfers.models import (
    ImportBatch,
    Party,
    Proposal,
    Quantity,
    RegisterDeal,
    RegistryClaim,
    RegistryRow,
    Revision,
    Source,
    System,
    Transfer,
    TransferDate,
    Valuation,
    history,
)
from transfers.models.inserts import batched
from transfers.publication import content, names, publish
from transfers.registers.reading.records import load_deal
from transfers.vocabulary.choices import Outcome

from .write import WRITTEN, hold

CLAIMS: tuple[Any, ...] = (Quantity, TransferDate, Valuation)
State = Transfer.State


class NotUndoable(Exception):
    """Why a batch cannot be undone, in one sentence."""


def undo(batch: ImportBatch, reason: str, user: Any = None) -> list[Revision]:
    """Undo the import in one transaction; the revisions that this took. Raises NotUndoable."""
    if not reason.strip():
        raise NotUndoable("Undoing an import needs a reason; it stands in the history and in the log.")
    with transaction.atomic(), history.record_because(reason.strip(), user):
        hold()
        batch = ImportBatch.objects.get(pk=batch.pk)
        _check(batch)
        if batch.layout == ImportBatch.Layout.BUNDLE:
            revisions, made = _undo_bundle(batch, reason)
        else:
            revisions, made = _undo_register(batch, reason, user)
        batch.deals.all().delete()
        for some_made in batched(made):
            _end(some_made, reason)
        _remove_names(batch)
        batch.undone, batch.undone_by = timezone.now(), user
        batch.save()
    return revisions


def _check(batch: ImportBatch) -> None:
    if batch.undone:
        raise NotUndoable(f"This import was undone on {batch.undone:%Y-%m-%d} already.")
    later = RegisterDeal.objects.filter(
        batch__undone__isnull=True, batch__pk__gt=batch.pk, transfer__register_deals__batch=batch
    ).values_list("batch__file_name", flat=True)
    if first := later.first():
        raise NotUndoable(f"A later import, of {first}, describes the same deals; undo that one first.")


def _undo_register(batch: ImportBatch, reason: str, user: Any) -> tuple[list[Revision], list[int]]:
    """Take back what a register's edition claimed; the revisions, and the ids of transfers that it made."""
    made, changed = _transfers(batch, Outcome.NEW), _transfers(batch, Outcome.CHANGED)
    states = _states_before(batch, changed)
    _renew(batch, changed, reason, user)
    for model in CLAIMS:
        _remove(_claims(batch, model))
    revisions = _bring_to_public([*made, *changed], batch.source, reason)
    for state, pks in states.items():
        publish.enter(_as_public(pks) if state == State.PUBLISHED else pks, state, reason)
    return revisions, made


def _undo_bundle(batch: ImportBatch, reason: str) -> tuple[list[Revision], list[int]]:
    """Take back the transfers that a bundle made, with all claims; the revisions, and their ids."""
    revisions: list[Revision] = []
    made: list[int] = []
    for keys in batched(batch.made.get("transfers", [])):
        transfers = Transfer.objects.filter(key__in=keys)
        public = RegistryRow.objects.current().filter(key__in=keys).values("key")
        if taken := list(transfers.filter(key__in=public)):
            revisions += publish.withdraw(taken, reason)
        for model in CLAIMS:
            _remove(model.objects.filter(transfer__in=transfers))
        made += transfers.values_list("pk", flat=True)
    return revisions, made


def _transfers(batch: ImportBatch, outcome: str) -> list[int]:
    return list(batch.deals.filter(outcome=outcome).order_by("transfer").values_list("transfer", flat=True))


def _claims(batch: ImportBatch, model: Any) -> models.QuerySet:
    """The claims that the import made; not those that curators made from the same source."""
    made = RegisterDeal.objects.filter(
        batch=batch,
        outcome__in=WRITTEN,
        transfer=models.OuterRef("transfer"),
        locator=models.OuterRef("locator"),
    )
    return model.objects.filter(models.Exists(made), source=batch.source)


def _remove(records: models.QuerySet) -> None:
    """Delete records that own no others, with history, in two statements."""
    history.record_copies(records, history.REMOVED)
    records._raw_delete(records.db)


def _renew(batch: ImportBatch, transfers: Sequence[int], reason: str, user: Any) -> None:
    """Give back to changed transfers the note and condition that they had, where the import's still stand."""
    for pks in batched(transfers):
        told = batch.deals.filter(transfer__in=pks)
        now = {deal.transfer_id: load_deal(deal.stated) for deal in told}
        copies = Transfer.history.filter(id__in=pks, history_date__lt=batch.time).order_by("history_id")
        before = {copy.id: copy for copy in copies}
        changed = []
        for transfer in Transfer.objects.filter(pk__in=[pk for pk in pks if pk in before]):
            was = (transfer.note, transfer.condition)
            if transfer.note == now[transfer.pk].comments:
                transfer.note = before[transfer.pk].note
            if transfer.condition == now[transfer.pk].condition:
                transfer.condition = before[transfer.pk].condition
            if was != (transfer.note, transfer.condition):
                changed.append(transfer)
        fields = ["note", "condition"]
        bulk_update_with_history(changed, Transfer, fields, default_user=user, default_change_reason=reason)


def _states_before(batch: ImportBatch, transfers: Sequence[int]) -> dict[str, list[int]]:
    """Transfers that were no drafts before the import made them some, as they still are, by that state."""
    found: dict[str, list[int]] = {State.PUBLISHED: [], State.IN_REVIEW: []}
    for pks in batched(transfers):
        copies = Transfer.history.filter(id__in=pks).order_by("history_id")
        before = dict(copies.filter(history_date__lt=batch.time).values_list("id", "state"))
        since: dict[int, list[str]] = {}
        for pk, state in copies.filter(history_date__gte=batch.time).values_list("id", "state"):
            since.setdefault(pk, []).append(state)
        for pk, states in since.items():
            if states == [State.DRAFT] and before.get(pk) in found:
                found[before[pk]].append(pk)
    return found


def _bring_to_public(transfers: Sequence[int], source: Source | None, reason: str) -> list[Revision]:
    """Take what the import brought out of public, too: rows without a claim go, others lose its claims.

    The published row of a transfer that is a draft again loses the edition's claims and nothing else.
    """
    revisions: list[Revision] = []
    drafts: set[str] = set()
    ended: list[Transfer] = []
    standing: list[Transfer] = []
    current = RegistryRow.objects.current().values("key")
    for pks in batched(transfers):
        public = Transfer.objects.filter(pk__in=pks, key__in=current)
        empty = list(_empty(public))
        ended += empty
        kept = public.exclude(pk__in=[transfer.pk for transfer in empty])
        standing += kept.published()
        drafts |= set(kept.exclude(state=State.PUBLISHED).values_list("key", flat=True))
    if ended:
        revisions += publish.withdraw(ended, reason)
    if standing:
        revisions += publish.publish(standing, reason)
    if source:
        revisions += publish.retract(source, sorted(drafts), reason)
    return revisions


def _as_public(transfers: Sequence[int]) -> list[int]:
    """Those of the transfers whose curated content is what is published of them."""
    references = content.References()
    found: list[int] = []
    for pks in batched(transfers):
        curated = list(Transfer.objects.with_claims().filter(pk__in=pks))
        rows = RegistryRow.objects.current().filter(key__in=[each.key for each in curated])
        log = Revision.objects.filter(sequence__in=list(rows.values_list("revision", flat=True)))
        published = dict(log.values_list("key", "content"))
        found += [
            each.pk
            for each in curated
            if published.get(each.key) == content.of_transfer(each, each.claims(), references).digest
        ]
    return found


def _empty(transfers: models.QuerySet) -> models.QuerySet:
    """Those that nothing is claimed of any more."""
    for model in CLAIMS:
        transfers = transfers.exclude(models.Exists(model.objects.filter(transfer=models.OuterRef("pk"))))
    return transfers


def _end(transfers: Sequence[int], reason: str) -> None:
    """Remove transfers that nothing is claimed of any more; what was public once is withdrawn instead."""
    empty = _empty(Transfer.objects.filter(pk__in=transfers))
    once = models.Exists(RegistryRow.objects.filter(key=models.OuterRef("key")))
    public = list(empty.filter(once).values_list("pk", flat=True))
    publish.enter(public, Transfer.State.WITHDRAWN, reason)
    gone = Transfer.objects.filter(pk__in=list(empty.exclude(once).values_list("pk", flat=True)))
    history.record_copies(gone, history.REMOVED)
    for model in (RegisterDeal, Proposal):
        model.objects.filter(transfer__in=gone).delete()
    gone._raw_delete(gone.db)


def _remove_names(batch: ImportBatch) -> None:
    """Remove the parties, systems and the source that only this import needed."""
    used = {
        Party: names.used_parties(RegistryRow.objects.all()),
        System: names.used_systems(RegistryRow.objects.all()),
    }
    if batch.source and not _is_used(batch.source):
        source, batch.source = batch.source, None
        batch.save()
        source.delete()
    for source in Source.objects.filter(key__in=batch.made.get("sources", [])):
        if not _is_used(source):
            source.delete()
    for model, listed in ((Party, "parties"), (System, "systems")):
        field = model.natural_key_fields[0]
        for keys in batched(batch.made.get(listed, [])):
            free = model.objects.filter(**{f"{field}__in": keys}, provisional=True, aliases__isnull=True)
            for relation in _pointing(model):
                free = free.filter(**{f"{relation}__isnull": True})
            unused = list(free.exclude(pk__in=used[model].values("pk")).values_list("pk", flat=True))
            _remove(model.objects.filter(pk__in=unused))


def _pointing(model: type[models.Model]) -> list[str]:
    """Relations by which other records name records of this model."""
    return [each.name for each in model._meta.related_objects if each.name != "aliases"]


def _is_used(source: Source) -> bool:
    """Whether anything is or was claimed from the source, or another import is of it."""
    if RegistryClaim.objects.filter(source=source.key).exists():
        return True
    others = ImportBatch.objects.filter(source=source, undone__isnull=True).count() > 1
    return others or any(model.objects.filter(source=source).exists() for model in CLAIMS)
