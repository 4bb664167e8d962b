"""Verification: recompute the chain of revisions from the published records themselves.

Proves that log, rows and claims agree and that no revision, row or claim was altered, added or
removed since it was published. It cannot prove that the whole database, log included, was not
replaced: for that, compare the head's hash with one that somebody kept.
"""

from collections.abc import Iterator
from itertools import groupby, zip_longest
from operator import itemgetter

from django.db import connection
from django.db.models.functions import Collate

from transfers.models import FormerHash, RegistryClaim, RegistryRow, Revision

from . import append_only, content
from .content import Flat
from .log import GENESIS, hash_revision


def list_faults() -> Iterator[str]:
    """Yield every disagreement, one line each, naming the record; none: all is as published."""
    for name in append_only.list_missing():
        yield f"trigger {name}: missing, so the database would let the register be rewritten"
    yield from _list_chain_faults()
    yield from _list_former_faults()
    yield from _list_version_faults()


def find_head(head: str) -> int | None:
    """Return the revision that has or once had this hash; None: the log is not the one of that hash."""
    for model in (Revision, FormerHash):
        sequence = model.objects.filter(hash=head.lower()).values_list("sequence", flat=True).first()
        if sequence is not None:
            return sequence
    return None


def _list_chain_faults() -> Iterator[str]:
    expected, previous = 1, GENESIS
    for revision in Revision.objects.order_by("sequence").iterator():
        name = f"revision {revision.sequence} ({revision.key})"
        if revision.sequence != expected:
            yield f"revision {expected}: missing from the log; the next one is {revision.sequence}"
        if revision.previous != previous:
            yield f"{name}: does not continue the revision before it"
        if revision.hash != hash_revision(revision):
            yield f"{name}: altered; its own hash does not fit what it says"
        expected, previous = revision.sequence + 1, revision.hash


def _list_former_faults() -> Iterator[str]:
    """Recompute the chain of former hashes, which the log had before it was chained anew."""
    previous = GENESIS
    revisions = Revision.objects.filter(sequence__in=FormerHash.objects.values("sequence"))
    former_hashes = FormerHash.objects.order_by("sequence").iterator()
    for former, revision in zip_longest(former_hashes, revisions.order_by("sequence").iterator()):
        if revision is None or former.sequence != revision.sequence:
            yield f"former hash of revision {former.sequence}: no such revision is in the log"
            return
        if former.hash != hash_revision(revision, former.content, previous):
            yield f"former hash of revision {former.sequence}: altered"
        previous = former.hash


def _list_version_faults() -> Iterator[str]:
    """Walk log, rows and claims together, transfer by transfer, in key order."""
    revisions = Revision.objects.values("key", "sequence", "action", "content", "time")
    rows = RegistryRow.objects.values("id", "revision", "until", "updated", *content.ROW_NAMES)
    claims = RegistryClaim.objects.values("id", "revision", "until", *content.CLAIM_NAMES)
    walks = (
        _group(revisions, "key", "sequence"),
        _group(rows, "key", "revision"),
        _group(claims, "transfer", "id"),
    )
    for key, entries, own_rows, own_claims in _merge(*walks):
        yield from _list_transfer_faults(key, entries, own_rows, own_claims)


def _group(query, key: str, then: str) -> Iterator[tuple[str, list[Flat]]]:
    """Yield each key with its records, sorted by the bytes of the key, so that the walks keep step."""
    collation = "C" if connection.vendor == "postgresql" else "BINARY"
    records = query.order_by(Collate(key, collation), then).iterator(chunk_size=2000)
    for value, group in groupby(records, key=itemgetter(key)):
        yield value, list(group)


def _merge(*walks: Iterator[tuple[str, list[Flat]]]) -> Iterator[tuple]:
    """Yield each key of any walk, with its records of every walk."""
    heads = [next(walk, None) for walk in walks]
    while any(heads):
        key = min(head[0] for head in heads if head)
        groups: list[list[Flat]] = []
        for index, head in enumerate(heads):
            if head and head[0] == key:
                groups.append(head[1])
                heads[index] = next(walks[index], None)
            else:
                groups.append([])
        yield key, *groups


def _list_transfer_faults(key: str, log: list[Flat], rows: list[Flat], claims: list[Flat]) -> Iterator[str]:
    rows_by_revision = {row["revision"]: row for row in rows}
    ends = [entry["sequence"] for entry in log[1:]] + [None]
    for entry, end in zip(log, ends, strict=False):
        row = rows_by_revision.pop(entry["sequence"], None)
        yield from _list_entry_faults(entry, end, row, claims)
    for revision in rows_by_revision:
        yield f"row {key} of revision {revision}: no such revision of it in the log"
    sequences = {entry["sequence"] for entry in log}
    for claim in claims:
        if claim["revision"] not in sequences or claim["until"] not in sequences | {None}:
            yield f"claim {claim['id']} of {key}: its revisions are not in the log"


def _list_entry_faults(entry: Flat, end: int | None, row: Flat | None, claims: list[Flat]) -> Iterator[str]:
    name = f"row {entry['key']} of revision {entry['sequence']}"
    standing = [claim for claim in claims if _stood(claim, entry["sequence"])]
    if entry["action"] == Revision.Action.WITHDRAW:
        if row is not None or standing:
            yield f"{name}: it or a claim of it is still there although that revision withdrew it"
        return
    if row is None:
        yield f"{name}: missing"
        return
    if row["until"] != end:
        yield f"{name}: ends at {row['until']}, but the log ends it at {end}"
    if row["updated"] != entry["time"]:
        yield f"{name}: its time of publication was altered"
    own_claims = [{field: claim[field] for field in content.CLAIM_NAMES} for claim in standing]
    own_row = {field: row[field] for field in content.ROW_NAMES}
    if content.hash_content(own_row, own_claims) != entry["content"]:
        yield f"{name}: the row or one of its {len(own_claims)} claims was altered"


def _stood(claim: Flat, revision: int) -> bool:
    return claim["revision"] <= revision and (claim["until"] is None or claim["until"] > revision)
