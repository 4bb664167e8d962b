"""Lines as rows of cells: the header and its layout, and the lines that make one record.

Exports have no quote characters, so a comma always parts cells, while a text may run over several lines.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import NamedTuple

from . import pieces
from .cells import RegisterColumn, parse_name
from .pieces import SHEET, Notation, Piece, is_blank, split_line
from .records import Unreadable, describe_lines
from .text import HEAD, LONGEST, check_length

#: The headings of a column that has none, but qualifies the one before it.
_MARK = "the unnamed column after "
#: More columns or records than any register has.
COLUMNS, RECORDS = 100, 200_000
#: What programs write above a column that has no heading.
_NAMELESS = re.compile(r"unnamed: ?\d+|column ?\d+|\?", re.I)
#: What may part cells.
SEPARATORS = (",", ";", "\t", "|", SHEET)


def get_mark_heading(heading: str) -> str:
    """Return the heading of the unnamed column that qualifies the column of this one."""
    return _MARK + heading


@dataclass(frozen=True)
class Header:
    """Line, columns and notation of a header; columns are named as their layout names them, in lower case.

    `names_range`: whether a heading says that its cells are those of the file's years.
    """

    line: int
    names: tuple[str, ...]
    notation: Notation
    names_range: bool = False
    #: Where the columns stand that no record leaves empty.
    needed: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self.names)

    def place(self, heading: str) -> int | None:
        """Return where this column stands; None if it is missing."""
        key = _key(heading)
        return self.names.index(key) if key in self.names else None

    def places(self, columns: tuple[RegisterColumn, ...]) -> list[int]:
        """Return where these columns stand; each must be there."""
        return [self.names.index(_key(column.heading)) for column in columns]

    def ends_with(self, heading: str) -> bool:
        return self.names[-1] == _key(heading)


class Row(NamedTuple):
    """A record's cells or, in `fault`, the rest of a sentence on why it has none; `text` is its first line.

    `unended`: the file ends right behind the last cell, which may have lost its end.
    """

    lines: tuple[int, ...]
    cells: list[str]
    text: str
    fault: str = ""
    unended: bool = False

    @property
    def where(self) -> str:
        return describe_lines(self.lines).capitalize()


def find_header(head: list[str], layouts: tuple[ModuleType, ...]) -> tuple[ModuleType, Header]:
    """Return the first line that has all columns of a layout, with the layout; raise Unreadable for none."""
    largest_share, nearest = 0.0, ""
    for number, line in enumerate(head, 1):
        check_length(number, line)
    for number, line, separator in ((n, text, sign) for n, text in enumerate(head, 1) for sign in SEPARATORS):
        bare = _parse_header(number, line, separator)
        for layout in layouts:
            header = _name_columns(bare, layout.COLUMNS)
            headings = [column.heading for column in layout.COLUMNS]
            missing = [heading for heading in headings if header.place(heading) is None]
            if not missing:
                _check_header(header, headings)
                return layout, header
            share = 1 - len(missing) / len(headings)
            if share > largest_share:
                lacking = ", ".join(map(_quoted, missing))
                nearest = f"Line {number} is nearly the header of {layout.TITLE}, but lacks {lacking}."
                largest_share = share
    if largest_share >= 0.5:
        raise Unreadable(nearest)
    titles = " or ".join(layout.TITLE for layout in layouts)
    raise Unreadable(f"None of the first {HEAD} lines is the header of {titles}.")


def read_rows(lines: list[str], header: Header, split: str, ended: bool) -> Iterator[Row]:
    """Yield the records below the header; `split` is the heading of the column whose text may hold newlines.

    `ended`: whether the file ends with a line end. Raise Unreadable for far more records than a register has,
    and where the last record has too few cells, since nobody knows what the file lost behind it.
    """
    row = None
    last = len(lines)
    while last > header.line and not lines[last - 1].strip():
        last -= 1
    unended = last if not ended and last == len(lines) else 0
    for count, row in enumerate(_join_pieces(_read_pieces(lines, header, last), header, split, unended), 1):
        if count > RECORDS:
            raise Unreadable(f"The file has more than {RECORDS:,} records, far more than a register.")
        yield row
    if row and _is_cut(row, header):
        raise Unreadable(
            f"The file is cut short: it ends in the middle of a record, with {len(row.cells)} of"
            f" {header.width} cells on {describe_lines(row.lines)}."
        )


def _read_pieces(lines: list[str], header: Header, last: int) -> Iterator[Piece]:
    place = header.line + 1, last, header.width
    is_quoted = header.notation.is_quoted or pieces.is_quoted(lines, *place, header.notation)
    return pieces.read_pieces(lines, *place, header.notation._replace(is_quoted=is_quoted))


def _is_cut(row: Row, header: Header) -> bool:
    """Return whether the file ends within this record; a line of words may be a remark below the table."""
    return len(row.cells) < header.width and (row.unended or len(row.cells) > 1)


def _join_pieces(read: Iterable[Piece], header: Header, split: str, unended: int) -> Iterator[Row]:
    """Yield rows, where need be of several pieces: a record's begin, pieces of one cell, and its rest."""
    shape = _get_shape(header, split)
    record: list[Piece] = []
    for piece in read:
        if record and not shape.goes_on(record, piece, unended):
            yield _build_row(record, shape, unended)
            record = []
        if not record and piece.is_blank and len(piece.cells) in (1, header.width):
            continue
        record.append(piece)
        if shape.is_whole(record):
            yield _build_row(record, shape, unended)
            record = []
    if record:
        yield _build_row(record, shape, unended)


