"""The admin, one module a noun; Django finds it here."""

from . import article, publication, reference, transfer

__all__ = ["article", "publication", "reference", "transfer"]
