"""manage.py exportfixtures: write curation back into the fixtures, to be committed."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import CommandParser

from transfers import evidence
from transfers.curation.fixtures import writing
from transfers.management.clear import ClearCommand


class Command(ClearCommand):
    help = (
        "Write curation into fixtures that loadregister reads, all files or none. Entries that are as the"
        " files have them stay to the letter, comments included; an entry that differs is written anew and"
        " loses the comments inside it; a record that is gone goes with the comment above it. Drafts,"
        " transfers in review and withdrawn ones are written with their state; the public log is not in"
        " fixtures. The reading logs in seeds/ are written as well, one of each source whose paragraphs were"
        " read, and what checkseeds finds is named."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        folder = settings.BASE_DIR / "fixtures"
        parser.add_argument("directory", nargs="?", type=Path, default=folder, help="where to write")
        parser.add_argument(
            "--seeds", type=Path, metavar="DIR",
            help="the reading logs (default: seeds/, if the fixtures are written into their own folder)",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        directory, seeds = Path(options["directory"]), options["seeds"]
        if seeds is None and directory == settings.BASE_DIR / "fixtures":
            seeds = settings.BASE_DIR / "seeds"
        try:
            report = writing.export(directory, seeds)
        except writing.Unwritable as error:
            raise CommandError(str(error)) from error
        for path in report.written:
            self.stdout.write(f"written: {path}")
        for path in report.removed:
            self.stdout.write(f"removed: {path}, as its source is gone")
        self.stdout.write(f"{len(report.written)} files written, {len(report.unchanged)} as they were.")
        for key in report.revised:
            self.stdout.write(
                f"note: {key} is public in an earlier version, which stays in this database; the fixtures"
                " have it as it is curated now."
            )
        if seeds is not None:
            for fault in evidence.check(seeds, directory).faults:
                self.stdout.write(f"note: {fault}")