class _Shape(NamedTuple):
    """Numbers of cells: of a record, of its begin up to a line break, and of its rest behind a line break.

    A spreadsheet that opened a broken record pads both parts to the full width. Then the begin has
    only blanks behind the text that is broken, and the rest has nothing behind it and lacks a name.
    """

    width: int
    begin: int
    rest: int
    needed: tuple[int, ...]

    def is_whole(self, record: list[Piece]) -> bool:
        """Return whether the pieces are a record to which nothing can belong."""
        if len(record) > 1:
            return self.rest > 1 and len(self.strip_rest(record[-1])) == self.rest
        [piece] = record
        return bool(piece.fault) or not (len(piece.cells) == self.begin or self.is_padded_begin(piece))

    def goes_on(self, record: list[Piece], piece: Piece, unended: int) -> bool:
        """Return whether the piece belongs to the record that has begun."""
        if piece.fault or len(record) >= pieces.PIECES:
            return False
        count = len(piece.cells)
        if count == self.rest or self.is_padded_rest(piece, record[0]):
            return True
        is_cut = unended in piece.numbers and count < self.rest
        return (is_cut or count == 1) and (piece.is_blank or not self.is_padded_begin(record[0]))

    def is_padded_begin(self, piece: Piece) -> bool:
        """Return whether a piece of full width has nothing behind the text that may be broken."""
        return 0 < self.begin < self.width == len(piece.cells) and is_blank(piece.cells[self.begin :])

    def is_padded_rest(self, piece: Piece, begin: Piece) -> bool:
        """Return whether a piece of full width can be the rest, since it or the begin is no record."""
        if not (self.begin > 0 and len(piece.cells) == self.width and is_blank(piece.cells[self.rest :])):
            return False
        return self._lacks_a_name(piece) or self._lacks_a_name(begin)

    def strip_rest(self, piece: Piece) -> list[str]:
        """Return the cells of a rest without its padding: all of them, or the text alone."""
        if len(piece.cells) != self.width or not is_blank(piece.cells[self.rest :]):
            return piece.cells
        return piece.cells[:1] if is_blank(piece.cells[1 : self.rest]) else piece.cells[: self.rest]

    def join(self, record: list[Piece]) -> list[str]:
        """Return the cells of the record; what is broken is joined by newlines."""
        first = record[0].cells
        is_padded = len(record) > 1 and self.is_padded_begin(record[0])
        cells = first[: self.begin] if is_padded else list(first)
        for piece in record[1:]:
            text, *rest = self.strip_rest(piece)
            cells[-1] += f"\n{text}"
            cells += rest
        return cells + first[self.begin :] if is_padded and len(cells) == self.begin else cells

    def _lacks_a_name(self, piece: Piece) -> bool:
        return len(piece.cells) == self.width and any(not piece.cells[place].strip() for place in self.needed)


def _get_shape(header: Header, split: str) -> _Shape:
    place = header.place(split) if split else None
    begin = 0 if place is None else place + 1
    return _Shape(header.width, begin, header.width - begin + 1, header.needed)


def _build_row(record: list[Piece], shape: _Shape, unended: int) -> Row:
    while len(record) > 1 and record[-1].is_blank:
        record.pop()
    numbers = tuple(number for piece in record for number in piece.numbers)
    cells = shape.join(record)
    fault = record[0].fault
    if not fault and len(cells) != shape.width:
        fault = f"{len(cells)} cell{'s' * (len(cells) != 1)} where the header has {shape.width}"
    elif sum(map(len, cells)) > LONGEST:
        fault = f"a record longer than {LONGEST:,} characters"
    return Row(numbers, cells, record[0].text, fault, unended in numbers)


def _parse_header(number: int, line: str, separator: str) -> Header:
    bare = line.rstrip(" ") if separator != "," else line.rstrip().rstrip(";")
    padding = len(line.rstrip()) - len(bare) if separator == "," else 0
    names: list[str] = []
    last_heading = ""
    for cell in split_line(bare, separator):
        key = "" if _NAMELESS.fullmatch(cell.strip()) else _key(cell)
        last_heading = key or last_heading
        names.append(key or _key(get_mark_heading(last_heading)))
    is_quoted = '"' in bare and split_line(bare, separator) != bare.split(separator)
    return Header(number, tuple(names), Notation(separator, padding, is_quoted))


def _name_columns(header: Header, columns: tuple[RegisterColumn, ...]) -> Header:
    """Return the header with the layout's own headings, also where it has those of a range."""
    names: dict[str, str] = {}
    for column in columns:
        heading = _key(column.heading)
        if column.in_range and heading not in header.names:
            others = [name for name in header.names if re.fullmatch(column.in_range, name)]
            for other in others if len(others) == 1 else ():
                names |= {other: heading, _key(get_mark_heading(other)): _key(get_mark_heading(heading))}
    renamed = tuple(names.get(name, name) for name in header.names)
    needed = [_key(column.heading) for column in columns if column.parse is parse_name]
    places = tuple(renamed.index(name) for name in needed if name in renamed)
    return replace(header, names=renamed, names_range=bool(names), needed=places)


def _check_header(header: Header, headings: list[str]) -> None:
    if header.width > COLUMNS:
        raise Unreadable(f"Line {header.line} has {header.width:,} columns, far more than a register.")
    for heading in headings:
        if header.names.count(_key(heading)) > 1:
            raise Unreadable(f"Line {header.line} has {_quoted(heading)} twice.")


def _quoted(heading: str) -> str:
    if heading.startswith(_MARK):
        return f"{_MARK}'{heading.removeprefix(_MARK)}'"
    return f"the column '{heading}'"


def _key(heading: str) -> str:
    return " ".join(heading.split()).casefold()
