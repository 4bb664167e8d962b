"""The admin, one module a noun; Django finds it here."""

from . import publication, reference, transfer
from .articles import pages as article
from .imports import batch as imports
from .imports import proposals

__all__ = ["article", "imports", "proposals", "publication", "reference", "transfer"]
