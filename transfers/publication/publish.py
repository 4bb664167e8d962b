"""Publication: validate, resolve, append to the log, close the old version, add the new one.

Each call is one database transaction that holds the head of the chain, so publications queue up and
the chain cannot fork. Publishing what is published already appends nothing.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.db import connection, models, transaction
from django.utils import timezone

from transfers.curation import edits as history
from transfers.models import Claim, Party, RegistryClaim, RegistryRow, Revision, Source, System, Transfer
from transfers.models.inserts import insert

from . import content
from .content import Content, Flat

GENESIS = "0" * 64
BATCH = 500


class NotPublishable(Exception):
    """A transfer cannot be published; `faults` says why, one sentence each, by transfer key."""

    def __init__(self, faults: dict[str, list[str]]):
        self.faults = faults
        super().__init__("; ".join(f"{key}: {fault}" for key, found in faults.items() for fault in found))


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
                log.add([content.of_transfer(each, claims[each.pk], references) for each in batch])
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
    _, user = history.current()
    with history.because(reason, user):
        for start in range(0, len(keys), BATCH):
            others = Transfer.objects.filter(pk__in=keys[start : start + BATCH]).exclude(state=state)
            changed = list(others.values_list("pk", flat=True))
            Transfer.objects.filter(pk__in=changed).update(state=state)
            history.copy(Transfer.objects.filter(pk__in=changed), history.CHANGED)


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
            return rows.filter(system__in=_variants(record))
        case Source():
            claims = RegistryClaim.objects.filter(source=record.key)
            return rows.filter(key__in=claims.values("transfer"))


def _variants(system: System) -> set[str]:
    """Slugs of the system and of everything below it."""
    found, wave = {system.slug}, {system.slug}
    while wave:
        wave = set(System.objects.filter(variant_of__slug__in=wave).values_list("slug", flat=True)) - found
        found |= wave
    return found


def _published_again(keys: Sequence[str], references: content.References, without: str = "") -> list[Content]:
    """The published content with its references as they read now, without the claims of one source."""
    rows = RegistryRow.objects.current().filter(key__in=keys).order_by("key").values(*content.ROW_NAMES)
    claims = _current_claims(keys)
    claims = {key: [each for each in group if each[1]["source"] != without] for key, group in claims.items()}
    used = {claim["source"] for group in claims.values() for _, claim in group}
    sources = Source.objects.in_bulk(list(used), field_name="key")
    return [
        content.of_published(row, [claim for _, claim in claims[row["key"]]], references, sources)
        for row in rows
    ]


def _current_claims(keys: Sequence[str]) -> dict[str, list[tuple[int, Flat]]]:
    """The published claims of these transfers, by transfer key, each with its id."""
    found: dict[str, list[tuple[int, Flat]]] = {key: [] for key in keys}
    claims = RegistryClaim.objects.current().filter(transfer__in=keys).order_by("id")
    for claim in claims.values("id", *content.CLAIM_NAMES):
        found[claim["transfer"]].append((claim.pop("id"), claim))
    return found


class Log:
    """The end of the log, held for one transaction; what is added goes into the chain in order."""

    def __init__(self, reason: str):
        if not reason.strip():
            raise ValueError("A revision needs a reason.")
        self.reason = reason.strip()
        self.revisions: list[Revision] = []
        _hold_head()
        self._head = Revision.objects.order_by("-sequence").first()
        self._time = max(timezone.now(), self._head.time) if self._head else timezone.now()

    def add(self, contents: Sequence[Content]) -> None:
        """Append those contents that differ from what is published."""
        keys = [each.row["key"] for each in contents]
        published = _published_digests(keys)
        changed = [each for each in contents if published.get(each.row["key"]) != each.digest]
        claims = _current_claims([each.row["key"] for each in changed if each.row["key"] in published])
        rows: list[Flat] = []
        new_claims: list[Flat] = []
        ended: list[tuple[int, Any]] = []
        replaced: list[tuple[int, Any]] = []
        for each in changed:
            key = each.row["key"]
            action = Revision.Action.UPDATE if key in published else Revision.Action.PUBLISH
            revision = self._append(action, key, each.digest)
            rows.append({**each.row, "revision": revision.sequence, "updated": revision.time})
            fresh = [(0, claim) for claim in each.claims]
            if key in published:
                replaced.append((revision.sequence, key))
                ended += [(revision.sequence, pk) for pk, _ in _gone(claims[key], each.claims)]
                fresh = _gone(fresh, [claim for _, claim in claims[key]])
            new_claims += [{**claim, "revision": revision.sequence} for _, claim in fresh]
        _close(RegistryClaim, "id", ended)
        _close(RegistryRow, "key", replaced)
        Revision.objects.bulk_create(self.revisions[len(self.revisions) - len(changed) :])
        insert(RegistryRow, rows)
        insert(RegistryClaim, new_claims)

    def withdraw(self, keys: Sequence[str]) -> None:
        """Append the withdrawals of published transfers and close their rows and claims."""
        for start in range(0, len(keys), BATCH):
            batch = list(dict.fromkeys(keys[start : start + BATCH]))
            public = set(RegistryRow.objects.current().filter(key__in=batch).values_list("key", flat=True))
            if faults := [key for key in batch if key not in public]:
                said = ["It is not published, so there is nothing to withdraw."]
                raise NotPublishable(dict.fromkeys(faults, said))
            nothing = content.digest(None, [])
            revisions = [self._append(Revision.Action.WITHDRAW, key, nothing) for key in batch]
            ends = [(revision.sequence, revision.key) for revision in revisions]
            _close(RegistryRow, "key", ends)
            _close(RegistryClaim, "transfer", ends)
            Revision.objects.bulk_create(revisions)

    def _append(self, action: str, key: str, digest: str) -> Revision:
        previous = self._head
        revision = Revision(
            sequence=previous.sequence + 1 if previous else 1,
            time=self._time,
            action=action,
            key=key,
            reason=self.reason,
            content=digest,
            previous=previous.hash if previous else GENESIS,
        )
        revision.hash = chain_hash(revision)
        self._head = revision
        self.revisions.append(revision)
        return revision


def chain_hash(revision: Revision) -> str:
    """SHA-256 over all that a revision says, the hash of the one before included."""
    said = {
        "sequence": revision.sequence,
        "time": _utc(revision.time),
        "action": str(revision.action),
        "key": revision.key,
        "reason": revision.reason,
        "content": revision.content,
        "previous": revision.previous,
    }
    return hashlib.sha256(content.canonical(said)).hexdigest()


def _utc(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def _hold_head() -> None:
    """Let one publication at a time past; SQLite's IMMEDIATE transactions do so by themselves.

    A lock on the newest row would not do in PostgreSQL: a waiter would wake up to a row that is no
    longer the newest. The table lock lets readers go on.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Revision._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def _published_digests(keys: Sequence[str]) -> dict[str, str]:
    rows = RegistryRow.objects.current().filter(key__in=keys).values_list("revision", flat=True)
    return dict(Revision.objects.filter(sequence__in=list(rows)).values_list("key", "content"))


def _gone(before: Sequence[tuple[int, Flat]], after: Sequence[Flat]) -> list[tuple[int, Flat]]:
    """Those of `before` that `after` does not hold; equal claims are counted, not merged."""
    left: dict[bytes, int] = {}
    for claim in after:
        left[content.canonical(claim)] = left.get(content.canonical(claim), 0) + 1
    gone = []
    for identifier, claim in before:
        text = content.canonical(claim)
        if left.get(text, 0):
            left[text] -= 1
        else:
            gone.append((identifier, claim))
    return gone


def _close(model: type[RegistryRow | RegistryClaim], name: str, ends: Sequence[tuple[int, Any]]) -> None:
    """End current versions: pairs of the revision that ends one, and the value it is found by."""
    if ends:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {model._meta.db_table} SET until = %s WHERE {name} = %s AND until IS NULL", ends
            )
