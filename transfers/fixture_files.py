"""Fixture files as plain records with their lines: pure reading, no database.

A fixture is a YAML list of `{model: transfers.party, fields: {…}}`; relations are natural keys.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILES = ("parties.yaml", "systems.yaml", "sources.yaml", "transfers.yaml")


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where; prints as `file:line: message`."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class BadFile(Exception):
    """Files that cannot be taken as they are; `faults` holds every one found."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


@dataclass(frozen=True)
class Record:
    """One fixture record: its model (`transfers.party`), its values, and where they stand."""

    model: str
    fields: dict[str, Any]
    path: Path
    line: int
    lines: dict[str, int]

    def fault(self, message: str, field: str = "") -> Fault:
        """A fault of the record, or of one of its fields, at its line."""
        text = f"{field}: {message}" if field else message
        return Fault(self.path, self.lines.get(field, self.line), text)


def read(directory: Path) -> list[Record]:
    """The records of a folder's fixtures, in loading order; raises BadFile with every fault."""
    records: list[Record] = []
    faults: list[Fault] = []
    for path in (directory / name for name in FILES):
        try:
            records += read_file(path)
        except BadFile as error:
            faults += error.faults
    if faults:
        raise BadFile(faults)
    return records


def read_file(path: Path) -> list[Record]:
    """The records of one fixture file; raises BadFile where it is missing, damaged or misshapen."""
    text = _text(path)
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if not isinstance(root, yaml.SequenceNode) or not root.value:
            raise BadFile([Fault(path, 1, "the file must hold a list of records")])
        faults = [fault for node in root.value for fault in _shape_faults(path, node)]
        if faults:
            raise BadFile(faults)
        return [_record(path, node, loader.construct_document(node)) for node in root.value]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise BadFile([Fault(path, mark.line + 1 if mark else 1, f"no YAML: {error.problem}")]) from error
    except yaml.YAMLError as error:
        raise BadFile([Fault(path, 1, f"no YAML: {error}")]) from error


def _text(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise BadFile([Fault(path, 1, f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadFile([Fault(path, line, "not UTF-8")]) from error
    if not text.strip():
        raise BadFile([Fault(path, 1, "the file is empty")])
    return text


def _shape_faults(path: Path, node: yaml.Node) -> Iterator[Fault]:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        yield Fault(path, line, "a record must be a mapping of model and fields")
        return
    yield from _repeated(path, node)
    parts = {key.value: value for key, value in node.value}
    if set(parts) != {"model", "fields"}:
        yield Fault(path, line, f"a record has just 'model' and 'fields', not: {', '.join(sorted(parts))}")
    elif not isinstance(parts["fields"], yaml.MappingNode):
        yield Fault(path, line, "'fields' must be a mapping")
    else:
        yield from _repeated(path, parts["fields"])


def _repeated(path: Path, node: yaml.MappingNode) -> Iterator[Fault]:
    seen = set()
    for key, _ in node.value:
        if key.value in seen:
            yield Fault(path, key.start_mark.line + 1, f"{key.value}: stands twice in one record")
        seen.add(key.value)


def _record(path: Path, node: yaml.MappingNode, data: dict[str, Any]) -> Record:
    fields = next(value for key, value in node.value if key.value == "fields")
    lines = {key.value: key.start_mark.line + 1 for key, _ in fields.value}
    return Record(str(data["model"]), data["fields"], path, node.start_mark.line + 1, lines)
