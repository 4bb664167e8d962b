"""manage.py checkseeds: compares the reading logs with the fixtures and with the articles' texts."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from transfers import evidence


class Command(BaseCommand):
    help = "Check that reading logs, fixtures and (with --articles) the articles' texts agree."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--articles", type=Path, metavar="DIR", help="the articles as they were read")
        logs, records = settings.BASE_DIR / "seeds", settings.BASE_DIR / "fixtures"
        parser.add_argument("--seeds", type=Path, metavar="DIR", default=logs, help="the reading logs")
        parser.add_argument("--fixtures", type=Path, metavar="DIR", default=records, help="the records")

    def handle(self, **options: Any) -> None:
        seeds_dir, fixtures, articles = (options[name] for name in ("seeds", "fixtures", "articles"))
        report = evidence.check(_shorten(seeds_dir), _shorten(fixtures), articles)
        for fault in report.faults:
            self.stdout.write(str(fault))
        if report.faults:
            raise CommandError(f"{len(report.faults)} fault(s).")
        counts = f"readings {report.readings}, claims {report.claims}"
        if report.articles is None:
            self.stdout.write(f"{counts}: all agree; the articles' texts were not compared (--articles DIR).")
        else:
            self.stdout.write(f"{counts}, articles {report.articles}: all agree.")


def _shorten(path: Path) -> Path:
    """Return the path from the working directory, if that is shorter to read."""
    relative = Path(os.path.relpath(path))
    return path if ".." in relative.parts else relative
