"""Programs of others, where `make tools` has put them."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.servers import ROOT, without_proxies

TOOLS = ROOT / ".venv" / "tools"
HERE = Path(__file__).parent


def find(name):
    """Return the path of a program; without it the test is skipped or, where all must run, failed."""
    for folder in (TOOLS / "bin", TOOLS / "node_modules" / ".bin"):
        if (folder / name).exists():
            return str(folder / name)
    if elsewhere := shutil.which(name):
        return elsewhere
    leave = pytest.fail if os.environ.get("REQUIRE_ALL") else pytest.skip
    return leave(f"there is no {name} here: 'make tools' sets it up")


def run(*command, folder):
    """Return what a program prints, which must succeed, in a folder."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False, timeout=300,
        env=without_proxies() | {"PATH": f"{TOOLS / 'bin'}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout[-5000:]}\n{done.stderr[-5000:]}"
    return done.stdout


def run_json(*command, folder):
    """Return what a program prints as JSON."""
    return json.loads(run(*command, folder=folder))
