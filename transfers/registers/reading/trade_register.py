"""Trade register: one record for each deal, no identifier, comments that run over several lines."""

import re
from collections.abc import Iterable
from operator import itemgetter

from . import cells
from .cells import RecordFault, RegisterColumn
from .pieces import is_blank
from .records import Deal, Refused
from .table import Header, Row, get_mark_heading

NAME = "trade_register"
TITLE = "a trade register"
SOURCE_TITLE = "Arms Transfers Database: trade register"
#: The column whose text may hold newlines.
SPLIT = "Comments"
_TIV_DELIVERED = "SIPRI TIV of delivered weapons"
_YEARS = "Year(s) of delivery"
_NUMBER = re.compile(r"\d*[.,]?\d+", re.ASCII)
COLUMNS = (
    RegisterColumn("recipient", "Recipient", cells.parse_name),
    RegisterColumn("supplier", "Supplier", cells.parse_name),
    RegisterColumn("year", "Year of order", cells.parse_year),
    RegisterColumn("year_uncertain", get_mark_heading("Year of order"), cells.parse_mark),
    RegisterColumn("ordered", "Number ordered", cells.parse_whole),
    RegisterColumn("ordered_uncertain", get_mark_heading("Number ordered"), cells.parse_mark),
    RegisterColumn("designation", "Weapon designation", cells.parse_name),
    RegisterColumn("description", "Weapon description", cells.parse_description),
    RegisterColumn("delivered", "Number delivered", cells.parse_whole, cells.DELIVERED_IN_RANGE),
    RegisterColumn("delivered_uncertain", get_mark_heading("Number delivered"), cells.parse_mark),
    RegisterColumn(
        "delivery_years", _YEARS, cells.parse_years, rf"year\(s\) of deliver(?:y|ies){cells.IN_RANGE}"
    ),
    RegisterColumn("condition", "status", cells.parse_condition),
    RegisterColumn("comments", SPLIT, cells.parse_comment),
    RegisterColumn("tiv_unit", "SIPRI TIV per unit", cells.parse_decimal),
    RegisterColumn("tiv_ordered", "SIPRI TIV for total order", cells.parse_decimal),
    RegisterColumn(
        "tiv_delivered", _TIV_DELIVERED, cells.parse_decimal, f"{_TIV_DELIVERED.casefold()}{cells.IN_RANGE}"
    ),
)
#: Read where an edition has it.
_YEARS_MARK = RegisterColumn("delivery_years_uncertain", get_mark_heading(_YEARS), cells.parse_mark)


def read_deals(rows: Iterable[Row], header: Header) -> tuple[list[Deal], list[Refused]]:
    """Return the register's deals, and the records that are none."""
    columns = COLUMNS if header.place(_YEARS_MARK.heading) is None else (*COLUMNS, _YEARS_MARK)
    pick = itemgetter(*header.places(columns))
    records = _Records(header)
    for row in rows:
        try:
            if row.fault:
                raise RecordFault(row.fault)
            deal = Deal(lines=row.lines, **cells.parse_cells(columns, pick(row.cells)))
            if _is_displaced(deal):
                raise RecordFault("the last line of its comment is a number, so its TIVs may be displaced")
            if row.unended and _may_be_cut(deal, header):
                raise RecordFault("the file ends without a line end, so this record may be cut short")
            records.add_deal(row, deal)
        except RecordFault as fault:
            records.refuse_part(row, str(fault))
    records.refuse_begins()
    return list(records.deals.values()), records.refused


class _Records:
    """Deals by their first line and refused records; of a broken record, no part is a deal."""

    def __init__(self, header: Header) -> None:
        self.deals: dict[int, Deal] = {}
        self.refused: list[Refused] = []
        self._header = header
        self._rest = header.width - (header.place(SPLIT) or 0)
        self._before: Row | None = None
        #: Records with nothing in their last cell.
        self._open: dict[int, Row] = {}
        self._has_rest = False

    def add_deal(self, row: Row, deal: Deal) -> None:
        """Add the deal; raise RecordFault where the line before may be the begin of its first cell."""
        if self._before and self._before.lines[0] not in self.deals:
            is_next = self._before.lines[-1] + 1 == row.lines[0]
            if is_next and self._before.cells[0].strip() and is_blank(self._before.cells[1:]):
                raise RecordFault("the line before is no record, so it may be the begin of this")
        self.deals[row.lines[0]] = deal
        if not row.cells[-1].strip():
            self._open[row.lines[0]] = row
        self._before = row

    def refuse_part(self, row: Row, fault: str) -> None:
        """Refuse the row, and the deal before it whose rest it may be."""
        is_whole = len(row.cells) == self._header.width
        is_rest = is_whole and is_blank([row.cells[place] for place in self._header.needed])
        if self._before and self._before.lines[0] in self._open:
            is_remark = len(row.cells) == 1 and self._before.lines[-1] + 1 < row.lines[0]
            if not is_remark and (is_rest or not (is_whole and row.cells[-1].strip())):
                self._refuse_deal(self._before, "the next line is no record, so it may be the rest of this")
        elif is_rest or (
            is_whole and is_blank(row.cells[self._rest :]) and not is_blank(row.cells[1 : self._rest])
        ):
            self._has_rest = True
        self.refused.append(_refuse(row, fault))
        self._before = row

    def refuse_begins(self) -> None:
        """Refuse deals without TIVs where the rest of a broken record stands somewhere else in the file."""
        if self._has_rest:
            for line, row in list(self._open.items()):
                deal = self.deals[line]
                if deal.tiv_unit is None and deal.tiv_ordered is None and deal.tiv_delivered is None:
                    self._refuse_deal(row, "the rest of a broken record is elsewhere and may be of this")

    def _refuse_deal(self, row: Row, fault: str) -> None:
        del self.deals[row.lines[0]], self._open[row.lines[0]]
        self.refused.append(_refuse(row, fault))


def _refuse(row: Row, fault: str) -> Refused:
    return Refused(row.lines, f"{row.where}: {fault}.", row.text)


def _is_displaced(deal: Deal) -> bool:
    """Return whether the rest of a broken record may begin with a TIV, where the comment should go on."""
    last = deal.comments.rpartition("\n")[2]
    return len(deal.lines) > 1 and deal.tiv_delivered is None and _NUMBER.fullmatch(last) is not None


def _may_be_cut(deal: Deal, header: Header) -> bool:
    """Return whether the last cell may have lost its end: a total that is units times value has not."""
    if not header.ends_with(_TIV_DELIVERED):
        return any(header.ends_with(column.heading) for column in COLUMNS)
    if deal.tiv_unit is None or deal.delivered is None or deal.tiv_delivered is None:
        return True
    return deal.tiv_unit * deal.delivered != deal.tiv_delivered
