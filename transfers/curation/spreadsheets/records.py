"""Records by the file: which row is which record, and what follows from a change.

One file is one kind of record. A row finds its record by the natural key; columns that the file lacks stay as
they are. All rows are imported or none, in one transaction, with history. What is public changes only as by
an edit in the admin: reference records show at once, transfers whose claims changed go back to draft.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from simple_history.utils import bulk_update_with_history

from transfers.curation import workflow
from transfers.curation.ordering import order_parents_first
from transfers.models import (
    Claim,
    Party,
    ReferenceChange,
    RegistryClaim,
    RegistryRow,
    Source,
    System,
    Transfer,
    history,
)
from transfers.models.inserts import batched
from transfers.models.spelling import Named
from transfers.publication import names, publish
from transfers.publication.log import NotPublishable

from .columns import FieldColumn, normalise
from .files import Sheet
from .layouts import LAYOUTS, ImportedRow, Key, RowFault, SheetLayout, SheetReport

#: Of so many changed records each is asked for its public rows; of more, first which have any.
FEW = 10


def import_sheet(
    model: Any,
    sheet: Sheet,
    user: Any,
    reason: str,
    *,
    store: bool = True,
    shown: str = "",
    may_publish: bool | None = None,
) -> SheetReport:
    """Import the rows, all or none. The header was checked before.

    Without `store` nothing stays, nor where the import does not what a preview of this fingerprint has shown.
    Changes of public parties, systems and sources by who may not publish are proposed, not made.
    """
    may_publish = _may_publish(user) if may_publish is None else may_publish
    importer = _SheetImporter(LAYOUTS[model], sheet, may_publish)
    report = importer.report
    importer.skip_unchanged()  # before others are kept from writing
    with transaction.atomic(), history.record_because(reason, user):
        importer.import_rows()
        if not report.faults:
            _show_changes(report, model, user, reason)
        transaction.set_rollback(not store or report.is_refused or shown not in ("", report.fingerprint))
    return report


def _may_publish(user: Any) -> bool:
    """Return whether the user, or a command for None, may publish."""
    return user is None or user.has_perm(workflow.PUBLISH)


def propose(changes: Iterable[tuple[Any, list[tuple[str, str]]]], user: Any, reason: str) -> None:
    """Store proposals of changes of records, each with its cells before and after."""
    proposals = []
    for record, cells in changes:
        columns = zip(LAYOUTS[type(record)].columns, cells, strict=True)
        changed = {name: pair for name, pair in columns if pair[0] != pair[1]}
        proposals.append(
            ReferenceChange(
                kind=record._meta.model_name,
                key=record.natural_key()[0],
                before={name: before for name, (before, _) in changed.items()},
                after={name: after for name, (_, after) in changed.items()},
                reason=reason[:500],
                user=user,
            )
        )
    ReferenceChange.objects.bulk_create(proposals)


def _show_changes(report: SheetReport, model: Any, user: Any, reason: str) -> None:
    """Publish, or propose, what the import changed; note why that is refused."""
    try:
        _publish_changes(report, model, user, reason)
        propose([(row.record, row.cells) for row in report.proposed], user, reason)
    except (workflow.Refused, NotPublishable) as error:
        report.refusal = str(error)


def _publish_changes(report: SheetReport, model: Any, user: Any, reason: str) -> None:
    """Show changed reference records in public, and make transfers whose claims changed drafts again."""
    if not issubclass(model, Claim):
        changed = report.changed
        if len(changed) > FEW:
            public = _list_public(model)
            changed = [record for record in changed if record.pk in public]
        if changed:
            what = f"{len(changed)} {model._meta.verbose_name_plural} were"
            if len(changed) == 1:
                what = f"The {model._meta.verbose_name} {changed[0]} was"
            report.revisions = len(publish.refresh_all(changed, f"{what} edited"))
        return
    for pks in batched(sorted({row.record.transfer_id for row in report.rows})):
        for transfer in Transfer.objects.filter(pk__in=pks):
            workflow.reopen(transfer, user, reason)


class _SheetImporter:
    def __init__(self, layout: SheetLayout, sheet: Sheet, may_publish: bool) -> None:
        self.layout = layout
        self.sheet = sheet
        self.public = set() if may_publish else _list_public(layout.model)
        self.report = SheetReport()
        self.numbers: dict[Key, int] = {}
        self.rows = sheet.rows
        #: Changed records whose fields alone changed, with their rows: saved together.
        self.waiting: list[tuple[int, dict[str, str], ImportedRow]] = []
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

    def skip_unchanged(self) -> None:
        """Count and leave out the rows that say what is stored."""
        counts = Counter(self._get_key(row) for _, row in self.rows)
        changed = []
        for number, row in self.rows:
            record = self.stored.get(self._get_key(row))
            if record is None or counts[self._get_key(row)] > 1 or not self._is_unchanged(record, row):
                changed.append((number, row))
        self.report.unchanged = len(self.rows) - len(changed)
        self.rows = changed

    def _get_key(self, row: dict[str, str]) -> Key:
        return tuple(row[name] for name in self.layout.keys)

    def _is_unchanged(self, record: Any, row: dict[str, str]) -> bool:
        """Return whether the row has the texts that an export would write."""
        columns = self.layout.columns
        return all(normalise(text) == normalise(columns[name].get_text(record)) for name, text in row.items())

    def import_rows(self) -> None:
        for number, row in self._order_rows():
            with self._gather_faults(number, row):
                self._import_row(number, row)
        for batch in batched(self.waiting):
            self._save_together(batch)
        self.report.faults.sort(key=lambda fault: fault.number)

    @contextmanager
    def _gather_faults(self, number: int, row: dict[str, str]) -> Iterator[None]:
        try:
            yield
        except ValidationError as error:
            messages = error.update_error_dict({})
            texts = {name: ValidationError(faults).messages for name, faults in messages.items()}
            self.report.faults.append(RowFault(number, texts, list(row.values())))

    def _order_rows(self) -> list[tuple[int, dict[str, str]]]:
        """Return the rows in an order in which they can be saved one after another."""
        rows = self.rows
        if self.layout.parent in self.sheet.header:
            numbers = {row[self.layout.keys[0]]: number for number, row in rows}
            members = {number: (number, row) for number, row in rows}
            return order_parents_first(members, lambda member: numbers.get(member[1][self.layout.parent]))
        if "preferred" in self.sheet.header:  # first what is preferred no more
            return sorted(rows, key=lambda row: row[1]["preferred"].lower() in FieldColumn.TRUE)
        return rows

    def _import_row(self, number: int, row: dict[str, str]) -> None:
        key = self._get_key(row)
        if key in self.numbers:
            raise ValidationError(f"The record appears twice in the file, first in row {self.numbers[key]}.")
        self.numbers[key] = number
        record: Any = self.stored.get(key)
        is_new = record is None
        before = [""] * len(self.layout.columns) if is_new else self.layout.get_texts(record)
        record = self.layout.model() if is_new else record
        errors = self._fill(record, row)
        after = self.layout.get_texts(record)
        imported = ImportedRow(record, is_new, list(zip(before, after, strict=True)))
        changed = self._list_changed(imported)
        if not (is_new or errors or changed):
            self.report.unchanged += 1
            return
        self._check(record, errors, changed)
        if record.pk in self.public:
            self.report.proposed.append(imported)
        elif is_new or changed & {"aliases", self.layout.parent} or issubclass(self.layout.model, Claim):
            self._save(record, is_new)
            self.report.rows.append(imported)
        else:
            self.waiting.append((number, row, imported))

    def _list_changed(self, imported: ImportedRow) -> set[str]:
        """Return the columns that a row changes."""
        columns = zip(self.layout.columns, imported.cells, strict=True)
        return {name for name, (before, after) in columns if before != after}

    def _save_together(self, batch: Sequence[tuple[int, dict[str, str], ImportedRow]]) -> None:
        """Save a batch of records in few statements; one by one if the database refuses, to find which."""
        records = [imported.record for *_, imported in batch]
        changed = sorted({name for *_, imported in batch for name in self._list_changed(imported)})
        reason, user = history.get_context()
        try:
            with transaction.atomic():
                bulk_update_with_history(
                    records, self.layout.model, changed, default_user=user, default_change_reason=reason
                )
        except DatabaseError:
            for number, row, imported in batch:
                with self._gather_faults(number, row):
                    self._save(imported.record, is_new=False)
        self.report.rows += [imported for *_, imported in batch]

    def _fill(self, record: Any, row: dict[str, str]) -> dict[str, Any]:
        """Set the record's fields; return the faults of texts that are no values."""
        errors: dict[str, Any] = {}
        for name, text in row.items():
            try:
                self.layout.columns[name].set_text(record, text, self.related.get(name, {}))
            except ValueError as error:
                errors[name] = [ValidationError(str(error))]
        return errors

    def _check(self, record: Any, errors: dict[str, Any], changed: set[str]) -> None:
        """Raise ValidationError with these faults and every other that needs no constraint.

        What a party or system is beside others is checked where its name or its parent changed.
        """
        columns = [column.field for column in self.layout.fields if column.field.is_relation]
        related = {each.name for each in columns if getattr(record, each.attname)}
        checks = [lambda: record.clean_fields(exclude={*errors, *related})]
        if not isinstance(record, Named) or changed & {"name", "shared_names", self.layout.parent}:
            checks.append(record.clean)
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


def _list_public(model: Any) -> set[int]:
    """Return the ids of the parties, systems or sources that show in public rows."""
    if issubclass(model, Party):
        used = names.filter_used_parties(RegistryRow.objects.current())
    elif issubclass(model, System):
        used = names.filter_used_systems(RegistryRow.objects.current())
    elif issubclass(model, Source):
        used = names.filter_used_sources(RegistryClaim.objects.current())
    else:
        return set()
    return set(used.values_list("pk", flat=True))


def _list_by_key(model: Any, keys: Iterable[str]) -> dict[str, Any]:
    key = model.natural_key_fields[0]
    return {
        getattr(record, key): record
        for group in batched(sorted({text for text in keys if text}))
        for record in model.objects.filter(**{f"{key}__in": group})
    }
