"""Importing a trade register of 30,000 invented records and publishing it; and the same file again."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import servers
from benchmarks.report import Bar, Bench, Row
from tests.support import registers

ROOT = Path(__file__).resolve().parent.parent
RECORDS = 30_000
SECONDS, MEGABYTES = 60, 500


def measure(bench: Bench) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        deals = registers.deals(RECORDS, 1950)
        file = place / "register.csv"
        file.write_bytes(registers.write_trade_register(deals))
        database = place / "register.sqlite3"
        for command in (["migrate", "--verbosity=0"], ["loadregister"]):
            _run(database, *command)
        first = _run(database, "importregister", str(file), "--publish")
        again = _run(database, "importregister", str(file), "--publish")
        verified = _run(database, "verify")
    assert "30,000 revisions published" in first.output, first.output
    assert "\n0 revisions published" in again.output, again.output
    work = f"importing and publishing a register of {RECORDS:,} records"
    return [
        Row(
            work, "s", first.seconds, "the bar", SECONDS, Bar("most", 1), "manage.py importregister --publish"
        ),
        Row(
            f"memory of {work}", "MB", first.megabytes, "the bar", MEGABYTES, Bar("most", 1), "peak resident"
        ),
        Row("the same file again", "s", again.seconds, how="no revision, nothing stored"),
        Row(
            f"verify after it, {RECORDS + 11:,} revisions",
            "s",
            verified.seconds,
            how=verified.output.strip()[:60],
        ),
    ]


class _Done:
    """What a command printed and took."""

    def __init__(self, output: str, seconds: float, megabytes: float):
        self.output, self.seconds, self.megabytes = output, seconds, megabytes


def _run(database: Path, *arguments: str) -> _Done:
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{database}",
        "SECRET_KEY": servers.SECRET_KEY,
    }
    start = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed: {output}")
    return _Done(output, time.monotonic() - start, usage.ru_maxrss / 1024)
