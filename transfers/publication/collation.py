"""Order of texts: by code points, as SQLite has it, whatever collation a PostgreSQL database was made with.

An answer's order, its pages and its comparisons then are the same everywhere, and no later version of an
operating system's collation changes them.
"""

from django.db import connections

from . import append_only, delivery_view

#: Collations of a whole database that order by code points.
_PLAIN = ("C", "POSIX", "C.UTF-8", "C.utf8")
_DATABASE = "SELECT datlocprovider, datcollate FROM pg_database WHERE datname = current_database()"
_OTHERS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_collation l ON l.oid = a.attcollation
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND NOT a.attisdropped
      AND c.relname LIKE 'transfers\\_%%' AND l.collname <> 'C'
    ORDER BY c.relname, a.attnum
"""


def install(using: str) -> None:
    """Have the register's columns of text ordered by code points, where the database orders otherwise.

    Takes the triggers and the view from the tables, which are to be put back.
    """
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(_DATABASE)
        provider, collation = cursor.fetchone()
        if (provider == "c" and collation in _PLAIN) or not (altered := _list_alterations(cursor)):
            return
        append_only.remove(using)
        delivery_view.remove(using)
        for table, parts in altered.items():
            cursor.execute(f'ALTER TABLE "{table}" {", ".join(parts)}')


def _list_alterations(cursor) -> dict[str, list[str]]:
    """Return what is to be altered of each table."""
    cursor.execute(_OTHERS, [])
    altered: dict[str, list[str]] = {}
    for table, column, kind in cursor.fetchall():
        altered.setdefault(table, []).append(f'ALTER COLUMN "{column}" TYPE {kind} COLLATE "C"')
    return altered
