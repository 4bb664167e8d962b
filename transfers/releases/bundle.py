"""The files of a release, written from a state of the register: the same state, the same bytes."""

from collections.abc import Iterator
from pathlib import Path

from transfers.exports import queries
from transfers.exports.formats import FORMATS
from transfers.exports.formats.table import About
from transfers.models import Release

from . import contents, package, sqlite, texts
from .contents import Table
from .folders import Files, settle, summed, write
from .state import State

SUMS = "SHA256SUMS"


def write_all(folder: Path, name: str, state: State, previous: Release | None) -> Files:
    """Write the bundle into an empty folder; its files with their sums and sizes.

    Nothing in it depends on the clock, the machine or the folder; Parquet and SQLite do on the versions of
    the libraries that write them.
    """
    files: Files = {}
    tables = contents.tables(state)
    for path in _parts(folder, name, state, tables, previous):
        files[path.name] = summed(path)
    write(folder / package.NAME, [package.descriptor(name, state, tables, files)])
    files[package.NAME] = summed(folder / package.NAME)
    write(folder / SUMS, [_sums(name, state, files)])
    files[SUMS] = summed(folder / SUMS)
    settle(folder)
    return files


def _parts(
    folder: Path, name: str, state: State, tables: list[Table], previous: Release | None
) -> Iterator[Path]:
    """Each file once it is written."""
    described = [(table, _about(table, name, state)) for table in tables]
    for table, about in described:
        for form in ("csv", "parquet"):
            path = folder / f"{table.name}.{form}"
            write(path, FORMATS[form].stream(table.batches(about), about))
            yield path
    dictionary = package.dictionary(tables)
    fields = _about_dictionary(name, state)
    write(folder / "fields.csv", FORMATS["csv"].stream(queries.build_batches(dictionary, fields), fields))
    yield folder / "fields.csv"
    sqlite.write(folder / sqlite.NAME, described, dictionary)
    settle(folder / sqlite.NAME)
    yield folder / sqlite.NAME
    before = (previous.name, previous.revision) if previous else None
    told = {
        "CHANGES.md": texts.changes(name, state, before),
        "CITATION.cff": [texts.citation(name, state)],
        "LICENCE.md": [texts.licence()],
        "README.md": [texts.readme(name, state)],
    }
    for file, pieces in told.items():
        write(folder / file, pieces)
        yield folder / file


def _about(table: Table, name: str, state: State) -> About:
    """What a table's Parquet file says of itself."""
    day = state.time.date().isoformat()
    return About(
        columns=queries.build_columns(table.items),
        name=table.name,
        query=f"release {name}: {table.name}",
        revision=state.revision,
        time=state.written_time,
        licence=package.LICENCE,
        citation=f"arms_registry, release {name}, revision {state.revision} of {day}",
        count=0,
    )


def _about_dictionary(name: str, state: State) -> About:
    table = Table("fields", "", package.DICTIONARY, "", {}, lambda about: iter(()))
    return _about(table, name, state)


def _sums(name: str, state: State, files: Files) -> bytes:
    """SHA256SUMS as `sha256sum -c` reads it; the lines with # it passes over."""
    head = [
        f"# arms_registry, release {name}, revision {state.revision}",
        f"# head {state.head}",
        f"# content {state.content}",
    ]
    lines = [f"{files[path]['sha256']}  {path}" for path in sorted(files)]
    return "".join(f"{line}\n" for line in head + lines).encode()
