"""manage.py importjob: do a job that an import page of the admin started."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from transfers.registers.importing import jobs


class Command(BaseCommand):
    help = "Do a job that the admin's import pages started: they run this themselves."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="the job")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ended = jobs.run_job(options["name"])
        except (jobs.Failed, ValueError) as error:
            raise CommandError("There is no such job to do.") from error
        if ended.state == jobs.FAILED:
            raise CommandError(ended.sentence)
