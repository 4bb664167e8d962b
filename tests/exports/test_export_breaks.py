"""An export that breaks midway breaks its connection: no reader takes a part for the whole."""

import http.client
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.support.servers import Server
from tests.support.shipped import add_copies

#: Its fixture is made once for all tests of the module.
pytestmark = pytest.mark.xdist_group("large")
ROWS = 25_000


@pytest.fixture(scope="module")
def server(shipped_database, tmp_path_factory):
    """Serve a register with so many copies of one transfer that an export takes its time."""
    path = tmp_path_factory.mktemp("large") / "register.sqlite3"
    shutil.copy(shipped_database, path)
    add_copies(path, ROWS)
    served = Server(path)
    served.get("/api/")
    yield served
    served.stop()


def workers(server):
    """Return the processes that read an export for this server."""
    pids = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command, stat = (place / "cmdline").read_text(), (place / "stat").read_text()
            parent = int(stat.rpartition(")")[2].split()[1])
            above = int(Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if "transfers.exports.formats.worker" in command and server.process.pid in (parent, above):
            pids.append(int(place.name))
    return pids


def begun(server, path):
    """Return a connection with an answer of which some has come, and more is to come."""
    connection = http.client.HTTPConnection(server.host)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.read(1000)
    return connection, answer


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the process in /proc")
class TestMidway:
    @pytest.mark.parametrize("form", ["csv", "jsonl", "arrow"])
    def test_where_the_process_dies_the_connection_breaks(self, server, form):
        connection, answer = begun(server, f"/api/transfers.{form}")
        for pid in workers(server):
            os.kill(pid, signal.SIGKILL)
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()
        connection.close()

    def test_where_the_reader_leaves_the_process_ends(self, server):
        connection, answer = begun(server, "/api/transfers.csv")
        assert workers(server)
        answer.close()
        connection.close()
        until = time.monotonic() + 20
        while workers(server) and time.monotonic() < until:
            time.sleep(0.1)
        assert workers(server) == []

    def test_afterwards_the_server_answers_as_before(self, server):
        assert server.get("/api/transfers.csv?system=pantsir-s1").count("\r\n") > 1
