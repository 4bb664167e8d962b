"""Undoing an import as a whole: what it brought goes, what it changed is as it was; the log tells of both.

What was public stays in the log: its rows are published without the edition's claims, or withdrawn where it
had no other. What was never public goes, with history.
"""

from collections.abc import Sequence
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from simple_history.utils import bulk_update_with_history

from .. import history, names, publish
from ..imports.records import deal_of
from ..models import (
    ImportBatch,
    Party,
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
)
from ..models.imports import Outcome
from .keys import some
from .write import hold

CLAIMS: tuple[Any, ...] = (Quantity, TransferDate, Valuation)


class NotUndoable(Exception):
    """Why a batch cannot be undone, in one sentence."""


def undo(batch: ImportBatch, reason: str, user: Any = None) -> list[Revision]:
    """Undo the import in one transaction; the revisions that this took. Raises NotUndoable."""
    if not reason.strip():
        raise NotUndoable("Undoing an import needs a reason; it stands in the history and in the log.")
    with transaction.atomic(), history.because(reason.strip(), user):
        hold()
        batch = ImportBatch.objects.get(pk=batch.pk)
        _check(batch)
        revisions = publish.retract(batch.source, reason) if batch.source else []
        made, changed = _transfers(batch, Outcome.NEW), _transfers(batch, Outcome.CHANGED)
        _renew(batch, changed, reason, user)
        for model in CLAIMS:
            _remove(_claims(batch, model))
        batch.deals.all().delete()
        for some_made in some(made):
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


def _transfers(batch: ImportBatch, outcome: str) -> list[int]:
    return list(batch.deals.filter(outcome=outcome).order_by("transfer").values_list("transfer", flat=True))


def _claims(batch: ImportBatch, model: Any) -> models.QuerySet:
    """The claims that the import made; not those that curators made from the same source."""
    made = RegisterDeal.objects.filter(
        batch=batch, transfer=models.OuterRef("transfer"), locator=models.OuterRef("locator")
    )
    return model.objects.filter(models.Exists(made), source=batch.source)


def _remove(records: models.QuerySet) -> None:
    """Delete records that own no others, with history, in two statements."""
    history.copy(records, history.REMOVED)
    records._raw_delete(records.db)


def _renew(batch: ImportBatch, transfers: Sequence[int], reason: str, user: Any) -> None:
    """Give back to changed transfers the note and condition that the edition before had."""
    for pks in some(transfers):
        told = RegisterDeal.objects.filter(transfer__in=pks, batch__undone__isnull=True)
        now = {deal.transfer_id: deal_of(deal.stated) for deal in told.filter(batch=batch)}
        earlier = told.filter(batch__pk__lt=batch.pk).exclude(outcome=Outcome.EARLIER).order_by("pk")
        before = {deal.transfer_id: deal_of(deal.stated) for deal in earlier}
        changed = []
        for transfer in Transfer.objects.filter(pk__in=[pk for pk in pks if pk in before]):
            was = (transfer.note, transfer.condition)
            if transfer.note == now[transfer.pk].comments:
                transfer.note = before[transfer.pk].comments
            if transfer.condition == now[transfer.pk].condition:
                transfer.condition = before[transfer.pk].condition
            if was != (transfer.note, transfer.condition):
                changed.append(transfer)
        fields = ["note", "condition"]
        bulk_update_with_history(changed, Transfer, fields, default_user=user, default_change_reason=reason)


def _end(transfers: Sequence[int], reason: str) -> None:
    """Remove transfers that nothing is claimed of any more; what was public once is withdrawn instead."""
    empty = Transfer.objects.filter(pk__in=transfers)
    for model in CLAIMS:
        empty = empty.exclude(models.Exists(model.objects.filter(transfer=models.OuterRef("pk"))))
    once = models.Exists(RegistryRow.objects.filter(key=models.OuterRef("key")))
    public = list(empty.filter(once).values_list("pk", flat=True))
    publish.enter(public, Transfer.State.WITHDRAWN, reason)
    gone = Transfer.objects.filter(pk__in=list(empty.exclude(once).values_list("pk", flat=True)))
    history.copy(gone, history.REMOVED)
    for relation in ("register_deals", "proposals"):
        gone.model._meta.get_field(relation).related_model.objects.filter(transfer__in=gone).delete()
    gone._raw_delete(gone.db)


def _remove_names(batch: ImportBatch) -> None:
    """Remove the parties, systems and the source that only this import needed."""
    used = {
        Party: names.used_parties(RegistryRow.objects.all()),
        System: names.used_systems(RegistryRow.objects.all()),
    }
    for model, listed in ((Party, "parties"), (System, "systems")):
        field = model.natural_key_fields[0]
        for keys in some(batch.made.get(listed, [])):
            free = model.objects.filter(**{f"{field}__in": keys}, provisional=True, aliases__isnull=True)
            for relation in _pointing(model):
                free = free.filter(**{f"{relation}__isnull": True})
            unused = list(free.exclude(pk__in=used[model].values("pk")).values_list("pk", flat=True))
            _remove(model.objects.filter(pk__in=unused))
    source = batch.source
    if source and not RegistryClaim.objects.filter(source=source.key).exists() and not _is_cited(source):
        batch.source = None
        batch.save()
        source.delete()


def _pointing(model: type[models.Model]) -> list[str]:
    """Relations by which other records name records of this model."""
    return [each.name for each in model._meta.related_objects if each.name != "aliases"]


def _is_cited(source: Source) -> bool:
    others = ImportBatch.objects.filter(source=source, undone__isnull=True).count() > 1
    return others or any(model.objects.filter(source=source).exists() for model in CLAIMS)
