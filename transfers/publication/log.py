"""The log: revisions chained by hashes, and the versions that each of them begins and ends."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from transfers.models import RegistryClaim, RegistryRow, Revision
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


def list_current_claims(keys: Sequence[str]) -> dict[str, list[tuple[int, Flat]]]:
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
        claims = list_current_claims([each.row["key"] for each in changed if each.row["key"] in published])
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
        revision.hash = hash_revision(revision)
        self._head = revision
        self.revisions.append(revision)
        return revision


def hash_revision(revision: Revision) -> str:
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
