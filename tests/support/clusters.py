"""PostgreSQL servers of the tests' own: from the machine's binaries, on loopback, in temporary folders."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

MISSING = "there is no PostgreSQL here (Debian: apt install postgresql)"


def binaries() -> Path | None:
    """Return the folder with initdb and pg_ctl, the newest where there are several."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    named = shutil.which("initdb")
    for folder in [*([Path(named).resolve().parent] if named else []), *reversed(debian)]:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    return None


class Cluster:
    """One server: its folder is made, and it is started, stopped and asked."""

    def __init__(self, programs: Path, place: str, logged: str):
        self.programs = programs
        self.data = f"{place}/data"
        self.log = Path(f"{place}/log")
        self.user = _unprivileged(place)
        self.port = _free_port()
        self.url = f"postgres://registry@127.0.0.1:{self.port}/postgres"
        self.options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={place}"
            f" -c fsync=off -c log_statement={logged}"
        )

    def run(self, program: str, *arguments: str) -> None:
        # At the true clock: faketime breaks the server's timeouts, and nothing of ours asks it for the time.
        environment = {
            name: value
            for name, value in os.environ.items()
            if name != "LD_PRELOAD" and not name.startswith("FAKETIME")
        }
        done = subprocess.run(
            [self.programs / program, "-D", self.data, *arguments],
            user=self.user, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env=environment,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{program} failed: {done.stderr}")

    def start(self) -> None:
        self.run("pg_ctl", "-o", self.options, "-l", str(self.log), "-w", "start")

    def kill(self) -> None:
        """Stop at once, as in a crash: nobody is asked to finish."""
        self.run("pg_ctl", "-m", "immediate", "-w", "stop")

    def is_up(self) -> bool:
        return Path(self.data, "postmaster.pid").exists()

    def ask(self, query: str):
        """Return the first value that a query gives."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query).fetchone()[0]


def _unprivileged(place: str) -> str | None:
    """PostgreSQL refuses to run as root; there, the folder goes to an ordinary user, whose name it is."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in users else "nobody"
    shutil.chown(place, user)
    return user


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _cluster(programs: Path, logged: str) -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="registry-pg-") as place:
        cluster = Cluster(programs, place, logged)
        try:
            yield cluster
        finally:
            if cluster.is_up():
                cluster.kill()


@contextmanager
def server(programs: Path, logged: str = "all") -> Iterator[Cluster]:
    """Yield a running server with an empty database; `logged` says which statements its log shows."""
    with _cluster(programs, logged) as cluster:
        # With an order of texts that is not SQLite's, as many a server has it.
        locale = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"]
        cluster.run("initdb", "-U", "registry", "-A", "trust", "-E", "UTF8", *locale, "--no-sync")
        cluster.start()
        yield cluster


@contextmanager
def standby(primary: Cluster) -> Iterator[Cluster]:
    """Yield a running server that follows the primary by streaming replication."""
    with _cluster(primary.programs, "all") as cluster:
        cluster.run(
            "pg_basebackup", "-R", "-X", "stream", "--checkpoint=fast", "--no-sync",
            "-h", "127.0.0.1", "-p", str(primary.port), "-U", "registry",
        )  # fmt: skip
        cluster.start()
        yield cluster
