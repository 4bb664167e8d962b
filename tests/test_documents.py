"""The documents say what is so: every example gives what it shows, every link leads somewhere."""

import os
import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from tests.support import documents, programs, servers

EXAMPLES = documents.examples()
PROGRAMS = programs.programs()
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.xdist_group("documents"),
]  # without it, pytest-django makes no test database for this module


@pytest.fixture(scope="module")
def register(django_db_setup, django_db_blocker, tmp_path_factory):
    """The shipped register, as `make run` serves it; undone after the module."""
    releases = override_settings(RELEASES_DIR=tmp_path_factory.mktemp("releases"))
    with django_db_blocker.unblock(), releases, transaction.atomic():
        call_command("loadregister", stdout=StringIO())
        for release in (("2025.2", "--revision", "9"), ("2026.1",)):
            call_command("release", *release, stdout=StringIO())
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The address of a server of the shipped register, with a release."""
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
    """The working folder of a walk, where its commands may write."""
    documents.lay_out(tmp_path)
    monkeypatch.chdir(tmp_path)


if os.environ.get("UPDATE_DOCS"):

    @pytest.mark.parametrize("path", documents.documents(), ids=lambda path: path.name)
    def test_outputs_are_written_anew(register, folder, path):
        documents.rewrite(path)

    @pytest.mark.parametrize("program", PROGRAMS, ids=str)
    def test_outputs_of_programs_are_written_anew(served, tmp_path, program):
        if not program.missing:
            programs.rewrite(program, program.run(served, tmp_path))


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_gives_what_it_shows(register, example):
    output = documents.run(example.command)
    assert documents.matches(example.expected, output), output


@pytest.mark.parametrize("path", documents.walks(), ids=lambda path: path.name)
def test_a_walk_gives_what_it_shows_step_by_step(register, folder, path):
    for example in documents.examples_of(path):
        output = documents.run(example.command)
        assert documents.matches(example.expected, output), f"{example}\n{output}"


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_a_program_prints_what_it_shows(served, tmp_path, program):
    if program.missing:
        pytest.skip(f"{program}: the examples need {program.missing}, which is not on this machine")
    outputs = program.run(served, tmp_path)
    for block, output in zip(program.blocks, outputs, strict=True):
        said = f"{program.document.relative_to(documents.ROOT)}:{block.line}\n{output}"
        assert documents.matches(block.expected, output), said


def test_the_readme_has_its_five_queries():
    readme = [example for example in EXAMPLES if example.document.name == "README.md"]
    assert len([example for example in readme if example.command.startswith("curl")]) >= 5


@pytest.mark.parametrize("path", documents.documents(), ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", documents.documents(), ids=lambda path: path.name)
def test_named_files_are_there(path):
    names = re.findall(
        r"`((?:transfers|tests|arms_registry|fixtures|seeds|benchmarks|docs)/[\w./-]*)`", path.read_text()
    )
    assert [name for name in names if not (documents.ROOT / name).exists()] == []


@pytest.mark.parametrize("path", documents.documents(), ids=lambda path: path.name)
def test_named_make_targets_are_there(path):
    text = path.read_text(encoding="utf-8")
    targets = set(re.findall(r"`make ([a-z]+)|^make ([a-z]+)(?: [A-Z]+=\S+)*$", text, re.MULTILINE))
    known = set(re.findall(r"^([a-z]+):", (documents.ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {name for pair in targets for name in pair if name} <= known
