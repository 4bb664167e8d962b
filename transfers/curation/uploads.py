"""Files between preview and confirmation: for the server alone, under names nobody can guess, for a day."""

import os
import re
import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path

KEPT = 24 * 3600
_PREFIX = "arms-registry-import-"
_NAME = re.compile(rf"{_PREFIX}[\w-]{{32}}")


def save_upload(content: bytes | Iterable[bytes]) -> str:
    """Save the file, whole or in pieces, and return its name; remove those older than a day."""
    name = _PREFIX + secrets.token_urlsafe(24)
    descriptor = os.open(_get_path(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
    except BaseException:
        _get_path(name).unlink(missing_ok=True)
        raise
    _remove_older(_get_path(name).stat().st_mtime - KEPT)
    return name


def take_upload(name: str) -> bytes | None:
    """Return the file and remove it; None where there is none of this name (any more)."""
    path = find_upload(name)
    try:
        content = path.read_bytes() if path else None
        if path:
            path.unlink()
    except FileNotFoundError:
        return None
    return content


def find_upload(name: str) -> Path | None:
    """Return where the file is; None where there is none of this name (any more)."""
    return _get_path(name) if _NAME.fullmatch(name) and _get_path(name).exists() else None


def get_path_beside(name: str, suffix: str) -> Path:
    """Return where something stands that is kept as long as the file; raise ValueError for no such name."""
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return _get_path(name + suffix)


def _get_path(name: str) -> Path:
    return Path(tempfile.gettempdir()) / name


def _remove_older(oldest: float) -> None:
    """Remove files last written before this time, in seconds, by the clock of their file system."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except OSError:  # another process was faster, or it is another user's
            continue
