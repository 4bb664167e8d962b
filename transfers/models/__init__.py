"""Curation (reference, curation) and publication: the two sides of the register's wall."""

from . import history  # noqa: F401  its receiver tells each copy of a record why it was made, and by whom
from .article import ArticleText
from .curation import CLAIM_MODELS, Claim, Quantity, Transfer, TransferDate, Valuation
from .imports import ImportBatch, Proposal, RegisterDeal
from .publication import FormerHash, RegistryClaim, RegistryRow, Release, Revision
from .reference import Party, PartyAlias, Source, System, SystemAlias

__all__ = [
    "CLAIM_MODELS",
    "ArticleText",
    "Claim",
    "FormerHash",
    "ImportBatch",
    "Party",
    "PartyAlias",
    "Proposal",
    "Quantity",
    "RegisterDeal",
    "RegistryClaim",
    "RegistryRow",
    "Release",
    "Revision",
    "Source",
    "System",
    "SystemAlias",
    "Transfer",
    "TransferDate",
    "Valuation",
]
