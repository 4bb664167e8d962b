"""Importing an invented trade register, publishing it, a later edition of it, and undoing both.

Each step is a command in a process of its own, with 30,000 deals and three times as many; fewer with a
smaller `--rows`. Counted are seconds of the processor, so that a busy machine slows nothing; what a clock
shows stands beside them. One database gets the import, and the same file again with --publish. In another one
command imports and publishes, as most people will; there the later edition comes, and both are undone.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from benchmarks import servers
from benchmarks.report import Bar, Bench, Row
from tests.support import registers
from transfers.registers.reading.records import Deal

ROOT = Path(__file__).resolve().parent.parent
DEALS, LARGER = 30_000, 3
MEGABYTES = 500
#: How much longer a deal may take in the larger register, and undoing than importing and publishing.
LINEAR, UNDOING = 1.3, 1.5
LATER = "19 May 2027"


@dataclass(frozen=True)
class Step:
    """What a command printed and took."""

    output: str
    seconds: float
    on_the_clock: float
    megabytes: float


def measure(bench: Bench) -> list[Row]:
    deals = min(bench.rows, DEALS)
    small, large = _measure_steps(deals), _measure_steps(deals * LARGER)
    rows = []
    for name in small:
        rows += _list_rows(name, deals, small, large)
    return [*rows, *_list_undo_rows(deals, small), *_list_undo_rows(deals * LARGER, large)]


def _list_rows(name: str, deals: int, small: dict[str, Step], large: dict[str, Step]) -> list[Row]:
    """Return a step's time for a thousand deals, of few and of more, and its memory."""
    rate = small[name].seconds / deals * 1000
    larger = large[name].seconds / (deals * LARGER) * 1000
    work, unit, linear = f"{name}, {deals * LARGER:,} deals", "s/1,000", Bar("most", LINEAR)
    peak, within = large[name].megabytes, Bar("most", 1)
    return [
        Row(f"{name}, {deals:,} deals", unit, rate, how=_describe(small[name])),
        Row(work, unit, larger, f"{deals:,} deals", rate, linear, _describe(large[name])),
        Row(f"memory: {work}", "MB", peak, "the bar", MEGABYTES, within, "peak resident"),
    ]


def _list_undo_rows(deals: int, steps: dict[str, Step]) -> list[Row]:
    """Return the time of undoing all beside that of importing and publishing it."""
    imported = steps["import and publish"].seconds
    work, against = f"undo of {deals:,} published deals", "import and publish"
    return [Row(work, "s", steps["undo"].seconds, against, imported, Bar("most", UNDOING))]


def _describe(step: Step) -> str:
    return f"{step.seconds:.0f} s, {step.on_the_clock:.0f} s on the clock, peak {step.megabytes:.0f} MB"


def _measure_steps(number: int) -> dict[str, Step]:
    with tempfile.TemporaryDirectory() as folder:
        first, later = Path(folder) / "first.csv", Path(folder) / "later.csv"
        deals = registers.deals(number, 1950)
        first.write_bytes(registers.write_trade_register(deals))
        later.write_bytes(registers.write_trade_register(_revise(deals), generated=LATER))
        parted, whole = Path(folder) / "parted.sqlite3", Path(folder) / "whole.sqlite3"
        for command in (["migrate", "--verbosity=0"], ["loadregister"]):
            _run(parted, *command)
        shutil.copy(parted, whole)
        steps = {
            "import": _run(parted, "importregister", str(first)),
            "publish": _run(parted, "importregister", str(first), "--publish"),
            "import and publish": _run(whole, "importregister", str(first), "--publish"),
            "later edition": _run(whole, "importregister", str(later), "--publish"),
            "undo of the later edition": _run(whole, "undoimport", "2", "--reason", "Wrong file"),
            "undo": _run(whole, "undoimport", "1", "--reason", "Wrong file"),
            "verify": _run(whole, "verify"),
        }
    published = f"{number:,} revisions published"
    for name in ("publish", "import and publish", "undo"):
        assert published in steps[name].output, steps[name].output
    return steps


def _revise(deals: Sequence[Deal]) -> list[Deal]:
    """Return a later edition: of a hundred deals, 2 are gone, 10 delivered more, and 3 are new."""
    random = Random(2027)
    kept = [deal for deal in deals if random.random() >= 0.02]
    edition = [
        replace(deal, delivered=(deal.delivered or 0) + 1) if random.random() < 0.1 else deal for deal in kept
    ]
    return edition + registers.deals(len(deals) * 3 // 100, 2027)


def _run(database: Path, *arguments: str) -> Step:
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
    seconds = usage.ru_utime + usage.ru_stime
    step = Step(output, seconds, time.monotonic() - start, usage.ru_maxrss / 1024)
    print(f"  {' '.join(arguments[:1])}: {_describe(step)}", flush=True)
    return step
