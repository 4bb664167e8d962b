"""Claims, sources and transfers among the fixtures' records."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from transfers.vocabulary import edtf
from transfers.vocabulary.measures import CLAIM_KINDS, MEASURES

from .faults import Fault
from .fixture_files import Record, read_file

FILES = ("sources.yaml", "transfers.yaml")
#: Each kind of claim: the field that names its measure, and what precedes that name in the register's.
KINDS = {f"transfers.{model}": kind for model, kind in CLAIM_KINDS.items()}


@dataclass(frozen=True)
class FixtureClaim:
    """Claim of a fixture. `measure` is the register's: quantity_ordered, date_agreed, deal_value."""

    record: Record
    transfer: str
    source: str
    measure: str
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    @property
    def target(self) -> str:
        """Return what a log's `recorded_as` calls it."""
        return f"{self.transfer}/{self.measure}"

    @property
    def figure(self) -> str:
        """Return the form that a finding prints: `2 system as of 2020-02-22`, `2019-07/..`, `5 USD`."""
        record = self.record
        if "date" in record.fields:
            return record.text("date")
        unit = record.text("unit") or record.text("currency")
        return format_figure(self.minimum, self.maximum, unit, record.text("as_of"))

    def fault(self, name: str, message: str) -> Fault:
        return self.record.fault(name, message)


@dataclass
class FixtureRecords:
    """Records that a reading can concern. `broken`: some entries could not be read."""

    sources: dict[str, Record] = field(default_factory=dict)
    transfers: dict[str, Record] = field(default_factory=dict)
    claims: list[FixtureClaim] = field(default_factory=list)
    broken: bool = False


def format_figure(
    minimum: Decimal | int | None, maximum: Decimal | int | None, unit: str, as_of: str = ""
) -> str:
    """Return the canonical form of a count or sum: `2 system as of 2020-02-22`, `5.. USD`, `12.5 TIV`."""
    return f"{_format_range(minimum, maximum)} {unit or 'TIV'}{f' as of {as_of}' if as_of else ''}"


def _format_range(minimum: Decimal | int | None, maximum: Decimal | int | None) -> str:
    low, high = ("" if end is None else f"{_shorten(Decimal(end)):f}" for end in (minimum, maximum))
    return low if low == high else f"{low}..{high}"


def _shorten(number: Decimal) -> Decimal:
    return number.quantize(Decimal(1)) if number == int(number) else number.normalize()


def read_records(directory: Path) -> tuple[FixtureRecords, list[Fault]]:
    """Return the sources, transfers and claims of the directory's fixtures, and the faults of their shape."""
    records, faults = FixtureRecords(), []
    for name in FILES:
        entries, file_faults = read_file(directory / name)
        for entry in entries:
            file_faults += _add(records, entry)
        records.broken |= bool(file_faults)
        faults += file_faults
    return records, faults


def _add(records: FixtureRecords, entry: Record) -> list[Fault]:
    """Put the entry in its place unless it is faulty; return its faults."""
    if entry.model in KINDS:
        claim, faults = parse_claim(entry)
        if claim is not None:
            records.claims.append(claim)
        return faults
    by_key = {"transfers.source": records.sources, "transfers.transfer": records.transfers}.get(entry.model)
    if by_key is None:
        return [entry.fault("", f"{entry.model} does not belong in this file")]
    faults = _check_texts(entry, ("key",))
    if entry.model == "transfers.source":
        faults += _check_texts(entry, ("published",)) or _check_edtf(entry, "published")
    if not faults and by_key.setdefault(entry.text("key"), entry) is not entry:
        return [entry.fault("key", f"{entry.text('key')} appears twice")]
    return faults


def _check_texts(entry: Record, names: Iterable[str]) -> list[Fault]:
    return [
        entry.fault(name, f"{name} must be text, and not empty; quote it")
        for name in names
        if not isinstance(entry.fields.get(name), str) or not entry.text(name)
    ]


def parse_claim(entry: Record) -> tuple[FixtureClaim | None, list[Fault]]:
    """Return the claim, or None and what is wrong with the entry's shape."""
    measure_field, prefix = KINDS[entry.model]
    is_date = entry.model == "transfers.transferdate"
    faults = _check_texts(entry, (measure_field, "locator", "excerpt", *(["date"] if is_date else [])))
    faults += _check_texts(entry, [name for name in ("as_of", "attributed_to") if name in entry.fields])
    transfer, source = (_parse_key(entry, name, faults) for name in ("transfer", "source"))
    minimum, maximum = (_parse_number(entry, name, faults) for name in ("minimum", "maximum"))
    if faults:
        return None, faults
    faults = [*_check_edtf(entry, "date"), *_check_edtf(entry, "as_of")]
    measure = prefix + entry.text(measure_field)
    if measure not in MEASURES:
        faults.append(entry.fault(measure_field, f"{measure} is not a measure of the register"))
    if not is_date and minimum is None and maximum is None:
        faults.append(entry.fault("", "a claim needs a minimum, a maximum or both"))
    return (None if faults else FixtureClaim(entry, transfer, source, measure, minimum, maximum)), faults


def _parse_key(entry: Record, name: str, faults: list[Fault]) -> str:
    match entry.fields.get(name):
        case [str() as key]:
            return key
    faults.append(entry.fault(name, f"{name} must be a natural key, such as [the-key]"))
    return ""


def _parse_number(entry: Record, name: str, faults: list[Fault]) -> Decimal | None:
    value = entry.fields.get(name)
    try:
        number = None if value is None else Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if number is not None and not number.is_finite():
        faults.append(entry.fault(name, f"{name} must be a number"))
        return None
    return number


def _check_edtf(entry: Record, name: str) -> list[Fault]:
    try:
        edtf.validate(entry.text(name) or "2019")
    except edtf.EDTFError as error:
        return [entry.fault(name, str(error))]
    return []
