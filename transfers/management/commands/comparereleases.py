"""manage.py comparereleases: what changed from one release to another."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from transfers.management.clear import ClearCommand
from transfers.models import Release
from transfers.releases import compare
from transfers.vocabulary.names import format_suggestions, suggest


class Command(ClearCommand):
    help = "Say which transfers one release has more, less or otherwise than another, field by field."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("before", metavar="A", help="the release before")
        parser.add_argument("after", metavar="B", help="the release after")

    def handle(self, *args: Any, **options: Any) -> None:
        before, after = (self._get_revision(options[name]) for name in ("before", "after"))
        for line in compare.write_lines(compare.list_changes(before, after)):
            self.stdout.write(line)

    def _get_revision(self, name: str) -> int:
        revisions = dict(Release.objects.values_list("name", "revision"))
        if name not in revisions:
            raise CommandError(f"There is no release '{name}'.{format_suggestions(suggest(name, revisions))}")
        return int(revisions[name])
