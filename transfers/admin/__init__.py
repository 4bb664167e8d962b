"""The admin. Django imports this package, which registers every model's admin class."""

from . import accounts, publication, reference, transfer
from .articles import texts
from .editing import site
from .imports import batch, proposals

__all__ = ["accounts", "batch", "proposals", "publication", "reference", "site", "texts", "transfer"]
