"""Turns of contenders, and the one table of what they took."""

import os
import platform
import re
import sqlite3
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks import peers, postgres

HERE = Path(__file__).resolve().parent
MISSED = "**MISSED**"


@dataclass(frozen=True)
class Bar:
    """What a ratio must reach; or, `apart`, by how much two figures may differ."""

    kind: str
    value: float

    def __str__(self) -> str:
        return {"least": "≥ {:g} ×", "most": "≤ {:g} ×", "apart": "< {:g} apart"}[self.kind].format(
            self.value
        )

    def is_met(self, ours: float, theirs: float) -> bool:
        match self.kind:
            case "least":
                return ours >= self.value * theirs
            case "most":
                return ours <= self.value * theirs
        return abs(ours - theirs) < self.value


@dataclass(frozen=True)
class Row:
    """One line of the table. Without `theirs` it is a figure of its own; without `ours`, not measured."""

    work: str
    unit: str
    ours: float | None = None
    against: str = ""
    theirs: float | None = None
    bar: Bar | None = None
    how: str = ""

    def cells(self) -> list[str]:
        ratio = ""
        if self.ours is not None and self.theirs:
            share = self.ours / self.theirs
            ratio = f"{share:.2f}" if share > 0.1 else f"1/{1 / share:,.0f}"
        verdict = ""
        if self.bar is not None:
            verdict = "not measured"
            if self.ours is not None and self.theirs is not None:
                verdict = "met" if self.bar.is_met(self.ours, self.theirs) else MISSED
        return [
            self.work, self.unit, _figure(self.ours), self.against, _figure(self.theirs), ratio,
            str(self.bar or ""), verdict, self.how,
        ]  # fmt: skip


@dataclass(frozen=True)
class Bench:
    """What the sections measure on: the register, and small ones by their number of transfers."""

    rows: int
    database: Path
    small: dict[int, Path]


def rates(contenders: Mapping[str, Callable[[], object]], rounds: int, seconds: float) -> dict[str, float]:
    """Calls a second, the median of the rounds; in each round every contender has its turn."""
    measured: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, call in contenders.items():
            calls, start = 0, time.perf_counter()
            while (taken := time.perf_counter() - start) < seconds:
                call()
                calls += 1
            measured[name].append(calls / taken)
    return {name: median(values) for name, values in measured.items()}


def medians(contenders: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Return the median of what each contender measures of itself, turn by turn."""
    measured: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, measure in contenders.items():
            measured[name].append(measure())
    return {name: median(values) for name, values in measured.items()}


HEADINGS = ("work", "unit", "ours", "against", "theirs", "ratio", "bar", "result", "how")


def table(rows: list[Row]) -> str:
    """Return the rows as a table of Markdown, in even columns."""
    lines = [list(HEADINGS), *(row.cells() for row in rows)]
    lines = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    rule = ["-" * width for width in widths]
    return "\n".join(
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |"
        for line in [lines[0], rule, *lines[1:]]
    )


#: How it was measured; the table of where, and that of what, follow.
HEAD = """# Benchmark results

Written by `{command}` on {today:%Y-%m-%d}, in {minutes:.0f} minutes.
{met} bars met, {missed} missed.

Each comparison ran in one go, the contenders in turns (A B A B …); a figure is the median of its turns.
Ratio is ours divided by theirs. Figures are worth something beside each other, not beside another machine's.
Servers answer over HTTP on loopback to one client in a process of its own, on one kept-alive connection and
without compression; ours under its own server, the stock views under gunicorn (1 worker, 4 threads),
Datasette under its own uvicorn, with uvloop and httptools (it logs each request).
All read the same SQLite file with the same indexes.
"""


def write(rows: list[Row], bench: Bench, command: str, seconds: float, load: float) -> None:
    """Write RESULTS.md: how it was measured, where, and the table. `load` is what the machine had before."""
    results = [row.cells()[HEADINGS.index("result")] for row in rows]
    met, missed = results.count("met"), results.count(MISSED)
    head = HEAD.format(command=command, today=datetime.now(UTC), minutes=seconds / 60, met=met, missed=missed)
    about = f"{bench.rows:,} transfers, {bench.database.stat().st_size / 1e6:,.0f} MB"
    facts = [
        *machine(),
        ("load before", f"{load:.1f}: processes that wanted a processor, on average over a minute"),
        ("register", f"{about}; seed in benchmarks/register.py"),
        ("peers", ", ".join(peers.versions())),
    ]
    where = "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts)])
    (HERE / "RESULTS.md").write_text(f"{head}\n{where}\n\n{table(rows)}\n")


def machine() -> list[tuple[str, str]]:
    """Processor, memory, and the versions that matter."""
    processor = re.search(r"model name\s*: (.+)", _read("/proc/cpuinfo"))
    memory = re.search(r"MemTotal:\s*(\d+) kB", _read("/proc/meminfo"))
    return [
        ("processor", f"{processor[1] if processor else platform.processor()}, {os.cpu_count()} cores"),
        ("memory", f"{int(memory[1]) / 2**20:.0f} GB" if memory else "unknown"),
        ("system", platform.platform()),
        ("Python", platform.python_version()),
        (
            "SQLite",
            f"{sqlite3.sqlite_version} (Python's), {_run('sqlite3', '--version').split(' ')[0]} (shell)",
        ),
        ("PostgreSQL", _run(str((postgres.binaries() or Path()) / "postgres"), "--version")),
    ]


def _read(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""


def _run(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "none"
    except OSError:
        return "none"


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
