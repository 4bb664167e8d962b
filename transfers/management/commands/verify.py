"""manage.py verify: recompute the chain of revisions from the published records."""

from typing import Any

from django.core.management.base import CommandError

from ... import verify
from ...models import Revision
from ..clear import ClearCommand


class Command(ClearCommand):
    help = "Check that nothing published was altered; name every record that was, and exit with 1."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        try:
            for fault in verify.faults():
                self.stderr.write(fault)
                found += 1
        except (AttributeError, TypeError, ValueError) as error:
            raise CommandError(f"A published record cannot be read, so it was altered: {error}") from error
        if found:
            raise CommandError(f"{found} faults: the register is not as it was published.")
        head = Revision.objects.order_by("-sequence").first()
        if head is None:
            self.stdout.write("Nothing is published yet.")
        else:
            self.stdout.write(f"{head.sequence} revisions, all as published; head {head.hash}")
