"""Records by the file: what a column is, which row is which record, and what follows from a change.

One file is one kind of record. A row is found by its natural key; columns that the file lacks stay as they
are. All rows are imported or none, in one transaction, with history; what is public changes by it only as by
an edit in the admin: reference records show at once, transfers whose claims changed go back to draft.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import tablib
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from import_export import resources
from import_export.fields import Field
from import_export.results import Error, RowResult

from transfers.curation import workflow
from transfers.models import (
    Party,
    PartyAlias,
    Quantity,
    Source,
    System,
    SystemAlias,
    Transfer,
    TransferDate,
    Valuation,
    history,
)
from transfers.publication import publish
from transfers.vocabulary.names import format_suggestions, suggest

from .columns import Aliases, Column, normal
from .files import Table

BATCH = 500
#: The step by which a transfer goes back to draft when a claim of it changes.
_BACK = {
    Transfer.State.IN_REVIEW: "return",
    Transfer.State.PUBLISHED: "revise",
    Transfer.State.WITHDRAWN: "revise",
}


class Told(Error):
    """An error as its sentence: a traceback helps no curator."""

    traceback = ""


class Records(resources.ModelResource):
    """What all kinds share; a kind says its model and, in `public`, whether published rows show it."""

    public = False

    class Meta:
        use_transactions = True
        skip_unchanged = True
        report_skipped = False
        store_instance = True

    @classmethod
    def field_from_django_field(cls, field_name: str, django_field: Any, readonly: bool) -> Field:
        return Column(django_field)

    @classmethod
    def get_error_result_class(cls) -> type[Error]:
        return Told

    @classmethod
    def permissions(cls) -> list[str]:
        """What a user needs to import these records."""
        owned = [each.model for each in cls.fields.values() if isinstance(each, Aliases)]
        needed = [("add", cls._meta.model), ("change", cls._meta.model)]
        needed += [(action, model) for model in owned for action in ("add", "change", "delete")]
        if issubclass(cls, Claims):
            needed.append(("change", Transfer))
        return [f"transfers.{action}_{model._meta.model_name}" for action, model in needed]

    # The file

    def check(self, table: Table) -> None:
        """Raise ValidationError with every fault of the header."""
        names = [field.column_name for field in self.get_import_fields()]
        headers = [str(header) for header in table.headers]
        faults = [
            f"The column {name} is missing." for name in self._meta.import_id_fields if name not in headers
        ]
        faults += [
            f"The column {name} stands twice."
            for name in sorted({n for n in headers if headers.count(n) > 1})
        ]
        for header in dict.fromkeys(headers):
            if header not in names:
                meant = format_suggestions(suggest(header.lower(), names)[:1])
                meant = meant or f" There are: {', '.join(names)}."
                faults.append(
                    f"{header!r} is no column of {self._meta.model._meta.verbose_name_plural}.{meant}"
                )
        if faults:
            raise ValidationError(faults)

    def import_data(self, dataset: Table, *arguments: Any, **options: Any) -> Any:
        """Import the rows, all or none; faults carry the number of their row in the file."""
        ordered = self._ordered(dataset)
        self.numbers = [dataset.numbers[index] for index in ordered]
        self.user, self.reason = options.get("user"), options.pop("reason")
        table = tablib.Dataset(*(dataset[index] for index in ordered), headers=dataset.headers)
        with history.record_because(self.reason, self.user):
            result = super().import_data(table, *arguments, rollback_on_validation_errors=True, **options)
        for row in result.invalid_rows:
            row.number = self.numbers[row.number - 1]
        result.invalid_rows.sort(key=lambda row: row.number)
        return result

    def _ordered(self, table: Table) -> list[int]:
        """The rows' indexes in the order in which they can be saved, one after another."""
        return list(range(len(table)))

    def before_import(self, dataset: Table, **_: Any) -> None:
        rows = dataset.dict
        self.seen: dict[tuple[str, ...], int] = {}
        self.references = {
            field.column_name: _by_natural_key(
                field.of.related_model, [row[field.column_name] for row in rows]
            )
            for field in self.get_import_fields()
            if isinstance(field, Column) and field.of.is_relation and field.column_name in dataset.headers
        }
        self.existing = {self._key(record): record for record in self._stored(rows)}

    def _stored(self, rows: Sequence[dict[str, str]]) -> Iterable[Any]:
        """The records that the rows may be about."""
        first, path = self._meta.import_id_fields[0], self._meta.model.natural_key_fields[0]
        related = [each.name for each in self._meta.model._meta.concrete_fields if each.is_relation]
        for values in _batches({row[first] for row in rows}):
            found = self._meta.model.objects.filter(**{f"{path}__in": values})
            yield from found.select_related(*related).prefetch_related(*self._owned())

    def _owned(self) -> list[str]:
        return ["aliases"] if "aliases" in self.fields else []

    def _key(self, record: Any) -> tuple[str, ...]:
        return tuple(normal(str(part)) for part in record.natural_key())

    # A row

    def import_row(self, row: Any, instance_loader: Any, **options: Any) -> RowResult:
        result = super().import_row(row, instance_loader, **options)
        if result.errors:  # told as a fault of its row: the library counts other errors in another way
            result.validation_error = ValidationError(f"The row cannot be saved: {result.errors[0].error}")
            result.errors, result.import_type = [], RowResult.IMPORT_TYPE_INVALID
        return result

    def before_import_row(self, row: Any, **options: Any) -> None:
        key, number = self._key_of(row), self.numbers[options["row_number"] - 1]
        if key in self.seen:
            raise ValidationError(f"The record stands twice in the file, first in row {self.seen[key]}.")
        self.seen[key] = number

    def _key_of(self, row: Any) -> tuple[str, ...]:
        return tuple(row[name] for name in self._meta.import_id_fields)

    def get_instance(self, instance_loader: Any, row: Any) -> Any:
        return self.existing.get(self._key_of(row))

    def import_field(self, field: Any, instance: Any, row: Any, is_m2m: bool = False, **options: Any) -> None:
        if field.column_name in row:
            field.take(instance, row[field.column_name], self.references)

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """As full_clean does, but for what the database refuses by itself: asking first takes far longer."""
        errors: dict[str, Any] = dict(import_validation_errors or {})
        concrete = instance._meta.concrete_fields
        found = [each.name for each in concrete if each.is_relation and getattr(instance, each.attname)]
        aliases = [field for field in self.fields.values() if isinstance(field, Aliases)]
        checks = [lambda: instance.clean_fields(exclude={*errors, *found}), instance.clean]
        for check in (*checks, *(lambda field=field: field.check(instance) for field in aliases)):
            try:
                check()
            except ValidationError as error:
                errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        """Save; what the database refuses is put in the words of the constraint."""
        try:
            with transaction.atomic():
                super().do_instance_save(instance, is_create)
        except IntegrityError:
            instance.pk = None if is_create else instance.pk
            instance.validate_unique()
            instance.validate_constraints()
            raise

    def after_save_instance(self, instance: Any, row: Any, **_: Any) -> None:
        for field in self.fields.values():
            if isinstance(field, Aliases):
                field.store(instance)
        for field in self.fields.values():
            if isinstance(field, Column) and field.of.related_model is self._meta.model:
                self.references.get(field.column_name, {})[self._key(instance)[0]] = instance

    # What follows

    def after_import(self, dataset: Table, result: Any, **options: Any) -> None:
        if result.has_errors() or result.has_validation_errors() or not self.public:
            return
        for row in result.rows:
            if row.import_type == RowResult.IMPORT_TYPE_UPDATE:
                record = row.instance
                publish.refresh(record, f"The {record._meta.verbose_name} {record} was edited")

    def filter_export(self, queryset: Any, **_: Any) -> Any:
        related = [each.name for each in self._meta.model._meta.concrete_fields if each.is_relation]
        return queryset.select_related(*related).prefetch_related(*self._owned())


