"""What an import did or would do, in words and as a CSV of what was left out."""

import csv
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from transfers.registers.reading.records import Deal
from transfers.vocabulary.choices import Outcome

from .bundles import Done
from .plan import IMPORTED, Plan

COLUMNS = ("line", "outcome", "reason", "records", "supplier", "recipient", "designation", "text")
SHOWN = 20


def sentences(made: Plan) -> Iterator[str]:
    """The account: every record of the file, then what vanished."""
    counts = made.counts()
    imported = sum(counts[outcome] for outcome in IMPORTED)
    refused = counts[Outcome.REFUSED] + counts[Outcome.AMBIGUOUS]
    yield (
        f"{made.register.records:,} records: {imported:,} imported ({counts['new']:,} new,"
        f" {counts['changed']:,} changed, {counts['unchanged']:,} unchanged, {counts['earlier']:,} of an"
        f" earlier edition), {refused:,} refused ({counts['ambiguous']:,} of them ambiguous)."
    )
    if made.vanished:
        yield f"{len(made.vanished):,} deals that were imported before are no more in this edition:"
        yield from (
            f"  {each.key}, {each.deal.locator} of the edition before" for each in made.vanished[:SHOWN]
        )
        if len(made.vanished) > SHOWN:
            yield f"  … and {len(made.vanished) - SHOWN:,} more."


def of_bundle(done: Done) -> Iterator[str]:
    """The account of a bundle: transfers and claims, then what stayed as it was here."""
    counts = done.counts
    imported = counts[Outcome.NEW] + counts[Outcome.UNCHANGED]
    yield (
        f"{imported + counts[Outcome.REFUSED]:,} records: {imported:,} imported ({counts[Outcome.NEW]:,} new,"
        f" {counts[Outcome.UNCHANGED]:,} unchanged), {counts[Outcome.REFUSED]:,} refused."
    )
    yield from (f"transfers.csv, line {line}: {reason}" for line, reason in done.refused)
    yield from (f"kept: {name} differs from the bundle; it stays as it is here." for name in done.kept)
    yield f"{len(done.revisions):,} revisions published."


def left_out_csv(made: Plan) -> bytes:
    """The records that are not imported, one line each deal or record, in UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for each, outcome, reason in made.left_out():
        lines = f"{each.lines[0]}-{each.lines[-1]}" if len(each.lines) > 1 else each.lines[0]
        if isinstance(each, Deal):
            said = (each.supplier, each.recipient, each.designation, "")
        else:
            said = ("", "", "", each.text)
        writer.writerow([lines, outcome, reason, each.records, *said])
    return text.getvalue().encode()


def save(content: bytes, path: Path) -> None:
    """Write the file whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
