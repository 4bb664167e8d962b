"""Files between preview and confirmation: for the server alone, under names nobody can guess, for a day."""

import os
import re
import secrets
import tempfile
import time
from pathlib import Path

KEPT = 24 * 3600
_PREFIX = "arms-registry-import-"
_NAME = re.compile(rf"{_PREFIX}[\w-]{{32}}")


def save(content: bytes) -> str:
    """Keep the file; its name. Those that nobody confirmed within a day go."""
    _forget_old()
    name = _PREFIX + secrets.token_urlsafe(24)
    descriptor = os.open(_path(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return name


def take(name: str) -> bytes | None:
    """The file, which is gone afterwards; None where there is none of this name (any more)."""
    if not _NAME.fullmatch(name):
        return None
    try:
        content = _path(name).read_bytes()
        _path(name).unlink()
    except FileNotFoundError:
        return None
    return content


def _path(name: str) -> Path:
    return Path(tempfile.gettempdir()) / name


def _forget_old() -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            if path.stat().st_mtime < time.time() - KEPT:
                path.unlink()
        except OSError:  # another process was faster, or it is another user's
            continue
