"""Comparison of logs and fixtures: bibliography, double entry, and claims' figures against their excerpts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .articles import check_article
from .carrying import Figure, list_figure_faults, list_later_dates
from .faults import Fault
from .fixture_files import Record
from .logs import Reading, ReadingLog, read_logs
from .records import FixtureClaim, FixtureRecords, read_records

_TEXTS = ("publisher", "title", "published", "url", "language", "sha256")
_LISTS = ("authors", "agencies")
_KEY = re.compile(r"\b[a-z]{3}-[a-z]{3}-[a-z0-9-]*[0-9]{4}\b")


@dataclass(frozen=True)
class CheckReport:
    """Every fault in order of file and line, and how much was compared. `articles` is None without texts."""

    faults: list[Fault]
    readings: int
    claims: int
    articles: int | None


def check(seeds: Path, fixtures: Path, articles: Path | None = None) -> CheckReport:
    """Compare the logs with the fixtures and, where their directory is given, with the articles."""
    logs, faults = read_logs(seeds)
    records, fixture_faults = read_records(fixtures)
    faults += fixture_faults + list(compare(logs, records))
    if articles is not None:
        faults += [fault for log in logs for fault in check_article(log, articles)]
    return CheckReport(
        faults=sorted(faults),
        readings=sum(len(log.readings) for log in logs),
        claims=len(records.claims),
        articles=None if articles is None else len(logs),
    )


def compare(logs: list[ReadingLog], records: FixtureRecords) -> Iterator[Fault]:
    """Yield the faults between logs and fixtures. What could not be read whole is not compared."""
    by_key = {log.key: log for log in logs}
    yield from _check_references(records)
    yield from _check_logs_exist(records, by_key)
    for log in logs:
        if log.broken or records.broken:
            continue
        source = records.sources.get(log.key)
        if source is None:
            yield log.fault("key", f"the fixtures have no source {log.key}")
            continue
        yield from _compare_bibliography(log, source)
        yield from _check_declined(log, records)
        claims = [claim for claim in records.claims if claim.source == log.key]
        yield from _pair_claims(log, claims)
        for claim in claims:
            yield from _check_excerpt(claim, source)


def _check_references(records: FixtureRecords) -> Iterator[Fault]:
    if records.broken:
        return
    for claim in records.claims:
        if claim.transfer not in records.transfers:
            yield claim.fault("transfer", f"the fixtures have no transfer {claim.transfer}")
        if claim.source not in records.sources:
            yield claim.fault("source", f"the fixtures have no source {claim.source}")


def _check_logs_exist(records: FixtureRecords, logs: dict[str, ReadingLog]) -> Iterator[Fault]:
    """Yield a fault for each source without a log to whose paragraphs claims point."""
    articles = {claim.source for claim in records.claims if claim.record.text("locator").startswith("¶")}
    for key in articles & records.sources.keys() - logs.keys():
        yield records.sources[key].fault(
            "key", f"claims point to its paragraphs, but it has no log {key}.toml"
        )


def _compare_bibliography(log: ReadingLog, source: Record) -> Iterator[Fault]:
    printed = {name: log.values.get(name, "") for name in _TEXTS}
    printed |= {name: "; ".join(log.values[name]) for name in _LISTS}
    for name, value in printed.items():
        recorded = source.text(name, default="en" if name == "language" else "")
        if " ".join(value.split()) != recorded:
            where = source.fault(name, "")
            yield log.fault(name, f"{name} is {value!r}, but {recorded!r} in {where.path.name}:{where.line}")


def _check_declined(log: ReadingLog, records: FixtureRecords) -> Iterator[Fault]:
    """Yield a fault for each reason that names a transfer which does not exist."""
    for reading in log.readings:
        for key in _KEY.findall(reading.declined):
            if key not in records.transfers:
                yield reading.fault("declined", f"the fixtures have no transfer {key}")


def _pair_claims(log: ReadingLog, claims: list[FixtureClaim]) -> Iterator[Fault]:
    """Pair each claim of the source with its entry; with the closest remaining one, where none is exact."""
    entries = [(reading, target) for reading in log.readings for target in reading.recorded_as]
    unpaired = list(claims)
    for names in (("excerpt", "locator"), ("excerpt",), ("locator",)):
        for claim in list(unpaired):
            entry = next((entry for entry in entries if _is_of(claim, *entry, names)), None)
            if entry is not None:
                unpaired.remove(claim)
                entries.remove(entry)
                yield from _compare_pair(claim, entry[0])
    for claim in unpaired:
        yield claim.fault("", f"no reading in {log.path.name} records this {claim.target}")
    for reading, target in entries:
        yield reading.fault("recorded_as", f"the fixtures have no claim {target} of this reading")


def _is_of(claim: FixtureClaim, reading: Reading, target: str, names: Iterable[str]) -> bool:
    """Return whether the reading records the claim as its target, and agrees with it in these fields."""
    agrees = all(claim.record.text(name) == getattr(reading, name) for name in names)
    return agrees and claim.target == target


def _compare_pair(claim: FixtureClaim, reading: Reading) -> Iterator[Fault]:
    """Yield the differences between a claim and its reading."""
    sides = {"locator": reading.locator, "excerpt": reading.excerpt, "attributed_to": reading.attributed_to}
    where = f"{reading.path.name}:{reading.lines['']}"
    for name, value in sides.items():
        if claim.record.text(name) != " ".join(value.split()):
            yield claim.fault(name, f"{name} is {claim.record.text(name)!r}, but {value!r} in {where}")
    if not prints_figure(reading.finding, claim.figure):
        yield reading.fault(
            "finding", f"the finding does not print {claim.figure!r}, the claim's {claim.target}"
        )


def prints_figure(finding: str, figure: str) -> bool:
    """Return whether the finding prints the figure in its canonical form, as whole words."""
    whole = rf"(?<![\w./~-]){re.escape(figure)}(?![\w/~?%-]|[.,]\d|\.\.| as of \d)"
    return re.search(whole, finding) is not None


def _check_excerpt(claim: FixtureClaim, source: Record) -> Iterator[Fault]:
    """Yield a fault where the excerpt's own words do not carry the claim's figure, or a date is too late."""
    text, published = claim.record.text, source.text("published")
    figure = Figure(
        claim.measure,
        claim.minimum,
        claim.maximum,
        currency=text("currency") if claim.measure == "deal_value" else "",
        date=text("date"),
        as_of=text("as_of"),
    )
    for field, message in list_figure_faults(text("excerpt"), figure, published):
        yield claim.fault(field, message)
    for field, message in list_later_dates(figure, published, text("note")):
        yield claim.fault(field, message)
