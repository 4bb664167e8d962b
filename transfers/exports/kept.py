"""Large exports, kept as files: each is written once, whole, and read by everybody who asks for it.

An export never changes, so a name that stands for its question and its edition is enough. Its folder holds
`data`, locked by the process that writes it, and from its end `whole`, the size. Readers share a lock on the
folder: a writer whose readers have all left ends, and nobody removes what is being read. What a killed
writer left has no `whole`, and is written anew. All of this is seen by every process of the server.
"""

import fcntl
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError

#: ETag and format: nothing else in the folder of all exports is ever removed.
_NAME = re.compile(r"[0-9a-f]{32}\.[a-z]+")
DATA, WHOLE = "data", "whole"
_PIECE = 1 << 18
#: Seconds between two looks at a file that grows, and that an export waits for others to end.
_PAUSE, _PATIENCE = 0.01, 20.0
#: Exports that are written at the same time, so that small questions find a processor.
AT_ONCE = max(2, os.cpu_count() or 1)

#: Places for those who wait for an export; a process of the server must have more threads.
_WAITING = threading.BoundedSemaphore(6)

#: Function that starts the process that writes an export to the descriptor, and holds on to the others.
Start = Callable[[int, tuple[int, ...]], None]


class ExportFailed(OperationalError):
    """Failure of the writer before its file was whole; most often the database failed it."""


class Busy(Exception):
    """Signal that too many exports are being written or waited for."""


class Reader:
    """Reader of one export, from `open_export` to `close`."""

    def __init__(self, folder: Path, lock: int, file: FileIO):
        self.path = folder / DATA
        self._whole = folder / WHOLE
        self._lock: int | None = lock
        self.file = file

    def seek(self, place: int) -> None:
        """Go to a place in the file."""
        self.file.seek(place)

    def readinto(self, buffer: Any) -> int:
        """Read from there into the buffer; return how many bytes there were."""
        return self.file.readinto(buffer)

    def close(self) -> None:
        """Let go of the export."""
        self.file.close()
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    #: An answer that is not sent after all is never read, nor closed.
    __del__ = close

    def get_size(self) -> int | None:
        """Return the size of the file, or None until it is whole."""
        try:
            size = int(self._whole.read_text())
        except (OSError, ValueError):
            return None
        return size if os.fstat(self.file.fileno()).st_size == size else None

    def wait_for_start(self) -> None:
        """Wait until there is something to read; raise ExportFailed if there never will be."""
        self._wait_for(lambda: _is_locked(self.file.fileno()) and bool(os.fstat(self.file.fileno()).st_size))

    def wait_for_size(self) -> int:
        """Wait until the file is whole; return its size.

        Raise ExportFailed if it never will be, and Busy where too many wait.
        """
        with _wait_in_line():
            self._wait_for(lambda: False)
        size = self.get_size()
        assert size is not None
        return size

    def follow(self) -> Iterator[bytes]:
        """Yield the whole file while it is written; raise ExportFailed where it breaks off."""
        try:
            while True:
                is_whole = self.get_size() is not None  # before the look that finds nothing more
                if piece := self.file.read(_PIECE):
                    yield piece
                elif is_whole:
                    return
                else:
                    self._wait_for(lambda: os.fstat(self.file.fileno()).st_size > self.file.tell())
        finally:
            self.close()

    def _wait_for(self, has_come: Callable[[], bool]) -> None:
        while not has_come() and self.get_size() is None:
            if not _is_locked(self.file.fileno()) and self.get_size() is None:
                raise ExportFailed("The process of the export ended before its file was whole.")
            time.sleep(_PAUSE)


def open_export(name: str, start: Start) -> Reader:
    """Return a reader of the export of this name, which `start` writes if nobody has yet.

    Raise Busy where too many others are being written, and ExportFailed where this one cannot be begun.
    """
    folder = settings.EXPORTS_DIR / name
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            reader = _open_reader(folder)
        except FileNotFoundError:  # removed between these two lines
            continue
        is_writer = False
        try:
            if reader.get_size() is None:
                with _wait_in_line():
                    is_writer = _write(folder, reader, start)
                    reader.wait_for_start()
            else:
                os.utime(folder / WHOLE)  # used just now
        except BaseException as error:
            reader.close()
            if isinstance(error, ExportFailed) and not is_writer:  # another's writer ended: be the next
                continue
            raise
        return reader


