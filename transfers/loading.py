"""Loading fixtures into curation: whole or not at all, and never over a curator's work.

Records are taken in units: a party or system with its aliases, a source, a transfer with its claims.
A unit that the database lacks is added; one that is the same is left; one that differs there was
edited by somebody and is kept and named, unless the caller says `overwrite`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core import serializers
from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ObjectDoesNotExist, ValidationError
from django.db import models, transaction

from . import fixture_files, history
from .faults import BadFiles, Fault
from .fixture_files import Record
from .models import Party, Source, System, Transfer
from .publish import NotPublishable, publish, refresh

#: Models that own others, and those others with the field that names the owner.
OWNERS = tuple(model._meta.label_lower for model in history.OWNED)
OWNED = {model._meta.label_lower: name for owned in history.OWNED.values() for model, name in owned.items()}


@dataclass
class Unit:
    """A record and those it owns."""

    owner: Record
    owned: list[Record] = field(default_factory=list)


@dataclass
class Report:
    """What loading did, by natural key; `revisions` counts what was published."""

    added: list[str] = field(default_factory=list)
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)
    overwritten: list[str] = field(default_factory=list)
    revisions: int = 0


def load(directory: Path, reason: str, *, overwrite: bool = False) -> Report:
    """Load a folder's fixtures and publish what they say is published, in one transaction.

    Raises BadFiles with every fault found; the database is then as it was.
    """
    units = _units(fixture_files.read(directory))
    report = Report()
    with transaction.atomic(), history.because(reason):
        loader = _Loader(report, overwrite)
        for unit in units:
            loader.load(unit)
        if loader.faults:
            raise BadFiles(loader.faults)
        try:
            report.revisions = len(publish([transfer for transfer, _ in loader.to_publish], reason))
        except NotPublishable as error:
            records = {transfer.key: record for transfer, record in loader.to_publish}
            raise BadFiles(
                [records[key].fault("", fault) for key, found in error.faults.items() for fault in found]
            ) from error
        for record in loader.replaced:
            report.revisions += len(refresh(record, reason))
    return report


def _units(records: list[Record]) -> list[Unit]:
    """Records by owner, in file order; raises BadFiles for one that has no owner or no known model."""
    units: dict[tuple[str, str], Unit] = {}
    faults: list[Fault] = []
    for record in records:
        if record.model in OWNERS:
            key = _name(record)
            if (record.model, key) in units:
                faults.append(record.fault("", f"{key} stands twice"))
            units[record.model, key] = Unit(record)
        elif record.model in OWNED:
            name = OWNED[record.model]
            owner = units.get((_owner_label(record.model), str(_first(record.fields.get(name)))))
            if owner is None:
                faults.append(
                    record.fault(name, f"{name}: no {name} {record.fields.get(name)!r} stands above it")
                )
            else:
                owner.owned.append(record)
        else:
            faults.append(record.fault("", f"no such model: {record.model}"))
    if faults:
        raise BadFiles(faults)
    return list(units.values())


def _owner_label(model: str) -> str:
    return f"transfers.{OWNED[model]}"


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _name(record: Record) -> str:
    return str(record.fields.get(apps.get_model(record.model).natural_key_fields[0]))


class _Loader:
    """Loads units one by one and gathers faults; relations are looked up once."""

    def __init__(self, report: Report, overwrite: bool):
        self.report = report
        self.overwrite = overwrite
        self.faults: list[Fault] = []
        self.to_publish: list[tuple[Transfer, Record]] = []
        self.replaced: list[Party | System | Source] = []
        self._related: dict[tuple[type[models.Model], tuple], models.Model] = {}

    def load(self, unit: Unit) -> None:
        model = apps.get_model(unit.owner.model)
        name = _name(unit.owner)
        existing = model.objects.filter(**{model.natural_key_fields[0]: name}).first()
        if existing is None:
            self._add(unit)
            self.report.added.append(name)
        elif self._differs(unit, existing):
            if self.overwrite:
                self._overwrite(unit, existing)
                self.report.overwritten.append(name)
            else:
                self.report.kept.append(f"{model._meta.verbose_name} {name}")
        else:
            self.report.unchanged += 1

    def _add(self, unit: Unit, pk: int | None = None) -> None:
        """Save the unit's records, the owner under `pk` where it replaces one."""
        owner = self._build(unit.owner)
        if owner is None:
            return
        owner.pk, owner._state.adding = pk, pk is None
        if isinstance(owner, Transfer) and owner.state == Transfer.State.PUBLISHED:
            owner.state = Transfer.State.DRAFT  # publishing is what makes it published
            self.to_publish.append((owner, unit.owner))
        if not self._save(owner, unit.owner):
            return
        for record in unit.owned:
            instance = self._build(record)
            if instance is not None:
                self._save(instance, record)

    def _overwrite(self, unit: Unit, existing: models.Model) -> None:
        for relation in _owned_relations(existing):
            getattr(existing, relation).all().delete()
        self._add(unit, existing.pk)
        if isinstance(existing, Party | System | Source):
            self.replaced.append(existing)

    def _differs(self, unit: Unit, existing: models.Model) -> bool:
        built = [self._build(record) for record in (unit.owner, *unit.owned)]
        if None in built:
            return False  # its faults are told; the load ends without a change
        stored = [existing]
        for relation in _owned_relations(existing):
            stored += getattr(existing, relation).all()
        return _plain(built) != _plain(stored)

    def _save(self, instance: models.Model, record: Record) -> bool:
        try:
            instance.full_clean()
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                shown = "" if name == NON_FIELD_ERRORS else f"{name}: "
                self.faults += [record.fault(name, shown + message) for message in messages]
            return False
        instance.save()
        return True

    def _build(self, record: Record) -> Any:
        """The record as an unsaved instance, or None where a field is at fault."""
        model = apps.get_model(record.model)
        before = len(self.faults)
        values = {name: self._value(record, model, name, value) for name, value in record.fields.items()}
        return model(**values) if len(self.faults) == before else None

    def _value(self, record: Record, model: type[models.Model], name: str, value: Any) -> Any:
        try:
            target: Any = model._meta.get_field(name)
            if target.is_relation and value is None and not target.null:
                raise ValidationError("must not be empty")
            if isinstance(target, models.IntegerField) and isinstance(value, bool | float):
                raise ValidationError(f"must be a whole number, not {value}")
            if target.is_relation and value is not None:
                return self._relation(target.related_model, tuple(value))
            if isinstance(target, models.CharField | models.TextField) and not isinstance(value, str):
                raise ValidationError(f"must be text; write it in quotes: '{value}'")
            return target.to_python(value)
        except FieldDoesNotExist:
            self.faults.append(record.fault(name, f"{name}: no such field"))
        except (ObjectDoesNotExist, TypeError, ValueError):
            message = f"{name}: {value!r} is not in the fixtures above or in the database"
            self.faults.append(record.fault(name, message))
        except ValidationError as error:
            self.faults += [record.fault(name, f"{name}: {message}") for message in error.messages]
        return None

    def _relation(self, model: Any, key: tuple) -> models.Model:
        if (model, key) not in self._related:
            self._related[model, key] = model.objects.get_by_natural_key(*key)
        return self._related[model, key]


def _owned_relations(owner: models.Model) -> Iterator[str]:
    label = owner._meta.label_lower
    for owned, name in OWNED.items():
        if _owner_label(owned) == label:
            yield apps.get_model(owned)._meta.get_field(name).remote_field.get_accessor_name()


def _plain(instances: list[Any]) -> list[dict[str, Any]]:
    """Records as comparable values, natural keys in the place of ids."""
    ordered = sorted(instances, key=lambda record: (record._meta.label_lower, str(record.natural_key())))
    plain = serializers.serialize(
        "python", ordered, use_natural_foreign_keys=True, use_natural_primary_keys=True
    )
    return [{"model": item["model"], **item["fields"]} for item in plain]
