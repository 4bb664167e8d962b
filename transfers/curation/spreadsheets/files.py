"""Files of records as curators send them: CSV and XLSX, read to text cells or refused in words.

Nothing is guessed: another encoding, a formula, a date without its day, a row too short are faults, told with
their place. On export a cell that a spreadsheet would run gets an apostrophe, which import takes away again.
"""

import csv
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import tablib
import xlsxwriter
from django.core.exceptions import ValidationError
from import_export.formats.base_formats import Format

LARGEST = 10 * 1024 * 1024
LARGEST_UNPACKED = 20 * LARGEST
ROWS, COLUMNS = 10_000, 60
#: What a spreadsheet takes for the start of a formula, behind apostrophes or not.
_RUNS = re.compile(r"[\s']*[=+\-@\t\r\n＝＋－＠]")
_XML_CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_EXACT = 10**15  # a spreadsheet's numbers have fifteen digits


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if _RUNS.match(text) else text


def unguarded(text: str) -> str:
    """The text of a cell, without the apostrophe that `guarded` put before it."""
    return text[1:] if text.startswith("'") and _RUNS.match(text) else text


class Table(tablib.Dataset):
    """A file's rows as text cells; `numbers` says in which row of the file each one stands."""

    def __init__(self, rows: list[tuple[int, list[str]]]) -> None:
        header = [cell.strip() for cell in rows[0][1]] if rows else []
        while header and not header[-1]:
            header.pop()
        if not header:
            raise ValidationError("The file is empty: its first row must name the columns.")
        kept = [(number, cells) for number, cells in rows[1:] if any(cell.strip() for cell in cells)]
        if not kept:
            raise ValidationError("The file has a header but no rows.")
        if len(kept) > ROWS:
            raise ValidationError(f"The file has more than {ROWS:,} rows; split it.")
        super().__init__(headers=header)
        self.numbers = [number for number, _ in kept]
        for number, cells in kept:
            self.append([unguarded(cell.strip()) for cell in _fitted(cells, len(header), number)])


def _fitted(cells: list[str], width: int, number: int) -> list[str]:
    """The row's cells, as many as there are columns; raises ValidationError where they do not fit."""
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        raise ValidationError(f"Row {number} has {len(cells)} cells; the header has {width}.")
    return cells[:width]


class CSVFile(Format):
    """Comma-separated values in UTF-8; semicolons and tabs, which some spreadsheets write, are read too."""

    def get_title(self) -> str:
        return "csv"

    get_extension = get_title

    def get_content_type(self) -> str:
        return "text/csv"

    def can_import(self) -> bool:
        return True

    can_export = can_import

    def create_dataset(self, in_stream: bytes) -> Table:
        if in_stream.startswith(b"PK\x03\x04"):
            raise ValidationError("The file is a workbook, not CSV; choose the format xlsx.")
        text = _decoded(in_stream)
        first = text.split("\n", 1)[0]
        reader = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
        try:
            return Table(list(enumerate(reader, 1)))
        except csv.Error as error:
            raise ValidationError(f"Line {reader.line_num} is no CSV: {error}.") from error

    def export_data(self, dataset: tablib.Dataset, **_: Any) -> bytes:
        file = StringIO(newline="")
        writer = csv.writer(file)
        writer.writerow(dataset.headers)
        writer.writerows([guarded(cell) for cell in row] for row in dataset)
        return file.getvalue().encode("utf-8-sig")  # without the mark, Excel takes it for another encoding


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValidationError(
            f"Line {line} is not UTF-8; save the file as 'CSV UTF-8', or as a workbook (xlsx)."
        ) from error
    lost = next((text.count("\n", 0, text.index(each)) + 1 for each in "\0\ufffd" if each in text), 0)
    if lost:
        raise ValidationError(
            f"Line {lost} has characters that were lost when the file was saved; save it as 'CSV UTF-8'."
        )
    return text


class XLSXFile(CSVFile):
    """A workbook of one sheet, every text a text."""

    def get_title(self) -> str:
        return "xlsx"

    get_extension = get_title

    def get_content_type(self) -> str:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def create_dataset(self, in_stream: bytes) -> Table:
        _check_size(in_stream)
        try:
            book = openpyxl.load_workbook(BytesIO(in_stream), read_only=True)
            sheets = book.worksheets
            rows = [] if len(sheets) != 1 else _rows(sheets[0])
        except ValidationError:
            raise
        except Exception as error:  # openpyxl raises whatever a broken part of a workbook leads to
            raise ValidationError("The file is no XLSX workbook that can be read.") from error
        if len(sheets) != 1:
            raise ValidationError(f"The workbook has {len(sheets)} sheets; leave the one to import.")
        return Table(rows)

    def export_data(self, dataset: tablib.Dataset, **_: Any) -> bytes:
        file = BytesIO()
        with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate([dataset.headers, *dataset]):
                for column, cell in enumerate(row):
                    sheet.write_string(number, column, guarded(cell))
        return file.getvalue()


def _check_size(content: bytes) -> None:
    """Refuse what is no archive, and one that would unpack to more than a machine can take."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise ValidationError("The file is no XLSX workbook that can be read.") from error
    if unpacked > LARGEST_UNPACKED:
        raise ValidationError("The workbook unpacks to too much; save its rows as CSV.")


def _rows(sheet: Any) -> list[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # what a file says of its own size may be wrong
    found: list[tuple[int, list[str]]] = []
    width = 0
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [_cell(cell) for cell in cells[: COLUMNS + 1]]
        if not found:
            width = len(texts)
        if any(texts):
            found.append((number, texts + [""] * (width - len(texts))))
        if len(texts) > COLUMNS or len(found) > ROWS + 1:
            raise ValidationError(f"The sheet has more than {ROWS:,} rows or {COLUMNS} columns; split it.")
    return found


def _cell(cell: Any) -> str:
    """A cell as text; raises ValidationError for what has no one reading."""
    value = cell.value
    if value is None:
        return ""
    place = f"Cell {cell.coordinate}"
    if cell.data_type == "f":
        raise ValidationError(f"{place} is a formula; put its value there.")
    if cell.data_type == "e":
        raise ValidationError(f"{place} is an error, {value}.")
    if isinstance(value, datetime | date):
        return _day(value, str(cell.number_format), place)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(value, place)
    return _XML_CODE.sub(lambda found: chr(int(found[1], 16)), str(value))


def _day(value: Any, shown: str, place: str) -> str:
    """A date as it is shown: a spreadsheet makes the first of a month of 2019-10."""
    if "d" not in shown.lower() or (isinstance(value, datetime) and value.time() != value.time().min):
        raise ValidationError(f"{place} is a date of the spreadsheet ({value}); write it as text, in EDTF.")
    return f"{value:%Y-%m-%d}"


def _number(value: int | float, place: str) -> str:
    if abs(value) >= _EXACT:
        raise ValidationError(f"{place} is a number of more than 15 digits; write it as text.")
    return f"{Decimal(repr(value)).normalize():f}"
