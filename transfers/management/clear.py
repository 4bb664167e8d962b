"""Commands that end in one clear sentence where the database cannot be used or a file is bad."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from transfers.availability.outage import explain_database_error
from transfers.evidence.faults import BadFiles


class ClearCommand(BaseCommand):
    """Command whose expected failures are sentences and exit code 1, never tracebacks."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except BadFiles as error:
            for fault in error.faults:
                self.stderr.write(str(fault))
            raise CommandError(f"{len(error.faults)} faults; the database is as it was.") from error
        except DatabaseError as error:
            raise CommandError(explain_database_error(error)) from error
