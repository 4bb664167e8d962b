"""The register as its users run it: manage.py as its own program, on a database file of its own."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
#: Opens addresses of this machine, whatever proxy the environment names.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def without_proxies():
    """Return the environment without the proxies that it names."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def environment(database, **variables):
    """Return the environment of a program on this database, a file or an address, with these variables."""
    is_file = "://" not in str(database)
    url = f"sqlite:///{database}" if is_file else database
    exports = f"{database}-exports" if is_file else tempfile.mkdtemp()
    return without_proxies() | {"DATABASE_URL": url, "EXPORTS_DIR": exports} | variables


def get_test_database_url():
    """Return the address of the tests' database, for another process."""
    here = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{here['NAME']}"
    return f"postgres://{here['USER']}:{here['PASSWORD']}@{here['HOST']}:{here['PORT']}/{here['NAME']}"


def manage(database, *arguments, variables=None, root=ROOT, **options):
    """Run manage.py to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=root,
        env=environment(database, **(variables or {})),
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`manage.py serve` on a free port, from its start to its stop."""

    def __init__(self, database, root=ROOT, **variables):
        #: A file: a pipe that nobody reads would fill up, and hold the server.
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command,
            cwd=root,
            env=environment(database, **variables),
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def get(self, path, seconds=120):
        """Return the text of an answer, once the server is up."""
        return self.ask(path, seconds)[1].decode()

    def ask(self, path, seconds=120, **headers):
        """Return the headers and the body of an answer, once the server is up."""
        request = urllib.request.Request(f"http://{self.host}{path}", headers=headers)
        until = time.monotonic() + seconds
        while True:
            try:
                with DIRECT.open(request) as answer:
                    return answer.headers, answer.read()
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.1)

    def get_output(self):
        """Return all that it has printed so far."""
        return os.pread(self.log.fileno(), 1 << 20, 0).decode()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        with self.log:
            return self.get_output()
