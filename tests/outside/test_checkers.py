"""Checkers of others: of the schema, of HTTP, and of what the API does with requests of every kind."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.outside import programs

pytestmark = pytest.mark.once

ADDRESSES = [
    "/api/",
    "/api/schema",
    "/api/fields",
    "/api/transfers",
    "/api/transfers?system=S-400&page_size=1",
    "/api/transfers/rus-tur-s-400-2019",
    "/api/transfers/rus-tur-s-400-2019@11",
    "/api/transfers?as_of=5",
    "/api/transfers.csv",
    "/api/transfers.parquet",
    "/api/transfers/summary?group_by=supplier,recipient",
    "/api/deliveries.jsonl",
    "/api/claims.xlsx?source=dw-2019-10-25-s400-serbia",
    "/api/changes",
    "/api/releases/2026.1/transfers.csv",
]


@pytest.mark.parametrize("path", ADDRESSES)
def test_redbot_has_nothing_to_say_against_its_http(address, path, tmp_path):
    archive = programs.run_json(programs.find("redbot"), "-o", "har", f"{address}{path}", folder=tmp_path)
    notes = archive["log"]["entries"][0]["_red_messages"]
    assert [note["summary"] for note in notes if note["level"] in ("WARN", "BAD")] == []
    assert any(note["note_id"] == "INM_304" for note in notes)


def test_redocly_finds_no_error_in_the_schema(address, tmp_path):
    programs.find("openapi-typescript")  # which brings Redocly's rules along
    shutil.copy(programs.HERE / "redocly.mjs", tmp_path)
    (tmp_path / "node_modules").symlink_to(programs.TOOLS / "node_modules")
    problems = programs.run_json("node", "redocly.mjs", f"{address}/api/schema", folder=tmp_path)
    assert [problem for problem in problems if problem["severity"] == "error"] == []


def test_spectral_finds_no_error_in_the_schema(address, tmp_path):
    (tmp_path / ".spectral.yaml").write_text("extends: spectral:oas\n")
    command = [programs.find("spectral"), "lint", f"{address}/api/schema"]
    assert "(0 errors, 1 warning," in programs.run(*command, folder=tmp_path)


def test_schemathesis_finds_no_fault_over_http(address, tmp_path):
    """Two rules of the register are stricter than any schema can say, so a valid request may be a 400.

    Its phase of coverage would send some 15,000 requests more, which takes too long for each change.
    """
    command = [
        str(Path(sys.executable).with_name("st")),
        "run",
        f"{address}/api/schema",
        "--max-examples=10",
        "--phases=fuzzing,stateful",
    ]
    command += ["--exclude-checks=positive_data_acceptance", "--warnings=off", "--no-color", "--seed=1"]
    assert "No issues found" in programs.run(*command, folder=tmp_path)
