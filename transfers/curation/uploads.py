"""Files between preview and confirmation: for the server alone, under names nobody can guess, for a day."""

import os
import re
import secrets
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

KEPT = 24 * 3600
_PREFIX = "arms-registry-import-"
_NAME = re.compile(rf"{_PREFIX}[\w-]{{32}}")


def save(content: bytes | Iterable[bytes]) -> str:
    """Keep the file, whole or in pieces; its name. Those that nobody confirmed within a day go."""
    _forget_old()
    name = _PREFIX + secrets.token_urlsafe(24)
    descriptor = os.open(_path(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
    except BaseException:
        _path(name).unlink(missing_ok=True)
        raise
    return name


def take(name: str) -> bytes | None:
    """The file, which is gone afterwards; None where there is none of this name (any more)."""
    path = find(name)
    try:
        content = path.read_bytes() if path else None
        if path:
            path.unlink()
    except FileNotFoundError:
        return None
    return content


def find(name: str) -> Path | None:
    """Where the file is, which stays; None where there is none of this name (any more)."""
    return _path(name) if _NAME.fullmatch(name) and _path(name).exists() else None


def beside(name: str, suffix: str) -> Path:
    """Where something that belongs to the file is kept as long as it; raises ValueError for no such name."""
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return _path(name + suffix)


def _path(name: str) -> Path:
    return Path(tempfile.gettempdir()) / name


def _forget_old() -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            if path.stat().st_mtime < time.time() - KEPT:
                path.unlink()
        except OSError:  # another process was faster, or it is another user's
            continue
