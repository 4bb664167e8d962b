"""manage.py publish: publish curated transfers, or withdraw one."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from transfers.management.clear import ClearCommand
from transfers.models import Transfer
from transfers.publication import log, publish


class Command(ClearCommand):
    help = "Publish transfers by key, or all that are published already and have changed; or withdraw them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("keys", nargs="*", metavar="KEY", help="a transfer")
        parser.add_argument("--all", action="store_true", help="every transfer that is published already")
        parser.add_argument("--withdraw", action="store_true", help="take the transfers back instead")
        parser.add_argument("--reason", required=True, help="why; stands in the public log")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["keys"]) == options["all"]:
            raise CommandError("Name the transfers by key, or say --all.")
        if options["withdraw"] and options["all"]:
            raise CommandError("Withdraw transfers by key; --all is for publishing.")
        if not options["reason"].strip():
            raise CommandError("The reason is empty; it stands in the public log.")
        transfers = self._get_transfers(options["keys"])
        try:
            if options["withdraw"]:
                revisions = publish.withdraw(transfers, options["reason"])
            else:
                revisions = publish.publish(transfers, options["reason"])
        except log.NotPublishable as error:
            for key, faults in error.faults.items():
                for fault in faults:
                    self.stderr.write(f"{key}: {fault}")
            raise CommandError("Nothing was published or withdrawn.") from error
        for revision in revisions:
            self.stdout.write(f"revision {revision.sequence}: {revision.action} {revision.key}")
        self.stdout.write(f"{len(revisions)} revisions; {len(transfers) - len(revisions)} unchanged.")

    def _get_transfers(self, keys: list[str]) -> list[Transfer]:
        if not keys:
            return list(Transfer.objects.published())
        transfers = Transfer.objects.in_bulk(keys, field_name="key")
        if missing := [key for key in keys if key not in transfers]:
            raise CommandError(f"No such transfer: {', '.join(missing)}.")
        return list(transfers.values())
