"""manage.py release: a named state of the register as a bundle of files."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from transfers.management.clear import ClearCommand
from transfers.releases import build
from transfers.releases.state import NotReleasable


class Command(ClearCommand):
    help = (
        "Make a release: the register at a revision as CSV, Parquet and SQLite, described as a data package,"
        " with the sum of every file. Where it is there already: check that it is as it was made."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="what it is called, such as 2026.1")
        parser.add_argument("--revision", type=int, metavar="N", help="the revision; the newest if left out")
        parser.add_argument(
            "--output", type=Path, metavar="DIR", help="write it to this new folder, and do not record it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name, revision, output = options["name"], options["revision"], options["output"]
        try:
            if output is not None:
                state, files = build.write(name, revision, output)
                self._report(name, "written, not recorded", state, len(files))
                return
            built = build.release(name, revision)
        except NotReleasable as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The files cannot be written: {error}") from error
        done = "there already, and as it was made" if built.done == "unchanged" else built.done
        self._report(name, done, built.record, len(built.record.files))
        self.stdout.write(f"digest  {built.record.digest}")

    def _report(self, name: str, done: str, state: Any, files: int) -> None:
        self.stdout.write(
            f"release {name} is {done}: revision {state.revision}, {state.transfers} transfers, {files} files"
        )
        self.stdout.write(f"head    {state.head}")
        self.stdout.write(f"content {state.content}")
