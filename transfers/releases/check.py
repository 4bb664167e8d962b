"""Releases checked: what is recorded against the log, and files against what is recorded."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from transfers.models import Release, Revision

from . import folders
from .build import differing, folder_of
from .bundle import SUMS
from .state import at_former, content_hash

_FIRST = re.compile(r"# arms_registry, release (\S+), revision ([0-9]+)")
_HASH = re.compile(r"# (head|content) ([0-9a-f]{64})")
_SUM = re.compile(r"([0-9a-f]{64})  (\S+)")


def faults() -> Iterator[str]:
    """Every disagreement of log, records and files, one line each; nothing: all is as it was made."""
    for record in Release.objects.order_by("pk"):
        name = f"release {record.name}"
        told = {field: getattr(record, field) for field in ("revision", "head", "content")}
        yield from (f"{name}: {fault}" for fault in _log_faults(told))
        yield from (f"{name}: {fault}" for fault in _record_faults(record))


def folder_faults(folder: Path) -> Iterator[str]:
    """The same of a bundle in any folder, such as one that was downloaded: its files, its sums, the log."""
    try:
        found = folders.sums(folder)
        said = _said((folder / SUMS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        yield f"{folder}: {SUMS} cannot be read, so this is no release or a damaged one ({error})"
        return
    summed = found.pop(SUMS)
    expected = {name: {"sha256": digest} for name, digest in said["sums"].items()}
    yield from (f"{folder}: {fault}" for fault in differing(found, expected))
    yield from (f"{folder}: {fault}" for fault in _log_faults(said))
    record = Release.objects.filter(name=said["name"]).first()
    if record is not None and record.digest != summed["sha256"]:
        yield f"{folder}: {SUMS} is not that of the release {record.name} of this register"


def _log_faults(told: dict[str, Any]) -> Iterator[str]:
    """Where the log says otherwise of a revision, its head and its content."""
    revision = told["revision"]
    entry = Revision.objects.filter(sequence=revision).first()
    if entry is None:
        yield f"its revision {revision} is not in the log"
        return
    former = at_former(revision)
    if former is not None and former[0] == told["head"]:
        head, content = former
    else:
        head, content = entry.hash, content_hash(revision)[0]
    if head != told["head"]:
        yield f"its head is not that of revision {revision} in the log"
    if content != told["content"]:
        yield f"its content is not that of revision {revision} in the log"


def _record_faults(record: Release) -> Iterator[str]:
    folder = folder_of(record.name)
    if not folder.is_dir():
        yield f"its folder {folder} is missing"
        return
    yield from differing(folders.sums(folder), record.files)
    try:
        said = _said((folder / SUMS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # altered or missing, as was said already
    recorded = {name: file["sha256"] for name, file in record.files.items() if name != SUMS}
    told = {"name": record.name, "revision": record.revision, "head": record.head, "content": record.content}
    if said != told | {"sums": recorded} or record.digest != folders.summed(folder / SUMS)["sha256"]:
        yield f"its record is not what its {SUMS} says"


def _said(text: str) -> dict[str, Any]:
    """What SHA256SUMS says: name, revision, head, content, and file → sum. Raises ValueError."""
    lines = text.splitlines()
    first = _FIRST.fullmatch(lines[0]) if lines else None
    hashes = [_HASH.fullmatch(line) for line in lines[1:3]]
    sums = [_SUM.fullmatch(line) for line in lines[3:]]
    if first is None or not all([*hashes, *sums]) or len(hashes) != 2:
        raise ValueError("it is not written as a release's")
    return {
        "name": first[1],
        "revision": int(first[2]),
        **{found[1]: found[2] for found in hashes if found},
        "sums": {found[2]: found[1] for found in sums if found},
    }
