"""Clients that send or read slowly, or do nothing at all, keep nobody else waiting."""

import shutil
import socket
from contextlib import ExitStack

import pytest

from tests.support.servers import Server
from tests.support.shipped import add_copies

#: More than the server has threads, and rows of more bytes than it holds for a reader.
CLIENTS, ROWS = 40, 20_000
#: Seconds in which a small question is answered, however busy the machine is.
SOON = 20


@pytest.fixture(scope="module")
def server(shipped_database, tmp_path_factory):
    """Serve a register with large files, in one process."""
    path = shutil.copy(shipped_database, tmp_path_factory.mktemp("large") / "register.sqlite3")
    add_copies(path, ROWS)
    running = Server(path, WEB_CONCURRENCY="1")
    running.get("/api")
    yield running
    running.stop()


@pytest.fixture
def connect(server):
    """Return a function that opens a connection, sends some text, and does nothing more."""
    with ExitStack() as connections:

        def open_one(text):
            connection = connections.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            connection.settimeout(SOON)
            connection.sendall(text.encode())
            return connection

        yield open_one


def request(server, path):
    return f"GET {path} HTTP/1.1\r\nHost: {server.host}\r\n\r\n"


def is_up(server):
    return all('"name":"arms_registry"' in server.get("/api/", SOON) for _ in range(5))


def test_half_sent_requests(server, connect):
    for _ in range(CLIENTS):
        connect(request(server, "/api/")[:-2])
    assert is_up(server)


def test_half_sent_bodies(server, connect):
    for _ in range(CLIENTS):
        connect(f"POST /admin/login/ HTTP/1.1\r\nHost: {server.host}\r\nContent-Length: 1000\r\n\r\nname")
    assert is_up(server)


def test_idle_connections(server, connect):
    for _ in range(CLIENTS):
        connect("")
    assert is_up(server)


def test_readers_of_a_kept_file_that_never_read(server, connect):
    server.get("/api/transfers.csv")
    for _ in range(CLIENTS):
        assert connect(request(server, "/api/transfers.csv")).recv(12) == b"HTTP/1.1 200"
    assert is_up(server)


def test_readers_of_files_that_are_being_written(server, connect):
    for number in range(8):
        question = f"/api/transfers.csv?note__contains={number}"
        assert connect(request(server, question)).recv(12) == b"HTTP/1.1 200"
    assert is_up(server)


def test_many_who_ask_how_large_other_files_are(server, connect):
    for number in range(CLIENTS):
        question = f"/api/transfers.parquet?ordering=-note&note__contains={number:02}"
        connect(request(server, question).replace("GET", "HEAD"))
    assert is_up(server)


def test_readers_that_leave_before_they_are_answered(server, connect):
    for number in range(CLIENTS):
        connect(request(server, f"/api/claims?excerpt__contains={number}")).close()
    assert is_up(server)


def test_a_slow_reader_gets_the_whole(server, connect):
    whole = server.get("/api/transfers.csv").encode()
    connection = connect(
        request(server, "/api/transfers.csv").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
    )
    received = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert received.partition(b"\r\n\r\n")[2] == whole


def test_many_long_questions(server, connect):
    """Each of them would take minutes."""
    question = "&".join(f"note__contains={number:03}x" for number in range(150))
    for form in ("json", "csv"):
        for _ in range(6):
            connect(request(server, f"/api/transfers.{form}?{question}"))
    assert is_up(server)
