"""The admin, one module a noun; Django finds it here."""

from . import article, imports, proposals, publication, reference, transfer

__all__ = ["article", "imports", "proposals", "publication", "reference", "transfer"]
