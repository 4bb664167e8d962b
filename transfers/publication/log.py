"""The log: revisions chained by hashes, and the versions that each of them begins and ends."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from transfers.models import RegistryClaim, RegistryRow, Revision
from transfers.models.inserts import insert

from . import content
from .content import Content, Flat
from .indexing import put_off_indexes

GENESIS = "0" * 64
#: How many versions a statement ends. SQLite copies every page that a statement changes, for each statement
#: anew, and claims lie scattered in their indexes: one statement a claim would copy each page many times.
ENDED_TOGETHER = 5000
#: A published claim with its id.
Stored = tuple[int, Flat]


class NotPublishable(Exception):
    """A transfer cannot be published; `faults` gives the reasons, one sentence each, by transfer key."""

    def __init__(self, faults: dict[str, list[str]]):
        self.faults = faults
        super().__init__(
            "; ".join(f"{key}: {fault}" for key, sentences in faults.items() for fault in sentences)
        )


def list_current_claims(keys: Sequence[str]) -> dict[str, list[Stored]]:
    """Return the published claims of these transfers, by transfer key, each with its id."""
    claims_by_key: dict[str, list[Stored]] = {key: [] for key in keys}
    claims = RegistryClaim.objects.current().filter(transfer__in=keys).order_by("id")
    for claim in claims.values("id", *content.CLAIM_NAMES):
        claims_by_key[claim["transfer"]].append((claim.pop("id"), claim))
    return claims_by_key


class Log:
    """The end of the log, held for one transaction; what is added goes into the chain in order."""

    def __init__(self, reason: str):
        if not reason.strip():
            raise ValueError("A revision needs a reason.")
        self.reason = reason.strip()
        _hold_head()
        self._head = Revision.objects.order_by("-sequence").first()
        self._start = self._head.sequence if self._head else 0
        self._time = max(timezone.now(), self._head.time) if self._head else timezone.now()

    @property
    def revisions(self) -> QuerySet[Revision]:
        """Return what was added, in order; read when it is asked for, as it may be much."""
        return Revision.objects.filter(sequence__gt=self._start, sequence__lte=self._get_end())

    def _get_end(self) -> int:
        return self._head.sequence if self._head else 0

    def add(self, contents: Sequence[Content]) -> None:
        """Append those contents that differ from what is published."""
        published = _get_published_digests([item.row["key"] for item in contents])
        changed = [item for item in contents if published.get(item.row["key"]) != item.digest]
        current_claims = list_current_claims(
            [item.row["key"] for item in changed if item.row["key"] in published]
        )
        additions = _Additions()
        revisions = []
        for item in changed:
            key = item.row["key"]
            action = Revision.Action.UPDATE if key in published else Revision.Action.PUBLISH
            revisions.append(self._append(action, key, item.digest))
            additions.add(revisions[-1], item, current_claims.get(key))
        insert(Revision, map(vars, revisions))
        additions.save()

    def withdraw(self, keys: Sequence[str], progress: Callable[[str, int, int], None] | None = None) -> None:
        """Append the withdrawals of published transfers and close their rows and claims.

        `progress` gets what is being done, how many are done, and of how many.
        """
        with put_off_indexes(len(keys)):
            for start in range(0, len(keys), ENDED_TOGETHER):
                if progress:
                    progress("Withdrawing", start, len(keys))
                self._withdraw(list(dict.fromkeys(keys[start : start + ENDED_TOGETHER])))

    def _withdraw(self, keys: Sequence[str]) -> None:
        no_content = content.hash_content(None, [])
        public = set(RegistryRow.objects.current().filter(key__in=keys).values_list("key", flat=True))
        if not_public := [key for key in keys if key not in public]:
            fault = "It is not published, so there is nothing to withdraw."
            raise NotPublishable({key: [fault] for key in not_public})
        revisions = [self._append(Revision.Action.WITHDRAW, key, no_content) for key in keys]
        ends = [(revision.sequence, revision.key) for revision in revisions]
        _close(RegistryRow, "key", ends)
        _close(RegistryClaim, "transfer", ends)
        insert(Revision, map(vars, revisions))

    def _append(self, action: str, key: str, digest: str) -> Revision:
        previous = self._head
        revision = Revision(
            sequence=self._get_end() + 1,
            time=self._time,
            action=action,
            key=key,
            reason=self.reason,
            content=digest,
            previous=previous.hash if previous else GENESIS,
        )
        revision.hash = hash_revision(revision)
        self._head = revision
        return revision


class _Additions:
    """New versions of rows and claims, and the ends of those that they replace."""

    def __init__(self) -> None:
        self.rows: list[Flat] = []
        self.claims: list[Flat] = []
        self.row_ends: list[tuple[int, str]] = []
        self.claim_ends: list[tuple[int, int]] = []

    def add(self, revision: Revision, item: Content, current: list[Stored] | None) -> None:
        """Add a revision's content; `current`: the claims that are published, None for a new transfer."""
        number = revision.sequence
        self.rows.append({**item.row, "revision": number, "updated": revision.time})
        new_claims = item.claims
        if current is not None:
            self.row_ends.append((number, revision.key))
            self.claim_ends += [(number, pk) for pk, _ in _subtract(current, item.claims)]
            unsaved = [(0, claim) for claim in item.claims]
            new_claims = [claim for _, claim in _subtract(unsaved, [claim for _, claim in current])]
        self.claims += [{**claim, "revision": number} for claim in new_claims]

    def save(self) -> None:
        """Close what is replaced, and insert what is new."""
        _close(RegistryClaim, "id", self.claim_ends)
        _close(RegistryRow, "key", self.row_ends)
        insert(RegistryRow, self.rows)
        insert(RegistryClaim, self.claims)


