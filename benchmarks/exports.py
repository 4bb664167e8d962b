"""Everything in one answer: CSV against the databases' own shells and the peers, then the other formats."""

import getpass
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from benchmarks import peers, postgres, servers
from benchmarks.report import Bar, Bench, Row, medians
from benchmarks.servers import Server

ROUNDS = 5
#: What a slow peer may take in a round; its rate is that of the rows it sent until then.
PATIENCE = 7.0
_NGINX = """
user {user}; daemon off; error_log {place}/error.log; pid {place}/pid; worker_processes 1;
events {{}}
http {{ access_log off; sendfile on; server {{ listen 127.0.0.1:{port}; root {place}; }} }}
"""
OTHERS = ("jsonl", "xlsx", "parquet", "arrow")


def measure(bench: Bench) -> list[Row]:
    peers.ready()
    return [*_csv(bench), _parquet_again(bench), *_csv_of_postgresql(bench), *_other_formats(bench)]


def _csv(bench: Bench) -> list[Row]:
    with servers.ours(bench.database) as ours:
        contenders: dict[str, Callable[[], float]] = {"ours": lambda: _first(ours.port, bench.rows)}
        if shutil.which("sqlite3"):
            contenders["sqlite3"] = lambda: _shell(_sqlite3(bench.database), bench.rows)
        rate = medians(contenders, ROUNDS)
        slow = {
            "again": lambda: _whole(ours.port, bench.rows),
            "datasette": lambda: _begun(
                peers.datasette(bench.database), peers.datasette_csv(bench.database), bench.rows
            ),
            "stock": lambda: _begun(peers.stock(bench.database), "/transfers.csv", bench.rows),
        }
        rate |= medians(slow, 3)
    shell = "" if "sqlite3" in rate else "; there is no sqlite3 here (Debian: apt install sqlite3)"
    ours_, again, unit = "CSV of everything", "CSV of everything, asked again", "rows/s"
    return [
        Row(ours_, unit, rate["ours"] if "sqlite3" in rate else None, "sqlite3 -csv", rate.get("sqlite3"),
            Bar("least", 1), f"/api/transfers.csv; the shell writes the same columns to /dev/null{shell}"),
        Row(again, unit, rate["again"], "Datasette", rate["datasette"], Bar("least", 20),
            f".csv?_stream=1, same columns, unsorted (its quickest); its first {PATIENCE:g} s"),
        Row(again, unit, rate["again"], "stock DRF", rate["stock"], how="ModelSerializer, iterator(),"
            f" djangorestframework-csv's streaming renderer; its first {PATIENCE:g} s"),
    ]  # fmt: skip


def _parquet_again(bench: Bench) -> Row:
    """Return how quickly a file that is kept leaves, beside nginx that sends the same file."""
    work, bar = "Parquet of everything, asked again", Bar("least", 0.8)
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        return Row(work, "MB/s", None, "nginx", None, bar, "there is no nginx here")
    path = "/api/transfers.parquet"
    with servers.ours(bench.database) as ours, TemporaryDirectory() as folder:
        (Path(folder) / "file").write_bytes(ours.client().ask(path)[2])
        with _nginx(program, Path(folder)) as port:
            contenders = {"ours": (ours.port, path), "nginx": (port, "/file")}
            asked = {name: partial(_megabytes, *address) for name, address in contenders.items()}
            rate = medians(asked, ROUNDS)
    return Row(work, "MB/s", rate["ours"], "nginx", rate["nginx"], bar, f"{path}; nginx sends a copy of it")


@contextmanager
def _nginx(program: str, place: Path) -> Iterator[int]:
    """Yield the port of nginx, which sends the files of the place."""
    port, settings = servers.free_port(), place / "nginx.conf"
    settings.write_text(_NGINX.format(place=place, user=getpass.getuser(), port=port))
    place.chmod(0o755)
    process = subprocess.Popen([program, "-c", settings])
    try:
        sleep(1)
        yield port
    finally:
        process.terminate()
        process.wait()


def _megabytes(port: int, path: str) -> float:
    taken = servers.download(port, path)
    return taken.size / taken.seconds / 1e6


def _csv_of_postgresql(bench: Bench) -> list[Row]:
    work, bar = "CSV of everything, on PostgreSQL", Bar("least", 0.9)
    psql = shutil.which("psql")
    with postgres.copy_of(bench.database) as address:
        if address is None or psql is None:
            return [Row(work, "rows/s", None, "psql \\copy", None, bar, "there is no PostgreSQL here")]
        copy = f"\\copy ({_query()}) TO STDOUT (FORMAT csv, HEADER)"
        command = [psql, "-X", "-q", address, "-c", copy]
        with servers.ours(address) as ours:
            contenders = {
                "ours": lambda: _first(ours.port, bench.rows),
                "psql": lambda: _shell(command, bench.rows),
            }
            rate = medians(contenders, ROUNDS)
    how = "/api/transfers.csv; psql writes the same query's rows to /dev/null"
    return [Row(work, "rows/s", rate["ours"], "psql \\copy", rate["psql"], bar, how)]


def _other_formats(bench: Bench) -> list[Row]:
    """For information; a format that the server does not have, or refuses at this size, says so."""
    rows = []
    with servers.ours(bench.database) as ours:
        for name in OTHERS:
            path, work = f"/api/transfers.{name}", f"{name} of everything"
            try:
                servers.forget_exports()
                rate = bench.rows / servers.download(ours.port, path).seconds
                rows.append(Row(work, "rows/s", rate, how=f"{path}, once"))
            except servers.Refused as refusal:
                rows.append(Row(work, "rows/s", how=f"not measured: {refusal}"))
    return rows


def _first(port: int, rows: int) -> float:
    """Rows a second of a file that nobody has asked for yet."""
    servers.forget_exports()
    return _whole(port, rows)


def _whole(port: int, rows: int) -> float:
    taken = servers.download(port, "/api/transfers.csv")
    assert taken.lines == rows + 1, taken
    return rows / taken.seconds


def _begun(server: AbstractContextManager[Server], path: str, rows: int) -> float:
    """Rows a second of an answer cut short; by a fresh server, as one may go on writing to nobody."""
    with server as running:
        taken = servers.download(running.port, path, PATIENCE)
    return min(taken.lines - 1, rows) / taken.seconds


def _shell(command: list[str], rows: int) -> float:
    start = perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return rows / (perf_counter() - start)


def _query() -> str:
    from transfers.vocabulary import fields

    columns = ", ".join(f'"{name}"' for name in fields.list_names(fields.ROW))
    return f"SELECT {columns} FROM {peers.TABLE} WHERE until IS NULL ORDER BY key"


def _sqlite3(database: Path) -> list[str]:
    return ["sqlite3", "-readonly", "-csv", "-header", str(database), _query()]
