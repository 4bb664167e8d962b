"""Check of releases: the records against the log, and the files against the records."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from transfers.models import Release, Revision

from . import folders
from .build import get_folder, list_differences
from .bundle import SUMS
from .state import get_former_hashes, hash_content

_FIRST = re.compile(r"# arms_registry, release (\S+), revision ([0-9]+)")
_HASH = re.compile(r"# (head|content) ([0-9a-f]{64})")
_SUM = re.compile(r"([0-9a-f]{64})  (\S+)")


def list_faults() -> Iterator[str]:
    """Yield every disagreement of log, records and files, one line each."""
    for record in Release.objects.order_by("pk"):
        name = f"release {record.name}"
        for fault in chain(_check_log(record.revision, record.head, record.content), _check_record(record)):
            yield f"{name}: {fault}"


def list_folder_faults(folder: Path) -> Iterator[str]:
    """Yield the faults of a bundle in any folder, such as one that was downloaded."""
    try:
        files = folders.measure_folder(folder)
        stated = _parse_sums((folder / SUMS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        yield f"{folder}: {SUMS} cannot be read, so this is no release or a damaged one ({error})"
        return
    digest = files.pop(SUMS)["sha256"]
    expected = {name: {"sha256": digest} for name, digest in stated["sums"].items()}
    in_log = _check_log(stated["revision"], stated["head"], stated["content"])
    yield from (f"{folder}: {fault}" for fault in chain(list_differences(files, expected), in_log))
    record = Release.objects.filter(name=stated["name"]).first()
    if record is not None and record.digest != digest:
        yield f"{folder}: {SUMS} is not that of the release {record.name} of this register"


def _check_log(revision: int, head: str, content: str) -> Iterator[str]:
    """Yield where the log disagrees about a revision, its head and its content."""
    entry = Revision.objects.filter(sequence=revision).first()
    if entry is None:
        yield f"its revision {revision} is not in the log"
        return
    entry_hashes = entry.hash, hash_content(revision)[0]
    former = get_former_hashes(revision)
    in_log = former if former is not None and former[0] == head else entry_hashes
    if in_log[0] != head:
        yield f"its head is not that of revision {revision} in the log"
    if in_log[1] != content:
        yield f"its content is not that of revision {revision} in the log"


def _check_record(record: Release) -> Iterator[str]:
    folder = get_folder(record.name)
    if not folder.is_dir():
        yield f"its folder {folder} is missing"
        return
    yield from list_differences(folders.measure_folder(folder), record.files)
    try:
        stated = _parse_sums((folder / SUMS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # altered or missing, which is reported above
    recorded = {name: file["sha256"] for name, file in record.files.items() if name != SUMS}
    expected = {name: getattr(record, name) for name in ("name", "revision", "head", "content")}
    digest = folders.measure_file(folder / SUMS)["sha256"]
    if stated != expected | {"sums": recorded} or record.digest != digest:
        yield f"its record is not what its {SUMS} says"


def _parse_sums(text: str) -> dict[str, Any]:
    """Return name, revision, head, content, and file → sum of a SHA256SUMS; raise ValueError."""
    lines = text.splitlines()
    first = _FIRST.fullmatch(lines[0]) if lines else None
    hashes = [_HASH.fullmatch(line) for line in lines[1:3]]
    sums = [_SUM.fullmatch(line) for line in lines[3:]]
    if first is None or not all([*hashes, *sums]) or len(hashes) != 2:
        raise ValueError("it is not that of a release")
    return {
        "name": first[1],
        "revision": int(first[2]),
        **{line[1]: line[2] for line in hashes if line},
        "sums": {line[2]: line[1] for line in sums if line},
    }
