"""The admin. Django imports this package, which registers every model's admin class."""

from . import publication, reference, transfer
from .articles import texts
from .imports import batch, proposals

__all__ = ["batch", "proposals", "publication", "reference", "texts", "transfer"]
