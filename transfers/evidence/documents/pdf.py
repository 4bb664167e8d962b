"""The text of a PDF, page by page."""

import io
import re

from .document import MOST_PAGES, Document, UnreadableDocument

#: Characters of all pages.
LONGEST = 1_000_000

_HYPHEN = re.compile(r"(?<=\w)-\n(?=[a-z])")
_LINE_END = re.compile(r"(?<![.!?:”\"])\n(?!\s*\n)")


def read_pdf(content: bytes) -> Document:
    """Return the text of the PDF; raise UnreadableDocument for a broken one, or with a password."""
    from pypdf.errors import PyPdfError

    broken = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError,
              NotImplementedError, OSError)  # fmt: skip
    try:
        text, title = _extract_text(content)
    except UnreadableDocument:
        raise
    except broken as error:
        raise UnreadableDocument("The PDF is broken or of a kind that cannot be read.") from error
    if not text:
        raise UnreadableDocument(
            "The PDF holds pictures of text and no text. Paste the text, or use OCR first."
        )
    return Document(_join_lines(text), title=" ".join(title.split()))


def _extract_text(content: bytes) -> tuple[str, str]:
    """Return the text of the pages, with a blank line between them, and the title."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableDocument("The PDF has a password. Save a copy without it, or paste the text.")
    if len(reader.pages) > MOST_PAGES:
        raise UnreadableDocument(f"The PDF has {len(reader.pages)} pages, more than {MOST_PAGES}.")
    pages: list[str] = []
    for page in reader.pages:
        pages.append(page.extract_text().strip())
        if sum(map(len, pages)) > LONGEST:
            raise UnreadableDocument("The PDF has too much text for an article.")
    title = reader.metadata.title if reader.metadata else ""
    return "\n\n".join(filter(None, pages)), str(title or "")


def _join_lines(text: str) -> str:
    """Return the text with the lines of a paragraph joined, and a blank line where a line ends a sentence."""
    joined = _LINE_END.sub(" ", _HYPHEN.sub("", text))
    blocks = (" ".join(block.split()) for block in re.split(r"\n+", joined))
    return "\n\n".join(filter(None, blocks)) + "\n"
