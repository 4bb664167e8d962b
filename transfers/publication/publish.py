"""Publication: validate, resolve, append to the log, close the old version, add the new one.

Each call is one database transaction that holds the head of the chain, so publications queue up and
the chain cannot fork. Publishing what is published already appends nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.db import models, transaction

from transfers.models import (
    Claim,
    Party,
    RegistryClaim,
    RegistryRow,
    Revision,
    Source,
    System,
    Transfer,
    history,
)
from transfers.vocabulary.lineage import list_members

from . import content
from .content import Content
from .log import BATCH, Log, NotPublishable, list_current_claims


def publish(
    transfers: Iterable[Transfer], reason: str, progress: Callable[[str, int, int], None] | None = None
) -> list[Revision]:
    """Publish transfers as they are curated now, all or none; the revisions of those that changed.

    `progress` is told what is done, how many are, and of how many. Raises NotPublishable with every fault of
    every transfer.
    """
    keys = [transfer.pk for transfer in transfers]
    with transaction.atomic():
        log = Log(reason)
        references = content.References()
        faults: dict[str, list[str]] = {}
        for start in range(0, len(keys), BATCH):
            if progress:
                progress("Publishing", start, len(keys))
            some = keys[start : start + BATCH]
            batch = list(Transfer.objects.with_names().filter(pk__in=some))
            claims = _claims_of(some)
            faults |= {each.key: found for each in batch if (found := _faults(each, claims[each.pk]))}
            if not faults:
                log.add([content.build_from_transfer(each, claims[each.pk], references) for each in batch])
        if faults:
            raise NotPublishable(faults)
        enter(keys, Transfer.State.PUBLISHED, log.reason)
    return log.revisions


def _claims_of(transfers: Sequence[int]) -> dict[int, list[Claim]]:
    """The claims of these transfers with their sources, by the transfer's id; a source is read once."""
    found: dict[int, list[Claim]] = {pk: [] for pk in transfers}
    claims = [claim for name in Transfer.CLAIMS for claim in _related(name).filter(transfer__in=transfers)]
    sources = Source.objects.in_bulk({claim.source_id for claim in claims})
    for claim in claims:
        claim.source = sources[claim.source_id]
        found[claim.transfer_id].append(claim)
    return found


def _related(name: str) -> models.QuerySet:
    model: Any = Transfer._meta.get_field(name).related_model
    return model.objects.all()


def withdraw(transfers: Iterable[Transfer], reason: str) -> list[Revision]:
    """Take published transfers back, all or none; their keys answer 'withdrawn' from now on."""
    with transaction.atomic():
        log = Log(reason)
        taken = list(transfers)
        log.withdraw([transfer.key for transfer in taken])
        enter([transfer.pk for transfer in taken], Transfer.State.WITHDRAWN, log.reason)
    return log.revisions


def enter(keys: Sequence[int], state: str, reason: str) -> None:
    """Set the editorial state of those that are in another, with history."""
    _, user = history.get_context()
    with history.record_because(reason, user):
        for start in range(0, len(keys), BATCH):
            others = Transfer.objects.filter(pk__in=keys[start : start + BATCH]).exclude(state=state)
            changed = list(others.values_list("pk", flat=True))
            Transfer.objects.filter(pk__in=changed).update(state=state)
            history.record_copies(Transfer.objects.filter(pk__in=changed), history.CHANGED)


def refresh(record: Party | System | Source, reason: str) -> list[Revision]:
    """Publish again the transfers in which a changed party, system or source shows.

    Only what comes from the reference record changes: unpublished edits of a transfer stay unpublished.
    """
    with transaction.atomic():
        log = Log(reason)
        references = content.References()
        keys = list(rows_of(record, RegistryRow.objects.current()).values_list("key", flat=True))
        for start in range(0, len(keys), BATCH):
            log.add(_published_again(keys[start : start + BATCH], references))
    return log.revisions


def retract(source: Source, keys: Sequence[str], reason: str) -> list[Revision]:
    """Take a source's claims out of the public rows of these transfers; those that it alone bears go."""
    with transaction.atomic():
        log = Log(reason)
        references = content.References()
        current = RegistryClaim.objects.current()
        for start in range(0, len(keys), BATCH):
            shown = current.filter(source=source.key, transfer__in=keys[start : start + BATCH])
            batch = sorted(set(shown.values_list("transfer", flat=True)))
            left = current.filter(transfer__in=batch).exclude(source=source.key)
            standing = set(left.values_list("transfer", flat=True))
            log.add(
                _published_again([key for key in batch if key in standing], references, without=source.key)
            )
            log.withdraw([key for key in batch if key not in standing])
    return log.revisions


def problems(transfer: Transfer) -> list[str]:
    """What keeps a transfer from being published, one sentence each; empty: nothing."""
    return _faults(transfer, transfer.claims())


def _faults(transfer: Transfer, claims: Sequence[Claim]) -> list[str]:
    found = [f"transfer: {fault}" for fault in _invalid(transfer)]
    if not claims:
        found.append("No claim: nothing is published without a source.")
    for claim in claims:
        found += [f"claim {claim}: {fault}" for fault in _invalid(claim)]
    return found


def _invalid(record: models.Model) -> list[str]:
    """Faults of a stored record's own fields; keys and uniqueness are the database's to hold."""
    found: list[str] = []
    for name, may_be_empty, faults_of in _checks(type(record)):
        value = getattr(record, name)
        if not (may_be_empty and value in EMPTY_VALUES) and (faults := faults_of(value)):
            found += [f"{name} {fault}" for fault in faults]
    try:
        record.clean()
    except ValidationError as error:
        listed = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        found += [f"{name} {message}" for name, texts in listed.items() for message in texts]
    return found


@cache
def _checks(model: type[models.Model]) -> list[tuple[str, bool, Callable[[Any], tuple[str, ...]]]]:
    """Each own field of a model: its name, whether it may be empty, and what is wrong with a value.

    The last is remembered, as the claims of a register have many values in common.
    """

    def faults_of(field: models.Field) -> Callable[[Any], tuple[str, ...]]:
        @lru_cache(maxsize=2_000, typed=True)
        def faults(value: Any) -> tuple[str, ...]:
            try:
                field.clean(value, None)
            except ValidationError as error:
                return tuple(error.messages)
            return ()

        return faults

    own = [field for field in model._meta.concrete_fields if not field.is_relation]
    return [(field.attname, field.blank, faults_of(field)) for field in own]


def rows_of(record: Party | System | Source, rows: models.QuerySet) -> models.QuerySet:
    """Those of the rows in which a party, a system (by its variants too) or a source shows."""
    match record:
        case Party():
            return rows.filter(models.Q(supplier=record.code) | models.Q(recipient=record.code))
        case System():
            families = dict(System.objects.values_list("slug", "variant_of__slug"))
            return rows.filter(system__in=list_members(record.slug, families))
        case Source():
            claims = RegistryClaim.objects.filter(source=record.key)
            return rows.filter(key__in=claims.values("transfer"))


def _published_again(keys: Sequence[str], references: content.References, without: str = "") -> list[Content]:
    """The published content with its references as they read now, without the claims of one source."""
    rows = RegistryRow.objects.current().filter(key__in=keys).order_by("key").values(*content.ROW_NAMES)
    claims = list_current_claims(keys)
    claims = {key: [each for each in group if each[1]["source"] != without] for key, group in claims.items()}
    used = {claim["source"] for group in claims.values() for _, claim in group}
    sources = Source.objects.in_bulk(list(used), field_name="key")
    return [
        content.build_from_published(row, [claim for _, claim in claims[row["key"]]], references, sources)
        for row in rows
    ]
