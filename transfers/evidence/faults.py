"""Faults of files: what is wrong, and in which line."""

from dataclasses import dataclass
from pathlib import Path

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


@dataclass(frozen=True, order=True)
class Fault:
    """Something that a curator has to put right; its text is `file:line: message`."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class UnreadableFile(Exception):
    """File that cannot be read at all; carries the fault that says why."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(path, line, message)


class BadFiles(Exception):
    """Files that cannot be taken as they are; `faults` holds all of them."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def read_text(path: Path) -> str:
    """Return the file's text; raise UnreadableFile if it is missing, empty, not UTF-8 or has a BOM."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(path, 1, f"cannot be read: {error.strerror}") from error
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(path, line, "is not UTF-8") from error
    if text.startswith(BOM):
        raise UnreadableFile(path, 1, "starts with a byte order mark; save it as UTF-8 without one")
    if not text.strip():
        raise UnreadableFile(path, 1, "is empty")
    return text


def fold_spaces(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return " ".join(text.split())
