"""Publication: validate, resolve, append to the log, close the old version, add the new one.

Each call is one database transaction that holds the head of the chain, so publications queue up and
the chain cannot fork. Publishing what is published already appends nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.db import models, transaction

from transfers.models import (
    CLAIM_MODELS,
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
from transfers.models.inserts import BATCH, batched
from transfers.models.reference import read_variants

from . import content
from .content import Content
from .log import Log, NotPublishable, list_current_claims


def publish(
    transfers: Iterable[Transfer], reason: str, progress: Callable[[str, int, int], None] | None = None
) -> models.QuerySet[Revision]:
    """Publish transfers as they are curated now, all or none; return the revisions of those that changed.

    `progress` gets what is being done, how many are done, and of how many. Raises NotPublishable with every
    fault of every transfer.
    """
    keys = [transfer.pk for transfer in transfers]
    with transaction.atomic():
        log = Log(reason)
        references = content.References()
        faults: dict[str, list[str]] = {}
        for start in range(0, len(keys), BATCH):
            if progress:
                progress("Publishing", start, len(keys))
            batch = _list_with_claims(keys[start : start + BATCH])
            faults |= _list_faults_by_key(batch)
            if not faults:
                references.add(content.get_place(transfer) for transfer, _ in batch)
                log.add([content.build_from_transfer(*curated, references) for curated in batch])
        if faults:
            raise NotPublishable(faults)
        set_state(keys, Transfer.State.PUBLISHED, log.reason)
    return log.revisions


def _list_with_claims(keys: Sequence[int]) -> list[tuple[Transfer, list[Claim]]]:
    """Return these transfers, each with its claims and their sources; a source is read once."""
    claims_by_transfer: dict[int, list[Claim]] = {pk: [] for pk in keys}
    claims = [claim for model in CLAIM_MODELS for claim in model.objects.filter(transfer__in=keys)]
    sources = Source.objects.in_bulk({claim.source_id for claim in claims})
    for claim in claims:
        claim.source = sources[claim.source_id]
        claims_by_transfer[claim.transfer_id].append(claim)
    transfers = Transfer.objects.with_names().filter(pk__in=keys)
    return [(transfer, claims_by_transfer[transfer.pk]) for transfer in transfers]


def _list_faults_by_key(batch: Iterable[tuple[Transfer, list[Claim]]]) -> dict[str, list[str]]:
    faults = {transfer.key: _list_faults(transfer, claims) for transfer, claims in batch}
    return {key: sentences for key, sentences in faults.items() if sentences}


def withdraw(
    transfers: Iterable[Transfer], reason: str, progress: Callable[[str, int, int], None] | None = None
) -> models.QuerySet[Revision]:
    """Take published transfers back, all or none; their keys answer 'withdrawn' from now on.

    `progress` gets what is being done, how many are done, and of how many.
    """
    with transaction.atomic():
        log = Log(reason)
        keys = {transfer.pk: transfer.key for transfer in transfers}
        log.withdraw(list(keys.values()), progress)
        set_state(list(keys), Transfer.State.WITHDRAWN, log.reason)
    return log.revisions


def set_state(keys: Sequence[int], state: str, reason: str) -> None:
    """Set the editorial state of those that are in another, with history."""
    _, user = history.get_context()
    with history.record_because(reason, user):
        for batch in batched(keys):
            others = Transfer.objects.filter(pk__in=batch).exclude(state=state)
            changed = list(others.values_list("pk", flat=True))
            Transfer.objects.filter(pk__in=changed).update(state=state)
            history.record_copies(Transfer.objects.filter(pk__in=changed), history.CHANGED)


def refresh(record: Party | System | Source, reason: str) -> models.QuerySet[Revision]:
    """Publish again the transfers in which a changed party, system or source shows.

    Only what comes from the reference record changes: unpublished edits of a transfer stay unpublished.
    """
    return refresh_all([record], reason)


def refresh_all(records: Iterable[Party | System | Source], reason: str) -> models.QuerySet[Revision]:
    """Publish again the transfers in which any of these changed records shows."""
    with transaction.atomic():
        log = Log(reason)
        references = content.References()
        current = RegistryRow.objects.current()
        showing = (filter_showing(record, current).values_list("key", flat=True) for record in records)
        keys = sorted({key for listed in showing for key in listed})
        for batch in batched(keys):
            log.add(_build_again(batch, references))
    return log.revisions


def replace(
    record: Party | System, key: str, reason: str, only: Mapping[str, Sequence[str]] | None = None
) -> dict[str, list[str]]:
    """Publish the rows that name this key anew so that they name the record; unpublished edits stay so.

    `only` limits the rows by the field that names the key. Return the keys of the rows by that field.
    """
    named: dict[str, list[str]] = {}
    with transaction.atomic():
        log = Log(reason)
        references = content.References()
        for name in ("supplier", "recipient") if isinstance(record, Party) else ("system",):
            rows = RegistryRow.objects.current().filter(**{name: key})
            listed = sorted(rows.values_list("key", flat=True))
            named[name] = listed if only is None else [each for each in listed if each in set(only[name])]
            for batch in batched(named[name]):
                log.add(_build_again(batch, references, renamed={name: record.natural_key()[0]}))
    return named


def retract(source: Source, keys: Sequence[str], reason: str) -> models.QuerySet[Revision]:
    """Take a source's claims out of the public rows of these transfers; withdraw those without another."""
    with transaction.atomic():
        log = Log(reason)
        references = content.References()
        current = RegistryClaim.objects.current()
        for batch in batched(keys):
            of_source = current.filter(source=source.key, transfer__in=batch)
            affected = sorted(set(of_source.values_list("transfer", flat=True)))
            of_others = current.filter(transfer__in=affected).exclude(source=source.key)
            standing = set(of_others.values_list("transfer", flat=True))
            kept = [key for key in affected if key in standing]
            log.add(_build_again(kept, references, without=source.key))
            log.withdraw([key for key in affected if key not in standing])
    return log.revisions


