"""The admin, one module a noun; Django finds it here."""

from . import publication, reference, transfer

__all__ = ["publication", "reference", "transfer"]
