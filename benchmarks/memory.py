"""Memory of one export: the peak of the server and its children, of two small registers and of the large.

Two, because a small answer is written by the server itself and a larger one by a process of its own, which
costs the same whatever it writes.

Counted is what the processes have to themselves (RssAnon). Pages of the database's file that SQLite
maps are the system's cache of the file, which it takes back when it likes.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import servers
from benchmarks.report import Bar, Bench, Row
from benchmarks.servers import Server
from transfers.exports.formats import FORMATS

APART = 50


def measure(bench: Bench) -> list[Row]:
    return [row for name in FORMATS for row in _measure_format(name, bench)]


def _measure_format(name: str, bench: Bench) -> list[Row]:
    work, bar = f"memory of one {name} export", Bar("apart", APART)
    try:
        large, parts = _peak(bench.database, name)
    except servers.Refused as refusal:
        return [Row(work, "MB", how=f"not measured: {refusal}")]
    rows_of_format = []
    for rows, database in bench.small.items():
        small, small_parts = _peak(database, name)
        how = f"peak RssAnon of a fresh server's processes, added up: {parts}; of the small: {small_parts}"
        rows_of_format.append(
            Row(f"{work}, {bench.rows:,} rows", "MB", large, f"{rows:,} rows", small, bar, how)
        )
    return rows_of_format


def _peak(database: Path, name: str) -> tuple[float, str]:
    """Megabytes in all, and by process: gunicorn, its processes, and what those started."""
    servers.forget_exports()
    with servers.ours(database) as server, watch(server) as peaks:
        servers.download(server.port, f"/api/transfers.{name}")
    megabytes = [peak / 1024 for peak in peaks.values()]
    return sum(megabytes), " + ".join(f"{peak:.0f}" for peak in megabytes)


@contextmanager
def watch(server: Server) -> Iterator[dict[int, int]]:
    """Yield the peaks in KB of a server's processes by their ids, of those too that end meanwhile."""
    peaks: dict[int, int] = {}
    is_over = threading.Event()

    def follow() -> None:
        while not is_over.wait(0.02):
            _record_peaks(server.process.pid, peaks)
        _record_peaks(server.process.pid, peaks)

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        yield peaks
    finally:
        is_over.set()
        thread.join()


def _record_peaks(root: int, peaks: dict[int, int]) -> None:
    for pid in family(root):
        peaks[pid] = max(peaks.get(pid, 0), _own(pid))


def family(root: int) -> list[int]:
    """Return the process and all below it."""
    pids = [root]
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            pids += [int(child) for child in _read(task).split()]
    return pids


def _own(pid: int) -> int:
    for line in _read(Path(f"/proc/{pid}/status")).splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it ended just now
        return ""
