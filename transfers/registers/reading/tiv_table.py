"""Tables of TIV by party and year, as the database's web site makes them: bytes → rows of values in millions.

Old ones have a title with the party and the years on their first line, and a first column without a heading;
new ones have `Recipient` or `Supplier` there. A blank cell is nothing, a 0 is more than nothing.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from . import text
from .cells import FIRST_YEAR, LAST_YEAR, quote_value
from .opening import open_file
from .pieces import SHEET
from .records import Unreadable

SUPPLIER, RECIPIENT = "supplier", "recipient"
#: Which parties the rows are, by what their figures are of one party.
DIRECTIONS = {"exports": RECIPIENT, "imports": SUPPLIER}
#: More rows than there are parties; more digits behind a point than a value has.
ROWS, DIGITS = 1_000, 6
#: As many years as a table may have, and more.
COLUMNS = 200
_SEPARATORS = ",;\t|"
_HEADINGS = {
    "": "",
    "supplier": SUPPLIER,
    "suppliers": SUPPLIER,
    "recipient": RECIPIENT,
    "recipients": RECIPIENT,
}
_TOTAL = {"total", "totals", "grand total", "world total"}
_YEARS = re.compile(r"(\d{4})(?:\s*[-–/]\s*(\d{4}))?", re.ASCII)
_VALUE = re.compile(r"(?:\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.\d{1,20})?", re.ASCII)
_TITLE = re.compile(
    r"\b(?:(exports) (?:from|of|by)|(imports) (?:to|of|by)) (.+?)(?:,? (\d{4})\s*[-–]\s*(\d{4}))?[\s.]*$",
    re.I | re.ASCII,
)
_FROM_TO = re.compile(r"\bfrom (.+?) to (.+?)(?:\s*[.,;:]| in the | for | by |\s*$)", re.I)
_EVERYBODY = re.compile(r"(?:the )?(?:all\b.*|world|top \d+\b.*)", re.I)


class Span(NamedTuple):
    """Years that a column is the sum of: the first and the last."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


class Subject(NamedTuple):
    """What a table says of itself: one supplier or one recipient, the role of its rows, and its years.

    What it does not say, or says of all parties, is empty. `is_whole`: each counterpart of one party that had
    deliveries in these years has a row.
    """

    supplier: str = ""
    recipient: str = ""
    rows_are: str = ""
    years: Span | None = None
    is_whole: bool = False


@dataclass(frozen=True)
class TivRow:
    """One party's values, in the order of the table's columns."""

    line: int
    name: str
    values: tuple[Decimal | None, ...]


@dataclass(frozen=True)
class TivTable:
    """Values by party and by year, or by several years; `digits`: how many its values have behind a point."""

    subject: Subject
    columns: tuple[Span, ...]
    rows: tuple[TivRow, ...]
    total: TivRow | None = None

    @property
    def digits(self) -> int:
        """Return how many digits the values have behind the point; SIPRI's old tables have none."""
        rows = (*self.rows, self.total) if self.total else self.rows
        exponents = (value.as_tuple().exponent for row in rows for value in row.values if value is not None)
        return min(max((-int(exponent) for exponent in exponents), default=0), DIGITS)


class _Line(NamedTuple):
    number: int
    cells: list[str]
    is_open: bool


def read_table(path: str | Path) -> TivTable:
    """Return the table in the file; raise Unreadable for what is none, or no file."""
    return parse_table(text.load_file(Path(path)))


def parse_table(data: bytes) -> TivTable:
    """Return the table in these bytes or in their envelope; raise Unreadable for what is none."""
    opened = open_file(data)
    lines = text.check_lines(opened.lines, opened.encoding)
    for number, line in enumerate(lines, 1):
        text.check_length(number, line)
    for separator in SHEET if opened.is_workbook else _SEPARATORS:
        split_lines = [_split(number, line, separator) for number, line in enumerate(lines, 1)]
        for place, header in enumerate(split_lines[: text.HEAD]):
            if _is_header(header.cells):
                return _build_table(lines[:place], header, split_lines[place + 1 :])
    raise Unreadable(
        f"None of the first {text.HEAD} lines is the header of a TIV table: nothing, Supplier or Recipient,"
        " and then years."
    )


def _split(number: int, line: str, separator: str) -> _Line:
    if separator == SHEET:  # the blank cells at the end of a workbook's row are not there
        cells, is_open = [*line.split(SHEET), *[""] * COLUMNS], False
    else:
        try:
            cells = next(csv.reader([line], delimiter=separator), [])
        except csv.Error as error:
            raise Unreadable(f"Line {number} cannot be read: {error}.") from error
        is_open = line.count('"') % 2 == 1
    return _Line(number, [" ".join(cell.split()) for cell in cells], is_open)


def _is_header(cells: Sequence[str]) -> bool:
    """Return whether these are headings of a table: whose rows they are, then years."""
    return len(cells) > 1 and cells[0].casefold() in _HEADINGS and _parse_span(cells[1]) is not None


