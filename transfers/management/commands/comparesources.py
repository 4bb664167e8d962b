"""manage.py comparesources: what changed between two editions of a register."""

from os.path import exists, samefile
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from transfers.management.clear import ClearCommand
from transfers.registers.comparison import EditionComparison, build_csv, compare_editions, list_lines
from transfers.registers.importing.imported import get_years, list_deals
from transfers.registers.ranges import Years, get_stated_years
from transfers.registers.reading import Deal, Unreadable, read_file


class Command(ClearCommand):
    help = (
        "Compare two editions of a register: which deals were added, vanished or changed. A is the older and"
        " B the newer; each is a file, or the key of an imported source. Of a trade register and a layout by"
        " delivery year only what both state is compared. Nothing is written to the database."
    )
    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("a", metavar="A", help="the older edition: a file, or a source's key")
        parser.add_argument("b", metavar="B", help="the newer edition: a file, or a source's key")
        parser.add_argument(
            "--csv", metavar="FILE", help="write the changes as CSV; '-' is standard output, without the text"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        a, b, target = options["a"], options["b"], options["csv"]
        if target and target != "-" and any(_is_one_file(target, edition) for edition in (a, b)):
            raise CommandError(f"{target} is an edition to be compared: write the CSV to another file.")
        (old_deals, old_years), (new_deals, new_years) = map(_load_edition, (a, b))
        comparison = compare_editions(old_deals, new_deals, old_years, new_years)
        summary = f"{comparison.summary}; {a} → {b}"
        if old_years != new_years:
            summary += (
                f"; A is of {old_years} and B of {new_years}, so deliveries are compared in years of both"
            )
        if target == "-":
            self.stderr.write(summary, self.style.NOTICE)
            self.stdout.write(build_csv(comparison), ending="")
            return
        self.stdout.write(summary)
        for line in list_lines(comparison):
            self.stdout.write(line)
        if target:
            _write(Path(target), comparison)


def _is_one_file(one: str, other: str) -> bool:
    return exists(one) and exists(other) and samefile(one, other)


def _load_edition(edition: str) -> tuple[list[Deal], Years]:
    """Return deals and years of a file, or of the imported source with this key; raise CommandError."""
    try:
        if exists(edition):
            register = read_file(edition)
            return register.deals, get_stated_years(register)
        return list_deals(edition), get_years(edition)
    except Unreadable as error:
        raise CommandError(f"{edition}: {error}") from error
    except OSError as error:
        raise CommandError(f"{edition} cannot be read: {error.strerror or error}.") from error
    except LookupError as error:
        raise CommandError(str(error.args[0] if error.args else error)) from error


def _write(path: Path, comparison: EditionComparison) -> None:
    try:
        path.write_text(build_csv(comparison), encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}.") from error
