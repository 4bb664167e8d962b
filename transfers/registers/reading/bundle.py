"""The register's own bundle of CSV files, as a release has them: a folder → its rows, cells texts or None.

The tables name each other's rows; `read` checks that no name leads nowhere. What cells mean, the models say.
"""

import csv
import hashlib
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from .records import Unreadable
from .text import LARGEST, load_file

NAME = "bundle"
#: Each table with its key, and the columns that name a row of another.
KEYS = {"parties": "code", "systems": "slug", "sources": "key", "transfers": "key", "claims": "claim"}
NAMED = {
    "parties": {"successor": "parties"},
    "systems": {"variant_of": "systems"},
    "sources": {},
    "transfers": {"supplier": "parties", "recipient": "parties", "system": "systems"},
    "claims": {"transfer": "transfers", "source": "sources"},
}
COLUMNS = {
    "parties": "code name kind alpha2 successor aliases",
    "systems": "slug name category unroca description variant_of aliases wikidata",
    "sources": "key publisher title authors agencies published url archived_url language reliability"
    " origin_of sha256 retrieved note",
    "transfers": "key supplier recipient system kind condition location occasion note",
    "claims": "transfer measure minimum maximum unit currency date as_of source locator excerpt"
    " attributed_to credibility preferred note",
}

Cells = dict[str, str | None]


@dataclass(frozen=True)
class Bundle:
    """A bundle that was read: rows by table, each with the line of its file on which it begins."""

    sha256: str
    tables: dict[str, list[tuple[int, Cells]]]

    @property
    def records(self) -> int:
        """Transfers and claims: what must be accounted for."""
        return len(self.tables["transfers"]) + len(self.tables["claims"])


def is_bundle(path: Path) -> bool:
    """Whether the path is a folder, or a bundle's datapackage.json."""
    return path.is_dir() or path.name == "datapackage.json"


def read(path: Path) -> Bundle:
    """The bundle in the folder; raises Unreadable for what is none, with the file and the line."""
    folder = path if path.is_dir() else path.parent
    digest = hashlib.sha256()
    tables = {}
    for name in KEYS:
        data = load_file(folder / f"{name}.csv")
        digest.update(hashlib.sha256(data).digest())
        tables[name] = _table(name, data)
    _check_names(tables)
    return Bundle(digest.hexdigest(), tables)


def _table(name: str, data: bytes) -> list[tuple[int, Cells]]:
    file = f"{name}.csv"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"{file}, line {line}, is not UTF-8.") from error
    if "\0" in text:
        raise Unreadable(f"{file} holds a NUL character.")
    csv.field_size_limit(LARGEST)
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        _check_header(file, header, COLUMNS[name].split())
        rows = []
        line = reader.line_num + 1
        for cells in reader:
            if len(cells) != len(header):
                raise Unreadable(f"{file}, line {line}: {len(cells)} cells; the header has {len(header)}.")
            rows.append((line, {column: cell or None for column, cell in zip(header, cells, strict=True)}))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"{file}, line {reader.line_num}, is no CSV: {error}.") from error
    return rows


def _check_header(file: str, header: list[str], needed: list[str]) -> None:
    if missing := [column for column in needed if column not in header]:
        raise Unreadable(f"{file} lacks the columns {', '.join(missing)}, so it is no part of a bundle.")
    if len(set(header)) != len(header):
        raise Unreadable(f"{file} has a column twice.")


def _check_names(tables: dict[str, list[tuple[int, Cells]]]) -> None:
    known: dict[str, set[str | None]] = {}
    for table, key in KEYS.items():
        listed = [row[key] for _, row in tables[table]]
        known[table] = set(listed)
        if len(known[table]) != len(listed) or None in known[table]:
            raise Unreadable(f"{table}.csv has a {key} twice, or a row without one.")
    for table, columns in NAMED.items():
        for line, row in tables[table]:
            for column, other in columns.items():
                if row[column] is not None and row[column] not in known[other]:
                    raise Unreadable(
                        f"{table}.csv, line {line}: the {column} {row[column]!r} is not in {other}.csv."
                    )