def _parse_span(heading: str) -> Span | None:
    if not (match := _YEARS.fullmatch(heading)):
        return None
    span = Span(int(match[1]), int(match[2] or match[1]))
    return span if FIRST_YEAR <= span.first <= span.last <= LAST_YEAR else None


def _build_table(above: Sequence[str], header: _Line, below: Sequence[_Line]) -> TivTable:
    subject = _read_subject(above, _HEADINGS[header.cells[0].casefold()])
    columns = _read_columns(header, subject.years)
    rows = list(_read_rows(below, columns))
    if len(rows) > ROWS:
        raise Unreadable(f"The table has more than {ROWS:,} rows, more than there are parties.")
    totals = [row for row in rows if row.name.casefold() in _TOTAL]
    parties = [row for row in rows if row.name.casefold() not in _TOTAL]
    if not parties:
        raise Unreadable(f"The table has a header on line {header.number} but no row of a party.")
    for heading in (parties, totals):
        _check_names(heading)
    return TivTable(subject, columns, tuple(parties), totals[0] if totals else None)


def _read_subject(above: Sequence[str], rows_are: str) -> Subject:
    """Return what the heading of the first column and the lines above it say of the table."""
    for line in above:
        title = " ".join(line.replace('"', " ").strip(" ,;\t").split())
        if match := _TITLE.search(title):
            return _read_title(match, rows_are)
        if match := _FROM_TO.search(title):
            supplier, recipient = ("" if _EVERYBODY.fullmatch(name) else name for name in match.groups())
            if not rows_are and bool(supplier) != bool(recipient):
                rows_are = RECIPIENT if supplier else SUPPLIER
            return Subject(supplier, recipient, rows_are)
    return Subject(rows_are=rows_are)


def _read_title(match: re.Match[str], rows_are: str) -> Subject:
    """Return what a title such as `TIV of arms exports from Utopia, 2000-2019` says."""
    exports, _, party, first, last = match.groups()
    years = Span(int(first), int(last)) if first else None
    role, counterparts = (SUPPLIER, RECIPIENT) if exports else (RECIPIENT, SUPPLIER)
    if _EVERYBODY.fullmatch(party):
        return Subject(rows_are=rows_are or role, years=years)
    supplier, recipient = (party, "") if exports else ("", party)
    rows_are = rows_are or counterparts
    return Subject(supplier, recipient, rows_are, years, is_whole=rows_are == counterparts)


def _read_columns(header: _Line, years: Span | None) -> tuple[Span, ...]:
    """Return the years of each column but the first; `Total` is all that the title or the others name."""
    headings = header.cells[1:]
    while not headings[-1]:
        headings.pop()
    spans = [_parse_span(heading) for heading in headings]
    named = [span for span in spans if span]
    whole = years or Span(min(span.first for span in named), max(span.last for span in named))
    columns = []
    for heading, span in zip(headings, spans, strict=True):
        if span is None and heading.casefold() not in _TOTAL:
            raise Unreadable(
                f"Line {header.number}: the heading {quote_value(heading)} is not a year or a total."
            )
        columns.append(span or whole)
    if len(set(columns)) < len(columns) and len(columns) > 2:
        raise Unreadable(f"Line {header.number} names the same years twice.")
    return tuple(columns)


def _read_rows(lines: Sequence[_Line], columns: tuple[Span, ...]) -> Iterator[TivRow]:
    """Yield the rows; lines of words alone are notes, and below the table those of too few cells as well."""
    width, has_rows, is_below = len(columns) + 1, False, False
    for number, cells, is_open in lines:
        if not any(cells):
            is_below = has_rows
            continue
        values = [cell for cell in cells[1:] if cell]
        is_full = len(cells) >= width and not any(cells[width:])
        is_note = not any(map(_VALUE.fullmatch, values)) and (is_below or not is_full)
        if is_open and not is_below:
            raise Unreadable(f"Line {number} has a quotation mark that is not closed.")
        if is_note or (is_below and not is_full):
            continue
        if not is_full:
            raise Unreadable(f"Line {number} has {len(cells)} cells where the header has {width}.")
        yield _build_row(number, cells, columns)
        has_rows = True
        is_below = is_below or cells[0].casefold() in _TOTAL


def _build_row(number: int, cells: Sequence[str], columns: tuple[Span, ...]) -> TivRow:
    if not cells[0]:
        raise Unreadable(f"Line {number} has values but names no party.")
    values = (_parse_value(number, span, cell) for span, cell in zip(columns, cells[1:], strict=False))
    return TivRow(number, cells[0], tuple(values))


def _parse_value(number: int, span: Span, cell: str) -> Decimal | None:
    if cell and not _VALUE.fullmatch(cell):
        raise Unreadable(f"Line {number}, {span}: {quote_value(cell)} is not a number.")
    return Decimal(cell.replace(",", "")) if cell else None


def _check_names(rows: Sequence[TivRow]) -> None:
    lines_by_name: dict[str, int] = {}
    for row in rows:
        before = lines_by_name.setdefault(row.name.casefold(), row.line)
        if before != row.line:
            raise Unreadable(
                f"{quote_value(row.name)} has a row on line {before} and another on line {row.line}."
            )
