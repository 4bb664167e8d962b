"""Folders that appear whole: built aside, written through to the disk, moved in one rename."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .state import NotReleasable

_ASIDE = ".building-release-"
_PIECE = 1 << 20

#: File name → its `sha256` and its `bytes`.
Files = dict[str, dict[str, Any]]


@contextmanager
def build_aside(parent: Path) -> Iterator[Path]:
    """Yield a new folder inside `parent`, to one build at a time, and remove it afterwards if it is there.

    First remove the folders of builds that were killed: nobody else builds here while the lock is held, and
    the system releases the lock of a process however it ends.
    """
    parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotReleasable(f"Another release is being built in {parent}; try again later.") from error
        for abandoned in parent.glob(f"{_ASIDE}*"):
            shutil.rmtree(abandoned)
        folder = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=parent))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)


def write(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file through to the disk."""
    with path.open("xb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Write a folder, or a file that something else wrote, through to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move(folder: Path, target: Path) -> None:
    """Give a finished folder its name, in one step; raises OSError where the name is taken."""
    folder.chmod(0o755)
    os.rename(folder, target)
    sync(target.parent)


def measure_folder(folder: Path) -> Files:
    """Return every file in a folder with its sum and size; raise OSError where there is no such folder."""
    return {path.name: measure_file(path) for path in sorted(folder.iterdir())}


def measure_file(path: Path) -> dict[str, Any]:
    """Return the SHA-256 and the size of a file; empty and 0 for anything that is not a file."""
    if not path.is_file():
        return {"sha256": "", "bytes": 0}
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return {"sha256": digest.hexdigest(), "bytes": path.stat().st_size}
