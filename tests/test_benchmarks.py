"""The benchmarks: what they run is there, and the register that they measure is a true one."""

import importlib
import os
import subprocess
import sys

from benchmarks import servers
from tests.support.servers import ROOT, manage


def test_server_that_is_measured_is_the_one_that_serves():
    _, module, _, name = servers.OURS.split(";")[0].split()
    assert hasattr(importlib.import_module(module), name)


def test_register_that_is_measured_verifies(tmp_path):
    path = tmp_path / "register.sqlite3"
    command = [sys.executable, "-m", "benchmarks.register", "60", str(path)]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": f"sqlite:///{path}"}, check=True)
    done = manage(path, "verify")
    assert done.returncode == 0, done.stdout + done.stderr