def hash_revision(revision: Revision, content_hash: str = "", previous: str = "") -> str:
    """Return the SHA-256 over all that a revision says, the hash of the one before included.

    `content_hash` and `previous` stand in for those of the revision, as for its hash in a former log.
    """
    statement = {
        "sequence": revision.sequence,
        "time": revision.time.astimezone(UTC).isoformat(timespec="microseconds"),
        "action": str(revision.action),
        "key": revision.key,
        "reason": revision.reason,
        "content": content_hash or revision.content,
        "previous": previous or revision.previous,
    }
    return hashlib.sha256(content.encode(statement)).hexdigest()


def _hold_head() -> None:
    """Let one publication at a time past; SQLite's IMMEDIATE transactions do so by themselves.

    A lock on the newest row would not do in PostgreSQL: a waiter would wake up to a row that is no
    longer the newest. The table lock lets readers go on.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Revision._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def _get_published_digests(keys: Sequence[str]) -> dict[str, str]:
    rows = RegistryRow.objects.current().filter(key__in=keys).values_list("revision", flat=True)
    return dict(Revision.objects.filter(sequence__in=list(rows)).values_list("key", "content"))


def _subtract(claims: Sequence[Stored], others: Sequence[Flat]) -> list[Stored]:
    """Return those of the claims that are not among the others; equal claims are counted, not merged."""
    unmatched = Counter(content.encode(claim) for claim in others)
    remaining = []
    for identifier, claim in claims:
        text = content.encode(claim)
        if unmatched[text]:
            unmatched[text] -= 1
        else:
            remaining.append((identifier, claim))
    return remaining


def _close(model: type[RegistryRow | RegistryClaim], name: str, ends: Sequence[tuple[int, Any]]) -> None:
    """End current versions: pairs of the revision that ends one, and the value it is found by."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        for start in range(0, len(ends), ENDED_TOGETHER):
            together = ends[start : start + ENDED_TOGETHER]
            pairs = ", ".join(["(%s, %s)"] * len(together))
            cursor.execute(
                f"WITH ends (ending, place) AS (VALUES {pairs}) UPDATE {table} SET until = ends.ending"
                f" FROM ends WHERE {table}.{name} = ends.place AND {table}.until IS NULL",
                [value for pair in together for value in pair],
            )
