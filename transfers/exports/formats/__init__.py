"""Formats in which a whole answer leaves the register: one module each, listed here.

Nothing here or in the formats knows Django or the database: `worker` runs them in a process of its own.
"""

from types import ModuleType

from . import arrow, csv, jsonl, parquet, xlsx

#: Format name → module with `MEDIA_TYPE` and `stream(batches, about)`; `MOST_ROWS` where there is a limit.
FORMATS: dict[str, ModuleType] = {
    "csv": csv,
    "jsonl": jsonl,
    "parquet": parquet,
    "xlsx": xlsx,
    "arrow": arrow,
}

#: Rows up to which an answer is read through Django's own connection: starting a process takes longer.
SMALL = 5_000


def most_rows(name: str) -> int | None:
    """The number of rows that a format can hold; None: any."""
    return getattr(FORMATS[name], "MOST_ROWS", None)
