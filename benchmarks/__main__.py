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
    from benchmarks import edtf_parse, exports, imports, memory, names, pages, past, register, workbench
    from benchmarks.report import Bench, Row, table, write

    sections: dict[str, Callable[[Bench], list[Row]]] = {
        "edtf": edtf_parse.rows,
        "pages": pages.measure,
        "past": past.measure,
        "exports": exports.measure,
        "memory": memory.measure,
        "workbench": workbench.measure,
        "names": names.measure,
        "imports": imports.measure,
    }
    chosen = options.only or list(sections)
    if unknown := set(chosen) - set(sections):
        sys.exit(f"There is no section {', '.join(sorted(unknown))}; there is: {', '.join(sections)}.")
    if set(chosen) <= WITHOUT_REGISTER:
        bench = Bench(options.rows, Path(), {})
    else:
        small = {rows: register.ready(rows) for rows in SMALL}
        bench = Bench(options.rows, register.ready(options.rows), small)
    (register.PLACE / "servers.log").unlink(missing_ok=True)
    rows: list[Row] = []
    failed: list[str] = []
    start, load = time.monotonic(), os.getloadavg()[0]
    for name in chosen:
        print(f"Measuring: {name} ...", flush=True)
        try:
            rows += sections[name](bench)
        except Exception:  # what the other sections found is worth having
            failed.append(name)
            traceback.print_exc()
    print(table(rows))
    if failed:
        sys.exit(f"Not measured, as they failed: {', '.join(failed)}. benchmarks/RESULTS.md stays as it was.")
    if not options.only:
        write(rows, bench, f"make bench ROWS={options.rows}", time.monotonic() - start, load)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the register's speed.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="transfers in the register")
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=[],
        help="sections, separated by commas: edtf, pages, past, exports, memory, workbench, names, imports",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
