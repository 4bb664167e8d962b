"""A file's bytes as lines of text: out of their envelope or workbook, in their own encoding."""

from typing import NamedTuple

from . import envelope, text, workbook


class OpenedFile(NamedTuple):
    """Lines of a file as they stand in `content`, which came out of an envelope if there was one."""

    content: bytes
    lines: list[str]
    encoding: str
    is_workbook: bool


def open_file(data: bytes) -> OpenedFile:
    """Return the lines in these bytes; raise Unreadable for what is plainly no text."""
    content = envelope.open_data(data)
    if text.is_workbook(content):
        return OpenedFile(content, workbook.read_lines(content), "utf-8", is_workbook=True)
    encoding = text.detect_encoding(content)
    return OpenedFile(content, text.split_lines(content, encoding), encoding, is_workbook=False)
