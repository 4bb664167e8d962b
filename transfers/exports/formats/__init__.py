"""Formats in which a whole answer leaves the register: one module each, named in `FORMATS`.

Nothing here or in the formats knows Django or the database: `worker` runs them in a process of its own.
"""

from importlib import import_module
from types import ModuleType

#: Format name → its module, in public order. A module has `MEDIA_TYPE` and `stream(batches, about)`;
#: `MOST_ROWS` where there is a limit; `IN_RELEASES = True` where releases hold every table in it, too.
FORMATS: dict[str, ModuleType] = {
    name: import_module(f"{__name__}.{name}") for name in ("csv", "jsonl", "parquet", "xlsx", "arrow")
}

#: Rows up to which an answer is read through Django's own connection: starting a process takes longer.
SMALL = 5_000


def get_row_limit(name: str) -> int | None:
    """Return the number of rows that a format can hold, or None where there is no limit."""
    return getattr(FORMATS[name], "MOST_ROWS", None)
