"""manage.py loadregister: load the fixtures into curation and publish them."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from transfers.curation.fixtures import loading, reading_logs
from transfers.management.clear import ClearCommand


class Command(ClearCommand):
    help = (
        "Load the fixtures whole or not at all, and publish them. A record that was edited in this"
        " database is kept and named; --overwrite takes the fixtures' version instead. Readings of"
        " the logs in seeds/ that this database lacks are added."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        folder = settings.BASE_DIR / "fixtures"
        parser.add_argument("--fixtures", type=Path, default=folder, metavar="DIR", help="the records")
        parser.add_argument(
            "--seeds", type=Path, metavar="DIR",
            help="the reading logs (default: seeds/, if the fixtures are those of their own folder)",
        )  # fmt: skip
        parser.add_argument("--reason", default="Loaded from the fixtures", help="stands in the public log")
        parser.add_argument("--overwrite", action="store_true", help="replace records that differ")

    def handle(self, *args: Any, **options: Any) -> None:
        report = loading.load(options["fixtures"], options["reason"], overwrite=options["overwrite"])
        self.stdout.write(
            f"{len(report.added)} added, {len(report.overwritten)} overwritten, {report.unchanged} unchanged,"
            f" {len(report.kept)} kept as they are here; {report.revisions} revisions published."
        )
        seeds = options["seeds"]
        if seeds is None and options["fixtures"] == settings.BASE_DIR / "fixtures":
            seeds = settings.BASE_DIR / "seeds"
        if seeds is not None:
            reading_logs.load_readings(seeds)
        for name in report.kept:
            self.stdout.write(
                f"kept: {name} differs from the fixtures; it stays as it is here (--overwrite takes theirs)."
            )
