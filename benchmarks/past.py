"""Pages of the register as it stood (`as_of`) against the same pages now; and a page of the log."""

import sqlite3
from statistics import median

import orjson

from benchmarks import pages, servers
from benchmarks.report import Bar, Bench, Row, medians
from benchmarks.servers import Client

ROUNDS = 60
#: Revisions in the middle of the log that are each asked for once.
NEW = 20
FILTERS = ("system=S-400", "supplier=USA", "status=delivered", "status=cancelled")


def measure(bench: Bench) -> list[Row]:
    times = _times(bench)
    with servers.ours(bench.database) as ours:
        client = ours.client()
        pages_of = {filtered: _pages(filtered, times) for filtered in FILTERS}
        all_paths = [path for paths in pages_of.values() for path in paths.values()]
        for path in all_paths:
            _check(client, path, is_empty="status=cancelled" in path)
        times_by_path = medians(
            {path: lambda path=path: pages._seconds(client, path) for path in all_paths}, ROUNDS
        )
        rows = [
            _row(filtered, {when: times_by_path[path] * 1e3 for when, path in paths.items()},
                 _first_time(client, filtered, int(times["middle"])))
            for filtered, paths in pages_of.items()
        ]  # fmt: skip
        return [*rows, *_log(client)]


def _pages(filtered: str, times: dict[str, str]) -> dict[str, str]:
    return {when: f"/api/transfers?{filtered}{text and '&as_of='}{text}" for when, text in times.items()}


def _row(filtered: str, took: dict[str, float], first: float) -> Row:
    now = took.pop("now")
    pasts = ", ".join(f"{when} {milliseconds:.3g}" for when, milliseconds in took.items())
    return Row(f"page of 100 rows as of the past, {filtered}", "ms", max(took.values()), "the same page now",
               now, Bar("most", 10), f"the slowest of: {pasts}; middle, asked for the first time: {first:.3g}"
               " (it counts its rows)")  # fmt: skip


def _times(bench: Bench) -> dict[str, str]:
    """Name of a time → `as_of`; now: none."""
    with sqlite3.connect(f"file:{bench.database}?mode=ro", uri=True) as connection:
        [newest] = connection.execute("SELECT max(sequence) FROM transfers_revision").fetchone()
        [day] = connection.execute(
            "SELECT date(time) FROM transfers_revision WHERE sequence = ?", [newest // 4]
        ).fetchone()
    return {
        "now": "",
        "middle": str(newest // 2),
        # Either side of where rows are looked for by their revisions, as there are few of them.
        "first 400th": str(newest // 400),
        "first 1,000th": str(newest // 1000),
        day: day,
    }


def _check(client: Client, path: str, is_empty: bool) -> None:
    """Check that there are rows unless none can be; the first answer also counts them, which is kept."""
    status, _, body = client.ask(path)
    if status != 200 or bool(orjson.loads(body)["results"]) == is_empty:
        raise servers.Refused(f"{path}: {status} {body[:300]!r}")


def _first_time(client: Client, filtered: str, middle: int) -> float:
    """Milliseconds of pages of the revisions after the middle, each of which counts its rows."""
    paths = [f"/api/transfers?{filtered}&as_of={middle + number}" for number in range(1, NEW + 1)]
    return median(pages._seconds(client, path) for path in paths) * 1e3


def _log(client: Client) -> list[Row]:
    """Measure the newest entries of a system, and of all: the filter finds the revisions of its versions."""
    paths = ["/api/changes", f"/api/changes?{FILTERS[0]}"]
    first = {path: pages._seconds(client, path) for path in paths}
    times = medians({path: lambda path=path: pages._seconds(client, path) for path in paths}, ROUNDS)
    return [
        Row("page of 100 entries of the log", "ms", times[path] * 1e3,
            how=f"{path}; asked for the first time: {first[path] * 1e3:,.0f} ms")
        for path in paths
    ]  # fmt: skip
