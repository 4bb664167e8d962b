"""Curation written back into fixture files, so that what was done in the admin can be committed.

What a file says already is left to the letter, comments included: only the entries of records that differ
are written anew, in the style of the shipped files. A record that is gone goes with the comment above it.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction

from . import fixture_files
from .faults import BadFiles
from .fixture_text import entry
from .history import OWNED
from .models import Party, RegistryRow, Source, System, Transfer

#: The file of each owner; what it owns stands below it there.
FILES: dict[type[models.Model], str] = dict(
    zip((Party, System, Source, Transfer), fixture_files.FILES, strict=True)
)
KNOWN = {model._meta.label_lower for each, owned in OWNED.items() for model in (each, *owned)}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Entry = tuple[str, dict[str, Any]]
Key = tuple[str, str]


class Unwritable(Exception):
    """The folder cannot be written; the text says why, in one sentence."""


@dataclass
class Unit:
    """A record and those it owns, as fixture entries; `text` is how a file has it already."""

    entries: list[Entry]
    text: str = ""
    comment: str = ""

    @property
    def key(self) -> Key:
        return key_of(*self.entries[0])

    def parents(self) -> Iterator[Key]:
        """Records of its own kind that it names, and that must stand above it."""
        label, fields = self.entries[0]
        for relation in apps.get_model(label)._meta.concrete_fields:
            if relation.related_model is apps.get_model(label) and fields.get(relation.name):
                yield label, fields[relation.name][0]

    def says(self) -> list[Any]:
        """What it says, whatever it leaves unsaid and in whatever order."""
        return [said(*self.entries[0]), sorted(map(repr, (said(*each) for each in self.entries[1:])))]


@dataclass
class Report:
    """Which files were written; and public transfers whose public version no fixture can hold."""

    written: list[Path] = field(default_factory=list)
    unchanged: list[Path] = field(default_factory=list)
    revised: list[str] = field(default_factory=list)


def export(directory: Path) -> Report:
    """Write the fixtures of the database into the folder, all files or none.

    Raises BadFiles where a file that is there cannot be read, Unwritable where one cannot be written.
    """
    report, texts = Report(), {}
    with transaction.atomic():
        for model, name in FILES.items():
            path = directory / name
            before = _text(path)
            texts[path] = merged(before, _stored(model), path)
            (report.unchanged if texts[path] == before else report.written).append(path)
        public = RegistryRow.objects.current().values("key")
        behind = Transfer.objects.filter(key__in=public).exclude(state=Transfer.State.PUBLISHED)
        report.revised = list(behind.values_list("key", flat=True))
    _write(directory, {path: texts[path] for path in report.written})
    return report


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        return "\0"  # read again below, which says which line is not UTF-8
    except OSError as error:
        raise Unwritable(f"{path} cannot be read: {error.strerror}.") from error


# What the database says


def _stored(model: type[models.Model]) -> list[Unit]:
    """The owners of this kind in the order in which they were entered, each with what it owns."""
    below: dict[int, list[Entry]] = {}
    for owned, name in OWNED[model].items():
        for record in _with_relations(owned):
            below.setdefault(getattr(record, f"{name}_id"), []).append(_entry(record))
    return [Unit([_entry(owner), *below.get(owner.pk, [])]) for owner in _with_relations(model)]


def _with_relations(model: Any) -> Iterable[Any]:
    related = [each.name for each in model._meta.concrete_fields if each.is_relation]
    return model._default_manager.select_related(*related).order_by("pk")


def _entry(record: Any) -> Entry:
    """The record without what is empty; relations by natural key."""
    fields: dict[str, Any] = {}
    for each in record._meta.concrete_fields:
        value = getattr(record, each.name)
        if each.primary_key or value is None or value == "" or value is False:
            continue
        fields[each.name] = list(value.natural_key()) if each.is_relation else _number(value)
    return record._meta.label_lower, fields


def _number(value: Any) -> Any:
    """A whole amount as a whole number; a broken one as text, as a YAML float would not be exact."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else f"{value.normalize():f}"


def key_of(label: str, fields: Mapping[str, Any]) -> Key:
    """Model and natural key of an owner."""
    return label, str(fields.get(apps.get_model(label).natural_key_fields[0]))


