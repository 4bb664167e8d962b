"""The recipe for a new export format: one module, and its name in FORMATS; everything else follows.

It is followed in a copy of the program, as a large answer is written by a process of its own, which would not
see what a test puts in its place here.
"""

import json
import shutil
import sqlite3

import pytest

from tests.support.servers import ROOT, Server, manage
from transfers.api.resources.dictionary import LISTS
from transfers.exports.formats import SMALL

#: Its fixture is made once for all tests of the module.
pytestmark = pytest.mark.xdist_group("new-format")
MEDIA_TYPE = "text/tab-separated-values"
MODULE = f'''
"""Tab-separated values: a header, and a line a row with the values as JSON."""

import json

from .table import iterate_rows

MEDIA_TYPE = "{MEDIA_TYPE}; charset=utf-8"
IN_RELEASES = True


def stream(batches, about):
    yield "\\t".join(column.name for column in about.columns).encode() + b"\\n"
    for batch in batches:
        for row in iterate_rows(batch, about):
            yield "\\t".join(json.dumps(value) for value in row).encode() + b"\\n"
'''
#: Each resource, with a query that has it answer in one page.
QUERIES = {view.name: "page_size=1000" for view in LISTS} | {"fields": "", "transfers/summary": ""}


@pytest.fixture(scope="module")
def copy(shipped_database, tmp_path_factory):
    """Return a copy of the program with the format, and a register with more transfers than are a few."""
    root = tmp_path_factory.mktemp("program")
    for folder in ("transfers", "arms_registry", "fixtures"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", root)
    package = root / "transfers" / "exports" / "formats"
    (package / "tsv.py").write_text(MODULE, encoding="utf-8")
    listed = (package / "__init__.py").read_text(encoding="utf-8")
    assert listed.count('"arrow")') == 1
    (package / "__init__.py").write_text(listed.replace('"arrow")', '"arrow", "tsv")'), encoding="utf-8")
    shutil.copy(shipped_database, root / "register.sqlite3")
    done = run(root, "release", "2026.1")
    assert done.returncode == 0, done.stderr
    copy_transfers(root / "register.sqlite3", SMALL + 1)
    return root


def run(root, *command):
    return manage(root / "register.sqlite3", *command, root=root)


def copy_transfers(path, number):
    """Add so many copies of one published transfer."""
    with sqlite3.connect(path) as database:
        names = [name for _, name, *_ in database.execute("PRAGMA table_info(transfers_registryrow)")]
        columns = ", ".join(name for name in names if name not in ("id", "key"))
        database.execute(
            f"INSERT INTO transfers_registryrow (key, {columns}) WITH RECURSIVE numbers(n) AS"
            f" (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {number})"
            f" SELECT 'copy-' || (1000000 + n), {columns} FROM numbers,"
            " (SELECT * FROM transfers_registryrow LIMIT 1)"
        )
    database.close()


@pytest.fixture(scope="module")
def server(copy):
    served = Server(copy / "register.sqlite3", root=copy)
    served.get("/api/")
    yield served
    served.stop()


def read_tsv(data):
    """Return the rows of the new format as JSON has them."""
    header, *lines = data.decode().split("\n")[:-1]
    names = header.split("\t")
    return [dict(zip(names, map(json.loads, line.split("\t")), strict=True)) for line in lines]


def read_rows(server, resource, query=""):
    """Return the rows of a resource in JSON: its first page, or the claims of a transfer."""
    answer = json.loads(server.get(f"/api/{resource}?{query}"))
    return answer["claims"] if "claims" in answer else answer["results"]


@pytest.mark.parametrize("resource", [name for name in QUERIES if name != "transfers"])
def test_every_resource_has_it(server, resource):
    assert read_tsv(server.ask(f"/api/{resource}.tsv")[1]) == read_rows(server, resource, QUERIES[resource])


def test_the_claims_of_a_transfer_have_it(server):
    key = read_rows(server, "claims", "page_size=1")[0]["transfer"]
    assert read_tsv(server.ask(f"/api/transfers/{key}.tsv")[1]) == read_rows(server, f"transfers/{key}")


def test_a_large_answer_is_streamed_in_it(server):
    headers, data = server.ask("/api/transfers.tsv")
    rows = read_tsv(data)
    assert len(rows) == int(headers["Registry-Count"]) > SMALL
    assert rows[:1000] == read_rows(server, "transfers", "page_size=1000")


def test_suffix_parameter_and_accept_give_the_same(server):
    answers = [
        server.ask("/api/systems.tsv"),
        server.ask("/api/systems?format=tsv"),
        server.ask("/api/systems", accept=MEDIA_TYPE),
    ]
    assert {headers["Content-Type"].split(";")[0] for headers, _ in answers} == {MEDIA_TYPE}
    first, *others = [read_tsv(data) for _, data in answers]
    assert others == [first, first]


def test_the_schema_names_it(server):
    paths = json.loads(server.get("/api/schema"))["paths"]
    for resource in QUERIES:
        operation = paths[f"/api/{resource}"]["get"]
        assert MEDIA_TYPE in operation["responses"]["200"]["content"]
        [form] = [parameter for parameter in operation["parameters"] if parameter["name"] == "format"]
        assert "tsv" in form["schema"]["enum"]


def test_a_release_holds_every_table_in_it(copy, server):
    release = json.loads((copy / "releases" / "2026.1" / "datapackage.json").read_bytes())
    types = {resource["path"]: resource["mediatype"] for resource in release["resources"]}
    tables = {path.removesuffix(".parquet") for path in types if path.endswith(".parquet")}
    assert {path.removesuffix(".tsv"): kind for path, kind in types.items() if path.endswith(".tsv")} == (
        dict.fromkeys(tables, MEDIA_TYPE)
    )
    headers, data = server.ask("/api/releases/2026.1/claims.tsv")
    assert headers["Content-Type"].split(";")[0] == MEDIA_TYPE
    assert read_tsv(data) == sorted(read_rows(server, "claims", "page_size=1000"),
                                    key=lambda claim: (claim["transfer"], claim["claim"]))  # fmt: skip


def test_no_release_is_named_like_it(copy):
    assert "ends like the name of a format" in run(copy, "release", "2026.tsv").stderr
