"""Fixture files as plain records with their lines: pure reading, no database.

A fixture is a YAML list of `{model: transfers.party, fields: {…}}`; relations are natural keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .faults import BadFiles, Fault, UnreadableFile, fold_spaces, read_text

#: The fixtures of a folder, in loading order.
FILES = ("parties.yaml", "systems.yaml", "sources.yaml", "transfers.yaml")

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Record:
    """Entry of a fixture, with the line of each of its fields."""

    path: Path
    line: int
    model: str
    fields: dict[str, Any]
    lines: Mapping[str, int]

    def fault(self, name: str, message: str) -> Fault:
        """Return a fault in the line of this field, or of the entry where it lacks the field."""
        return Fault(self.path, self.lines.get(name, self.line), message)

    def text(self, name: str, default: str = "") -> str:
        """Return a text field as it compares with a log: folded, empty where it is absent."""
        return fold_spaces(str(self.fields.get(name) or default))


def read_fixtures(directory: Path) -> list[Record]:
    """Return the records of a folder's fixtures, in loading order; raise BadFiles with every fault."""
    records: list[Record] = []
    faults: list[Fault] = []
    for name in FILES:
        file_records, file_faults = read_file(directory / name)
        records += file_records
        faults += file_faults
    if faults:
        raise BadFiles(faults)
    return records


def read_file(path: Path) -> tuple[list[Record], list[Fault]]:
    """Return the records of one file that can be read, and the faults of the rest."""
    try:
        return _parse_entries(path)
    except UnreadableFile as error:
        return [], [error.fault]


def _parse_entries(path: Path) -> tuple[list[Record], list[Fault]]:
    text = read_text(path)
    try:
        root = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        after = error.problem_mark.line if error.problem_mark else 0  # may be past the end
        line = min(after, text.rstrip("\n").count("\n")) + 1
        raise UnreadableFile(path, line, f"is not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        line = text.count("\n", 0, getattr(error, "position", 0) or 0) + 1
        raise UnreadableFile(
            path, line, "is not YAML: it holds a character that YAML does not allow"
        ) from error
    if not isinstance(root, yaml.SequenceNode):
        raise UnreadableFile(path, 1, "is not a list of records")
    entries, faults = [], []
    for node in root.value:
        try:
            entries.append(_parse_entry(path, node))
        except UnreadableFile as error:
            faults.append(error.fault)
    return entries, faults


def _parse_entry(path: Path, node: yaml.Node) -> Record:
    top, _ = _parse_mapping(path, node)
    if not {"model", "fields"} == top.keys():
        raise UnreadableFile(path, _get_line(node), "a record has just model and fields")
    fields, lines = _parse_mapping(path, top["fields"])
    values = {name: _parse_value(path, value) for name, value in fields.items()}
    return Record(path, _get_line(node), str(_parse_value(path, top["model"])), values, lines)


def _parse_mapping(path: Path, node: yaml.Node) -> tuple[dict[str, yaml.Node], dict[str, int]]:
    """Return a mapping's nodes and the line of each key; raise UnreadableFile for anything else."""
    if not isinstance(node, yaml.MappingNode):
        raise UnreadableFile(
            path, _get_line(node), "a record has just model and fields, and the fields have names"
        )
    nodes: dict[str, yaml.Node] = {}
    lines: dict[str, int] = {}
    for key, value in node.value:
        if key.value in nodes:
            raise UnreadableFile(path, _get_line(key), f"{key.value} appears twice")
        nodes[key.value], lines[key.value] = value, _get_line(key)
    return nodes, lines


def _parse_value(path: Path, node: yaml.Node) -> Any:
    try:
        return yaml.constructor.SafeConstructor().construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError) as error:
        raise UnreadableFile(path, _get_line(node), "is not a value that YAML can read; quote it") from error


def _get_line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
