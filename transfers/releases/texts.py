"""Texts of the bundle for people: README, licence, citation, and what changed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from transfers.models import Release

from . import compare
from .package import LICENCE, TABLE_FORMATS, TITLE
from .state import State

_README = """# arms_registry, release {name}

{title}: its state at revision {revision}, published {time}. {transfers} transfers.

| file | holds |
|---|---|
| `transfers` | one row a transfer |
| `claims` | who says which figure, where, and in which words |
| `systems`, `parties`, `sources` | what rows and claims name |
| `fields.csv` | what every column means: type, unit, values |
| `registry.sqlite3` | all tables in one file for SQLite |
| `datapackage.json` | this bundle as a Frictionless data package: types, keys, sums |
| `CHANGES.md` | what changed since the release before |
| `CITATION.cff` | how to cite it |
| `SHA256SUMS` | the sum of every file |

Each table is there as CSV (UTF-8, empty means missing, members of a list are joined by `|`) and as {others}.
Rows and claims are as they were at the revision, claims with their source as it read then. Systems, parties
and sources have no versions: they read as they did when the release was made.

Check it: `sha256sum -c SHA256SUMS`. The log of the register is chained by hashes, and this release holds its
state at the head

    {head}

By that hash whoever has the register can tell whether its log still is the one that this release was made
from (`manage.py verify --since`). The content of all transfers, whatever the revisions that brought it, has
the SHA-256

    {content}

The data are under CC BY 4.0 ({licence}); see LICENCE.md.
"""

_LICENCE = """# Licence

SPDX-License-Identifier: CC-BY-4.0

The data of this bundle are licensed under the Creative Commons Attribution 4.0 International licence:
{licence}. Its binding text is {licence}legalcode.

You may share and adapt the data for any purpose if you name the register and its release as CITATION.cff
does, link to the licence, and say what you changed.

## The sources' own words

Excerpts, of at most twelve words each, and the comments of registers (`comment` of a transfer) are the words
of their sources. They stand in the data as quotations and are not under the licence above: the rights remain
with the owners, and these terms hold.

| publisher | sources | terms |
|---|---|---|
{terms}
"""
_NO_TERMS = "not recorded; ask the publisher"


def build_readme(name: str, state: State) -> bytes:
    """Build README.md."""
    others = " and ".join(form.title() for form in TABLE_FORMATS if form != "csv")
    text = _README.format(
        name=name, title=TITLE, revision=state.revision, time=state.written_time, transfers=state.transfers,
        head=state.head, content=state.content, licence=LICENCE, others=others,
    )  # fmt: skip
    return text.encode()


def build_licence(sources: Iterable[Mapping[str, Any]]) -> bytes:
    """Build LICENCE.md, with the terms of each publisher of these sources."""
    counts = Counter((source["publisher"], source["terms"] or _NO_TERMS) for source in sources)
    lines = [
        f"| {_escape(publisher)} | {counts[publisher, terms]} | {_escape(terms)} |"
        for publisher, terms in sorted(counts)
    ]
    return _LICENCE.format(licence=LICENCE, terms="\n".join(lines)).encode()


def _escape(text: str) -> str:
    """Return the text as a cell of a Markdown table."""
    return " ".join(text.replace("|", "\\|").split())


def build_citation(name: str, state: State) -> bytes:
    """Build CITATION.cff, in the Citation File Format 1.2.0."""
    citation = {
        "cff-version": "1.2.0",
        "message": "If you use these data, please cite them as below.",
        "type": "dataset",
        "title": f"arms_registry: {TITLE[0].lower()}{TITLE[1:]}",
        "version": name,
        "date-released": state.time.date().isoformat(),
        "authors": [{"name": "The arms_registry maintainers"}],
        "license": "CC-BY-4.0",
        "keywords": ["arms transfers", "arms trade", "conventional weapons"],
        "identifiers": [
            {"type": "other", "value": f"revision {state.revision}",
             "description": "The revision of the register that the release holds"},
            {"type": "other", "value": f"sha256:{state.head}",
             "description": "Hash of the register's log at that revision"},
            {"type": "other", "value": f"sha256:{state.content}",
             "description": "SHA-256 of the content of all transfers"},
        ],
    }  # fmt: skip
    return yaml.safe_dump(citation, sort_keys=False, allow_unicode=True, width=100).encode()


def write_changes(name: str, state: State, previous: Release | None) -> Iterator[bytes]:
    """Yield CHANGES.md against the release before, or for the first one, which has none."""
    yield f"# What changed in release {name}\n\n".encode()
    if previous is None:
        yield b"This is the first release: there is none to compare it with.\n"
        return
    yield f"Compared with release {previous.name} (revision {previous.revision}); this is revision".encode()
    yield f" {state.revision}.\n\n".encode()
    lines = compare.write_lines(compare.list_changes(previous.revision, state.revision))
    line = next(lines)
    for following in lines:
        is_detail = line.startswith(" ")
        yield f"{'  - ' if is_detail else '- '}{line.strip()}\n".encode()
        line = following
    yield f"\nTransfers: {line}.\n".encode()
