"""Readers of others: each reads a file by its address, small or large, whole or in parts."""

import shutil
import subprocess

import pandas
import polars
import pytest

from tests.outside import programs
from tests.support.servers import Server, without_proxies
from tests.support.shipped import add_copies

pytestmark = [pytest.mark.once, pytest.mark.xdist_group("readers")]
ROWS = 12_000
#: Polars takes types from the first rows, of which the first dates may be years, unless it is told not to.
TYPES = {"infer_schema_length": None}
#: Reader → the ending of the address, and how it reads the address.
READERS = {
    "pandas.read_csv": ("csv", pandas.read_csv),
    "pandas.read_parquet": ("parquet", pandas.read_parquet),
    "pandas.read_json": ("jsonl", lambda address: pandas.read_json(address, lines=True)),
    "pandas.read_excel": ("xlsx", lambda address: pandas.read_excel(address, engine="openpyxl")),
    "polars.read_csv": ("csv", lambda address: polars.read_csv(address, **TYPES)),
    "polars.scan_csv": ("csv", lambda address: polars.scan_csv(address, **TYPES).collect()),
    "polars.read_parquet": ("parquet", polars.read_parquet),
    "polars.scan_parquet": ("parquet", lambda address: polars.scan_parquet(address).collect()),
    "polars.scan_ndjson": ("jsonl", lambda address: polars.scan_ndjson(address, **TYPES).collect()),
    "polars.read_ipc_stream": ("arrow", polars.read_ipc_stream),
}
#: What DuckDB reads an ending with.
TABLES = {"csv": "read_csv", "parquet": "read_parquet", "jsonl": "read_json"}
DUCKDB = """
import sys, duckdb
from duckdb_extensions import import_extension
import_extension("httpfs")
duckdb.execute("LOAD httpfs")
print(duckdb.sql(f"SELECT count(*), count(DISTINCT key) FROM {sys.argv[1]}").fetchone())
"""
#: What R reads an ending with, from its base alone.
R = 'answer <- read.csv("{address}"); cat(nrow(answer), length(unique(answer$key)))'


@pytest.fixture(scope="module")
def address(shipped_database, tmp_path_factory):
    """Serve a register of 11 transfers and so many copies of one that its files are kept."""
    path = shutil.copy(shipped_database, tmp_path_factory.mktemp("large") / "register.sqlite3")
    add_copies(path, ROWS)
    server = Server(path)
    server.get("/api")
    yield f"http://{server.host}/api/transfers"
    server.stop()


@pytest.fixture(params=["small", "large"])
def question(request):
    """Return how to ask for so many rows, and how many they are."""
    return ("?system__not=S-400", 8) if request.param == "small" else ("", ROWS + 11)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


@pytest.mark.parametrize("name", READERS)
def test_a_library_for_python_reads_it_whole(address, question, name):
    form, read = READERS[name]
    rows = read(f"{address}.{form}{question[0]}")
    assert (len(rows), len(set(rows["key"]))) == (question[1], question[1])


@pytest.mark.parametrize("form", TABLES)
def test_duckdb_reads_it_whole(address, question, form, tmp_path):
    command = [programs.find("python"), "-c", DUCKDB, f"{TABLES[form]}('{address}.{form}{question[0]}')"]
    assert programs.run(*command, folder=tmp_path) == f"({question[1]}, {question[1]})\n"


def test_r_reads_it_whole(address, question, tmp_path):
    program = R.format(address=f"{address}.csv{question[0]}")
    assert programs.run(programs.find("Rscript"), "-e", program, folder=tmp_path) == "{0} {0}".format(
        question[1]
    )


def test_curl_goes_on_where_it_was_broken_off(address, tmp_path):
    whole, part = tmp_path / "whole.csv", tmp_path / "part.csv"
    fetch = ["curl", "-sS", "--fail", f"{address}.csv", "-o"]
    subprocess.run([*fetch, whole], check=True, env=without_proxies())
    part.write_bytes(whole.read_bytes()[:100_000])
    subprocess.run([*fetch, part, "-C", "-"], check=True, env=without_proxies())
    assert part.read_bytes() == whole.read_bytes()
