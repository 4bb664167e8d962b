"""A register of international arms transfers in which every figure leads to its source."""

__version__ = "0.1.0"
