"""Indexes of published versions, put off while most of the versions end at once.

Each index of a version holds when it ended. Where thousands of versions end that lie scattered there, SQLite
writes the same pages again and again; to build an index anew takes a seventh of that for each version.
PostgreSQL writes a new row for an ended version and needs none of this, which would lock readers out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from transfers.models import RegistryClaim, RegistryRow

#: Fewer versions than these, or than this share of a table, are ended with the indexes as they are.
MANY, SHARE = 5000, 1 / 4
#: By which versions that end are found.
_NEEDED: dict[Any, tuple[str, ...]] = {
    RegistryRow: ("row_current_key",),
    RegistryClaim: ("claim_current_transfer",),
}


@contextmanager
def put_off_indexes(ending: int) -> Iterator[None]:
    """Drop indexes while this number of transfers ends, and build them again, in the caller's transaction.

    An error leaves them to the transaction, which brings back what stood before it.
    """
    statements = _drop_indexes() if _is_worthwhile(ending) else []
    yield
    _execute(statements)


def _is_worthwhile(ending: int) -> bool:
    is_large = connection.vendor == "sqlite" and ending >= MANY
    return is_large and ending >= RegistryRow.objects.count() * SHARE


def _drop_indexes() -> list[str]:
    """Drop the indexes that are not needed, and return the statements that made them.

    Those that hold a constraint check it when they are built again.
    """
    statements: list[str] = []
    for model, needed in _NEEDED.items():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s"
                " AND sql IS NOT NULL",  # which those of columns that are unique have not
                [model._meta.db_table],
            )
            definitions = {name: sql for name, sql in cursor.fetchall() if name not in needed}
        _execute([f"DROP INDEX {connection.ops.quote_name(name)}" for name in definitions])
        statements += definitions.values()
    return statements


def _execute(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
