"""Fixtures of every test: a real database file, and triggers that are removed only for cleaning up."""

import itertools
import os
import random
import tempfile

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connections
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import override_settings

from tests.support import clocks
from tests.support.browsers import chromium  # noqa: F401  a fixture for every module
from tests.support.shipped import migrated, shipped_database  # noqa: F401  fixtures for every module
from tests.support.starting import starts_programs
from transfers.availability import budget, replicas
from transfers.availability.health import Health
from transfers.publication import append_only, names, search

# A busy machine is no failure: the benchmarks measure speed, not the tests.
hypothesis.settings.register_profile("register", deadline=None)
# Where the tests are run again, on another database or at another time, fewer examples show what differs.
hypothesis.settings.register_profile("again", deadline=None, max_examples=20)
hypothesis.settings.load_profile(os.environ.get("PROPERTIES", "register"))


def pytest_configure(config):
    """Move the clock of the workers, where another one is wanted, but not of the process that starts them."""
    if not hasattr(config, "workerinput"):
        if "WORKERS_PRELOAD" in os.environ and not config.option.numprocesses:
            raise pytest.UsageError("another clock needs workers: use -n 1 or more")
        clocks.move_workers()
    settings.SESSION_FILE_PATH = tempfile.mkdtemp(prefix="sessions-")
    # Most tests write past the log, of which an answer that was given knows nothing.
    settings.CACHES["answers"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}


def pytest_itemcollected(item):
    """Mark what one clock and one order are enough for: a test that starts programs."""
    if starts_programs(item):
        item.add_marker(pytest.mark.once)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Shuffle modules, classes and tests where ORDER names a seed: no test needs another one before it."""
    if seed := os.environ.get("ORDER"):
        items.sort(
            key=lambda item: [random.Random(f"{seed} {part}").random() for part in item.nodeid.split("::")]
        )


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """Use a database file, not memory: commits are real, and threads and programs can share it."""
    for connection in connections.all():
        connection.settings_dict["CONN_MAX_AGE"] = 0  # a page server's threads must leave none behind
        if connection.vendor == "sqlite":
            path = tmp_path_factory.mktemp("database") / "test.sqlite3"
            connection.settings_dict["TEST"]["NAME"] = str(path)


@pytest.fixture(scope="session", autouse=True)
def _cleaning_past_the_triggers():
    """Remove the append-only triggers while Django empties the tables between tests."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_untriggered(self, sql_list):
        budget.lift()
        append_only.remove(self.connection.alias)
        flush(self, sql_list)
        append_only.install(self.connection.alias)
        search.rebuild(self.connection.alias)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush_untriggered)
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_database():
    """Read what the test wrote, also where the environment names replicas."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replicas, "get_health", lambda: Health([]))
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords():
    """Hash passwords quickly: the slow hashes that people need would take much of the tests' time."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session")
def _exports(tmp_path_factory):
    """Return a function that names a folder for the kept files of one test."""
    numbers = itertools.count()
    base = tmp_path_factory.mktemp("exports")
    return lambda: base / str(next(numbers))


@pytest.fixture(autouse=True)
def _fresh(_exports, monkeypatch):
    """Clear the names, counts, throttles and files that one request keeps for the next."""
    monkeypatch.setattr(settings, "EXPORTS_DIR", _exports())
    names.forget()
    for cache in caches.all():
        cache.clear()
