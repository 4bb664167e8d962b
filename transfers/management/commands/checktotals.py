"""manage.py checktotals: compare a table of TIV with the sums of the register's own deals."""

from collections.abc import Hashable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from transfers.management.clear import ClearCommand
from transfers.models import Party
from transfers.registers import totals
from transfers.registers.importing.imported import list_by_years
from transfers.registers.reading.records import Unreadable
from transfers.registers.reading.tiv_table import DIRECTIONS, SUPPLIER, TivTable, read_table
from transfers.registers.splits import Statement
from transfers.vocabulary.choices import Layout, TransferState
from transfers.vocabulary.names import build_party_index
from transfers.vocabulary.words import fold


class Command(ClearCommand):
    help = (
        "Compare a table of TIV by party and year, as SIPRI's web site makes it, with the sums of the deals"
        " that were imported; list each cell that differs by more than rounding, and exit with 1 for any."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("table", type=Path, metavar="TABLE", help="the table, as it was downloaded")
        parser.add_argument("--direction", choices=sorted(DIRECTIONS), help="where the table does not say it:"
                            " exports have rows of recipients, imports of suppliers")  # fmt: skip
        parser.add_argument("--party", default="", metavar="NAME", help="the one supplier of the exports, or"
                            " recipient of the imports, where the table does not name it")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        table = self._read(options["table"], options["direction"], options["party"])
        deals = [
            [Statement(imported.deal, imported.years) for imported in statements]
            for statements in list_by_years(Layout.DELIVERY_YEARS)
            if statements[0].state != TransferState.WITHDRAWN
        ]
        comparison = totals.compare_table(table, deals, _build_identify())
        if not comparison.deals:
            raise CommandError(f"The register has no deal for a table of {totals.describe_subject(table)}.")
        for line in totals.list_lines(table, comparison):
            self.stdout.write(line)
        if deviations := comparison.deviations:
            raise CommandError(
                f"The table deviates from the register in {totals.count(len(deviations), 'cell')}."
            )

    def _read(self, path: Path, direction: str | None, party: str) -> TivTable:
        """Return the table with what the options say of it; raise CommandError where that is not enough."""
        try:
            table = read_table(path)
        except Unreadable as error:
            raise CommandError(f"{path}: {error}") from error
        rows_are = DIRECTIONS[direction] if direction else table.subject.rows_are
        if not rows_are:
            raise CommandError(f"{path} does not say which role its rows' parties have: give --direction.")
        subject = table.subject._replace(rows_are=rows_are)
        if party and rows_are == SUPPLIER:
            subject = subject._replace(recipient=party)
        elif party:
            subject = subject._replace(supplier=party)
        return replace(table, subject=subject)


def _build_identify() -> totals.Identify:
    """Return a function from a party's printed name to what all its names share."""
    index = build_party_index(Party.objects.all())

    @cache
    def identify(name: str) -> Hashable:
        codes = index.find(name.rstrip("* "))
        return next(iter(codes)) if len(codes) == 1 else fold(name)

    return identify
