"""The admin. Django imports this package, which registers every model's admin class."""

from . import accounts, publication, reference, transfer
from .articles import texts
from .imports import batch, proposals

__all__ = ["accounts", "batch", "proposals", "publication", "reference", "texts", "transfer"]
