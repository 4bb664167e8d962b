"""Readers of other people's registers: bytes → deals or refusals. No database, no Django.

A layout is a module of this folder, listed in LAYOUTS, with:

- NAME: as imports store it, the same as a member of `transfers.vocabulary.choices.Layout`;
- TITLE: as a message names it; SOURCE_TITLE: the title of the source that an edition becomes;
- COLUMNS: those that its header must have, each with its field of `Deal` and the function that parses a cell;
- SPLIT: the heading of the column whose text may run over several lines, or empty;
- `read_deals`: rows and header → deals and refusals.

A deal with an identifier is matched by it, others by their names. Between two layouts only what both state is
compared: `list_common` of `transfers.registers.matching`.

A file becomes lines in `opening`, by its encoding (`text`), out of a `workbook` or the web site's `envelope`.
Headers and broken records are in `table`, separators and quotation marks in `pieces`, what stands above a
header in `preamble`; words of the registers in `cells` (conditions, marks), `descriptions` and `comments`.
Tables of TIV, which are no registers, are read by `tiv_table`.
"""

import hashlib
from pathlib import Path

from . import before_2023, delivery_years, pieces, table, text, trade_register
from .opening import open_file
from .preamble import read_preamble, read_remarks
from .records import Deal, Delivery, Refused, Register, Unreadable

__all__ = ["LAYOUTS", "Deal", "Delivery", "Refused", "Register", "Unreadable", "read_file", "read_register"]

LAYOUTS = (trade_register, delivery_years, before_2023)


def read_file(path: str | Path) -> Register:
    """Return the register in the file; raise Unreadable for what is none, or no file."""
    return read_register(text.load_file(Path(path)))


def read_register(data: bytes) -> Register:
    """Return the register in these bytes or in their envelope; raise Unreadable for what is none."""
    content, lines, encoding, is_book = open_file(data)
    lines = pieces.unwrap_lines(lines, text.HEAD)
    layout, header = table.find_header(lines[: text.HEAD], LAYOUTS)
    lines = text.check_lines(lines, encoding)
    ended = is_book or not lines[-1] or (header.notation.padding > 0 and lines[-1].endswith(";"))
    deals, refused = layout.read_deals(table.read_rows(lines, header, layout.SPLIT, ended), header)
    records = _count_records(deals, refused, header)
    preamble = read_preamble(lines[: header.line - 1])
    last = max((line for deal in deals for line in deal.lines), default=0)
    below = read_remarks([refusal.text for refusal in refused if refusal.lines[0] > last])
    years = preamble.years if preamble.years.states_range else below
    return Register(
        layout=layout.NAME,
        source_title=layout.SOURCE_TITLE,
        sha256=hashlib.sha256(content).hexdigest(),
        deals=deals,
        refused=refused,
        records=records,
        generated=preamble.generated,
        title=preamble.title,
        header_names_range=header.names_range,
        **years._asdict(),
    )


def _count_records(deals: list[Deal], refused: list[Refused], header: table.Header) -> int:
    """Return how many records the file has; raise Unreadable for none."""
    records = sum(deal.records for deal in deals) + sum(refusal.records for refusal in refused)
    if not records:
        raise Unreadable(f"The file has a header on line {header.line} but no record.")
    return records
