"""A PostgreSQL of the benchmark's own, with a copy of the register; kept in `.bench/` between runs."""

import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks import register
from benchmarks.servers import free_port
from tests.support.clusters import binaries

#: In the order in which they refer to each other.
TABLES = (
    "party",
    "partyalias",
    "system",
    "systemalias",
    "source",
    "revision",
    "registryrow",
    "registryclaim",
)


@contextmanager
def copy_of(database: Path) -> Iterator[str | None]:
    """Yield the DATABASE_URL of a running PostgreSQL with the same register, or None."""
    folder = binaries()
    if folder is None:
        yield None
        return
    place = database.with_suffix(".postgresql")
    finished = place / "finished"
    user = _prepare(folder, place, finished)
    port = free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={place} -c fsync=off"
    options += " -c shared_buffers=512MB -c max_wal_size=8GB -c maintenance_work_mem=512MB"
    control: list[str | Path] = [folder / "pg_ctl", "-D", place / "data", "-w"]
    _run([*control, "-o", options, "-l", place / "log", "start"], user)
    try:
        url = f"postgres://registry@127.0.0.1:{port}/postgres"
        if not finished.exists():
            _fill(url, database)
            finished.touch()
        yield url
    finally:
        _run([*control, "-m", "fast", "stop"], user)


def _prepare(folder: Path, place: Path, finished: Path) -> str | None:
    """Make an empty cluster at the place unless a finished one is there; return the user that runs it."""
    if place.exists() and not finished.exists():
        shutil.rmtree(place)
    user = _unprivileged(place)
    if not finished.exists():
        options = ["-U", "registry", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        _run([folder / "initdb", "-D", place / "data", *options], user)
    return user


def _fill(url: str, database: Path) -> None:
    print("Copying the register to PostgreSQL (once) ...", flush=True)
    start = time.monotonic()
    environment = os.environ | {"DATABASE_URL": url}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=register.ROOT, env=environment, check=True)
    with sqlite3.connect(database) as source, psycopg.connect(url, options="-c timezone=UTC") as target:
        indexes = target.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('transfers_registryrow',"
            " 'transfers_registryclaim') AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        ).fetchall()
        for name, _ in indexes:
            target.execute(f'DROP INDEX "{name}"')
        for table in TABLES:
            _copy(source, target, f"transfers_{table}")
        for _, statement in indexes:
            target.execute(statement)
    with psycopg.connect(url, autocommit=True) as target:
        target.execute("VACUUM ANALYZE")
    print(f"... {time.monotonic() - start:.0f} s", flush=True)


def _copy(source: sqlite3.Connection, target: psycopg.Connection, table: str) -> None:
    rows = source.execute(f"SELECT * FROM {table}")
    columns = ", ".join(f'"{column[0]}"' for column in rows.description)
    with target.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _unprivileged(place: Path) -> str | None:
    """PostgreSQL refuses to run as root; there, the folder goes to an ordinary user, whose name it is."""
    place.mkdir(exist_ok=True)
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in users else "nobody"
    shutil.chown(place, user)
    return user


def _run(command: Sequence[str | Path], user: str | None) -> None:
    done = subprocess.run(
        command, user=user, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{command[0]} failed: {done.stderr}")
