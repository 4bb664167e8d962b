"""What is read from a document, and how large one may be."""

from dataclasses import dataclass

LARGEST_FILE = 10_000_000
#: Of a compressed document, when unpacked.
LARGEST_CONTENT = 60_000_000
MOST_PAGES = 300


class UnreadableDocument(ValueError):
    """Document that cannot be taken; the text says why, in one sentence."""


@dataclass(frozen=True)
class Document:
    """Text with a blank line between paragraphs, and what the document says of its source."""

    text: str
    title: str = ""
    publisher: str = ""
    published: str = ""
    url: str = ""
    language: str = ""
