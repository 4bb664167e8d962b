"""Database files for programs, made once for all tests: an empty one, and one with the shipped register."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from django.db import connection

from tests.support.servers import manage


@pytest.fixture(scope="session")
def migrated(django_db_setup, tmp_path_factory):
    """Copy the tests' own database: a file with empty tables, not to be written to."""
    if connection.vendor != "sqlite":
        pytest.skip("programs get a database file of their own")
    path = tmp_path_factory.mktemp("migrated") / "register.sqlite3"
    settings = connection.settings_dict
    if settings["NAME"] != settings["TEST"]["NAME"]:  # none of the tests that are run is marked `django_db`
        assert manage(path, "migrate", "-v0").returncode == 0
        return path
    with closing(sqlite3.connect(settings["NAME"])) as tables, closing(sqlite3.connect(path)) as copy:
        tables.backup(copy)
    return path


@pytest.fixture(scope="session")
def shipped_database(migrated, tmp_path_factory):
    """Load the shipped register into a database file, not to be written to."""
    path = tmp_path_factory.mktemp("shipped") / "register.sqlite3"
    shutil.copy(migrated, path)
    done = manage(path, "loadregister")
    assert done.returncode == 0, done.stderr
    return path


def add_copies(path, rows):
    """Add so many copies of one transfer to a database file, so that an export takes its time."""
    with closing(sqlite3.connect(path)) as database, database:
        names = [name for _, name, *_ in database.execute("PRAGMA table_info(transfers_registryrow)")]
        kept = ", ".join(name for name in names if name not in ("id", "key", "note"))
        database.execute(
            f"INSERT INTO transfers_registryrow (key, note, {kept}) WITH RECURSIVE numbers(n) AS"
            f" (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows})"
            f" SELECT 'copy-' || n, hex(randomblob(400)), {kept} FROM numbers,"
            " (SELECT * FROM transfers_registryrow LIMIT 1)"
        )
