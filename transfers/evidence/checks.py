"""The checks that compare: bibliography, double entry, and a claim's figure against its excerpt's words."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from transfers.vocabulary import dates, edtf

from . import english
from .articles import check_article
from .faults import Fault
from .fixture_files import Record
from .logs import Log, Reading, read_logs
from .records import Claim, Records, read_records

_TEXTS = ("publisher", "title", "published", "url", "language", "sha256")
_LISTS = ("authors", "agencies")
_KEY = re.compile(r"\b[a-z]{3}-[a-z]{3}-[a-z0-9-]*[0-9]{4}\b")


@dataclass(frozen=True)
class Report:
    """What was compared, and every fault in order of file and line. `articles` is None without texts."""

    faults: list[Fault]
    readings: int
    claims: int
    articles: int | None


def check(seeds: Path, fixtures: Path, articles: Path | None = None) -> Report:
    """Compare the logs with the fixtures and, where their directory is given, with the articles."""
    logs, faults = read_logs(seeds)
    records, found = read_records(fixtures)
    faults += found + list(compare(logs, records))
    if articles is not None:
        faults += [fault for log in logs for fault in check_article(log, articles)]
    return Report(
        faults=sorted(faults),
        readings=sum(len(log.readings) for log in logs),
        claims=len(records.claims),
        articles=None if articles is None else len(logs),
    )


def compare(logs: list[Log], records: Records) -> Iterator[Fault]:
    """The faults between logs and fixtures. What could not be read whole is not compared."""
    by_key = {log.key: log for log in logs}
    yield from _references(records)
    yield from _without_log(records, by_key)
    for log in logs:
        if log.broken or records.broken:
            continue
        source = records.sources.get(log.key)
        if source is None:
            yield log.fault("key", f"the fixtures have no source {log.key}")
            continue
        yield from _bibliography(log, source)
        yield from _declined(log, records)
        yield from _double_entry(log, [claim for claim in records.claims if claim.source == log.key])
        for claim in records.claims:
            if claim.source == log.key:
                yield from _excerpt(claim, source)


def _references(records: Records) -> Iterator[Fault]:
    if records.broken:
        return
    for claim in records.claims:
        if claim.transfer not in records.transfers:
            yield claim.fault("transfer", f"the fixtures have no transfer {claim.transfer}")
        if claim.source not in records.sources:
            yield claim.fault("source", f"the fixtures have no source {claim.source}")


def _without_log(records: Records, logs: dict[str, Log]) -> Iterator[Fault]:
    """A claim that points to a paragraph is of an article, and an article has its log."""
    articles = {claim.source for claim in records.claims if claim.record.text("locator").startswith("¶")}
    for key in articles & records.sources.keys() - logs.keys():
        yield records.sources[key].fault(
            "key", f"claims point to its paragraphs, but it has no log {key}.toml"
        )


def _bibliography(log: Log, source: Record) -> Iterator[Fault]:
    printed = {name: log.values.get(name, "") for name in _TEXTS}
    printed |= {name: "; ".join(log.values[name]) for name in _LISTS}
    for name, value in printed.items():
        recorded = source.text(name, default="en" if name == "language" else "")
        if " ".join(value.split()) != recorded:
            where = source.fault(name, "")
            yield log.fault(name, f"{name} is {value!r}, but {recorded!r} in {where.path.name}:{where.line}")


def _declined(log: Log, records: Records) -> Iterator[Fault]:
    """Reasons that name a transfer which is not there."""
    for reading in log.readings:
        for key in _KEY.findall(reading.declined):
            if key not in records.transfers:
                yield reading.fault("declined", f"the fixtures have no transfer {key}")


@dataclass(frozen=True)
class _Entry:
    """One target of one reading: the log's side of a claim."""

    reading: Reading
    target: str