def said(label: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Every field of an entry, with the defaults of those that it leaves out."""
    values: dict[str, Any] = {**fields, "model": label}
    for each in apps.get_model(label)._meta.concrete_fields:
        if each.primary_key:
            continue
        value = fields.get(each.name, each.get_default())
        try:
            value = value if each.is_relation or value is None else each.to_python(value)
        except (ValidationError, TypeError, ValueError):
            value = repr(value)  # what cannot be read differs from all that is stored
        values[each.name] = None if value is None else str(_number(value))
    return dict(sorted(values.items()))


# What the file says already


def merged(before: str, stored: list[Unit], path: Path) -> str:
    """The file with the stored records: what it says already to the letter, the rest anew."""
    head, known, tail = _units(before, path) if before else ("", {}, "")
    there = {unit.key: unit for unit in stored}
    kept = [there.pop(key) for key in known if key in there]
    for unit in kept:
        old = known[unit.key]
        unit.comment, unit.text = old.comment, old.text if old.says() == unit.says() else ""
    for unit in there.values():
        unit.comment = "\n" if unit.key[0] == Transfer._meta.label_lower else ""
    ordered = _parents_first([*kept, *there.values()])
    text = head + "".join(unit.comment + (unit.text or _written(unit)) for unit in ordered) + tail
    if not _agrees(text, ordered):  # lines that YAML counts in another way, such as those that U+2028 ends
        text = "".join(map(_written, ordered))
    return text.lstrip("\n") or "[]\n"


def _written(unit: Unit) -> str:
    return "".join(entry(*each) for each in unit.entries)


def _agrees(text: str, units: list[Unit]) -> bool:
    """Whether the text, read again, says what the units say."""
    found = yaml.load(text, Loader=_LOADER) or []
    read = [said(each["model"], each["fields"]) for each in found]
    return sorted(map(repr, read)) == sorted(repr(said(*each)) for unit in units for each in unit.entries)


def _units(text: str, path: Path) -> tuple[str, dict[Key, Unit], str]:
    """A file's head comment, its units with their texts, and what stands below them."""
    records, faults = fixture_files.read_file(path)
    faults += [each.fault("", f"no such model: {each.model}") for each in records if each.model not in KNOWN]
    if faults:
        raise BadFiles(faults)
    lines = _lines(text)
    if not records:
        return "".join(line for line in lines if line.startswith("#")), {}, ""
    starts = [record.line - 1 for record in records] + [len(lines)]
    owners = {model._meta.label_lower for model in FILES}
    units: dict[Key, Unit] = {}
    head, comment = _comment("".join(lines[: starts[0]]), first=True)
    for number, record in enumerate(records):
        body, below = _comment("".join(lines[starts[number] : starts[number + 1]]))
        each = (record.model, record.fields)
        if record.model in owners or not units:
            units[key_of(*each)] = Unit([each], body, comment)
        else:
            unit = units[next(reversed(units))]
            unit.entries.append(each)
            unit.text += comment + body
        comment = below
    return head, units, comment


def _lines(text: str) -> list[str]:
    return [line for line in text.replace("\n", "\n\0").split("\0") if line]


def _comment(text: str, *, first: bool = False) -> tuple[str, str]:
    """The text, and the comment at its end, which belongs to what comes next; `first`: a file's head."""
    lines = _lines(text)
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    if first:  # up to the first empty line the comment is the file's own
        blank = [number for number, line in enumerate(lines) if not line.strip()]
        end = blank[0] if blank else len(lines)
    return "".join(lines[:end]), "".join(lines[end:])


def _parents_first(units: list[Unit]) -> list[Unit]:
    """The units in their order, but none above one that it names."""
    left = {unit.key: unit for unit in units}
    ordered: list[Unit] = []

    def place(unit: Unit) -> None:
        for parent in unit.parents():
            if parent in left:
                place(left.pop(parent))
        ordered.append(unit)

    while left:
        place(left.pop(next(iter(left))))
    return ordered


# Writing


def _write(directory: Path, texts: Mapping[Path, str]) -> None:
    """Write the files beside, then move them; those moved go back where a later one cannot be."""
    temporary: dict[Path, Path] = {}
    before: dict[Path, bytes | None] = {}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            temporary[path] = path.with_name(f".{path.name}.{os.getpid()}")
            temporary[path].write_text(text, encoding="utf-8", newline="\n")
            if path.exists():
                shutil.copymode(path, temporary[path])
        for path in texts:
            previous = path.read_bytes() if path.is_file() else None
            temporary[path].replace(path.resolve())
            before[path] = previous
    except OSError as error:
        _put_back(before)
        raise Unwritable(f"{directory} cannot be written: {error.strerror}; it is as it was.") from error
    finally:
        for path in temporary.values():
            if path.exists():
                path.unlink()


def _put_back(before: Mapping[Path, bytes | None]) -> None:
    for path, content in before.items():
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
