"""XLSX: the rows, a sheet About and a sheet Dictionary, written in constant memory.

Texts are written as texts, never as formulas or links. The file is made before its first byte leaves,
at some ten thousand rows a second, so its size is limited; larger answers leave in the other formats.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from .table import About, iterate_rows

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 100_000
_LONGEST = 32_767
_CUT = " … [cut here: a cell holds 32,767 characters; CSV has the whole]"
#: Spreadsheets count days from 1900 and count a 29 February of that year, which was none.
_FIRST_DAY = "1900-03-01"
#: A spreadsheet's numbers are doubles; a whole number too large for one is written as text.
_EXACT = 2**53
_PIECE = 1 << 18


def stream(batches: Iterable[pa.RecordBatch], about: About) -> Iterator[bytes]:
    """Yield the finished file, piece by piece."""
    with tempfile.TemporaryDirectory(prefix="arms-registry-") as folder:
        path = f"{folder}/answer.xlsx"
        _write(path, batches, about)
        with open(path, "rb") as file:
            while piece := file.read(_PIECE):
                yield piece


def _write(path: str, batches: Iterable[pa.RecordBatch], about: About) -> None:
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with Workbook(path, options) as book:
        # Of the register's time, not of the clock, so that the same question gives the same bytes.
        book.set_properties({"title": about.citation, "created": datetime.fromisoformat(about.time)})
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(about.name[:31])
        sheet.freeze_panes(1, 1)
        _write_texts(sheet, 0, [column.name for column in about.columns], bold)
        kinds = [column.kind for column in about.columns]
        lines = (row for batch in batches for row in iterate_rows(batch, about))
        for number, row in enumerate(lines, start=1):
            for place, (value, kind) in enumerate(zip(row, kinds, strict=True)):
                _write_cell(sheet, number, place, value, day if kind == "date" else None)
        sheet.autofilter(0, 0, about.count, len(kinds) - 1)
        _write_about(book.add_worksheet("About"), about, bold)
        _write_dictionary(book.add_worksheet("Dictionary"), about, bold)


def _write_cell(sheet: Worksheet, row: int, place: int, value: Any, day: Any) -> None:
    match value:
        case None | "" | []:
            return
        case bool():
            sheet.write_boolean(row, place, value)
        case int() | float() if abs(value) <= _EXACT:
            sheet.write_number(row, place, value)
        case [dict(), *_]:
            sheet.write_string(row, place, _fit(json.dumps(value, ensure_ascii=False)))
        case list():
            sheet.write_string(row, place, _fit("|".join(value)))
        case str() if day and value >= _FIRST_DAY:
            sheet.write_datetime(row, place, date.fromisoformat(value), day)
        case _:
            sheet.write_string(row, place, _fit(str(value)))


def _fit(text: str) -> str:
    """Cut a text that is too long, with a mark; spreadsheets count in UTF-16, so do we."""
    written = text.encode("utf-16-le")
    if len(written) <= 2 * _LONGEST:
        return text
    return written[: 2 * (_LONGEST - len(_CUT))].decode("utf-16-le", "ignore") + _CUT


def _write_texts(sheet: Worksheet, row: int, texts: Iterable[str], style: Any = None) -> None:
    for place, text in enumerate(texts):
        sheet.write_string(row, place, text, style)


def _write_about(sheet: Worksheet, about: About, bold: Any) -> None:
    lines = {
        "Query": about.query,
        "Rows": str(about.count),
        "Revision": str(about.revision),
        "Time of the revision": about.time,
        "Licence": about.licence,
        "Citation": about.citation,
    }
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    for row, (name, text) in enumerate(lines.items()):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, _fit(text))


def _write_dictionary(sheet: Worksheet, about: About, bold: Any) -> None:
    sheet.set_column(0, 1, 26)
    sheet.set_column(2, 2, 100)
    _write_texts(sheet, 0, ["name", "type", "description", "unit"], bold)
    for row, column in enumerate(about.columns, start=1):
        _write_texts(sheet, row, [column.name, column.kind, column.description, column.unit])
