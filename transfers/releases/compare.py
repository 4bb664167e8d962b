"""Comparison of two states of the register: transfers added, withdrawn, and changed field by field.

It reads the published versions at the two revisions, a few transfers at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from transfers.exports import queries
from transfers.models import RegistryClaim, RegistryRow, Revision
from transfers.publication import differences
from transfers.publication.differences import Change
from transfers.vocabulary import fields
from transfers.vocabulary.fields import Field, Type

from .state import in_byte_order

_AT_A_TIME = 500
ADDED, WITHDRAWN, CHANGED = "added", "withdrawn", "changed"

#: The columns of a comparison as a table: a line a field that changed.
ITEMS: tuple[Field, ...] = (
    Field("key", Type.KEY, "Key of the transfer.", nullable=False),
    Field("change", Type.CHOICE, "Whether the later state has it new, no more, or otherwise.",
          choices=tuple((name, name) for name in (ADDED, WITHDRAWN, CHANGED)), nullable=False),
    Field("field", Type.KEY, "The field that changed; claims: those that are gone, and those that are new."),
    Field("before", Type.TEXT, "Its value before."),
    Field("after", Type.TEXT, "Its value after."),
)  # fmt: skip


@dataclass(frozen=True)
class ComparedTransfer:
    """Transfer that differs between two states; `changes` and claims are of one that is in both."""

    key: str
    change: str
    changes: tuple[Change, ...] = ()
    claims_added: tuple[str, ...] = ()
    claims_removed: tuple[str, ...] = ()

    def list_rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield its rows in the columns of `ITEMS`; lists are joined by |."""
        if self.change != CHANGED:
            yield self.key, self.change, None, None, None
        for change in self.changes:
            yield self.key, self.change, change.field, write_value(change.before), write_value(change.after)
        if self.claims_added or self.claims_removed:
            removed, added = write_value(self.claims_removed), write_value(self.claims_added)
            yield self.key, self.change, "claims", removed, added


def write_value(value: Any) -> str | None:
    """Return a public value as text."""
    if isinstance(value, list | tuple):
        return "|".join(value) or None
    return None if value is None else str(value)


def list_changes(before: int, after: int) -> Iterator[ComparedTransfer]:
    """Yield the transfers that differ between the states at two revisions, in byte order of their keys."""
    first, last = sorted((before, after))
    log = Revision.objects.filter(sequence__gt=first, sequence__lte=last)
    keys = in_byte_order(log.values_list("key", flat=True).distinct(), "key").iterator(chunk_size=2000)
    while batch := list(islice(keys, _AT_A_TIME)):
        yield from _compare(batch, before, after)


def _compare(keys: Sequence[str], before: int, after: int) -> Iterator[ComparedTransfer]:
    old, new = _get_rows(keys, before), _get_rows(keys, after)
    old_claims, new_claims = _get_claims(keys, before), _get_claims(keys, after)
    for key in keys:
        if (key in old) != (key in new):
            yield ComparedTransfer(key, ADDED if key in new else WITHDRAWN)
        elif key in old:
            claims_before, claims_after = old_claims.get(key, {}), new_claims.get(key, {})
            changes = tuple(differences.list_changes(old[key], new[key]))
            added = _list_new(claims_after, claims_before)
            removed = _list_new(claims_before, claims_after)
            if changes or added or removed:
                yield ComparedTransfer(key, CHANGED, changes, added, removed)


def _list_new(claims: dict[str, Any], others: dict[str, Any]) -> tuple[str, ...]:
    """Return the claims that are not the same among the others."""
    return tuple(claim for claim in claims if others.get(claim) != claims[claim])


def _get_rows(keys: Sequence[str], revision: int) -> dict[str, dict[str, Any]]:
    rows = RegistryRow.objects.as_of(revision).filter(key__in=keys)
    return {row["key"]: row for row in queries.fetch_objects(rows, fields.ROW)}


def _get_claims(keys: Sequence[str], revision: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Return transfer → claim → its values, without the revision that brought it."""
    items = tuple(item for item in fields.CLAIM if item.name not in fields.ADDED_BY_REVISION)
    claims_by_transfer: dict[str, dict[str, dict[str, Any]]] = {}
    claims = RegistryClaim.objects.as_of(revision).filter(transfer__in=keys).order_by("claim")
    for claim in queries.fetch_objects(claims, items):
        claims_by_transfer.setdefault(claim["transfer"], {})[claim["claim"]] = claim
    return claims_by_transfer


def write_lines(compared: Iterator[ComparedTransfer]) -> Iterator[str]:
    """Yield the comparison for people, a line at a time, with the totals as the last line."""
    totals = dict.fromkeys((ADDED, WITHDRAWN, CHANGED), 0)
    for transfer in compared:
        totals[transfer.change] += 1
        yield f"{transfer.change} {transfer.key}"
        for change in transfer.changes:
            yield f"  {' '.join(str(change).split())}"
        for mark, claims in (("-", transfer.claims_removed), ("+", transfer.claims_added)):
            if claims:
                yield f"  claims {mark} {', '.join(claims)}"
    yield ", ".join(f"{number} {name}" for name, number in totals.items())
