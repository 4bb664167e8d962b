"""manage.py undoimport: undo an import as a whole."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from transfers.management.clear import ClearCommand, find_user
from transfers.models import ImportBatch
from transfers.registers.importing.undo import NotUndoable, undo_import


class Command(ClearCommand):
    help = (
        "Undo an import as a whole: what it added goes, and what it changed is as it was before. What was"
        " public stays in the log; its rows are published without the edition's claims, or withdrawn."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "number", type=int, metavar="NUMBER", help="the import, as importregister named it"
        )
        parser.add_argument("--reason", required=True, help="stands in the history, and in the public log")
        parser.add_argument("--user", default="", metavar="NAME", help="who undoes it")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = ImportBatch.objects.filter(pk=options["number"]).first()
        if batch is None:
            raise CommandError(f"There is no import {options['number']}.")
        user = find_user(options["user"])
        try:
            revisions = undo_import(batch, options["reason"], user, self.show_progress)
        except NotUndoable as error:
            raise CommandError(str(error)) from error
        self.end_progress()
        self.stdout.write(f"Import {batch.pk}, of {batch.file_name}, is undone.")
        self.stdout.write(f"{revisions.count():,} revisions published.")
