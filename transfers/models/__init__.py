"""Curation (reference, curation) and publication: the two sides of the register's wall."""
# ruff: noqa: F401  the names of this package

from . import history  # its receiver tells each copy of a record why it was made, and by whom
from .article import ArticleText, SourceReading
from .curation import CLAIM_MODELS, Claim, Quantity, Transfer, TransferDate, Valuation
from .imports import ImportBatch, Proposal, RegisterDeal
from .merging import FormerKey, KeptApart, Merge, ReferenceChange
from .publication import FormerHash, RegistryClaim, RegistryDelivery, RegistryRow, Release, Revision
from .reference import Party, PartyAlias, Source, System, SystemAlias
from .review import ReviewNote
from .spelling import Spelling
