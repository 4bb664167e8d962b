"""An import killed at any point leaves the register as it was, and the next one succeeds.

On SQLite, where a file can be copied; PostgreSQL has the same one transaction to roll back.
"""

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from tests.support import registers
from tests.support.servers import ROOT, environment
from transfers.registers.importing import write
from transfers.registers.reading import read_file

pytestmark = pytest.mark.xdist_group("killed imports")
#: Where the import is killed: at so many eighths of its statements, and around its COMMIT.
POINTS = ("first", "1/8", "2/8", "3/8", "4/8", "5/8", "6/8", "last", "before COMMIT", "after COMMIT")
DONE = ("after COMMIT",)
PROGRAM = """
import json, sys
from pathlib import Path
import django
django.setup()
from tests.registers import test_kill
print(json.dumps(test_kill.main(*map(Path, sys.argv[1:]))))
"""


@pytest.fixture(scope="module")
def killed(migrated, tmp_path_factory):
    """Return the outcome at each point of a program that is killed there."""
    folder = tmp_path_factory.mktemp("killed")
    database, file = folder / "register.sqlite3", folder / "r.csv"
    shutil.copy(migrated, database)
    file.write_bytes(registers.write_trade_register(registers.deals(60, seed=3)))
    variables = environment(database, DJANGO_SETTINGS_MODULE="arms_registry.settings")
    command = [sys.executable, "-c", PROGRAM, str(database), str(file)]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("point", POINTS)
def test_killed_import_is_whole_or_not_at_all(killed, point):
    outcome = killed[point]
    assert outcome["signal"] == signal.SIGKILL
    assert outcome["after"] == (killed["undisturbed"] if point in DONE else killed["before"])


@pytest.mark.parametrize("point", POINTS)
def test_import_after_one_that_was_killed_is_as_if_nothing_had_been(killed, point):
    assert killed[point]["again"] == killed["undisturbed"]


def test_import_changes_the_register_at_all(killed):
    assert killed["before"] != killed["undisturbed"]


def main(database: Path, file: Path) -> dict:
    """Kill imports into copies of the database; return digests before, after, and after another import."""
    outcomes = {"before": digest(database), "undisturbed": ""}
    whole = Path(f"{database}.whole")
    shutil.copy(database, whole)
    reader, writer = os.pipe()
    assert child(whole, file, "count", 0, writer) == 0
    total = int(os.read(reader, 20))
    outcomes["undisturbed"] = digest(whole)
    places = [1, *(total * eighth // 8 for eighth in range(1, 7)), total]
    for number, point in enumerate(POINTS):
        copy = Path(f"{database}.{number}")
        shutil.copy(database, copy)
        ended = child(copy, file, point, places[number] if number < len(places) else 0)
        after = digest(copy)
        child(copy, file, "again", 0)
        outcomes[point] = {"signal": ended, "after": after, "again": digest(copy)}
    return outcomes


def digest(database: Path) -> str:
    """Return a digest of every record of every table, ids and times included."""
    content = hashlib.sha256()
    with closing(sqlite3.connect(database)) as opened:
        tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        for (name,) in tables.fetchall():
            content.update(repr((name, opened.execute(f'SELECT * FROM "{name}"').fetchall())).encode())
    return content.hexdigest()


def child(database: Path, file: Path, point: str, place: int, writer: int = 0) -> int:
    """Import the file in a process of its own; return the signal that ended it, or 0."""
    if pid := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) * -1
    try:
        count = imported(database, file, point, place)
        if writer:
            os.write(writer, str(count).encode())
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def imported(database: Path, file: Path, point: str, place: int) -> int:
    """Import the file, or die at the point; return the number of statements. Time stands still."""
    timezone.now = lambda: datetime(2026, 11, 22, tzinfo=UTC)
    connection.settings_dict["NAME"] = str(database)
    counted = [0]

    def statement(execute, *arguments):
        counted[0] += 1
        if counted[0] == place:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)

    commit = connection._commit

    def committed():
        if point == "before COMMIT":
            os.kill(os.getpid(), signal.SIGKILL)
        commit()
        if point == "after COMMIT":
            os.kill(os.getpid(), signal.SIGKILL)

    connection._commit = committed
    with connection.execute_wrapper(statement):
        write.import_register(read_file(file), file_name=file.name, reason="Read", publish_too=True)
    return counted[0]
