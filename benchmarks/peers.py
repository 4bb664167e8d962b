"""What the register is compared with, pinned in peers.txt and set up in an environment of its own."""

import hashlib
import re
import shutil
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import register
from benchmarks.servers import Server, run_server

HERE = Path(__file__).resolve().parent
PLACE = register.PLACE / "peers"
PINNED = HERE / "peers.txt"
TABLE = "transfers_registryrow"
GUNICORN = ("--worker-class=gthread", "--threads=4", "--keep-alive=60", "--log-level=warning")


def ready() -> None:
    """Set up the environment of the peers where it is not there as peers.txt has it."""
    stamp = PLACE / "pinned"
    wanted = hashlib.sha256(PINNED.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Setting up Datasette and the stock views (once) ...", flush=True)
    shutil.rmtree(PLACE, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", PLACE], check=True)
    pip = [str(PLACE / "bin/python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", str(PINNED)], check=True)
    stamp.write_text(wanted)


def versions() -> list[str]:
    return re.findall(r"^[a-z-]+==\S+", PINNED.read_text(), re.MULTILINE)


def datasette(database: Path) -> AbstractContextManager[Server]:
    """Datasette on the file as immutable, its fast way, with what its `inspect` finds out beforehand.

    Its limits on the rows of an answer, the size of a CSV and the time of a query are lifted.
    """
    inspected = database.with_suffix(".json")
    program = str(PLACE / "bin/datasette")
    if not inspected.exists():
        subprocess.run([program, "inspect", database, "--inspect-file", inspected], check=True)
    limits = {"max_csv_mb": 0, "max_returned_rows": 10_000, "sql_time_limit_ms": 60_000}
    settings = [part for name, value in limits.items() for part in ("--setting", name, str(value))]
    command = [program, "serve", "-i", str(database), "--inspect-file", str(inspected), "-p", "{port}"]
    return run_server([*command, *settings], f"/{database.stem}.json", {}, register.ROOT)


def datasette_page(database: Path, system: str) -> str:
    """Return the address of a system's first 100 published rows, no count, no facets, in our columns."""
    parameters = [("system__exact", system), ("_sort", "key"), ("_size", "100"), ("_nocount", "1")]
    parameters += [("_nofacet", "1"), ("_shape", "objects")]
    return f"/{database.stem}/{TABLE}.json?{_query(parameters)}"


def datasette_csv(database: Path) -> str:
    """Return the address of all published rows as CSV, in the order of the table, its quickest."""
    return f"/{database.stem}/{TABLE}.csv?{_query([('_stream', '1'), ('_size', 'max')])}"


def _query(parameters: list[tuple[str, str]]) -> str:
    hidden = [("_nocol", name) for name in ("system_family", "words", "reference", "until")]
    return urlencode([("until__isnull", "1"), *parameters, *hidden])


def stock(database: Path) -> AbstractContextManager[Server]:
    """Return the stock views, served by gunicorn as ours are."""
    command = [
        str(PLACE / "bin/python"),
        "-m",
        "gunicorn",
        *GUNICORN,
        "--bind=127.0.0.1:{port}",
        "benchmarks.stock.wsgi:application",
    ]
    return run_server(command, "/transfers?system=none", {"BENCH_DATABASE": str(database)}, register.ROOT)
