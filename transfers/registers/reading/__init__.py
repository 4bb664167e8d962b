"""Readers of other people's registers: bytes → deals or faults. No database, no Django.

A layout is a module with a NAME, a TITLE in words, the COLUMNS that it needs, the column whose text may
SPLIT a record into lines, and `read`: rows and header → deals and refusals. LAYOUTS lists them.
"""

import hashlib
from pathlib import Path

from . import delivery_years, preamble, table, text, trade_register
from .records import Deal, Delivery, Refused, Register, Unreadable

__all__ = ["LAYOUTS", "Deal", "Delivery", "Refused", "Register", "Unreadable", "read_file", "read_register"]

LAYOUTS = (trade_register, delivery_years)


def read_file(path: str | Path) -> Register:
    """The register in the file; raises Unreadable for what is none, or no file."""
    return read_register(text.load_file(Path(path)))


def read_register(data: bytes) -> Register:
    """The register in these bytes, told by its header alone; raises Unreadable for what is none."""
    text.check_data(data)
    encoding = text.detect_encoding(data)
    layout, header = table.find_header(text.read_head(data, encoding), LAYOUTS)
    lines = text.split_lines(data, encoding)
    ended = data.endswith((b"\n", b"\r", b";" if header.padding else b"\n"))
    deals, refused = layout.read_deals(table.read_rows(lines, header, layout.SPLIT, ended), header)
    records = sum(deal.records for deal in deals) + sum(each.records for each in refused)
    if not records:
        raise Unreadable(f"The file has a header on line {header.line} but no record.")
    about = preamble.read_preamble(lines[: header.line - 1])
    return Register(
        layout=layout.NAME,
        sha256=hashlib.sha256(data).hexdigest(),
        deals=deals,
        refused=refused,
        records=records,
        generated=about.generated,
        title=about.title,
        credit=about.credit,
    )
