"""Preview of a transfer's published row: its fields, what would change, what prevents publication."""

from dataclasses import dataclass, field
from typing import Any

from transfers.curation.previews import Preview
from transfers.publication import wording
from transfers.vocabulary import fields
from transfers.vocabulary.fields import Field


@dataclass(frozen=True)
class ResolvedField:
    """A field: its label, its value in words, and the public value if that differs."""

    label: str
    description: str
    value: str
    is_disputed: bool
    is_changed: bool
    public: str


@dataclass
class ResolvedRow:
    """A row; `fault` explains why there is none."""

    fields: list[ResolvedField] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_public: bool = False
    fault: str = ""

    @property
    def disputes(self) -> list[str]:
        """Return the figures on which sources differ, by their labels."""
        return [shown.value for shown in self.fields if shown.label == "Disputed"]

    @property
    def changes(self) -> list[ResolvedField]:
        """Return the fields that publishing would change."""
        return [shown for shown in self.fields if shown.is_changed]


def resolve(preview: Preview) -> ResolvedRow:
    """Return a stored transfer as the row that would be published."""
    public = preview.public
    resolved = ResolvedRow(problems=preview.problems, is_public=public is not None, fault=preview.fault)
    if preview.content is None:
        return resolved
    row = preview.content.row
    for row_field in fields.ROW:
        if row_field.name not in fields.ADDED_BY_REVISION:
            shown = _resolve_field(row_field, row, public)
            if row[row_field.name] not in (None, "") or shown.is_changed:
                resolved.fields.append(shown)
    return resolved


def _resolve_field(row_field: Field, row: dict[str, Any], public: dict[str, Any] | None) -> ResolvedField:
    name = row_field.name
    return ResolvedField(
        label=name.replace("_", " ").capitalize(),
        description=row_field.description,
        value=wording.describe_value(row_field, row[name]) or "empty",
        is_disputed=wording.get_stem(name) in (row["disputed"] or "").split("|"),
        is_changed=public is not None and public[name] != row[name],
        public=wording.describe_value(row_field, public[name]) or "empty" if public else "",
    )
