"""Measure what the project claims of its speed: python -m benchmarks [--rows N] [--only pages,exports,…].

Builds a synthetic register (once; kept in .bench/), measures section by section, prints one table and, where
no section was left out, writes it to benchmarks/RESULTS.md. A new section is a function from `Bench` to rows,
listed below.
"""

import argparse
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imported when Django is set up
    from benchmarks.report import Bench, Row

Section = Callable[["Bench"], list["Row"]]
SMALL = (10_000, 20_000)
#: Sections that read no register that is made beforehand.
WITHOUT_REGISTER = {"edtf", "imports", "names"}


def main() -> int:
    options = _options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arms_registry.settings")
    from benchmarks.servers import SECRET_KEY

    os.environ["SECRET_KEY"] = SECRET_KEY
    import django

    django.setup()
    from benchmarks.report import table, write

    sections = _choose_sections(options.only)
    bench = _prepare(options.rows, needs_register=not set(sections) <= WITHOUT_REGISTER)
    start, load = time.monotonic(), os.getloadavg()[0]
    rows, failed = _measure(sections, bench)
    print(table(rows))
    if failed:
        sys.exit(f"Not measured, as they failed: {', '.join(failed)}. benchmarks/RESULTS.md stays as it was.")
    if not options.only:
        write(rows, bench, f"make bench ROWS={options.rows}", time.monotonic() - start, load)
    return 0


def _choose_sections(chosen: list[str]) -> dict[str, Section]:
    """Return the sections of these names, or all; stop where there is no such section."""
    from benchmarks import crowds, edtf_parse, exports, imports, memory, names, pages, past, sums, workbench

    sections: dict[str, Section] = {
        "edtf": edtf_parse.rows,
        "pages": pages.measure,
        "past": past.measure,
        "sums": sums.measure,
        "crowds": crowds.measure,
        "exports": exports.measure,
        "memory": memory.measure,
        "workbench": workbench.measure,
        "names": names.measure,
        "imports": imports.measure,
    }
    if unknown := set(chosen) - set(sections):
        sys.exit(f"There is no section {', '.join(sorted(unknown))}; there is: {', '.join(sections)}.")
    return {name: sections[name] for name in chosen} if chosen else sections


def _prepare(rows: int, *, needs_register: bool) -> "Bench":
    """Return what is measured on; build the registers that are not there."""
    from benchmarks import register
    from benchmarks.report import Bench

    (register.PLACE / "servers.log").unlink(missing_ok=True)
    if not needs_register:
        return Bench(rows, Path(), {})
    small = {few: register.ready(few) for few in SMALL}
    return Bench(rows, register.ready(rows), small)


def _measure(sections: dict[str, Section], bench: "Bench") -> tuple[list["Row"], list[str]]:
    """Return the rows of these sections, and the names of those that failed."""
    rows: list[Row] = []
    failed: list[str] = []
    for name, measure in sections.items():
        print(f"Measuring: {name} ...", flush=True)
        try:
            rows += measure(bench)
        except Exception:  # what the other sections measured is worth having
            failed.append(name)
            traceback.print_exc()
    return rows, failed


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the register's speed.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="transfers in the register")
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=[],
        help="sections, separated by commas: edtf, pages, past, sums, crowds, exports, memory, workbench,"
        " names, imports",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
