"""What differs between two versions of a published transfer, field by field: pure, no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from transfers.vocabulary import fields

Flat = Mapping[str, Any]

#: The public fields in their order, but for those that every revision changes.
COMPARED = tuple(name for name in fields.list_names(fields.ROW) if name not in fields.ADDED_BY_REVISION)


@dataclass(frozen=True)
class Change:
    """One field of a row, before and after; None: it was or is missing."""

    field: str
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{self.field}: {_written(self.before)} → {_written(self.after)}"


def list_changes(before: Flat | None, after: Flat | None) -> list[Change]:
    """Return the fields in which two flat rows differ, in public order; no row is one without values.

    Read both rows in one way, as stored or as shown: an empty list and None are the same.
    """
    old, new = before or {}, after or {}
    pairs = ((name, _get(old, name), _get(new, name)) for name in COMPARED)
    return [Change(name, was, is_now) for name, was, is_now in pairs if was != is_now]


def _get(row: Flat, name: str) -> Any:
    value = row.get(name)
    return None if value == [] else value


def _written(value: Any) -> str:
    if value is None:
        return "–"
    return ", ".join(value) if isinstance(value, list) else str(value)
