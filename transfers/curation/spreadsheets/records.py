"""Records by the file: which row is which record, and what follows from a change.

One file is one kind of record. A row finds its record by the natural key; columns that the file lacks stay as
they are. All rows are imported or none, in one transaction, with history. What is public changes only as by
an edit in the admin: reference records show at once, transfers whose claims changed go back to draft.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, models, transaction

from transfers.curation import workflow
from transfers.curation.ordering import order_parents_first
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
from transfers.models.inserts import batched
from transfers.publication import publish
from transfers.publication.log import NotPublishable
from transfers.vocabulary.names import format_suggestions, suggest

from .columns import AliasColumn, FieldColumn, normalise
from .files import Sheet

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
    unchanged: int = 0
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
        shown = [(row.is_new, str(row.record), row.cells) for row in self.rows]
        return hashlib.sha256(repr(shown).encode()).hexdigest()


def import_sheet(model: Any, sheet: Sheet, user: Any, reason: str, *, store: bool = True) -> SheetReport:
    """Import the rows, all or none; without `store` nothing stays. The header was checked before."""
    importer = _SheetImporter(LAYOUTS[model], sheet)
    report = importer.report
    with transaction.atomic(), history.record_because(reason, user):
        importer.import_rows()
        try:
            if not report.faults:
                _publish_changes(report, model, user, reason)
        except (workflow.Refused, NotPublishable) as error:
            report.refusal = str(error)
        transaction.set_rollback(not store or report.is_refused)
    return report


def _publish_changes(report: SheetReport, model: Any, user: Any, reason: str) -> None:
    """Show changed reference records in public, and make transfers whose claims changed drafts again."""
    if not issubclass(model, Claim):
        for record in report.changed:
            publish.refresh(record, f"The {record._meta.verbose_name} {record} was edited")
        return
    for pks in batched(sorted({row.record.transfer_id for row in report.rows})):
        for transfer in Transfer.objects.filter(pk__in=pks):
            workflow.reopen(transfer, user, reason)


class _SheetImporter:
    def __init__(self, layout: SheetLayout, sheet: Sheet) -> None:
        self.layout = layout
        self.sheet = sheet
        self.report = SheetReport()
        self.numbers: dict[Key, int] = {}
        cells = [row for _, row in sheet.rows]
        self.related = {
            column.name: _list_by_key(column.field.related_model, (row[column.name] for row in cells))
            for column in layout.fields
            if column.name in layout.relations and column.name in sheet.header
        }
        path, first = layout.model.natural_key_fields[0], layout.keys[0]
        self.stored = {
            layout.get_key(record): record
            for keys in batched(sorted({row[first] for row in cells}))
            for record in layout.with_related(layout.model.objects.filter(**{f"{path}__in": keys}))
        }

    def import_rows(self) -> None:
        for number, row in self._order_rows():
            try:
                self._import_row(number, row)
            except ValidationError as error:
                messages = error.update_error_dict({})
                texts = {name: ValidationError(faults).messages for name, faults in messages.items()}
                self.report.faults.append(RowFault(number, texts, list(row.values())))
        self.report.faults.sort(key=lambda fault: fault.number)

    def _order_rows(self) -> list[tuple[int, dict[str, str]]]:
        """Return the rows in an order in which they can be saved one after another."""
        rows = self.sheet.rows
        if self.layout.parent in self.sheet.header:
            numbers = {row[self.layout.keys[0]]: number for number, row in rows}
            members = {number: (number, row) for number, row in rows}
            return order_parents_first(members, lambda member: numbers.get(member[1][self.layout.parent]))
        if "preferred" in self.sheet.header:  # first what is preferred no more
            return sorted(rows, key=lambda row: row[1]["preferred"].lower() in FieldColumn.TRUE)
        return rows

    def _import_row(self, number: int, row: dict[str, str]) -> None:
        key = tuple(row[name] for name in self.layout.keys)
        if key in self.numbers:
            raise ValidationError(f"The record appears twice in the file, first in row {self.numbers[key]}.")
        self.numbers[key] = number
        record = self.stored.get(key)
        is_new = record is None
        before = [""] * len(self.layout.columns) if is_new else self.layout.get_texts(record)
        record = self.layout.model() if is_new else record
        self._fill(record, row)
        after = self.layout.get_texts(record)
        if not is_new and before == after:
            self.report.unchanged += 1
            return
        self._save(record, is_new)
        self.report.rows.append(ImportedRow(record, is_new, list(zip(before, after, strict=True))))

    def _fill(self, record: Any, row: dict[str, str]) -> None:
        """Set the record's fields; raise ValidationError with every fault that needs no query."""
        errors: dict[str, Any] = {}
        for name, text in row.items():
            try:
                self.layout.columns[name].set_text(record, text, self.related.get(name, {}))
            except ValueError as error:
                errors[name] = [ValidationError(str(error))]
        columns = [column.field for column in self.layout.fields if column.field.is_relation]
        related = {each.name for each in columns if getattr(record, each.attname)}
        checks = [lambda: record.clean_fields(exclude={*errors, *related}), record.clean]
        checks += [partial(column.check, record) for column in self.layout.aliases]
        for check in checks:
            try:
                check()
            except ValidationError as error:
                errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def _save(self, record: Any, is_new: bool) -> None:
        """Save with aliases; put what the database refuses in the words of the constraint."""
        try:
            with transaction.atomic():
                record.save()
                for column in self.layout.aliases:
                    column.save(record)
        except DatabaseError as error:
            if isinstance(error, IntegrityError):
                record.pk = None if is_new else record.pk
                record.validate_unique()
                record.validate_constraints()
            raise ValidationError(f"The row cannot be saved: {error}") from error
        if self.layout.parent in self.related:
            self.related[self.layout.parent][self.layout.get_key(record)[0]] = record


def _list_by_key(model: Any, keys: Iterable[str]) -> dict[str, Any]:
    key = model.natural_key_fields[0]
    return {
        getattr(record, key): record
        for group in batched(sorted({text for text in keys if text}))
        for record in model.objects.filter(**{f"{key}__in": group})
    }
