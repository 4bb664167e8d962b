"""manage.py verify: recompute the chain of revisions from the published records, and check releases."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from transfers.management.clear import ClearCommand
from transfers.models import Release, Revision
from transfers.publication import verify
from transfers.releases import check


class Command(ClearCommand):
    help = (
        "Check that nothing published was altered, releases included; name every record and file that was,"
        " and exit with 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", metavar="HASH", help="a head that somebody kept: check that the log continues it"
        )
        parser.add_argument(
            "--release", type=Path, metavar="DIR", help="a downloaded release: check its files, too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        try:
            for fault in self._list_faults(options["since"], options["release"]):
                self.stderr.write(fault)
                count += 1
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CommandError(f"A published record cannot be read, so it was altered: {error}") from error
        if count:
            raise CommandError(f"{count} faults: the register is not as it was published.")
        self._report(options["since"], options["release"])

    def _list_faults(self, since: str | None, folder: Path | None) -> Iterator[str]:
        if since is not None and verify.find_head(since) is None:
            yield f"the head {since}: no revision has it, so the log does not continue the one that had"
        yield from chain(verify.list_faults(), check.list_faults())
        if folder is not None:
            yield from check.list_folder_faults(folder)

    def _report(self, since: str | None, folder: Path | None) -> None:
        head = Revision.objects.order_by("-sequence").first()
        if head is None:
            self.stdout.write("Nothing is published yet.")
            return
        self.stdout.write(f"{head.sequence} revisions, all as published; head {head.hash}")
        releases = Release.objects.count()
        if releases:
            self.stdout.write(f"{releases} releases, all as made")
        if since is not None:
            self.stdout.write(
                f"The log continues revision {verify.find_head(since)}, the head of which is {since}."
            )
        if folder is not None:
            self.stdout.write(f"{folder} is as it was made, from this log.")
