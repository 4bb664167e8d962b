"""What an import did or would do: in sentences, as lines by outcome for a page, and as CSV."""

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transfers.curation.spreadsheets.files import guarded
from transfers.registers.reading.records import Deal, Refused, number_lines
from transfers.vocabulary.choices import Outcome

from .bundles import BundleReport
from .plan import IMPORTED, Plan

#: How many vanished deals the account names, and how many deals of an outcome a page shows.
SHOWN_IN_ACCOUNT, SHOWN = 20, 200
VANISHED = "vanished"
LABELS = {
    **{str(outcome): outcome.label for outcome in Outcome},
    VANISHED: "of the edition before, and no more in this one",
}
#: In the order in which a page shows them: what changes first.
ORDER = (
    str(Outcome.CHANGED), str(Outcome.NEW), VANISHED, str(Outcome.AMBIGUOUS), str(Outcome.REFUSED),
    str(Outcome.EARLIER), str(Outcome.UNCHANGED),
)  # fmt: skip
PLAN_COLUMNS = (
    "line", "outcome", "supplier", "recipient", "designation", "year", "transfer", "changes", "reason",
    "records",
)  # fmt: skip
REFUSED_COLUMNS = ("line", "outcome", "reason", "records", "supplier", "recipient", "designation", "text")
_PIECE = 1 << 16


def describe_plan(plan: Plan) -> Iterator[str]:
    """Yield the account of an import: every record of the file, then what vanished."""
    counts = plan.counts()
    imported = sum(counts[outcome] for outcome in IMPORTED)
    refused = counts[Outcome.REFUSED] + counts[Outcome.AMBIGUOUS]
    yield (
        f"{plan.register.records:,} records: {imported:,} imported ({counts['new']:,} new,"
        f" {counts['changed']:,} changed, {counts['unchanged']:,} unchanged, {counts['earlier']:,} of an"
        f" earlier edition), {refused:,} refused ({counts['ambiguous']:,} of them ambiguous)."
    )
    yield from _describe_years(plan)
    if plan.vanished:
        yield f"{len(plan.vanished):,} deals that were imported before are no more in this edition:"
        for imported_deal in plan.vanished[:SHOWN_IN_ACCOUNT]:
            yield f"  {imported_deal.key}, {imported_deal.deal.locator} of the edition before"
        if len(plan.vanished) > SHOWN_IN_ACCOUNT:
            yield f"  … and {len(plan.vanished) - SHOWN_IN_ACCOUNT:,} more."


def _describe_years(plan: Plan) -> Iterator[str]:
    """Yield which years the file is limited to, and how many deals it states to have nothing in these."""
    if not plan.years.is_whole:
        yield (
            f"What it says was delivered was delivered in {plan.years}: it adds to what was delivered in"
            " other years, and changes nothing that an edition of all years says."
        )
    if plan.absent:
        yield (
            f"{len(plan.absent):,} deals of other years are not in this file, so nothing of them was"
            f" delivered in {plan.years}."
        )


def describe_bundle(done: BundleReport) -> Iterator[str]:
    """Yield the account of a bundle: transfers and claims, then what stayed as it was here."""
    counts = done.counts
    imported = counts[Outcome.NEW] + counts[Outcome.UNCHANGED]
    yield (
        f"{imported + counts[Outcome.REFUSED]:,} records: {imported:,} imported ({counts[Outcome.NEW]:,} new,"
        f" {counts[Outcome.UNCHANGED]:,} unchanged), {counts[Outcome.REFUSED]:,} refused."
    )
    yield from (f"transfers.csv, line {line}: {reason}" for line, reason in done.refused)
    yield from (f"kept: {name} differs from the bundle; it stays as it is here." for name in done.kept)
    yield f"{done.revisions:,} revisions published."


@dataclass(frozen=True)
class DealLine:
    """A deal, or refused records as their `text`; `key` is that of the transfer that it is imported as."""

    lines: str
    outcome: str
    supplier: str = ""
    recipient: str = ""
    designation: str = ""
    year: int | None = None
    key: str = ""
    changes: tuple[str, ...] = ()
    reason: str = ""
    records: int = 1
    text: str = ""


@dataclass(frozen=True)
class OutcomeGroup:
    """Deals of one outcome: how many, of how many records of the file, and the first of them."""

    outcome: str
    label: str
    deals: int
    records: int
    shown: list[DealLine]

    @property
    def more(self) -> int:
        """Return how many deals are not shown."""
        return self.deals - len(self.shown)


def list_groups(plan: Plan) -> list[OutcomeGroup]:
    """Return every outcome that occurs, in their order, with at most SHOWN deals of each."""
    lines_by_outcome: dict[str, list[DealLine]] = {outcome: [] for outcome in ORDER}
    for line in list_lines(plan):
        lines_by_outcome[line.outcome].append(line)
    return [
        OutcomeGroup(outcome, LABELS[outcome], len(lines), sum(line.records for line in lines), lines[:SHOWN])
        for outcome, lines in lines_by_outcome.items()
        if lines
    ]


def list_lines(plan: Plan) -> Iterator[DealLine]:
    """Yield every deal and refused record of the file, and then what vanished."""
    for planned in plan.deals:
        yield _line(
            planned.deal,
            str(planned.outcome),
            key=planned.before.key if planned.before else "",
            changes=tuple(map(str, planned.changes)),
            reason=planned.reason,
        )
    for refused in plan.register.refused:
        yield DealLine(
            number_lines(refused.lines), str(Outcome.REFUSED), reason=refused.reason,
            records=refused.records, text=refused.text,
        )  # fmt: skip
    for imported_deal in plan.vanished:
        yield _line(imported_deal.deal, VANISHED, key=imported_deal.key, records=0)


def _line(deal: Deal, outcome: str, **values: Any) -> DealLine:
    names = (deal.supplier, deal.recipient, deal.designation, deal.year)
    return DealLine(number_lines(deal.lines), outcome, *names, **({"records": deal.records} | values))


def list_new_names(plan: Plan) -> dict[str, list[str]]:
    """Return the names of parties and systems that the import would add provisionally."""
    parties, systems = plan.list_new_records()
    return {"parties": [party.name for party in parties], "systems": [system.name for system in systems]}


def stream_plan(plan: Plan) -> Iterator[bytes]:
    """Yield every deal and refused record as CSV, a piece at a time."""
    rows = (
        [
            line.lines, line.outcome, line.supplier, line.recipient, line.designation or line.text, line.year,
            line.key, "; ".join(line.changes), line.reason, line.records,
        ]
        for line in list_lines(plan)
    )  # fmt: skip
    return stream_csv(PLAN_COLUMNS, rows)


def build_refused_csv(plan: Plan) -> bytes:
    """Return the records that are not imported as CSV, a line for each deal or record."""
    return b"".join(stream_csv(REFUSED_COLUMNS, (_refused_cells(*record) for record in plan.left_out())))


def _refused_cells(record: Deal | Refused, outcome: str, reason: str) -> list[Any]:
    if isinstance(record, Deal):
        texts = (record.supplier, record.recipient, record.designation, "")
    else:
        texts = ("", "", "", record.text)
    return [number_lines(record.lines), outcome, reason, record.records, *texts]


def stream_csv(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """Yield rows as CSV in UTF-8, a piece at a time; a spreadsheet runs none of its cells."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    for row in rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
        if text.tell() > _PIECE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


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
