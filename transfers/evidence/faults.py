"""A fault: what is wrong, and in which line of which file."""

from dataclasses import dataclass
from pathlib import Path

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that a curator has to put right; its text is `file:line: message`."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class Unreadable(Exception):
    """A file that cannot be read at all; carries the fault that says why."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(path, line, message)


class BadFiles(Exception):
    """Files that cannot be taken as they are; `faults` holds every one found."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def read_text(path: Path) -> str:
    """The file's text; raises Unreadable where it is missing, empty, not UTF-8 or starts with a BOM."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(path, 1, f"cannot be read: {error.strerror}") from error
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(path, line, "is not UTF-8") from error
    if text.startswith(BOM):
        raise Unreadable(path, 1, "starts with a byte order mark; save it as UTF-8 without one")
    if not text.strip():
        raise Unreadable(path, 1, "is empty")
    return text


def folded(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())
