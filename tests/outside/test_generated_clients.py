"""Clients generated from the schema: they are made without a warning, and ask what a person would."""

import shutil

import pytest

from tests.outside import programs
from transfers.api.resources.dictionary import LISTS

pytestmark = pytest.mark.once

#: What client.py and client.ts ask.
ANSWERS = {
    "keys": ["rus-ind-s-400-2018", "rus-srb-s-400-2019", "rus-tur-s-400-2019"],
    "groups": 5,
    "supplier": "RUS",
    "refused": "system",
}


@pytest.fixture(scope="module")
def python_client(address, tmp_path_factory):
    """Generate the client for Python; return its folder."""
    folder = tmp_path_factory.mktemp("generated") / "client"
    generate = programs.find("openapi-python-client")
    programs.run(
        generate, "generate", "--url", f"{address}/api/schema", "--output-path", str(folder),
        "--fail-on-warning", folder=folder.parent,
    )  # fmt: skip
    shutil.copy(programs.HERE / "client.py", folder)
    return folder


@pytest.fixture(scope="module")
def typescript_client(address, tmp_path_factory):
    """Generate the types for TypeScript; return the folder of a program that uses them."""
    folder = tmp_path_factory.mktemp("typescript")
    programs.find("tsc")
    for name in ("client.ts", "node.d.ts", "tsconfig.json"):
        shutil.copy(programs.HERE / name, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "node_modules").symlink_to(programs.TOOLS / "node_modules")
    generate = programs.find("openapi-typescript")
    programs.run(generate, f"{address}/api/schema", "-o", "schema.d.ts", folder=folder)
    return folder


def test_the_python_client_asks_what_a_person_would(python_client, address):
    python = programs.find("python")
    assert programs.run_json(python, "client.py", address, folder=python_client) == ANSWERS


def test_the_python_client_knows_every_list(python_client):
    folder = python_client / "arms_registry_client" / "api"
    assert {view.name for view in LISTS} <= {path.name for path in folder.iterdir()}


def test_the_typescript_client_asks_what_a_person_would(typescript_client, address):
    programs.run(programs.find("tsc"), "-p", ".", folder=typescript_client)
    answers = programs.run_json("node", "client.js", address, folder=typescript_client)
    assert answers == ANSWERS