def list_problems(transfer: Transfer) -> list[str]:
    """Return what keeps a transfer from being published, one sentence each; empty: nothing."""
    return _list_faults(transfer, transfer.claims())


def _list_faults(transfer: Transfer, claims: Sequence[Claim]) -> list[str]:
    faults = [f"transfer: {fault}" for fault in _list_invalid(transfer)]
    if not claims:
        faults.append("No claim: nothing is published without a source.")
    return faults + [f"claim {claim}: {fault}" for claim in claims for fault in _list_invalid(claim)]


def _list_invalid(record: models.Model) -> list[str]:
    """Return the faults of a stored record's own fields; the database holds keys and uniqueness."""
    faults: list[str] = []
    for name, may_be_empty, clean in _list_checks(type(record)):
        value = getattr(record, name)
        if not (may_be_empty and value in EMPTY_VALUES):
            faults += [f"{name} {message}" for message in clean(value)]
    try:
        record.clean()
    except ValidationError as error:
        by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        faults += [f"{name} {message}" for name, messages in by_field.items() for message in messages]
    return faults


@cache
def _list_checks(model: type[models.Model]) -> list[tuple[str, bool, Callable[[Any], tuple[str, ...]]]]:
    """Return each own field of a model: its name, whether it may be empty, and what cleans a value.

    The cleaning is remembered, as the claims of a register have many values in common.
    """

    def remember(field: models.Field) -> Callable[[Any], tuple[str, ...]]:
        @lru_cache(maxsize=2_000, typed=True)
        def clean(value: Any) -> tuple[str, ...]:
            try:
                field.clean(value, None)
            except ValidationError as error:
                return tuple(error.messages)
            return ()

        return clean

    own = [field for field in model._meta.concrete_fields if not field.is_relation]
    return [(field.attname, field.blank, remember(field)) for field in own]


def filter_showing(record: Party | System | Source, rows: models.QuerySet) -> models.QuerySet:
    """Return the rows in which a party, a system (by its variants too) or a source shows."""
    match record:
        case Party():
            return rows.filter(models.Q(supplier=record.code) | models.Q(recipient=record.code))
        case System():
            members = System.objects.filter(pk__in=list(read_variants([record.pk])))
            return rows.filter(system__in=list(members.values_list("slug", flat=True)))
        case Source():
            claims = RegistryClaim.objects.filter(source=record.key)
            return rows.filter(key__in=claims.values("transfer"))


def _build_again(
    keys: Sequence[str], references: content.References, *, without: str = "", renamed: Mapping[str, str] = {}
) -> list[Content]:
    """Return the published content with its references as they read now.

    It lacks the claims of the source `without`, and has the keys of `renamed` in these fields.
    """
    stored = RegistryRow.objects.current().filter(key__in=keys).order_by("key")
    rows = [row | dict(renamed) for row in stored.values(*content.ROW_NAMES)]
    references.add((row["supplier"], row["recipient"], row["system"]) for row in rows)
    claims_by_key = {
        key: [claim for _, claim in claims if claim["source"] != without]
        for key, claims in list_current_claims(keys).items()
    }
    used = {claim["source"] for claims in claims_by_key.values() for claim in claims}
    sources = Source.objects.in_bulk(list(used), field_name="key")
    return [content.build_from_published(row, claims_by_key[row["key"]], references, sources) for row in rows]
