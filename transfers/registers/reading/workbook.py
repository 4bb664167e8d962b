"""Sheet of an XLSX workbook as lines of text, whose cells a sign parts that no text has.

Values are as they were entered: what a spreadsheet made of one, such as a date or a formula, is damaged.
"""

import re
import warnings
from collections.abc import Iterable
from datetime import date, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl  # type: ignore[import-untyped]

from .pieces import SHEET
from .records import Unreadable
from .text import LARGEST, LINES, list_parts

_LARGEST_UNPACKED = 8 * LARGEST
_BREAK = re.compile(r"(?:_x000D_|\r)*\n|_x000D_|\r")


def read_lines(data: bytes) -> list[str]:
    """Return the rows of the first sheet that has any; raise Unreadable for no workbook."""
    if sum(part.file_size for part in list_parts(data)) > _LARGEST_UNPACKED:
        raise Unreadable("The workbook is far larger than a register when it is unpacked.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(BytesIO(data), read_only=True)
            sheets = (_read_sheet(sheet) for sheet in book.worksheets)
            lines = next(filter(None, sheets), [])
    except Unreadable:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part of a workbook leads to
        raise Unreadable("The file is a workbook that cannot be read; save its sheet as CSV.") from error
    if not lines:
        raise Unreadable("The workbook is empty.")
    return lines


def _read_sheet(sheet: Any) -> list[str]:
    """Return the rows as lines, without the empty ones at the end."""
    sheet.reset_dimensions()  # what a program wrote there may be wrong
    lines: list[str] = []
    for row in sheet.iter_rows():
        if len(lines) >= LINES:
            raise Unreadable(f"The workbook has more than {LINES:,} rows, far more than a register.")
        lines.append(_join_cells(row))
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _join_cells(row: Iterable[Any]) -> str:
    return SHEET.join(map(_get_text, row)).rstrip(SHEET)


def _get_text(cell: Any) -> str:
    """Return what was entered; a formula, an error, a date or a truth value begins with U+FFFD."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in {"f", "e"} or isinstance(value, bool | date | time | timedelta):
        return f"\ufffd{value}"
    if isinstance(value, int | float):
        return str(int(value)) if value == int(value) else f"{Decimal(repr(value)):f}"
    return _BREAK.sub("\n", str(value)).replace(SHEET, "\ufffd")
