"""What the server itself refuses of a request line is told in a problem document, as everything else."""

import http.client
import json
import shutil
import socket
from urllib.parse import quote

import pytest

from tests.support.servers import Server
from transfers.api.middleware import LONGEST_ADDRESS


@pytest.fixture(scope="module")
def server(shipped_database, tmp_path_factory):
    path = shutil.copy(shipped_database, tmp_path_factory.mktemp("served") / "register.sqlite3")
    running = Server(path)
    running.get("/api")
    yield running
    running.stop()


def ask(server, target, method="GET"):
    """Return status, headers and body of the answer to a request line as it stands."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        head = f"{method} {target} HTTP/1.1\r\nHost: {server.host}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        parts = iter(lambda: connection.recv(65536), b"")
        top, _, body = b"".join(parts).partition(b"\r\n\r\n")
    status, *headers = top.decode().split("\r\n")
    return int(status.split()[1]), dict(line.split(": ", 1) for line in headers), body


def test_letters_that_are_not_encoded_are_answered_with_the_encoded_address(server):
    status, headers, body = ask(server, "/api/transfers?system=С-400&fields=key")
    [encoded] = json.loads(body)["suggestions"]
    assert (status, headers["Content-Type"]) == (400, "application/problem+json")
    assert encoded == f"/api/transfers?system={quote('С-400')}&fields=key"
    assert json.loads(ask(server, encoded)[2])["count"] == 3


def test_a_query_as_long_as_is_documented_is_read(server):
    status, _, _ = ask(server, f"/api/transfers?note__contains={'a' * 7960}")
    assert status == 200


def test_a_longer_line_is_refused_in_a_sentence(server):
    status, headers, body = ask(server, f"/api/transfers?q={'a' * LONGEST_ADDRESS}")
    assert (status, headers["Content-Type"]) == (414, "application/problem+json")
    assert str(LONGEST_ADDRESS) in json.loads(body)["detail"]


def test_head_sends_no_body(server):
    status, headers, body = ask(server, "/api/transfers", "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) == len(ask(server, "/api/transfers")[2])


def test_the_connection_stays_open_where_an_answer_has_no_body(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", "/api/transfers", headers={"Host": server.host})
    first = connection.getresponse()
    first.read()
    opened = connection.sock
    known = {"If-None-Match": first.headers["ETag"], "Host": server.host}
    for _ in range(2):
        connection.request("GET", "/api/transfers", headers=known)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (304, b"")
    assert connection.sock is opened
    connection.close()
