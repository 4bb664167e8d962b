"""A bundle of this register, a folder of CSV files as a release has them: its rows, as texts or None.

The tables name each other's rows; `read_bundle` checks that those are there. What cells mean, the models say.
"""

import csv
import hashlib
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from transfers.vocabulary import fields
from transfers.vocabulary.fields import Field, Type

from .records import Unreadable
from .text import LARGEST, load_file

NAME = "bundle"
#: Each table and its fields, of which the first is the key.
TABLES = {
    "parties": fields.PARTY,
    "systems": fields.SYSTEM,
    "sources": fields.SOURCE,
    "transfers": fields.ROW,
    "claims": fields.CLAIM,
}
KEYS = {table: listed[0].name for table, listed in TABLES.items()}
#: The table whose rows a field names, by the field's type or by its name.
_NAMED_BY_TYPE = {Type.PARTY: "parties", Type.SYSTEM: "systems"}
_NAMED = {"successor": "parties", "variant_of": "systems", "transfer": "transfers", "source": "sources"}

Cells = dict[str, str | None]


@dataclass(frozen=True)
class Bundle:
    """Rows by table, each with the line of its file on which it begins."""

    sha256: str
    tables: dict[str, list[tuple[int, Cells]]]

    @property
    def records(self) -> int:
        """Return the number of transfers and claims, which an import accounts for."""
        return len(self.tables["transfers"]) + len(self.tables["claims"])


def is_bundle(path: Path) -> bool:
    """Return whether the path is a folder, or a bundle's datapackage.json."""
    return path.is_dir() or path.name == "datapackage.json"


def read_bundle(path: Path) -> Bundle:
    """Return the bundle in the folder; raise Unreadable, with file and line, where it is not a bundle."""
    folder = path if path.is_dir() else path.parent
    digest = hashlib.sha256()
    tables = {}
    for table in TABLES:
        content = load_file(folder / f"{table}.csv")
        digest.update(hashlib.sha256(content).digest())
        tables[table] = _read_table(table, content)
    _check_names(tables)
    return Bundle(digest.hexdigest(), tables)


def _read_table(table: str, content: bytes) -> list[tuple[int, Cells]]:
    file = f"{table}.csv"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"{file}, line {line}, is not UTF-8.") from error
    if "\0" in text:
        raise Unreadable(f"{file} holds a NUL character.")
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    limit = csv.field_size_limit(LARGEST)
    try:
        header = next(reader, [])
        _check_header(file, header, TABLES[table])
        rows, line = [], reader.line_num + 1
        for cells in reader:
            if len(cells) != len(header):
                raise Unreadable(f"{file}, line {line}: {len(cells)} cells; the header has {len(header)}.")
            rows.append((line, {column: cell or None for column, cell in zip(header, cells, strict=True)}))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"{file}, line {reader.line_num}, is not CSV: {error}.") from error
    finally:
        csv.field_size_limit(limit)
    return rows


def _check_header(file: str, header: list[str], listed: tuple[Field, ...]) -> None:
    """Raise Unreadable for a missing column, unless it is a newer field, which older bundles lack."""
    newest = max((at for at, field in enumerate(listed) if field.name in header), default=0)
    needed = [field.name for at, field in enumerate(listed) if at < newest or not field.nullable]
    if missing := [name for name in needed if name not in header]:
        raise Unreadable(f"{file} lacks the columns {', '.join(missing)}, so it is not part of a bundle.")
    if len(set(header)) != len(header):
        raise Unreadable(f"A column appears twice in {file}.")


def _check_names(tables: dict[str, list[tuple[int, Cells]]]) -> None:
    keys: dict[str, set[str | None]] = {}
    for table, key in KEYS.items():
        keys[table] = {row[key] for _, row in tables[table]}
        if len(keys[table]) != len(tables[table]) or None in keys[table]:
            raise Unreadable(f"A {key} appears twice in {table}.csv, or a row has none.")
    for table, listed in TABLES.items():
        for field in listed:
            named = _NAMED_BY_TYPE.get(field.type) or _NAMED.get(field.name)
            if named is None:
                continue
            for line, row in tables[table]:
                name = row.get(field.name)
                if name is not None and name not in keys[named]:
                    raise Unreadable(
                        f"{table}.csv, line {line}: the {field.name} {name!r} is not in {named}.csv."
                    )
