"""Documents as curators have them (text, HTML, PDF, DOCX), read into the paragraphs of an article. Pure.

Only text is taken over: no pictures, no scripts, nothing that is fetched from elsewhere.
"""

from .document import LARGEST_FILE, Document, UnreadableDocument
from .reading import read_document, read_text, tidy_text

__all__ = ["LARGEST_FILE", "Document", "UnreadableDocument", "read_document", "read_text", "tidy_text"]
