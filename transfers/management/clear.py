"""Commands that end in one clear sentence where the database cannot be used or a file is bad."""

import os
import sys
from typing import Any

from django.contrib.auth import get_user_model
from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from transfers.availability.outage import explain_database_error
from transfers.evidence.faults import BadFiles

#: What a shell reports of a program that was ended by a closed pipe.
_PIPE_CLOSED = 141


class ClearCommand(BaseCommand):
    """Command whose expected failures are sentences and exit code 1, never tracebacks.

    It checks the models only: other checks load the API and the exports, which few commands need.
    """

    requires_system_checks: Any = [Tags.models]

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            shown = super().execute(*args, **options)
            sys.stdout.flush()
            return shown
        except BadFiles as error:
            for fault in error.faults:
                self.stderr.write(str(fault))
            raise CommandError(f"{len(error.faults)} faults; the database is as it was.") from error
        except DatabaseError as error:
            raise CommandError(explain_database_error(error)) from error
        except BrokenPipeError:  # the reader has read enough, as `head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is left in the buffer goes nowhere
            raise SystemExit(_PIPE_CLOSED) from None

    def show_progress(self, step: str, done: int, total: int) -> None:
        """Show on a terminal, in one line, how far the work is."""
        if self.stderr.isatty():
            self.stderr.write(f"\r{step}: {done:,} of {total:,} ", ending="")
            self.stderr.flush()

    def end_progress(self) -> None:
        """Begin a new line after the one that shows the progress."""
        if self.stderr.isatty():
            self.stderr.write("")


def find_user(name: str) -> Any:
    """Return the user of this name; None without a name. Raise CommandError if there is no such user."""
    if not name:
        return None
    users = get_user_model()
    user = users.objects.filter(**{users.USERNAME_FIELD: name}).first()
    if user is None:
        raise CommandError(f"There is no user {name!r}.")
    return user