def _double_entry(log: Log, claims: list[Claim]) -> Iterator[Fault]:
    """Pair each claim of the source with its entry; the closest that is left, where none is exact."""
    entries = [_Entry(reading, target) for reading in log.readings for target in reading.recorded_as]
    left = list(claims)
    for same in (_same_place_and_words, _same_words, _same_place):
        for claim in list(left):
            entry = next((entry for entry in entries if same(claim, entry)), None)
            if entry is not None:
                left.remove(claim)
                entries.remove(entry)
                yield from _pair(claim, entry.reading)
    for claim in left:
        yield claim.fault("", f"no reading in {log.path.name} records this {claim.target}")
    for entry in entries:
        yield entry.reading.fault("recorded_as", f"the fixtures have no claim {entry.target} of this reading")


def _same_words(claim: Claim, entry: _Entry) -> bool:
    return claim.target == entry.target and claim.record.text("excerpt") == entry.reading.excerpt


def _same_place(claim: Claim, entry: _Entry) -> bool:
    return claim.target == entry.target and claim.record.text("locator") == entry.reading.locator


def _same_place_and_words(claim: Claim, entry: _Entry) -> bool:
    return _same_words(claim, entry) and _same_place(claim, entry)


def _pair(claim: Claim, reading: Reading) -> Iterator[Fault]:
    """What a claim and its reading say differently."""
    sides = {"locator": reading.locator, "excerpt": reading.excerpt, "attributed_to": reading.attributed_to}
    where = f"{reading.path.name}:{reading.lines['']}"
    for name, value in sides.items():
        if claim.record.text(name) != " ".join(value.split()):
            yield claim.fault(name, f"{name} is {claim.record.text(name)!r}, but {value!r} in {where}")
    figure = re.escape(claim.figure)
    if not re.search(rf"(?<![\w./~-]){figure}(?![\w/~?%-]|[.,]\d|\.\.| as of \d)", reading.finding):
        yield reading.fault(
            "finding", f"the finding does not print {claim.figure!r}, the claim's {claim.target}"
        )


def _excerpt(claim: Claim, source: Record) -> Iterator[Fault]:
    """Whether the excerpt's own words carry the claim's figure."""
    text = claim.record.text("excerpt")
    days = _days_of_publication(source)
    rest = dates.find_dates(text, days[0])[1]
    if claim.measure.startswith("date_"):
        yield from _date(claim, "date", days)
        for number in sorted(english.find_digits(rest) - set(map(Decimal, dates.find_years(rest)))):
            yield claim.fault("excerpt", f"the excerpt prints {number}, which is no part of the date")
    elif claim.measure == "deal_value":
        yield from _amounts(claim, english.find_money(rest), claim.record.text("currency"))
    else:
        yield from _amounts(claim, {(number, "") for number in english.find_numbers(rest)}, "")
    if claim.record.text("as_of"):
        yield from _date(claim, "as_of", days)


def _days_of_publication(source: Record) -> list[date]:
    """First and last day on which it may have been published; one where the other is open."""
    return [day for day in edtf.bounds(source.text("published")) if day]


def _amounts(claim: Claim, printed: set[tuple[Decimal, str]], currency: str) -> Iterator[Fault]:
    for end, value in {"maximum": claim.maximum, "minimum": claim.minimum}.items():
        if value is not None and (value, currency) not in printed:
            figure = f"{value:f} {currency}".strip()
            yield claim.fault(end, f"the excerpt does not print {figure}")
            return


def _date(claim: Claim, field: str, days: Iterable[date]) -> Iterator[Fault]:
    """One reading of the words, from the first or the last day of publication, must give the date's ends."""
    text = claim.record.text(field)
    ends = {end.rstrip("?~%") for end in re.split(r"[/{},]", text)} - {"", ".."}
    excerpt = claim.record.text("excerpt")
    readings = [dates.find_dates(excerpt, day)[0] for day in days]
    if ends not in readings:
        said = " and ".join(sorted(readings[0])) or "no date that the check can read"
        yield claim.fault(field, f"{field} is {text}, but the words of the excerpt give {said}")
