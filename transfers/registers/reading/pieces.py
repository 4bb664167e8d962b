"""Lines below a header as pieces of records, each with its cells, without the quotation marks of CSV.

The original exports do not quote, so a quotation mark in them is one of the text. A file quotes if its header
does, or a cell that would not be one without its quotation marks.
"""

import csv
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from .text import check_length

#: The most lines of one record.
PIECES = 1_000
#: What parts cells in a line that is a workbook's row; the empty cells at its end are left out.
SHEET = "\x1f"
#: More commas than a sentence above a header has.
_COMMAS = 10
_UNCLOSED = "a quotation mark that is not closed, or that is inside a quoted cell"


class Piece(NamedTuple):
    """Cells of a line, or of the lines that a quoted cell holds; `fault` as a row's."""

    numbers: tuple[int, ...]
    cells: list[str]
    text: str
    fault: str = ""

    @property
    def is_blank(self) -> bool:
        return is_blank(self.cells)


def is_blank(cells: list[str]) -> bool:
    return not any(cell.strip() for cell in cells)


class Notation(NamedTuple):
    """How a file writes its cells: `padding` is how many `;` stand behind its header, outside of cells."""

    separator: str
    padding: int = 0
    is_quoted: bool = False


def split_line(line: str, separator: str) -> list[str]:
    """Return the cells of a header's line, unquoted where it quotes."""
    if '"' in line and separator != SHEET:
        try:
            return next(csv.reader([line], delimiter=separator, strict=True))
        except csv.Error:
            pass
    return line.split(separator)


def unwrap_lines(lines: list[str], head: int) -> list[str]:
    """Return the lines without the quotation marks of a file whose lines each became a single cell."""
    if not any(_unwrap(line).count(",") >= _COMMAS and _is_wrapped(line) for line in lines[:head]):
        return lines
    return [_unwrap(line) for line in lines]


def _is_wrapped(line: str) -> bool:
    return len(line) > 1 and line[0] == line[-1] == '"' and len(split_line(line, ",")) == 1


def _unwrap(line: str) -> str:
    return line[1:-1].replace('""', '"') if _is_wrapped(line) else line


def is_quoted(lines: list[str], first: int, last: int, width: int, notation: Notation) -> bool:
    """Return whether a cell needs its quotation marks, or all cells with some are quoted as CSV does it.

    Read as CSV, the record of such a cell has all its cells.
    """
    if notation.separator == SHEET:
        return False
    needing, any_cell = _compile_patterns(notation.separator)
    quoted = notation._replace(is_quoted=True)
    wholes = []
    for number in range(first, last + 1):
        if '"' in lines[number - 1] and any_cell.search(lines[number - 1]):
            piece = _read_piece(lines, number, last, width, quoted)
            wholes.append(not piece.fault and len(piece.cells) == width)
            if wholes[-1] and needing.search(lines[number - 1]):
                return True
    return bool(wholes) and all(wholes)


@lru_cache
def _compile_patterns(separator: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of a cell that needs its quotation marks, and of one that begins with one."""
    mark = re.escape(separator)
    return (
        re.compile(rf'(?:^|{mark})"(?:[^"{mark}]*+(?:""|{mark})|[^"]*+$)'),
        re.compile(rf'(?:^|{mark})"'),
    )


def read_pieces(lines: list[str], first: int, last: int, width: int, notation: Notation) -> Iterator[Piece]:
    """Yield the pieces from line `first` to line `last`, counted from 1, of a table with so many columns."""
    number = first
    while number <= last:
        piece = _read_piece(lines, number, last, width, notation)
        yield piece
        number = piece.numbers[-1] + 1


def _read_piece(lines: list[str], number: int, last: int, width: int, notation: Notation) -> Piece:
    line = _get_line(lines, number, notation.padding)
    if notation.separator == SHEET:
        cells = line.split(SHEET)
        return Piece((number,), cells + [""] * (width - len(cells)), line.replace(SHEET, ","))
    plain = Piece((number,), line.split(notation.separator), line)
    if not notation.is_quoted or '"' not in line:
        return plain
    numbers = range(number, min(last, number + PIECES - 1) + 1)
    texts = (_get_line(lines, place, notation.padding) + "\n" for place in numbers)
    reader = csv.reader(texts, delimiter=notation.separator, strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        return plain._replace(fault=_UNCLOSED)
    after = number + reader.line_num
    if any(text.count(notation.separator) >= width - 1 for text in lines[number : after - 1]):
        return plain._replace(fault=_UNCLOSED)  # it would swallow a record
    return Piece(tuple(range(number, after)), cells, line)


def _get_line(lines: list[str], number: int, padding: int) -> str:
    """Return the line of this number, counted from 1, without its padding."""
    line = lines[number - 1]
    check_length(number, line)
    if padding:
        line = line.rstrip()
        while padding and line.endswith(";"):
            line, padding = line[:-1], padding - 1
    return line
