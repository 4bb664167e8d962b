"""Preview of a transfer's published row: its fields, what would change, what prevents publication."""

from dataclasses import dataclass, field
from typing import Any

from transfers.models import RegistryRow, Transfer
from transfers.publication import content, publish
from transfers.vocabulary import fields, measures
from transfers.vocabulary.fields import Field, Type

from .readable import describe_value


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
    def changes(self) -> list[ResolvedField]:
        """Return the fields that publishing would change."""
        return [shown for shown in self.fields if shown.is_changed]


def resolve(transfer: Transfer) -> ResolvedRow:
    """Return the stored transfer as a row; the number of queries is fixed."""
    stored = Transfer.objects.with_claims().get(pk=transfer.pk)
    public = RegistryRow.objects.current().filter(key=stored.key).values().first()
    resolved = ResolvedRow(problems=publish.list_problems(stored), is_public=public is not None)
    references = content.References()
    references.add([content.get_place(stored)])
    try:
        row = content.build_from_transfer(stored, stored.claims(), references).row
    except (ValueError, LookupError, ArithmeticError) as error:
        resolved.fault = str(error)
        return resolved
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
        value=_describe(row_field, row[name]),
        is_disputed=_get_stem(name) in (row["disputed"] or "").split("|"),
        is_changed=public is not None and public[name] != row[name],
        public=_describe(row_field, public[name]) if public else "",
    )


def _get_stem(name: str) -> str | None:
    """Return the figure that a field belongs to: `date_agreed` for `date_agreed_latest`."""
    return next((stem for stem in measures.STEMS if name == stem or name.startswith(f"{stem}_")), None)


def _describe(row_field: Field, value: Any) -> str:
    """Return a field's value in words."""
    if value is None or value == "":
        return "empty"
    labels = {str(key): label for key, label in row_field.choices}
    if row_field.type == Type.LIST:
        return ", ".join(labels.get(item, item) for item in value.split("|"))
    return labels.get(str(value), describe_value(value))
