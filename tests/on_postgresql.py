"""Run the tests on a PostgreSQL of their own: python -m tests.on_postgresql [pytest arguments].

Starts one from the machine's binaries, on loopback and in a temporary folder, and stops it in the
end. Where there are no binaries it says so in one line and does nothing; with REQUIRE_ALL=1 that is
a failure.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path | None:
    """The folder with initdb and pg_ctl, the newest where there are several."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    named = shutil.which("initdb")
    for folder in [*([Path(named).resolve().parent] if named else []), *reversed(debian)]:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    return None


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A running PostgreSQL; yields its DATABASE_URL."""
    with tempfile.TemporaryDirectory(prefix="registry-pg-") as place, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        user = _unprivileged(place)
        data = f"{place}/data"
        _run(
            [
                folder / "initdb",
                "-D",
                data,
                "-U",
                "registry",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            user,
        )
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={place} -c fsync=off"
        _run([folder / "pg_ctl", "-D", data, "-o", options, "-l", f"{place}/log", "-w", "start"], user)
        try:
            yield f"postgres://registry@127.0.0.1:{port}/postgres"
        finally:
            _run([folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], user)


def _unprivileged(place: str) -> str | None:
    """PostgreSQL refuses to run as root; there, the folder goes to an ordinary user, whose name it is."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in users else "nobody"
    shutil.chown(place, user)
    return user


def _run(command: list[str | Path], user: str | None) -> None:
    done = subprocess.run(
        command, user=user, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    if done.returncode:
        sys.exit(f"{command[0]} failed: {done.stderr}")


#: Tests of documents, pages and pure logic, which no database changes: once, on SQLite's run, is enough.
NO_DATABASE = (
    "test_browser", "test_codes", "test_commands", "test_documents", "test_edtf", "test_figures",
    "test_reference", "test_seeds",
    "test_seeds_shape", "test_seeds_words", "test_walls",
)  # fmt: skip


def main() -> int:
    folder = binaries()
    if folder is None:
        print("SKIPPED: the tests on PostgreSQL: there is none here (Debian: apt install postgresql).")
        return 1 if os.environ.get("REQUIRE_ALL") else 0
    with server(folder) as url:
        environment = os.environ | {"DATABASE_URL": url}
        arguments = sys.argv[1:] or [f"--ignore=tests/{name}.py" for name in NO_DATABASE]
        return subprocess.call([sys.executable, "-m", "pytest", *arguments], env=environment)


if __name__ == "__main__":
    sys.exit(main())
