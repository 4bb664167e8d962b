"""manage.py importregister: read a register's file and import it, whole or not at all."""

from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from transfers.management.clear import ClearCommand
from transfers.publication import editions, log
from transfers.registers.importing import bundles, report, write
from transfers.registers.importing.plan import Plan, build_plan
from transfers.registers.reading import bundle, read_file
from transfers.registers.reading.records import Register, Unreadable
from transfers.releases import state
from transfers.vocabulary.edtf import EDTFError


class Command(ClearCommand):
    help = (
        "Import a SIPRI trade register as it was downloaded, in either layout, or a later edition of it over"
        " an earlier one. Records that are not imported are listed with reasons in a CSV beside the file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, metavar="FILE", help="the register; or a folder, a bundle of this register"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        parser.add_argument("--publish", action="store_true", help="publish what is imported")
        parser.add_argument("--reason", default="", help="stands in the history, and in the log if published")
        parser.add_argument("--published", default="", metavar="DATE", help="the edition's date, EDTF, where"
                            " the file does not say it")  # fmt: skip
        parser.add_argument("--user", default="", metavar="NAME", help="who imports it")
        parser.add_argument("--plan", type=Path, metavar="CSV", help="list every deal there: its line, what"
                            " becomes of it, and what changes")  # fmt: skip
        parser.add_argument("--refused", type=Path, metavar="CSV", help="where refused records are listed"
                            " (default: FILE.refused.csv)")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        if bundle.is_bundle(file):
            self._bundle(file, options)
            return
        try:
            register = read_file(file)
            made = self._dry_run(register, options) if options["dry_run"] else self._run(register, options)
        except (Unreadable, EDTFError) as error:
            raise CommandError(f"{file}: {error}") from error
        except log.NotPublishable as error:
            for key, faults in error.faults.items():
                self.stderr.write(f"{key}: {' '.join(faults)}")
            raise CommandError("Nothing was imported, as it could not be published.") from error
        for sentence in report.describe_plan(made):
            self.stdout.write(sentence)
        if options["plan"]:
            self._save(options["plan"], b"".join(report.stream_plan(made)), "--plan")
        self._list_left_out(made, options["refused"] or file.with_name(f"{file.name}.refused.csv"))

    def _dry_run(self, register: Register, options: dict[str, Any]) -> Plan:
        with transaction.atomic():
            made = build_plan(register, options["published"])
        self.stdout.write("Nothing is stored; this is what an import would do.")
        return made

    def _run(self, register: Register, options: dict[str, Any]) -> Plan:
        name = options["file"].name
        done = write.import_register(
            register,
            file_name=name,
            reason=options["reason"].strip() or f"Imported from {name}",
            user=_user(options["user"]),
            published=options["published"],
            publish_too=options["publish"],
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

    def _bundle(self, folder: Path, options: dict[str, Any]) -> None:
        name = folder.resolve().name
        try:
            done = bundles.import_bundle(
                bundle.read_bundle(folder),
                file_name=name,
                reason=options["reason"].strip() or f"Imported from {name}",
                user=_user(options["user"]),
                publish_too=options["publish"],
                store=not options["dry_run"],
                progress=self._tell,
            )
        except (Unreadable, bundles.NotImported) as error:
            raise CommandError(f"{folder}: {error}") from error
        except log.NotPublishable as error:
            for key, faults in error.faults.items():
                self.stderr.write(f"{key}: {' '.join(faults)}")
            raise CommandError("Nothing was imported, as it could not be published.") from error
        if options["dry_run"]:
            self.stdout.write("Nothing is stored; this is what an import would do.")
        for sentence in report.describe_bundle(done):
            self.stdout.write(sentence)
        if options["publish"] and not options["dry_run"]:
            content, _ = state.content_hash(editions.get_newest().sequence)
            self.stdout.write(f"The register's content hash, as a release would have it: {content}")

    def _tell(self, what: str, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{what}: {done:,} of {total:,} ", ending="")
            self.stderr.flush()

    def _list_left_out(self, made: Plan, path: Path) -> None:
        if made.left_out() or path.exists():  # the list of an earlier run would mislead
            self._save(path, report.build_refused_csv(made), "--refused")
        if made.left_out():
            self.stdout.write(f"Refused records: {path}")

    def _save(self, path: Path, content: bytes, option: str) -> None:
        try:
            report.save(content, path)
        except OSError as error:
            raise CommandError(
                f"{path} could not be written ({error.strerror}), but all that is said above is so; name"
                f" another file with {option} and run it again with --dry-run."
            ) from error


def _user(name: str) -> Any:
    if not name:
        return None
    users = get_user_model()
    found = users.objects.filter(**{users.USERNAME_FIELD: name}).first()
    if found is None:
        raise CommandError(f"There is no user {name!r}.")
    return found
