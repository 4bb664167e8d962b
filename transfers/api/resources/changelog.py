"""The log as public entries: each revision with the version it concerns, and what it changed in it.

A page takes four queries, however long: the numbers of the revisions, the revisions, the versions of their
transfers that began or ended with them, and the claims that did.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import orjson
import pyarrow as pa
from django.db.models import Q, QuerySet

from transfers.exports import queries
from transfers.exports.formats.table import About, build_batch
from transfers.models import RegistryClaim, RegistryRow
from transfers.publication.differences import list_changes
from transfers.vocabulary import fields
from transfers.vocabulary.fields import Field, Type

#: Fields that are not stored with the revision itself.
COMPUTED = ("supplier", "recipient", "system", "changes", "claims_added", "claims_removed")
STORED = tuple(item for item in fields.CHANGE if item.name not in COMPUTED)
_UNTIL = Field("until", Type.INTEGER, "The revision that ended it.")
_CLAIM = (*(item for item in fields.CLAIM if item.name in ("claim", "revision")), _UNTIL)
_AT_A_TIME = 500

Entry = dict[str, Any]
#: Revision → the versions that began, or ended, with it.
Versions = dict[int, list[dict[str, Any]]]


def read_entries(revisions: QuerySet, items: Sequence[Field] = fields.CHANGE) -> list[Entry]:
    """Return the revisions as JSON shows them, with these fields."""
    entries = queries.fetch_objects(revisions, STORED)
    names = [item.name for item in items]
    if entries and not set(names).isdisjoint(COMPUTED):
        _complete(entries)
    return [{name: entry[name] for name in names} for entry in entries]


def _complete(entries: list[Entry]) -> None:
    """Add to each entry what its versions and its claims show."""
    begun, ended = _read_versions(entries, RegistryRow.objects.all(), "key", (*fields.ROW, _UNTIL))
    added, removed = _read_versions(entries, RegistryClaim.objects.order_by("claim"), "transfer", _CLAIM)
    for entry in entries:
        number = entry["revision"]
        before, after = (versions[number][0] if number in versions else None for versions in (ended, begun))
        concerned = after or before or {}
        entry |= {name: concerned.get(name) for name in ("supplier", "recipient", "system")}
        entry["changes"] = [asdict(change) for change in list_changes(before, after)]
        entry["claims_added"] = [claim["claim"] for claim in added.get(number, [])]
        entry["claims_removed"] = [claim["claim"] for claim in removed.get(number, [])]


def _read_versions(
    entries: list[Entry], versions: QuerySet, key: str, items: Sequence[Field]
) -> tuple[Versions, Versions]:
    """Return versions of the entries' transfers, by the revision that began them and by that of their end."""
    numbers = [entry["revision"] for entry in entries]
    span = (min(numbers), max(numbers))
    keys = {entry["key"] for entry in entries}
    near = versions.filter(Q(revision__range=span) | Q(until__range=span), **{f"{key}__in": keys})
    begun: Versions = {}
    ended: Versions = {}
    for version in queries.fetch_objects(near, items):
        begun.setdefault(version["revision"], []).append(version)
        ended.setdefault(version["until"], []).append(version)
    return begun, ended


def read_batches(
    revisions: QuerySet, items: Sequence[Field], about: About, newest_first: bool
) -> Iterator[pa.RecordBatch]:
    """Yield the revisions in raw batches for the formats, a few at a time however many there are."""
    ordered = revisions.order_by("-sequence" if newest_first else "sequence")
    beyond = "sequence__lt" if newest_first else "sequence__gt"
    revision = next(item for item in fields.CHANGE if item.name == "revision")
    remaining = ordered
    while entries := read_entries(remaining[:_AT_A_TIME], [*items, revision]):
        values = [[_format_raw(entry[item.name], item.type) for item in items] for entry in entries]
        yield build_batch(values, about.raw_schema)
        remaining = ordered.filter(**{beyond: entries[-1]["revision"]})


def _format_raw(value: Any, kind: Type) -> Any:
    if kind is Type.CHANGES:
        return orjson.dumps(value).decode()
    return "|".join(value) if kind is Type.LIST else value
