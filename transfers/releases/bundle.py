"""Files of a release, written from a state of the register: the same state, the same bytes."""

from collections.abc import Iterator
from pathlib import Path

from transfers.exports import queries
from transfers.exports.formats import FORMATS
from transfers.exports.formats.table import About
from transfers.models import Release
from transfers.vocabulary.fields import Field
from transfers.vocabulary.tables import TABLES

from . import contents, package, sqlite, texts
from .folders import Files, measure_file, sync, write
from .state import State

SUMS = "SHA256SUMS"


def write_all(folder: Path, name: str, state: State, previous: Release | None) -> Files:
    """Write the bundle into an empty folder, and return its files with their sums and sizes.

    Nothing in it depends on the clock, the machine or the folder; Parquet and SQLite do on the versions of
    the libraries that write them.
    """
    files: Files = {}
    rows = contents.get_rows(state)
    texts_of_release = _write_texts(folder, name, state, previous, rows["sources"])
    for path in (*_write_tables(folder, name, state, rows), *texts_of_release):
        files[path.name] = measure_file(path)
    for file, build in ((package.NAME, package.build_descriptor), (SUMS, _build_sums)):
        write(folder / file, [build(name, state, files)])
        files[file] = measure_file(folder / file)
    sync(folder)
    return files


def _write_tables(folder: Path, name: str, state: State, rows: dict[str, contents.Rows]) -> Iterator[Path]:
    """Write the tables in each format, and yield each file once it is written."""
    abouts = {table.name: _describe(table.name, table.items, name, state) for table in TABLES.values()}
    for table in TABLES.values():
        about = abouts[table.name]
        for form in package.TABLE_FORMATS:
            path = folder / f"{table.name}.{form}"
            write(
                path, FORMATS[form].stream(queries.read_batches(rows[table.name], table.items, about), about)
            )
            yield path
    dictionary = package.list_fields()
    about = _describe("fields", package.DICTIONARY, name, state)
    batches = queries.read_batches(dictionary, package.DICTIONARY, about)
    write(folder / "fields.csv", FORMATS["csv"].stream(batches, about))
    yield folder / "fields.csv"
    path = folder / sqlite.NAME
    tables = (
        (table, queries.read_batches(rows[table.name], table.items, abouts[table.name]))
        for table in TABLES.values()
    )
    sqlite.write(path, tables, dictionary)
    sync(path)
    yield path


def _write_texts(
    folder: Path, name: str, state: State, previous: Release | None, sources: contents.Rows
) -> Iterator[Path]:
    pieces_by_file = {
        "CHANGES.md": texts.write_changes(name, state, previous),
        "CITATION.cff": [texts.build_citation(name, state)],
        "LICENCE.md": [texts.build_licence(sources)],
        "README.md": [texts.build_readme(name, state)],
    }
    for file, pieces in pieces_by_file.items():
        write(folder / file, pieces)
        yield folder / file


def _describe(table: str, items: tuple[Field, ...], name: str, state: State) -> About:
    """Return the description that a table's files carry."""
    day = state.time.date().isoformat()
    return About(
        columns=queries.build_columns(items),
        name=table,
        query=f"release {name}: {table}",
        revision=state.revision,
        time=state.written_time,
        licence=package.LICENCE,
        citation=f"arms_registry, release {name}, revision {state.revision} of {day}",
        count=0,
    )


def _build_sums(name: str, state: State, files: Files) -> bytes:
    """Build SHA256SUMS as `sha256sum -c` reads it; it ignores the lines with #."""
    head = [
        f"# arms_registry, release {name}, revision {state.revision}",
        f"# head {state.head}",
        f"# content {state.content}",
    ]
    lines = [f"{files[path]['sha256']}  {path}" for path in sorted(files)]
    return "".join(f"{line}\n" for line in head + lines).encode()
