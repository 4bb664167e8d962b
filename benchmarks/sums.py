"""Questions that go through all rows: sums, orders and texts, against DuckDB over Parquet of the same rows.

The Parquet file is what /api/transfers.parquet gives. Our times include HTTP and JSON, and no answer is one
that was given before: a condition that is always true has each one made anew.
"""

import itertools
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, sleep

import duckdb

from benchmarks import register, servers
from benchmarks.report import Bar, Bench, Row, medians
from benchmarks.servers import Client

ROUNDS = 15
_ENDS = "".join(
    f", sum(quantity_{stem}_min), sum(quantity_{stem}_max), count(*) FILTER (quantity_{stem}_min IS NULL)"
    for stem in ("ordered", "delivered", "deployed")
)
_SUMS = f"count(*){_ENDS}, sum(tiv_ordered), sum(tiv_delivered)"
_GROUPED = "SELECT {0}, {1} FROM rows WHERE kind <> 'deployment' GROUP BY ALL ORDER BY ALL"
_YEARS = "year(date_delivered_earliest), year(date_delivered_latest)"
#: Python would need pytz for the time.
_FIRST = "SELECT * EXCLUDE (updated) FROM rows {0} LIMIT 100"
#: Work: our question, theirs; {n} is another number each time.
QUESTIONS = {
    "summary by recipient and unit": (
        "transfers/summary?group_by=recipient", _GROUPED.format("recipient, unit", _SUMS)),
    "summary by recipient and year": (
        "transfers/summary?group_by=recipient,year_delivered&sum=tiv",
        _GROUPED.format(f"recipient, {_YEARS}", "count(*), sum(tiv_ordered), sum(tiv_delivered)")),
    "first page by -quantity_ordered_max": (
        "transfers?ordering=-quantity_ordered_max",
        _FIRST.format("ORDER BY quantity_ordered_max DESC NULLS LAST, key")),
    "first page by -updated": (
        "transfers?ordering=-updated", _FIRST.format("ORDER BY updated DESC NULLS LAST, key")),
    "texts that contain a word": (
        "transfers?note__contains=agreed {n}", _FIRST.format("WHERE note ILIKE '%agreed {n}%' ORDER BY key")),
}  # fmt: skip


def measure(bench: Bench) -> list[Row]:
    with servers.ours(bench.database) as ours:
        client = ours.client()
        database = _open(ours.port)
        for path, _ in QUESTIONS.values():
            _wait_for_columns(client, path)
        rows = [_compare(client, database, work, *asked) for work, asked in QUESTIONS.items()]
        return [*rows, _compare_log(client)]


def _compare(client: Client, database: duckdb.DuckDBPyConnection, work: str, path: str, sql: str) -> Row:
    numbers = itertools.count()
    times = medians(
        {
            "ours": lambda: _ask(client, path.format(n=next(numbers))),
            "theirs": lambda: _time(lambda: database.execute(sql.format(n=next(numbers))).fetchall()),
        },
        ROUNDS,
    )
    return Row(work, "ms", times["ours"] * 1e3, "DuckDB", times["theirs"] * 1e3, Bar("most", 3),
               f"/api/{path}; DuckDB reads /api/transfers.parquet")  # fmt: skip


def _compare_log(client: Client) -> Row:
    """Return the log of a system beside the page of its transfers."""
    times = medians(
        {name: lambda name=name: _ask(client, f"{name}?system=S-400") for name in ("changes", "transfers")},
        ROUNDS,
    )
    return Row("log of a system, /api/changes?system=S-400", "ms", times["changes"] * 1e3, "its page",
               times["transfers"] * 1e3, Bar("most", 20), "/api/transfers?system=S-400")  # fmt: skip


def _open(port: int) -> duckdb.DuckDBPyConnection:
    """Return DuckDB with the view `rows` of our Parquet file."""
    path = register.PLACE / "rows.parquet"
    _save(port, path)
    database = duckdb.connect()
    database.execute(f"CREATE VIEW rows AS SELECT * FROM read_parquet('{path}')")
    return database


def _save(port: int, path: Path) -> None:
    path.write_bytes(Client(port).ask("/api/transfers.parquet")[2])


def _wait_for_columns(client: Client, path: str) -> None:
    """Ask until the columns answer: at first they are being written."""
    for _ in range(60):
        if len(list(servers.EXPORTS.glob("*.columns/whole"))) and _ask(client, path.format(n=0)) < 1:
            return
        _ask(client, path.format(n=0))
        sleep(1)
    raise RuntimeError(f"{path} stays slow")


def _ask(client: Client, path: str) -> float:
    """Return the seconds of an answer that is made anew, as a condition asks for it."""

    def ask() -> None:
        status, _, body = client.ask(f"/api/{path}".replace(" ", "%20"), If_Match="*")
        if status != 200:
            raise servers.Refused(f"{path}: {status} {body[:300]!r}")

    return _time(ask)


def _time(call: Callable[[], object]) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start
