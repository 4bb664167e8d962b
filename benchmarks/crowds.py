"""Many clients at once: the use of both cores, and small questions beside clients that are slow or greedy."""

import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from functools import partial
from statistics import median
from time import monotonic, perf_counter, sleep
from urllib.parse import quote

from benchmarks import pages, servers
from benchmarks.report import Bar, Bench, Row
from benchmarks.servers import Client, Server

SECONDS = 6.0
#: For so long small questions are asked beside the others.
LONG = 120.0
CROWDS = (4, 40, 400)
#: What a client sends before it does nothing more.
IDLE, HALF = "", "GET /api/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
WHOLE = "GET /api/transfers.csv HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
KINDS = {"idle connections": IDLE, "half-sent headers": HALF, "readers that never read": WHOLE}
#: Program of one client: it asks pages for some seconds, and prints how many it got.
CLIENT = """
import sys, time, itertools
from benchmarks.servers import Client
client, until, count = Client(int(sys.argv[1])), time.monotonic() + float(sys.argv[2]), 0
for path in itertools.cycle(sys.argv[3:]):
    assert client.ask(path, If_Match="*")[0] == 200
    count += 1
    if time.monotonic() > until:
        print(count)
        break
"""


def measure(bench: Bench) -> list[Row]:
    with servers.ours(bench.database) as ours:
        paths = [f"/api/transfers?system={quote(name)}" for name, _ in pages._systems(bench.database)]
        one, eight = (_count(ours.port, clients, paths) for clients in (1, 8))
        rows = [Row("pages of 100 rows, 8 clients", "requests/s", eight, "one client", one, Bar("least", 1.7),
                    f"each client a process, {SECONDS:g} s; no page was given before")]  # fmt: skip
        servers.download(ours.port, "/api/transfers.csv")
        rows += [_stand(ours, kind, text, many) for kind, text in KINDS.items() for many in CROWDS]
        return [*rows, _export(ours)]


def _count(port: int, clients: int, paths: list[str]) -> float:
    """Return the pages a second that so many clients get together."""
    command = [sys.executable, "-c", CLIENT, str(port), str(SECONDS), *paths]
    started = [
        subprocess.Popen(command, cwd=servers.register.ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(clients)
    ]
    return sum(int(each.communicate()[0]) for each in started) / SECONDS


def _stand(ours: Server, kind: str, text: str, many: int) -> Row:
    """Return how long a small question takes beside so many clients of a kind, and alone."""
    alone = _ask_for(ours.port, 5)
    with ExitStack() as clients:
        for _ in range(many):
            connection = clients.enter_context(socket.create_connection(("127.0.0.1", ours.port)))
            connection.sendall(text.encode())
        beside = _ask_for(ours.port, LONG / len(CROWDS))
    return Row(f"/api/ beside {many} {kind}", "ms", median(beside) * 1e3, "alone", median(alone) * 1e3,
               Bar("most", 1.5), f"longest of {len(beside)}: {max(beside) * 1e3:.0f} ms")  # fmt: skip


def _ask_for(port: int, seconds: float) -> list[float]:
    """Return the times of small questions, each on a connection of its own."""
    times, until = [], monotonic() + seconds
    while monotonic() < until:
        start = perf_counter()
        client = Client(port)
        assert client.ask("/api/")[0] == 200
        client.close()
        times.append(perf_counter() - start)
        sleep(0.1)
    return times


def _export(ours: Server) -> Row:
    """Return how long a small question takes beside twenty exports that are asked for at once."""
    alone = _ask_for(ours.port, 5)
    exports = [
        threading.Thread(target=partial(_download, ours.port, number), daemon=True) for number in range(20)
    ]
    for export in exports:
        export.start()
    beside = _ask_for(ours.port, 20)
    for export in exports:
        export.join()
    return Row("/api/ beside 20 exports at once", "ms", median(beside) * 1e3, "alone", median(alone) * 1e3,
               Bar("most", 5), f"longest of {len(beside)}: {max(beside) * 1e3:.0f} ms")  # fmt: skip


def _download(port: int, number: int) -> None:
    """Ask for a file that nobody asked for; the server may say that it has enough to do."""
    try:
        servers.download(port, f"/api/transfers.csv?quantity_ordered__gte={number}", 20)
    except (servers.Refused, OSError):
        return
