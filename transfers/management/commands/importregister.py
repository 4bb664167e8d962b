"""manage.py importregister: read a register's file and import it, whole or not at all."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from transfers.management.clear import ClearCommand, find_user
from transfers.publication import editions, log
from transfers.registers.importing import bundles, report, write
from transfers.registers.importing.plan import Plan, build_plan
from transfers.registers.ranges import YearsUnknown
from transfers.registers.reading import bundle, read_file
from transfers.registers.reading.records import Register, Unreadable
from transfers.releases import state
from transfers.vocabulary.edtf import EDTFError

DRY_RUN = "Nothing is stored; this is what an import would do."


class Command(ClearCommand):
    help = (
        "Import a SIPRI trade register as it was downloaded, in any of its layouts, or a later edition of it"
        " over an earlier one. Records that are not imported are listed with reasons in a CSV beside the"
        " file."
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
        parser.add_argument("--years", default="", help="the years that its numbers delivered are of, such as"
                            " 2020-2022, or all, where the file does not say it")  # fmt: skip
        parser.add_argument("--user", default="", metavar="NAME", help="who imports it")
        parser.add_argument("--plan", type=Path, metavar="CSV", help="list every deal there: its line, what"
                            " becomes of it, and what changes")  # fmt: skip
        parser.add_argument("--refused", type=Path, metavar="CSV", help="where refused records are listed"
                            " (default: FILE.refused.csv)")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            if bundle.is_bundle(file):
                self._import_bundle(file, options)
            else:
                self._import_file(file, options)
        except (Unreadable, EDTFError, bundles.NotImported) as error:
            raise CommandError(f"{file}: {error}") from error
        except YearsUnknown as error:
            raise CommandError(f"{file}: {error} The option is --years.") from error
        except log.NotPublishable as error:
            for key, faults in error.faults.items():
                self.stderr.write(f"{key}: {' '.join(faults)}")
            raise CommandError("Nothing was imported, as it could not be published.") from error

    def _import_file(self, file: Path, options: dict[str, Any]) -> None:
        register = read_file(file)
        plan = self._dry_run(register, options) if options["dry_run"] else self._import(register, options)
        for sentence in report.describe_plan(plan):
            self.stdout.write(sentence)
        if options["plan"]:
            self._save(options["plan"], b"".join(report.stream_plan(plan)), "--plan")
        self._list_refused(plan, options["refused"] or file.with_name(f"{file.name}.refused.csv"))

    def _dry_run(self, register: Register, options: dict[str, Any]) -> Plan:
        with transaction.atomic():
            plan = build_plan(register, options["published"], options["years"])
        self.stdout.write(DRY_RUN)
        return plan

    def _import(self, register: Register, options: dict[str, Any]) -> Plan:
        outcome = write.import_register(
            register,
            published=options["published"],
            years=options["years"],
            **self._get_context(options["file"].name, options),
        )
        self.end_progress()
        if outcome.batch is None:
            self.stdout.write("Nothing new: the register has all of it.")
        else:
            key = outcome.batch.source.key if outcome.batch.source else ""
            self.stdout.write(f"Import {outcome.batch.pk} of {key}.")
        self.stdout.write(f"{outcome.revisions:,} revisions published.")
        return outcome.plan

    def _import_bundle(self, folder: Path, options: dict[str, Any]) -> None:
        is_stored = not options["dry_run"]
        outcome = bundles.import_bundle(
            bundle.read_bundle(folder), store=is_stored, **self._get_context(folder.resolve().name, options)
        )
        if not is_stored:
            self.stdout.write(DRY_RUN)
        for sentence in report.describe_bundle(outcome):
            self.stdout.write(sentence)
        if options["publish"] and is_stored:
            content, _ = state.hash_content(editions.get_newest().sequence)
            self.stdout.write(f"The register's content hash, as a release would have it: {content}")

    def _get_context(self, file_name: str, options: dict[str, Any]) -> dict[str, Any]:
        return {
            "file_name": file_name,
            "reason": options["reason"].strip() or f"Imported from {file_name}",
            "user": find_user(options["user"]),
            "publish_too": options["publish"],
            "progress": self.show_progress,
        }

    def _list_refused(self, plan: Plan, path: Path) -> None:
        if plan.left_out() or path.exists():  # the list of an earlier run would mislead
            self._save(path, report.build_refused_csv(plan), "--refused")
        if plan.left_out():
            self.stdout.write(f"Refused records: {path}")

    def _save(self, path: Path, content: bytes, option: str) -> None:
        try:
            report.save(content, path)
        except OSError as error:
            raise CommandError(
                f"{path} could not be written ({error.strerror}), but all of the above is done; name another"
                f" file with {option} and run it again with --dry-run."
            ) from error
