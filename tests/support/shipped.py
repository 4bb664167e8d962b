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
