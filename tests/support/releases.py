"""Helpers of the tests of releases: commands, a change, a table read."""

import csv
from io import StringIO

from django.core.management import call_command

from transfers.publication import publish


def run(command, *arguments):
    """Return what a command prints."""
    out = StringIO()
    call_command(command, *arguments, stdout=out, stderr=out)
    return out.getvalue()


def again(transfer):
    """Change a figure, and publish it."""
    transfer.quantities.update(minimum=7)
    publish.publish([transfer], "Corrected")


def lines(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
