"""Run tests at another time and place: python -m tests.support.clocks year|leap|now -m MODULE [arguments].

Debian's faketime moves the clock of pytest's workers and of the programs that they start, and it runs on. The
process that hands out the tests keeps the true clock: its timed waits would end at once, and it would spin.
Tests in a browser stay out: Chromium loses its network service under faketime. So do those marked `once`: to
programs and to many generated requests the clock, and the order of the tests, cannot matter. Without faketime
this prints one line and does nothing; with REQUIRE_ALL=1 that is a failure.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

#: When each clock starts, and its time zone.
CLOCKS = {
    "year": (datetime.now(UTC) + timedelta(days=365), "America/Los_Angeles"),
    "leap": (datetime(2028, 2, 29, 23, 30, tzinfo=UTC), "Pacific/Kiritimati"),
}
VARIABLES = {
    # Timeouts stay as long as they are.
    "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    # The properties are tested with all their examples at the true time.
    "PROPERTIES": "again",
    # Python imports sitecustomize from this folder.
    "PYTHONPATH": str(Path(__file__).with_name("clock")),
}


def move_workers() -> None:
    """Let the processes that start from now on have the clock that main() prepared, if it did."""
    if library := os.environ.pop("WORKERS_PRELOAD", None):
        os.environ["LD_PRELOAD"] = library


def _library() -> str:
    """Return what Debian's faketime preloads: a path, in the loader's spelling."""
    command = ["faketime", "-f", "+0s", "printenv", "LD_PRELOAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def main() -> int:
    clock, *arguments = sys.argv[1:]
    if clock == "now":
        return subprocess.call([sys.executable, *arguments])
    start, zone = CLOCKS[clock]
    if not shutil.which("faketime"):
        print(f"SKIPPED: the tests at {start:%d %B %Y}: there is no faketime (Debian: apt install faketime).")
        return 1 if os.environ.get("REQUIRE_ALL") else 0
    seconds = round((start - datetime.now(UTC)).total_seconds())
    # Compiled modules carry the times of their sources, so this clock needs a folder of its own for them.
    with tempfile.TemporaryDirectory(prefix="registry-clock-") as compiled:
        moved = {"FAKETIME": f"{seconds:+d}s", "WORKERS_PRELOAD": _library(), "PYTHONPYCACHEPREFIX": compiled}
        environment = os.environ | VARIABLES | moved | {"TZ": zone}
        print(f"The clock says {start:%d %B %Y %H:%M} UTC, in {zone}.", flush=True)
        return subprocess.call([sys.executable, *arguments], env=environment)


if __name__ == "__main__":
    sys.exit(main())
