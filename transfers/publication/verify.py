"""Verification: recompute the chain of revisions from the published records themselves.

Proves that log, rows and claims agree and that no revision, row or claim was altered, added or
removed since it was published. It cannot prove that the whole database, log included, was not
replaced: for that, compare the head's hash with one that somebody kept.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from django.db import connection
from django.db.models.functions import Collate

from transfers.models import RegistryClaim, RegistryRow, Revision
from transfers.publication.log import GENESIS, hash_revision

from . import append_only, content
from .content import Flat


def faults() -> Iterator[str]:
    """Every disagreement found, one line each, naming the record; nothing: all is as published."""
    for name in append_only.missing():
        yield f"trigger {name}: missing, so the database would let the register be rewritten"
    yield from _chain_faults()
    yield from _version_faults()


def since(head: str) -> int | None:
    """The revision with this hash, which the log continues; None: it is not the log of that hash."""
    return Revision.objects.filter(hash=head.lower()).values_list("sequence", flat=True).first()


def _chain_faults() -> Iterator[str]:
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


def _version_faults() -> Iterator[str]:
    """Walk log, rows and claims together, transfer by transfer, in key order."""
    log = _grouped(Revision.objects.values("key", "sequence", "action", "content", "time"), "key", "sequence")
    rows = _grouped(
        RegistryRow.objects.values("id", "revision", "until", "updated", *content.ROW_NAMES),
        "key",
        "revision",
    )
    claims = _grouped(
        RegistryClaim.objects.values("id", "revision", "until", *content.CLAIM_NAMES), "transfer", "id"
    )
    for key, entries, own_rows, own_claims in _merged(log, rows, claims):
        yield from _transfer_faults(key, entries, own_rows, own_claims)


def _grouped(query, key: str, then: str) -> Iterator[tuple[str, list[Flat]]]:
    # Sorted by the bytes of the key, so that the three walks meet whatever the database's collation.
    for value, group in groupby(_in_byte_order(query, key, then), key=itemgetter(key)):
        yield value, list(group)


def _in_byte_order(query, key: str, then: str):
    collation = "C" if connection.vendor == "postgresql" else "BINARY"
    return query.order_by(Collate(key, collation), then).iterator(chunk_size=2000)


def _merged(*walks: Iterator[tuple[str, list[Flat]]]) -> Iterator[tuple]:
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


def _transfer_faults(key: str, log: list[Flat], rows: list[Flat], claims: list[Flat]) -> Iterator[str]:
    by_revision = {row["revision"]: row for row in rows}
    ends = [entry["sequence"] for entry in log[1:]] + [None]
    for entry, end in zip(log, ends, strict=False):
        row = by_revision.pop(entry["sequence"], None)
        yield from _entry_faults(key, entry, end, row, claims)
    for revision in by_revision:
        yield f"row {key} of revision {revision}: no such revision of it in the log"
    known = {entry["sequence"] for entry in log}
    for claim in claims:
        if claim["revision"] not in known or claim["until"] not in known | {None}:
            yield f"claim {claim['id']} of {key}: its revisions are not in the log"


def _entry_faults(
    key: str, entry: Flat, end: int | None, row: Flat | None, claims: list[Flat]
) -> Iterator[str]:
    name = f"row {key} of revision {entry['sequence']}"
    standing = [claim for claim in claims if _stood(claim, entry["sequence"])]
    if entry["action"] == Revision.Action.WITHDRAW:
        if row is not None or standing:
            yield f"{name}: it or a claim of it stands although that revision withdrew it"
        return
    if row is None:
        yield f"{name}: missing"
        return
    if row["until"] != end:
        yield f"{name}: said to end at {row['until']}, but the log says {end}"
    if row["updated"] != entry["time"]:
        yield f"{name}: its time of publication was altered"
    said = [{field: claim[field] for field in content.CLAIM_NAMES} for claim in standing]
    if content.digest({field: row[field] for field in content.ROW_NAMES}, said) != entry["content"]:
        yield f"{name}: the row or one of its {len(said)} claims was altered"


def _stood(claim: Flat, revision: int) -> bool:
    return claim["revision"] <= revision and (claim["until"] is None or claim["until"] > revision)
