"""Commands that end in one clear sentence where the database cannot be used or a file is bad."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from transfers.evidence.faults import BadFiles

_SENTENCES = {
    "locked": "The database is locked by another program that is writing to it; try again when it is done.",
    "readonly": "The database cannot be written: the file or its folder is read-only for this user.",
    "unable to open": "The database file cannot be opened: check that its folder exists and may be written.",
    "not a database": "The database file is no SQLite database: check DATABASE_URL.",
    "malformed": "The database file is damaged: restore it from a backup.",
    "disk is full": "The disk is full, so nothing was written.",
    "no such table": "The database has no tables yet: run 'manage.py migrate' first.",
    "does not exist": "The database has no tables yet: run 'manage.py migrate' first.",
    "connection": "The database server cannot be reached: check DATABASE_URL and that the server runs.",
}


def sentence(error: DatabaseError) -> str:
    """What a database error means to somebody who just typed a command."""
    text = str(error)
    known = next((said for part, said in _SENTENCES.items() if part in text), None)
    return known or f"The database refused: {text.splitlines()[0] if text else type(error).__name__}"


class ClearCommand(BaseCommand):
    """A command whose expected failures are sentences and exit code 1, never tracebacks."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except BadFiles as error:
            for fault in error.faults:
                self.stderr.write(str(fault))
            raise CommandError(f"{len(error.faults)} faults; the database is as it was.") from error
        except DatabaseError as error:
            raise CommandError(sentence(error)) from error
