"""What an import would do, as a page and a list show it: deals by outcome, what changes, and why not."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from transfers.curation.spreadsheets.files import guarded
from transfers.registers.reading.records import Deal, Refused
from transfers.vocabulary.choices import Outcome

from .plan import Plan

SHOWN = 200
VANISHED = "vanished"
LABELS = {
    **{str(each): each.label for each in Outcome},
    VANISHED: "of the edition before, and no more in this one",
}
COLUMNS = (
    "line", "outcome", "supplier", "recipient", "designation", "year", "transfer", "changes", "reason",
    "records",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A deal, or refused records as their `text`; `key` is the transfer that it is known as."""

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
class Group:
    """Deals of one outcome: how many, of how many records of the file, and the first of them."""

    outcome: str
    label: str
    deals: int
    records: int
    shown: list[Line]

    @property
    def left(self) -> int:
        return self.deals - len(self.shown)


def groups(made: Plan) -> list[Group]:
    """Every outcome that occurs, what changes first; at most SHOWN deals of each."""
    found: dict[str, list[Line]] = {name: [] for name in _ORDER}
    deals, records = dict.fromkeys(_ORDER, 0), dict.fromkeys(_ORDER, 0)
    for line in lines(made):
        deals[line.outcome] += 1
        records[line.outcome] += line.records
        if deals[line.outcome] <= SHOWN:
            found[line.outcome].append(line)
    return [
        Group(name, LABELS[name], deals[name], records[name], found[name]) for name in _ORDER if deals[name]
    ]


_ORDER = (
    str(Outcome.CHANGED), str(Outcome.NEW), VANISHED, str(Outcome.AMBIGUOUS), str(Outcome.REFUSED),
    str(Outcome.EARLIER), str(Outcome.UNCHANGED),
)  # fmt: skip


def lines(made: Plan) -> Iterator[Line]:
    """Every deal and refused record of the file, and then what vanished."""
    for item in made.items:
        key = item.known.key if item.known else ""
        changes = tuple(f"{each.field}: {_told(each.before)} → {_told(each.after)}" for each in item.changes)
        yield _line(item.deal, str(item.outcome), key=key, changes=changes, reason=item.reason)
    for refused in made.register.refused:
        yield Line(
            _numbers(refused), str(Outcome.REFUSED), reason=refused.reason, records=refused.records,
            text=refused.text,
        )  # fmt: skip
    for known in made.vanished:
        yield _line(known.deal, VANISHED, key=known.key, records=0)


def _line(deal: Deal, outcome: str, **said: Any) -> Line:
    named = (deal.supplier, deal.recipient, deal.designation, deal.year)
    return Line(_numbers(deal), outcome, *named, **({"records": deal.records} | said))


def _numbers(each: Deal | Refused) -> str:
    first, last = each.lines[0], each.lines[-1]
    return str(first) if first == last else f"{first}-{last}"


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "nothing"
    return "nothing" if value is None or value == "" else str(value)


def as_csv(made: Plan) -> Iterator[bytes]:
    """All of it in UTF-8, a piece at a time; no cell is run by a spreadsheet."""
    rows = (
        [
            each.lines, each.outcome, each.supplier, each.recipient, each.designation or each.text, each.year,
            each.key, "; ".join(each.changes), each.reason, each.records,
        ]
        for each in lines(made)
    )  # fmt: skip
    return written(COLUMNS, rows)


def written(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """Rows as CSV, a piece at a time; no cell is run by a spreadsheet."""
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


_PIECE = 1 << 16


def new_names(made: Plan) -> dict[str, list[str]]:
    """Names of parties and systems that would be made, provisionally, as nothing here is known by them."""
    named = [item.named for item in made.items if item.outcome == Outcome.NEW and item.named]
    parties = {code for each in named for code in (each.supplier, each.recipient)}
    systems = {each.system for each in named}
    return {
        "parties": [each.name for code, each in made.resolver.parties.items() if code in parties],
        "systems": [each.name for slug, each in made.resolver.systems.items() if slug in systems],
    }