def fingerprint(result: Any) -> str:
    """What a preview showed, in short: whether the import that follows would still do the same."""
    shown = [(row.import_type, row.object_repr, row.diff) for row in result.rows]
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def _by_natural_key(model: Any, keys: Iterable[str]) -> dict[str, Any]:
    field = model.natural_key_fields[0]
    return {
        getattr(record, field): record
        for values in _batches({key for key in keys if key})
        for record in model.objects.filter(**{f"{field}__in": values})
    }


def _batches(values: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(values)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))


class _Families(Records):
    """Records that name others of their kind; a row may name one that stands below it."""

    parent: str

    def _ordered(self, table: Table) -> list[int]:
        if self.parent not in table.headers:
            return super()._ordered(table)
        own = self._meta.import_id_fields[0]
        left = dict(enumerate(table.dict))
        at = {row[own]: index for index, row in left.items()}
        ordered: list[int] = []
        for start in list(left):
            chain: list[int] = []
            index: int | None = start
            while index is not None and index in left:
                chain.append(index)
                index = at.get(left.pop(index)[self.parent])
            ordered += reversed(chain)
        return ordered


class Parties(_Families):
    """Parties with their other names, joined by |."""

    public, parent = True, "successor"
    aliases = Aliases(PartyAlias)

    class Meta(Records.Meta):
        model = Party
        exclude = ("id",)
        import_id_fields = ("code",)


class Systems(_Families):
    """Systems with their other names as type:name, joined by |."""

    public, parent = True, "variant_of"
    aliases = Aliases(SystemAlias)

    class Meta(Records.Meta):
        model = System
        exclude = ("id",)
        import_id_fields = ("slug",)


class Sources(Records):
    """Sources, without the texts of articles."""

    public = True

    class Meta(Records.Meta):
        model = Source
        exclude = ("id",)
        import_id_fields = ("key",)


class Claims(Records):
    """Claims of one kind; a transfer of which one changes goes back to draft."""

    class Meta(Records.Meta):
        abstract = True

    def _ordered(self, table: Table) -> list[int]:
        """What is preferred no more first, so that the preference can move in one file."""
        if "preferred" not in table.headers:
            return super()._ordered(table)
        cells = [str(cell).lower() for cell in table["preferred"]]
        return sorted(range(len(table)), key=lambda index: cells[index] in Column.TRUE)

    def after_import(self, dataset: Table, result: Any, **options: Any) -> None:
        if result.has_errors() or result.has_validation_errors():
            return
        changed = {row.instance.transfer_id for row in result.rows}
        for keys in (sorted(changed)[start : start + BATCH] for start in range(0, len(changed), BATCH)):
            for transfer in Transfer.objects.filter(pk__in=keys, state__in=_BACK):
                workflow.move(transfer, _BACK[Transfer.State(transfer.state)], self.user, self.reason)


class Quantities(Claims):
    class Meta(Records.Meta):
        model = Quantity
        exclude = ("id",)
        import_id_fields = ("transfer", "source", "measure", "locator", "unit", "as_of")


class Dates(Claims):
    class Meta(Records.Meta):
        model = TransferDate
        exclude = ("id",)
        import_id_fields = ("transfer", "source", "event", "locator", "date")


class Valuations(Claims):
    class Meta(Records.Meta):
        model = Valuation
        exclude = ("id",)
        import_id_fields = ("transfer", "source", "measure", "locator", "currency")


RESOURCES: dict[type[models.Model], type[Records]] = {
    each._meta.model: each for each in (Parties, Systems, Sources, Quantities, Dates, Valuations)
}
