"""Formats in which a whole answer leaves the register: one module each, listed here."""

from . import csv

#: Format name → module with `MEDIA_TYPE` and `stream(names, rows)`.
FORMATS = {"csv": csv}
