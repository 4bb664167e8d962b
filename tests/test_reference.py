"""Reference: it is what the code generates, and names every parameter, field, command and code."""

import ast
import re

import pytest

from docs import generate
from tests.support.servers import ROOT
from transfers.api import errors
from transfers.api.resources.dictionary import LISTS, SUMMARIES

VIEWS = [*((view.path, view) for view in SUMMARIES), *((view.name, view) for view in LISTS)]


def section(name, heading):
    """Return the part of a page of the reference below one of its headings."""
    text = (generate.FOLDER / name).read_text(encoding="utf-8")
    return re.split(r"^## ", text.split(f"\n## {heading}\n")[1], flags=re.MULTILINE)[0]


@pytest.mark.parametrize("name", generate.PAGES)
def test_a_page_on_disk_is_what_the_code_generates(name):
    written = (generate.FOLDER / name).read_text(encoding="utf-8")
    assert written == generate.PAGES[name](), f"docs/reference/{name} is stale: run make docs"


def test_every_page_of_the_reference_is_generated():
    assert {path.name for path in generate.FOLDER.iterdir()} == set(generate.PAGES)


@pytest.mark.parametrize(("name", "view"), VIEWS)
def test_every_parameter_is_documented(name, view):
    named = set(re.findall(r"`(\w+)`", section("parameters.md", f"/api/{name}")))
    assert set(view().list_parameters()) <= named


def test_every_field_is_documented():
    missing = [
        (view.name, item.name)
        for view in LISTS
        for item in view.items
        if f"\n| `{item.name}` |" not in section("fields.md", f"/api/{view.name}")
    ]
    assert missing == []


@pytest.mark.parametrize("view", SUMMARIES)
def test_every_group_and_sum_of_a_summary_is_documented(view):
    named = set(re.findall(r"^\| `(\w+)` \|", section("fields.md", f"/api/{view.path}"), re.MULTILINE))
    sums = {each.item.name for figures in view.figures.values() for each in figures.sums}
    assert named == {*view.groups, *sums, *filter(None, view.figures)}


def test_every_command_is_documented():
    text = (generate.FOLDER / "commands.md").read_text(encoding="utf-8")
    assert [
        path.stem for path in generate.COMMANDS.glob("[a-z]*.py") if f"manage.py {path.stem}" not in text
    ] == []


def test_every_make_target_says_what_it_does():
    targets = re.findall(r"^([a-z]+):.*$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    text = (generate.FOLDER / "commands.md").read_text(encoding="utf-8")
    assert [target for target in targets if f"`make {target}`" not in text] == []


def codes_in(path):
    """Yield the codes that a module gives to parameters' errors."""
    place = {"ParameterError": 1, "_build_refusal": 1, "Fault": 0}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            at = place.get(getattr(node.func, "id", getattr(node.func, "attr", "")))
            if at is not None and isinstance(node.args[at], ast.Constant):
                yield node.args[at].value


def test_every_code_of_an_error_is_documented_and_none_that_is_not_used():
    used = {code for path in (ROOT / "transfers" / "api").rglob("*.py") for code in codes_in(path)}
    assert used == set(errors.CODES)


def test_every_variable_of_the_settings_is_documented_for_operators():
    settings = (ROOT / "arms_registry" / "settings.py").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "how-to" / "run-on-your-own-server.md").read_text(encoding="utf-8")
    read = set(re.findall(r'env\.\w+\("([A-Z_]+)"', settings))
    assert {name for name in read if f"`{name}`" not in page} == set()


def test_the_index_leads_to_every_document():
    linked = set(re.findall(r"\]\(([^)#]+)\)", (ROOT / "docs" / "index.md").read_text(encoding="utf-8")))
    there = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").glob("*/*.md")}
    assert there <= linked
