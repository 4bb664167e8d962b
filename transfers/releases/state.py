"""State of the register at a revision, and the hashes that identify it."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Collate

from transfers.models import FormerHash, Revision


class NotReleasable(Exception):
    """Failure to make or find a release; the message says why, in a sentence."""


@dataclass(frozen=True)
class State:
    """Register at a revision. `head` is the hash of the log there.

    `content` is the SHA-256 of what is published, whatever the revisions that brought it: two registers
    with the same transfers and claims have the same.
    """

    revision: int
    time: datetime
    head: str
    content: str
    transfers: int

    @property
    def written_time(self) -> str:
        """Return the time as JSON and CSV write it."""
        return self.time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def get_state(revision: int | None = None) -> State:
    """Return the state at a revision or, for None, the newest; raise NotReleasable where there is none."""
    log = Revision.objects.order_by("-sequence")
    newest = log.first()
    if newest is None:
        raise NotReleasable("Nothing is published yet, so there is nothing to release.")
    entry = newest if revision is None else log.filter(sequence=revision).first()
    if entry is None:
        raise NotReleasable(f"There is no revision {revision}; the newest is {newest.sequence}.")
    content, transfers = hash_content(entry.sequence)
    return State(entry.sequence, entry.time, entry.hash, content, transfers)


def hash_content(revision: int, former: bool = False) -> tuple[str, int]:
    """Return SHA-256 over a line `key content` for each transfer public at the revision, and their number.

    `content` is that of the transfer's revision. Lines end in a line feed, in byte order of the keys.
    `former`: with the hashes that the log had before it was chained anew.
    """
    log = Revision.objects.filter(sequence__lte=revision)
    former_hashes = FormerHash.objects.values_list("sequence", "content")
    contents = dict(former_hashes.filter(sequence__lte=revision)) if former else {}
    entries = in_byte_order(log, "key", "sequence").values_list("key", "action", "content", "sequence")
    digest, transfers = hashlib.sha256(), 0
    for key, versions in groupby(entries.iterator(chunk_size=2000), key=lambda entry: entry[0]):
        *_, (_, action, content, sequence) = versions
        if action != Revision.Action.WITHDRAW:
            digest.update(f"{key} {contents.get(sequence, content)}\n".encode())
            transfers += 1
    return digest.hexdigest(), transfers


def get_former_hashes(revision: int) -> tuple[str, str] | None:
    """Return head and content hash at a revision before the log was chained anew, if it was since."""
    head = FormerHash.objects.filter(sequence=revision).values_list("hash", flat=True).first()
    return None if head is None else (head, hash_content(revision, former=True)[0])


def in_byte_order(rows: QuerySet, name: str, *then: str) -> QuerySet:
    """Return the rows in byte order of a text, whatever the collation of the database."""
    collation = "C" if connection.vendor == "postgresql" else "BINARY"
    return rows.order_by(Collate(name, collation), *then)
