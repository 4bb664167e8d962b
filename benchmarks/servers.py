"""Servers as programs of their own, and the one client that asks them: over HTTP, on this machine.

The client is this process; it keeps one connection open, asks one question at a time and reads the whole
answer, without asking for compression. It is small on purpose, so that it takes little of the machine.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from benchmarks import register

#: Signs the cursors of our server, so that the benchmark can ask for a page far down.
SECRET_KEY = "benchmark"
#: Where our server keeps large files.
EXPORTS = register.PLACE / "exports"
OURS = "from transfers.management.server import Server; Server('127.0.0.1', {port}).run()"


class Refused(Exception):
    """A server answered with another status than 200."""


class Client:
    """One kept-alive connection."""

    def __init__(self, port: int):
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=300)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb", buffering=1 << 18)

    def ask(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers in lower case, and body."""
        self.socket.sendall(request(self.port, path, headers))
        status = int(self.file.readline().split()[1])
        answered: dict[str, str] = {}
        while (line := self.file.readline().strip()) != b"":
            name, _, value = line.decode("latin-1").partition(":")
            answered[name.lower()] = value.strip()
        if status == 304:
            return status, answered, b""
        if "content-length" in answered:
            return status, answered, self.file.read(int(answered["content-length"]))
        parts = []
        while size := int(self.file.readline(), 16):
            parts.append(self.file.read(size))
            self.file.readline()
        self.file.readline()
        return status, answered, b"".join(parts)

    def close(self) -> None:
        self.file.close()
        self.socket.close()


def request(port: int, path: str, headers: Mapping[str, str]) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{lines}\r\n".encode()


def forget_exports() -> None:
    """Remove the files that our server keeps, so that the next of them is made anew."""
    shutil.rmtree(EXPORTS, ignore_errors=True)


@dataclass(frozen=True)
class Download:
    """How long an answer took, and how much of it came: bytes, and lines that end in CRLF."""

    seconds: float
    size: int
    lines: int


def download(port: int, path: str, seconds: float = 600) -> Download:
    """Read an answer and forget it; stop after `seconds`, with what came until then."""
    start = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("GET", path, headers={"Accept-Encoding": "identity", "Connection": "close"})
    response = connection.getresponse()
    if response.status != 200:
        detail = re.search(r'"detail":"([^"]*)', response.read().decode())
        raise Refused(f"{path} is refused with {response.status}: {detail[1] if detail else ''}")
    buffer = bytearray(1 << 18)
    size = lines = 0
    broken = False  # between the CR and the LF of a line's end
    while (taken := response.readinto(buffer)) and time.perf_counter() - start < seconds:
        size += taken
        lines += buffer.count(b"\r\n", 0, taken) + (broken and buffer[0] == 10)
        broken = buffer[taken - 1] == 13
    connection.close()
    return Download(time.perf_counter() - start, size, lines)


class Server:
    """A program that listens at a free port."""

    def __init__(self, command: list[str], environment: Mapping[str, str], folder: Path):
        self.port = free_port()
        self.command = [part.replace("{port}", str(self.port)) for part in command]
        plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        with (register.PLACE / "servers.log").open("a") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=folder,
                env=plain | dict(environment),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_ready(self, path: str) -> None:
        """Return when the path is answered; raise Refused if it is not answered with 200."""
        until = time.monotonic() + 120
        while True:
            try:
                client = self.client()
                status, _, body = client.ask(path)
                client.close()
                break
            except (OSError, ValueError, IndexError):
                if time.monotonic() > until or self.process.poll() is not None:
                    message = f"does not start (see .bench/servers.log): {self.command}"
                    raise RuntimeError(message) from None
                time.sleep(0.1)
        if status != 200:
            raise Refused(f"{path}: {status} {body[:400]!r}")

    def client(self) -> Client:
        return Client(self.port)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:  # busy with an answer that nobody reads any more
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def run_server(
    command: list[str], path: str, environment: Mapping[str, str], folder: Path
) -> Iterator[Server]:
    """Yield a server that answers the path, and stop it at the end."""
    server = Server(command, environment, folder)
    try:
        server.wait_until_ready(path)
        yield server
    finally:
        server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ours(database: str | Path) -> AbstractContextManager[Server]:
    """Our server as `manage.py serve` runs it, without its migrating and loading."""
    url = database if isinstance(database, str) else f"sqlite:///{database}"
    command = [sys.executable, "-c", OURS]
    left_out = dict.fromkeys(("API_THROTTLE", "DATABASE_REPLICA_URLS", "DEBUG"), "")
    environment = {**left_out, "DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, "EXPORTS_DIR": str(EXPORTS)}
    environment["DJANGO_SETTINGS_MODULE"] = "arms_registry.settings"
    return run_server(command, "/api", environment, register.ROOT)
