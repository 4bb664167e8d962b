"""manage.py importregister: read a register's file and import it, whole or not at all."""

from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from ... import publish
from ...edtf import EDTFError
from ...imports import read_file
from ...imports.records import Register, Unreadable
from ...registers import report, write
from ...registers.plan import Plan, plan
from ..clear import ClearCommand


class Command(ClearCommand):
    help = (
        "Import a SIPRI trade register as it was downloaded, in either layout, or a later edition of it over"
        " an earlier one. Records that are not imported are listed with their reasons in a CSV beside the file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the register")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        parser.add_argument("--publish", action="store_true", help="publish what is imported")
        parser.add_argument("--reason", default="", help="stands in the history, and in the log if published")
        parser.add_argument("--published", default="", metavar="DATE", help="the edition's date, EDTF, where"
                            " the file does not say it")  # fmt: skip
        parser.add_argument("--user", default="", metavar="NAME", help="who imports it")
        parser.add_argument("--refused", type=Path, metavar="CSV", help="where refused records are listed"
                            " (default: FILE.refused.csv)")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            register = read_file(file)
            made = self._dry_run(register, options) if options["dry_run"] else self._run(register, options)
        except (Unreadable, EDTFError) as error:
            raise CommandError(f"{file}: {error}") from error
        except publish.NotPublishable as error:
            for key, faults in error.faults.items():
                self.stderr.write(f"{key}: {' '.join(faults)}")
            raise CommandError("Nothing was imported, as it could not be published.") from error
        for sentence in report.sentences(made):
            self.stdout.write(sentence)
        self._list_left_out(made, options["refused"] or file.with_name(f"{file.name}.refused.csv"))

    def _dry_run(self, register: Register, options: dict[str, Any]) -> Plan:
        with transaction.atomic():
            made = plan(register, options["published"])
        self.stdout.write("Nothing is stored; this is what an import would do.")
        return made

    def _run(self, register: Register, options: dict[str, Any]) -> Plan:
        name = options["file"].name
        done = write.run(
            register,
            file_name=name,
            reason=options["reason"].strip() or f"Imported from {name}",
            user=_user(options["user"]),
            published=options["published"],
            publish=options["publish"],
            progress=self._tell,
        )
        if self.stderr.isatty():
            self.stderr.write("")
        if done.batch is None:
            self.stdout.write("Nothing new: the register has all of it.")
        else:
            key = done.batch.source.key if done.batch.source else ""
            self.stdout.write(f"Import {done.batch.pk} of {key}.")
        self.stdout.write(f"{done.revisions:,} revisions published.")
        return done.plan

    def _tell(self, what: str, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{what}: {done:,} of {total:,} ", ending="")
            self.stderr.flush()

    def _list_left_out(self, made: Plan, path: Path) -> None:
        if not made.left_out():
            return
        try:
            report.save(report.left_out_csv(made), path)
        except OSError as error:
            raise CommandError(
                f"The refused records could not be listed in {path} ({error.strerror}); name another file"
                " with --refused and run it again with --dry-run."
            ) from error
        self.stdout.write(f"Refused records: {path}")


def _user(name: str) -> Any:
    if not name:
        return None
    users = get_user_model()
    found = users.objects.filter(**{users.USERNAME_FIELD: name}).first()
    if found is None:
        raise CommandError(f"There is no user {name!r}.")
    return found
