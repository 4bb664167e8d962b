"""Documents: every example gives the output that it shows, and every link leads somewhere."""

import os
import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from tests.support import documents, programs, servers
from tests.support.servers import ROOT

EXAMPLES = documents.list_examples()
PROGRAMS = programs.list_programs()
pytestmark = [pytest.mark.xdist_group("documents"), pytest.mark.once]


@pytest.fixture(scope="module")
def register(django_db_setup, django_db_blocker, tmp_path_factory):
    """Load the shipped register, as `make run` serves it; undo that after the module."""
    releases = override_settings(RELEASES_DIR=tmp_path_factory.mktemp("releases"))
    with django_db_blocker.unblock(), releases, transaction.atomic():
        call_command("loadregister", stdout=StringIO())
        for release in (("2025.2", "--revision", "9"), ("2026.1",)):
            call_command("release", *release, stdout=StringIO())
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Serve the shipped register with a release; return the address."""
    place = tmp_path_factory.mktemp("register")
    database, releases = place / "register.sqlite3", {"RELEASES_DIR": str(place / "releases")}
    server = servers.Server(database, **releases)
    try:
        server.get("/api/")
        assert servers.manage(database, "release", "2026.1", variables=releases).returncode == 0
        yield server.host
    finally:
        server.stop()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work in a folder where the commands of a walk may write."""
    documents.lay_out(tmp_path)
    monkeypatch.chdir(tmp_path)


if os.environ.get("UPDATE_DOCS"):

    @pytest.mark.django_db
    @pytest.mark.parametrize("path", documents.list_documents(), ids=lambda path: path.name)
    def test_outputs_are_written_anew(register, folder, path):
        documents.rewrite(path)

    @pytest.mark.parametrize("program", PROGRAMS, ids=str)
    def test_outputs_of_programs_are_written_anew(served, tmp_path, program):
        if not program.missing:
            programs.rewrite(program, program.run(served, tmp_path))


@pytest.mark.django_db
@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_gives_what_it_shows(register, example):
    output = documents.run(example.command)
    assert documents.matches(example.expected, output), output


@pytest.mark.django_db
@pytest.mark.parametrize("path", documents.list_walks(), ids=lambda path: path.name)
def test_a_walk_gives_what_it_shows_step_by_step(register, folder, path):
    for example in documents.read_examples(path):
        output = documents.run(example.command)
        assert documents.matches(example.expected, output), f"{example}\n{output}"


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_a_program_prints_what_it_shows(served, tmp_path, program):
    if program.missing:
        is_needed = os.environ.get("REQUIRE_ALL") and program.language != "r"
        stop = pytest.fail if is_needed else pytest.skip
        stop(f"{program}: the examples need {program.missing}, which is not on this machine")
    outputs = program.run(served, tmp_path)
    for block, output in zip(program.blocks, outputs, strict=True):
        place = f"{program.document.relative_to(ROOT)}:{block.line}"
        assert documents.matches(block.expected, output), f"{place}\n{output}"


def test_the_readme_has_its_five_queries():
    readme = [example for example in EXAMPLES if example.document.name == "README.md"]
    assert len([example for example in readme if example.command.startswith("curl")]) >= 5


@pytest.mark.parametrize("path", documents.list_documents(), ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", documents.list_documents(), ids=lambda path: path.name)
def test_named_files_are_there(path):
    names = re.findall(
        r"`((?:transfers|tests|arms_registry|fixtures|seeds|benchmarks|docs)/[\w./-]*)`", path.read_text()
    )
    assert [name for name in names if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", documents.list_documents(), ids=lambda path: path.name)
def test_named_make_targets_are_there(path):
    text = path.read_text(encoding="utf-8")
    targets = set(re.findall(r"`make ([a-z]+)|^make ([a-z]+)(?: [A-Z]+=\S+)*$", text, re.MULTILINE))
    rules = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {name for pair in targets for name in pair if name} <= rules
