"""Two states of the register compared: transfers added, withdrawn, and changed field by field.

It is found from the published versions at the two revisions, a few transfers at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from transfers.exports import queries
from transfers.models import RegistryClaim, RegistryRow, Revision
from transfers.publication import differences as changes
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
class Difference:
    """One transfer that is not in both states alike; `changes` and claims are of one that changed."""

    key: str
    change: str
    changes: tuple[Change, ...] = ()
    claims_added: tuple[str, ...] = ()
    claims_removed: tuple[str, ...] = ()

    def lines(self) -> Iterator[tuple[Any, ...]]:
        """Its rows in the columns of `ITEMS`; lists are joined by |."""
        if self.change != CHANGED:
            yield self.key, self.change, None, None, None
        for each in self.changes:
            yield self.key, self.change, each.field, written(each.before), written(each.after)
        if self.claims_added or self.claims_removed:
            yield self.key, self.change, "claims", written(self.claims_removed), written(self.claims_added)


def written(value: Any) -> str | None:
    """A public value as text."""
    if isinstance(value, list | tuple):
        return "|".join(value) or None
    return None if value is None else str(value)


def between(before: int, after: int) -> Iterator[Difference]:
    """The differences of the state at one revision to that at another, in byte order of the keys."""
    first, last = sorted((before, after))
    log = Revision.objects.filter(sequence__gt=first, sequence__lte=last)
    keys = in_byte_order(log.values_list("key", flat=True).distinct(), "key").iterator(chunk_size=2000)
    waiting: list[str] = []
    for key in keys:
        waiting.append(key)
        if len(waiting) == _AT_A_TIME:
            yield from _of(waiting, before, after)
            waiting = []
    yield from _of(waiting, before, after)


def _of(keys: Sequence[str], before: int, after: int) -> Iterator[Difference]:
    old, new = _rows(keys, before), _rows(keys, after)
    old_claims, new_claims = _claims(keys, before), _claims(keys, after)
    for key in keys:
        if (key in old) != (key in new):
            yield Difference(key, ADDED if key in new else WITHDRAWN)
        elif key in old:
            was, is_now = old_claims.get(key, {}), new_claims.get(key, {})
            found = Difference(
                key,
                CHANGED,
                tuple(changes.differences(old[key], new[key])),
                tuple(claim for claim in is_now if was.get(claim) != is_now[claim]),
                tuple(claim for claim in was if is_now.get(claim) != was[claim]),
            )
            if found.changes or found.claims_added or found.claims_removed:
                yield found


def _rows(keys: Sequence[str], revision: int) -> dict[str, dict[str, Any]]:
    rows = RegistryRow.objects.as_of(revision).filter(key__in=keys)
    return {row["key"]: row for row in queries.fetch_objects(rows, fields.ROW)}


def _claims(keys: Sequence[str], revision: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Transfer → claim → what it says, the revision that brought it aside."""
    said = tuple(item for item in fields.CLAIM if item.name not in fields.ADDED_BY_REVISION)
    found: dict[str, dict[str, dict[str, Any]]] = {}
    claims = RegistryClaim.objects.as_of(revision).filter(transfer__in=keys).order_by("claim")
    for claim in queries.fetch_objects(claims, said):
        found.setdefault(claim["transfer"], {})[claim["claim"]] = claim
    return found


def text(differences: Iterator[Difference]) -> Iterator[str]:
    """The comparison for people, a line at a time; an empty one says so."""
    counted = {ADDED: 0, WITHDRAWN: 0, CHANGED: 0}
    for difference in differences:
        counted[difference.change] += 1
        yield f"{difference.change} {difference.key}"
        for change in difference.changes:
            yield f"  {' '.join(str(change).split())}"
        for mark, claims in (("-", difference.claims_removed), ("+", difference.claims_added)):
            if claims:
                yield f"  claims {mark} {', '.join(claims)}"
    yield ", ".join(f"{number} {name}" for name, number in counted.items())
