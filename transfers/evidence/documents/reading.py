"""A document by its first bytes: PDF, DOCX, HTML or plain text."""

import codecs
import re

from .document import LARGEST_FILE, Document, UnreadableDocument

_MARKUP = re.compile(
    r"\s*(?:<!doctype html|<html\b|<\?xml\b|<(?:article|body|div|p|h1|section|main)\b[^>]*>)", re.I
)
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: A text whose lines are longer than this on average has a paragraph in each line.
LONG_LINE = 90


def read_document(content: bytes, charset: str = "") -> Document:
    """Return the text of a file; raise UnreadableDocument in words."""
    if not content.strip():
        raise UnreadableDocument("The file is empty.")
    if len(content) > LARGEST_FILE:
        raise UnreadableDocument(f"The file is larger than {LARGEST_FILE // 1_000_000} MB.")
    if content.lstrip()[:5] == b"%PDF-":
        from .pdf import read_pdf

        return read_pdf(content)
    if content[:4] == b"PK\x03\x04":
        from .docx import read_docx

        return read_docx(content)
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise UnreadableDocument("This is a file of an old Word, or one with a password. Save it as .docx.")
    return read_text(_decode(content, charset))


def read_text(text: str) -> Document:
    """Return a text as a document; HTML without its markup, and another text with its paragraphs apart."""
    if _MARKUP.match(text):
        from .html import read_html

        return read_html(text)
    return Document(tidy_text(text))


def tidy_text(text: str) -> str:
    """Return the text with a blank line after each line, where it has long lines and no blank one."""
    lines = text.strip("\n").split("\n")
    is_apart = any(not line.strip() for line in lines)
    length = sum(map(len, lines)) / len(lines)
    return text if is_apart or len(lines) < 2 or length < LONG_LINE else "\n\n".join(lines) + "\n"


def _decode(content: bytes, charset: str) -> str:
    """Return the text in the encoding that its mark, its sender or itself declares; else in UTF-8."""
    encoding = next((name for bom, name in _BOMS if content.startswith(bom)), "") or charset
    declared = _DECLARED.search(content[:2048])
    encoding = encoding or (declared[1].decode("ascii") if declared else "utf-8")
    try:
        return content.decode(encoding)
    except LookupError as error:
        raise UnreadableDocument(f"The encoding {encoding} is not known. Save the file as UTF-8.") from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableDocument(
            f"The file is not {encoding.upper()}: line {line} cannot be read. Save it as UTF-8."
        ) from error
