"""The tests themselves: any order, any clock, and a database only where the marker says so."""

import ast
import os
import shutil
from types import SimpleNamespace

import pytest

from tests import conftest
from tests.support import clocks, on_postgresql, servers, starting
from tests.support.documents import ROOT

MODULES = sorted((ROOT / "tests").rglob("test_*.py"))
NODES = [f"tests/test_{name}.py::TestOne::test_{number}" for name in "abcdef" for number in range(4)]


def shuffle(monkeypatch, seed):
    """Return the nodes in the order of a seed."""
    monkeypatch.setenv("ORDER", seed)
    items = [SimpleNamespace(nodeid=node) for node in NODES]
    conftest.pytest_collection_modifyitems(items)
    return [item.nodeid for item in items]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_database_is_asked_for_by_the_marker(path):
    """Only what is marked is run on PostgreSQL."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    assert names & {"db", "transactional_db", "django_db_reset_sequences"} == set()


@pytest.mark.parametrize("folder", on_postgresql.WHERE_DATABASES_DIFFER)
def test_folders_that_are_run_on_postgresql_are_there(folder):
    assert list((ROOT / folder).glob("test_*.py"))


def quick():
    return clocks.CLOCKS, shutil.which("faketime")


def serving():
    return quick(), servers.manage("register.sqlite3", "verify")


@pytest.mark.parametrize(("function", "expected"), [(quick, False), (serving, True)])
def test_programs_are_seen_in_the_code_that_a_test_reaches(function, expected):
    item = SimpleNamespace(obj=function, _fixtureinfo=SimpleNamespace(name2fixturedefs={}))
    assert starting.starts_programs(item) is expected


def test_programs_are_seen_in_the_fixtures_of_a_test():
    definitions = {"program": [SimpleNamespace(func=serving)]}
    item = SimpleNamespace(obj=quick, _fixtureinfo=SimpleNamespace(name2fixturedefs=definitions))
    assert starting.starts_programs(item)


def test_a_seed_is_one_order_of_all_tests(monkeypatch):
    assert shuffle(monkeypatch, "1") == shuffle(monkeypatch, "1")
    assert shuffle(monkeypatch, "1") != NODES
    assert sorted(shuffle(monkeypatch, "1")) == sorted(NODES)


def test_another_seed_is_another_order(monkeypatch):
    assert shuffle(monkeypatch, "1") != shuffle(monkeypatch, "2")


def test_the_tests_of_a_module_stay_together(monkeypatch):
    modules = [node.split("::")[0] for node in shuffle(monkeypatch, "1")]
    assert len([at for at, module in enumerate(modules) if module != modules[at - 1]]) == 6


def test_without_a_seed_the_order_stays(monkeypatch):
    assert shuffle(monkeypatch, "") == NODES


@pytest.mark.parametrize(("required", "code"), [("", 0), ("1", 1)])
def test_a_missing_faketime_is_one_line(monkeypatch, capsys, required, code):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("REQUIRE_ALL", required)
    monkeypatch.setattr("sys.argv", ["clocks", "leap", "-c", "raise SystemExit(7)"])
    assert clocks.main() == code
    assert capsys.readouterr().out == (
        "SKIPPED: the tests at 29 February 2028: there is no faketime (Debian: apt install faketime).\n"
    )


@pytest.mark.skipif(not shutil.which("faketime") or "FAKETIME" in os.environ, reason="needs faketime, once")
def test_a_clock_is_where_it_says_in_the_programs_that_workers_are(monkeypatch, capfd):
    worker = "import datetime; print('worker', datetime.date.today())"
    controller = (
        "import datetime, subprocess, sys; from tests.support import clocks; clocks.move_workers();"
        "print('controller', datetime.date.today(), flush=True);"
        f"subprocess.run([sys.executable, '-c', {worker!r}])"
    )
    monkeypatch.setattr("sys.argv", ["clocks", "leap", "-c", controller])
    assert clocks.main() == 0
    output = capfd.readouterr().out
    assert "worker 2028-03-01" in output
    assert "controller 2028" not in output
