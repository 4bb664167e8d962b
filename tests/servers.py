"""The register as its users run it: manage.py as its own program, on a database file of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Opens addresses of this machine, whatever proxy the environment names.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def without_proxies():
    """The environment, save the proxies that it names."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def environment(database):
    """The environment of a program on this database."""
    return without_proxies() | {"DATABASE_URL": f"sqlite:///{database}"}


def manage(database, *arguments, **options):
    """Run manage.py to its end."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment(database), capture_output=True, text=True, check=False, **options
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`manage.py serve` on a free port, from its start to its stop."""

    def __init__(self, database):
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(database),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def get(self, path, seconds=30):
        until = time.monotonic() + seconds
        while True:
            try:
                with DIRECT.open(f"http://{self.host}{path}") as answer:
                    return answer.read().decode()
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.1)

    def stop(self):
        self.process.terminate()
        return self.process.communicate(timeout=20)[0]
