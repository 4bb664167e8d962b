"""manage.py exportfixtures: write curation back into the fixtures, to be committed."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import CommandParser

from transfers.curation.fixtures import writing
from transfers.management.clear import ClearCommand


class Command(ClearCommand):
    help = (
        "Write curation into fixtures that loadregister reads, all files or none. Entries that are as the"
        " files have them stay to the letter, comments included; an entry that differs is written anew and"
        " loses the comments inside it; a record that is gone goes with the comment above it. Drafts,"
        " transfers in review and withdrawn ones are written with their state; the public log is not in"
        " fixtures."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        folder = settings.BASE_DIR / "fixtures"
        parser.add_argument("directory", nargs="?", type=Path, default=folder, help="where to write")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = writing.export(Path(options["directory"]))
        except writing.Unwritable as error:
            raise CommandError(str(error)) from error
        for path in report.written:
            self.stdout.write(f"written: {path}")
        self.stdout.write(f"{len(report.written)} files written, {len(report.unchanged)} as they were.")
        for key in report.revised:
            self.stdout.write(
                f"note: {key} is public in an earlier version, which stays in this database; the fixtures"
                " have it as it is curated now."
            )
