"""Files of records as curators send them: CSV and XLSX, read to text cells or refused in words.

Nothing is guessed: another encoding, a formula, a date without its day, a row too short are faults, each with
its place. On export a cell that a spreadsheet would run gets an apostrophe, which import removes again.
"""

import csv
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import xlsxwriter
from django.core.exceptions import ValidationError

LARGEST = 10 * 1024 * 1024
LARGEST_UNPACKED = 20 * LARGEST
ROWS, COLUMNS = 50_000, 60
LONGEST_CELL = 131_072
#: What a spreadsheet takes for the start of a formula, behind apostrophes or not.
_RUNS = re.compile(r"[\s']*[=+\-@\t\r\n＝＋－＠]")
_XML_CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_EXACT = 10**15  # a spreadsheet's numbers have fifteen digits


def guarded(text: str) -> str:
    """Return the text as a cell that no spreadsheet runs."""
    return f"'{text}" if _RUNS.match(text) else text


def unguarded(text: str) -> str:
    """Return the text of a cell, without the apostrophe that `guarded` put before it."""
    return text[1:] if text.startswith("'") and _RUNS.match(text) else text


@dataclass(frozen=True)
class Sheet:
    """The rows of a file by column, each with its number in the file."""

    header: list[str]
    rows: list[tuple[int, dict[str, str]]]


def build_sheet(lines: Iterable[tuple[int, Sequence[str]]]) -> Sheet:
    """Build the sheet from numbered lines, the header first; raise ValidationError where they make none."""
    filled = iter(lines)
    header = [cell.strip() for cell in next(filled, (1, []))[1]]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise ValidationError("The file is empty: its first row must name the columns.")
    rows = [(number, cells) for number, cells in filled if any(cell.strip() for cell in cells)]
    if not rows:
        raise ValidationError("The file has a header but no rows.")
    if len(rows) > ROWS:
        raise ValidationError(f"The file has more than {ROWS:,} rows; split it.")
    return Sheet(header, [(number, _name_cells(header, cells, number)) for number, cells in rows])


def _name_cells(header: list[str], cells: Sequence[str], number: int) -> dict[str, str]:
    """Return the row's cells by column; raise ValidationError where there are more or fewer."""
    if len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :]):
        raise ValidationError(f"Row {number} has {len(cells)} cells; the header has {len(header)}.")
    return {name: unguarded(cell.strip()) for name, cell in zip(header, cells, strict=False)}


def read_csv(content: bytes) -> Sheet:
    """Return the rows of a CSV file, whose delimiter may be that of some spreadsheets: ; or a tab."""
    if content.startswith(b"PK\x03\x04"):
        raise ValidationError("The file is a workbook, not CSV; choose the format xlsx.")
    text = _decode(content)
    first = text.split("\n", 1)[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        return build_sheet(enumerate(reader, 1))
    except csv.Error as error:
        raise ValidationError(f"Line {reader.line_num} is not CSV: {error}.") from error


def write_csv(lines: Iterable[Sequence[str]]) -> bytes:
    """Return the lines as CSV, with the mark without which Excel takes it for another encoding."""
    file = StringIO(newline="")
    csv.writer(file).writerows([guarded(cell) for cell in cells] for cells in lines)
    return file.getvalue().encode("utf-8-sig")


def _decode(content: bytes) -> str:
    try:
        text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValidationError(
            f"Line {line} is not UTF-8; save the file as 'CSV UTF-8', or as a workbook (xlsx)."
        ) from error
    lost = next((text.count("\n", 0, text.index(mark)) + 1 for mark in "\0\ufffd" if mark in text), 0)
    if lost:
        raise ValidationError(
            f"Line {lost} has characters that were lost when the file was saved; save it as 'CSV UTF-8'."
        )
    return text


def read_xlsx(content: bytes) -> Sheet:
    """Return the rows of a workbook of one sheet."""
    _check_size(content)
    try:
        sheets = openpyxl.load_workbook(BytesIO(content), read_only=True).worksheets
        lines = _read_lines(sheets[0]) if len(sheets) == 1 else []
    except ValidationError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part of a workbook leads to
        raise ValidationError("The file is not an XLSX workbook that can be read.") from error
    if len(sheets) != 1:
        raise ValidationError(f"The workbook has {len(sheets)} sheets; leave the one to import.")
    return build_sheet(lines)


def write_xlsx(lines: Iterable[Sequence[str]]) -> bytes:
    """Return the lines as a workbook of one sheet, every text a text."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(lines):
            for column, cell in enumerate(cells):
                sheet.write_string(number, column, guarded(cell))
    return file.getvalue()


@dataclass(frozen=True)
class FileFormat:
    """A format of files of records: its media type, and the functions that read and write it."""

    media_type: str
    read: Callable[[bytes], Sheet]
    write: Callable[[Iterable[Sequence[str]]], bytes]


FORMATS = {
    "csv": FileFormat("text/csv", read_csv, write_csv),
    "xlsx": FileFormat(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", read_xlsx, write_xlsx
    ),
}


def _check_size(content: bytes) -> None:
    """Raise ValidationError unless it is an archive that unpacks to what a machine can take."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise ValidationError("The file is not an XLSX workbook that can be read.") from error
    if unpacked > LARGEST_UNPACKED:
        raise ValidationError("The workbook unpacks to too much; save its rows as CSV.")


def _read_lines(sheet: Any) -> list[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # what a file says of its own size may be wrong
    lines: list[tuple[int, list[str]]] = []
    width = 0
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [_read_cell(cell) for cell in cells[: COLUMNS + 1]]
        if not lines:
            width = len(texts)
        if any(texts):
            lines.append((number, texts + [""] * (width - len(texts))))
        if len(texts) > COLUMNS or len(lines) > ROWS + 1:
            raise ValidationError(f"The sheet has more than {ROWS:,} rows or {COLUMNS} columns; split it.")
    return lines


def _read_cell(cell: Any) -> str:
    """Return a cell as text; raise ValidationError where it has more than one reading."""
    value = cell.value
    if value is None:
        return ""
    place = f"Cell {cell.coordinate}"
    if cell.data_type == "f":
        raise ValidationError(f"{place} is a formula; put its value there.")
    if cell.data_type == "e":
        raise ValidationError(f"{place} is an error, {value}.")
    if isinstance(value, datetime | date):
        return _format_day(value, str(cell.number_format), place)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _format_number(value, place)
    return _XML_CODE.sub(lambda match: chr(int(match[1], 16)), str(value))


def _format_day(value: Any, shown: str, place: str) -> str:
    """Return a date as it is shown: a spreadsheet makes the first of a month of 2019-10."""
    if "d" not in shown.lower() or (isinstance(value, datetime) and value.time() != value.time().min):
        raise ValidationError(f"{place} is a date of the spreadsheet ({value}); write it as text, in EDTF.")
    return f"{value:%Y-%m-%d}"


def _format_number(value: int | float, place: str) -> str:
    if abs(value) >= _EXACT:
        raise ValidationError(f"{place} is a number of more than 15 digits; write it as text.")
    return f"{Decimal(repr(value)).normalize():f}"
