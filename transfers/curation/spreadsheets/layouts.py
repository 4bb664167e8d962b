"""How records of a model stand in a file, and what an import of a file did or would do."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from transfers.models import (
    Claim,
    Party,
    Quantity,
    Source,
    System,
    Transfer,
    TransferDate,
    Valuation,
    history,
)
from transfers.vocabulary.names import format_suggestions, suggest

from .columns import AliasColumn, FieldColumn, normalise

Key = tuple[str, ...]


class SheetLayout:
    """How records of a model stand in a file: their columns, and those by which a row finds its record."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.fields = [FieldColumn(each) for each in model._meta.concrete_fields if not each.primary_key]
        self.relations = [column.name for column in self.fields if column.field.is_relation]
        self.parent = next((each.name for each in self.fields if each.field.related_model is model), "")
        self.aliases = [AliasColumn(alias, owner) for alias, owner in history.OWNED.get(model, {}).items()]
        listed: list[Any] = [*self.fields, *self.aliases]
        self.columns = {column.name: column for column in listed}
        self.keys = [path.partition("__")[0] for path in model.natural_key_fields]

    def list_permissions(self) -> list[str]:
        """Return what a user needs to import these records."""
        needed = [("add", self.model), ("change", self.model)]
        needed += [(action, each.model) for each in self.aliases for action in ("add", "change", "delete")]
        if issubclass(self.model, Claim):
            needed.append(("change", Transfer))
        return [f"transfers.{action}_{model._meta.model_name}" for action, model in needed]

    def check_header(self, header: list[str]) -> None:
        """Raise ValidationError with every fault of the header."""
        faults = [f"The column {name} is missing." for name in self.keys if name not in header]
        faults += [
            f"The column {name} appears twice." for name in sorted(set(header)) if header.count(name) > 1
        ]
        for name in dict.fromkeys(header):
            if name not in self.columns:
                hint = format_suggestions(suggest(name.lower(), list(self.columns))[:1])
                hint = hint or f" There are: {', '.join(self.columns)}."
                faults.append(f"{name!r} is not a column of {self.model._meta.verbose_name_plural}.{hint}")
        if faults:
            raise ValidationError(faults)

    def get_texts(self, record: Any) -> list[str]:
        return [column.get_text(record) for column in self.columns.values()]

    def get_key(self, record: Any) -> Key:
        return tuple(normalise(str(part)) for part in record.natural_key())

    def with_related(self, records: models.QuerySet) -> models.QuerySet:
        return records.select_related(*self.relations).prefetch_related(*(each.name for each in self.aliases))

    def export(self, records: models.QuerySet) -> Iterator[list[str]]:
        """Yield the header and the records as lines of cells."""
        yield list(self.columns)
        yield from map(self.get_texts, self.with_related(records))


LAYOUTS = {model: SheetLayout(model) for model in (Party, System, Source, Quantity, TransferDate, Valuation)}


@dataclass(frozen=True)
class ImportedRow:
    """A row that adds or changes a record, with its cells before and after."""

    record: Any
    is_new: bool
    cells: list[tuple[str, str]]


@dataclass(frozen=True)
class RowFault:
    """A row that cannot be imported, and why, by column; `__all__` stands for the row."""

    number: int
    messages: dict[str, list[str]]
    cells: list[str]


@dataclass
class SheetReport:
    """What an import did or would do; where there are faults, it did nothing."""

    rows: list[ImportedRow] = field(default_factory=list)
    #: Rows of public records, whose changes somebody else decides on.
    proposed: list[ImportedRow] = field(default_factory=list)
    unchanged: int = 0
    #: How many revisions the import published.
    revisions: int = 0
    faults: list[RowFault] = field(default_factory=list)
    refusal: str = ""

    @property
    def is_refused(self) -> bool:
        return bool(self.faults or self.refusal)

    @property
    def added(self) -> list[Any]:
        return [row.record for row in self.rows if row.is_new]

    @property
    def changed(self) -> list[Any]:
        return [row.record for row in self.rows if not row.is_new]

    @property
    def fingerprint(self) -> str:
        """Return a digest of the rows, by which an import is known to do what its preview showed."""
        shown = [(row.is_new, str(row.record), row.cells) for row in (*self.rows, *self.proposed)]
        return hashlib.sha256(repr(shown).encode()).hexdigest()


def build_undo(report: SheetReport) -> list[list[str]]:
    """Return the lines of a file that gives the changed records their former texts."""
    changed = [row for row in report.rows if not row.is_new]
    if not changed:
        return []
    layout = LAYOUTS[type(changed[0].record)]
    names = list(layout.columns)
    differing = {at for row in changed for at, (before, after) in enumerate(row.cells) if before != after}
    columns = [at for at, name in enumerate(names) if name in layout.keys or at in differing]
    lines = [[row.cells[at][0] for at in columns] for row in changed]
    return [[names[at] for at in columns], *lines]
