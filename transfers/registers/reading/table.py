"""Lines as rows of cells: the header and its layout, and the lines that make one record.

Exports have no quote characters, so a comma always parts cells, while a text may run over several lines.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import NamedTuple

from .cells import RegisterColumn
from .records import Unreadable, describe_lines
from .text import HEAD, LONGEST, check_length

#: The headings of a column that has none, but qualifies the one before it.
_MARK = "the unnamed column after "
#: More columns or records than any register has.
COLUMNS, RECORDS = 100, 200_000
#: The most lines of one record.
PIECES = 1_000


def get_mark_heading(heading: str) -> str:
    """Return the heading of the unnamed column that qualifies the column of this one."""
    return _MARK + heading


@dataclass(frozen=True)
class Header:
    """Line and columns of a header, named in lower case; `padding` is how many `;` stand behind it."""

    line: int
    names: tuple[str, ...]
    padding: int

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
        header = _header(number, line)
        for layout in layouts:
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
    for count, row in enumerate(_joined(_numbered(lines, header, last), header, split, unended), 1):
        if count > RECORDS:
            raise Unreadable(f"The file has more than {RECORDS:,} records, far more than a register.")
        yield row
    if row and _is_cut(row, header):
        raise Unreadable(
            f"The file is cut short: it ends in the middle of a record, with {len(row.cells)} of"
            f" {header.width} cells on {describe_lines(row.lines)}."
        )


def _is_cut(row: Row, header: Header) -> bool:
    """Return whether the file ends within this record; a line of words may be a remark below the table."""
    return len(row.cells) < header.width and (row.unended or len(row.cells) > 1)


def _joined(numbered: Iterable[tuple[int, str]], header: Header, split: str, unended: int) -> Iterator[Row]:
    """Yield rows, where need be of several lines: a record's begin, lines of a single cell, and its rest."""
    place = header.place(split) if split else None
    begin = 0 if place is None else place + 1
    rest = header.width - begin + 1
    pieces: list[tuple[int, str]] = []
    for number, line in numbered:
        count = line.count(",") + 1
        is_cut = number == unended and count < rest
        goes_on = 0 < len(pieces) < PIECES and (is_cut or count in (1, rest))
        if pieces and not goes_on:
            yield _row(pieces, header, unended)
            pieces = []
        if not goes_on and not line.strip(", \t") and count in (1, header.width):
            continue
        pieces.append((number, line))
        is_whole = count == rest and rest > 1 if goes_on else count != begin
        if is_whole:
            yield _row(pieces, header, unended)
            pieces = []
    if pieces:
        yield _row(pieces, header, unended)


def _row(pieces: list[tuple[int, str]], header: Header, unended: int) -> Row:
    while len(pieces) > 1 and not pieces[-1][1].strip():
        pieces.pop()
    numbers = tuple(number for number, _ in pieces)
    text = "\n".join(line for _, line in pieces)
    cells = text.split(",")
    fault = ""
    if len(cells) != header.width:
        fault = f"{len(cells)} cell{'s' * (len(cells) != 1)} where the header has {header.width}"
    elif len(text) > LONGEST:
        fault = f"a record longer than {LONGEST:,} characters"
    return Row(numbers, cells, pieces[0][1], fault, unended in numbers)


def _numbered(lines: list[str], header: Header, last: int) -> Iterator[tuple[int, str]]:
    """Yield each line below the header with its number and without its padding."""
    for number in range(header.line + 1, last + 1):
        line = lines[number - 1]
        check_length(number, line)
        yield number, _unpadded(line, header.padding) if header.padding else line


def _unpadded(line: str, padding: int) -> str:
    line = line.rstrip()
    while padding and line.endswith(";"):
        line, padding = line[:-1], padding - 1
    return line


def _header(number: int, line: str) -> Header:
    bare = line.rstrip().rstrip(";")
    names: list[str] = []
    last_heading = ""
    for cell in bare.split(","):
        key = _key(cell)
        last_heading = key or last_heading
        names.append(key or _key(get_mark_heading(last_heading)))
    return Header(number, tuple(names), len(line.rstrip()) - len(bare))


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