def open_whole(name: str) -> Reader | None:
    """Return a reader of the export of this name if it is whole; never have it written."""
    folder = settings.EXPORTS_DIR / name
    if not (folder / WHOLE).exists():
        return None
    with suppress(FileNotFoundError):
        reader = _open_reader(folder)
        if reader.get_size() is not None:
            os.utime(folder / WHOLE)
            return reader
        reader.close()
    return None


@contextmanager
def _wait_in_line() -> Iterator[None]:
    """Take a place among those who wait; raise Busy where there is none."""
    if not _WAITING.acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        _WAITING.release()


def _open_reader(folder: Path) -> Reader:
    """Open the folder for reading; raise FileNotFoundError where it was removed meanwhile."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH)
        if not os.path.samestat(os.fstat(lock), os.stat(folder)):
            raise FileNotFoundError(folder)
        return Reader(folder, lock, open(folder / DATA, "rb", opener=_open_or_make, buffering=0))
    except BaseException:
        os.close(lock)
        raise


def _write(folder: Path, reader: Reader, start: Start) -> bool:
    """Start the writer, whose process inherits the lock; return False where another one is at work."""
    data = os.open(folder / DATA, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _lock(data) or reader.get_size() is not None:
            return False
        slot = _wait_for_slot()
        try:
            clean()
            (folder / WHOLE).unlink(missing_ok=True)  # of a file that is not as large as it says
            os.ftruncate(data, 0)
            start(data, (slot,))
            return True
        finally:
            os.close(slot)
    finally:
        os.close(data)


def _wait_for_slot() -> int:
    """Return the descriptor of a locked file; there are as many as exports may be written at once."""
    until = time.monotonic() + _PATIENCE
    while True:
        for number in range(AT_ONCE):
            slot = os.open(settings.EXPORTS_DIR / f"slot-{number}", os.O_RDWR | os.O_CREAT, 0o600)
            if _lock(slot):
                return slot
            os.close(slot)
        if time.monotonic() > until:
            raise Busy
        time.sleep(_PAUSE)


def _lock(descriptor: int) -> bool:
    """Lock the file for this process alone; return whether nobody else has it."""
    for _ in range(3):  # as a reader who looks whether it is locked has it for a moment
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(_PAUSE / 5)
    return False


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


def _open_or_make(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CREAT, 0o600)


def clean() -> None:
    """Remove exports that nobody reads: the old, the broken, and the least used until the rest fits."""
    oldest = time.time() - settings.EXPORTS_DAYS * 86_400
    room = settings.EXPORTS_MEGABYTES << 20
    for used, size, folder in sorted(_list_exports(), reverse=True):
        room -= size
        if used < oldest or room < 0:
            _remove(folder)


def _list_exports() -> Iterator[tuple[float, int, Path]]:
    """Yield when each export was last used, 0 if it is not whole, its size, and its folder."""
    for folder in settings.EXPORTS_DIR.iterdir():
        if _NAME.fullmatch(folder.name) and folder.is_dir():
            with suppress(OSError, ValueError):
                whole = folder / WHOLE
                used = whole.stat().st_mtime if whole.exists() else 0.0
                yield used, (folder / DATA).stat().st_size, folder


def _remove(folder: Path) -> None:
    """Remove an export that nobody reads."""
    with suppress(OSError):
        lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            (folder / WHOLE).unlink(missing_ok=True)
            shutil.rmtree(folder)
        finally:
            os.close(lock)


def watch(wait: Callable[[], object]) -> None:
    """Wait for a process in the background, so that nothing is left of it."""
    threading.Thread(target=wait, name="export", daemon=True).start()
