"""Trade register: one record for each deal, no identifier, comments that run over several lines."""

from collections.abc import Iterable
from operator import itemgetter

from . import cells
from .cells import RecordFault, RegisterColumn
from .records import Deal, Refused
from .table import Header, Row, get_mark_heading

NAME = "trade_register"
TITLE = "a trade register"
SOURCE_TITLE = "Arms Transfers Database: trade register"
#: The column whose text may hold newlines.
SPLIT = "Comments"
_TIV_DELIVERED = "SIPRI TIV of delivered weapons"
_YEARS = "Year(s) of delivery"
_DELIVERIES = (
    "Deliveries in the Year Range",
    "Deliveries in Year Range",
    "Number delivered in the Year Range",
    "Deliveries in the selected year(s)",
)
COLUMNS = (
    RegisterColumn("recipient", "Recipient", cells.parse_name),
    RegisterColumn("supplier", "Supplier", cells.parse_name),
    RegisterColumn("year", "Year of order", cells.parse_year),
    RegisterColumn("year_uncertain", get_mark_heading("Year of order"), cells.parse_mark),
    RegisterColumn("ordered", "Number ordered", cells.parse_whole),
    RegisterColumn("ordered_uncertain", get_mark_heading("Number ordered"), cells.parse_mark),
    RegisterColumn("designation", "Weapon designation", cells.parse_name),
    RegisterColumn("description", "Weapon description", cells.parse_description),
    RegisterColumn("delivered", "Number delivered", cells.parse_whole, _DELIVERIES),
    RegisterColumn("delivered_uncertain", get_mark_heading("Number delivered"), cells.parse_mark),
    RegisterColumn("delivery_years", _YEARS, cells.parse_years, (f"{_YEARS} in the Year Range",)),
    RegisterColumn("condition", "status", cells.parse_condition),
    RegisterColumn("comments", SPLIT, cells.parse_comment),
    RegisterColumn("tiv_unit", "SIPRI TIV per unit", cells.parse_decimal),
    RegisterColumn("tiv_ordered", "SIPRI TIV for total order", cells.parse_decimal),
    RegisterColumn(
        "tiv_delivered", _TIV_DELIVERED, cells.parse_decimal, (f"{_TIV_DELIVERED} in the Year Range",)
    ),
)
#: Read where an edition has it.
_YEARS_MARK = RegisterColumn("delivery_years_uncertain", get_mark_heading(_YEARS), cells.parse_mark)


def read_deals(rows: Iterable[Row], header: Header) -> tuple[list[Deal], list[Refused]]:
    """Return the register's deals, and the records that are none."""
    columns = COLUMNS if header.place(_YEARS_MARK.heading) is None else (*COLUMNS, _YEARS_MARK)
    pick = itemgetter(*header.places(columns))
    deals: list[Deal] = []
    refused: list[Refused] = []
    last_row = None
    for row in rows:
        try:
            if row.fault:
                raise RecordFault(row.fault)
            deal = Deal(lines=row.lines, **cells.parse_cells(columns, pick(row.cells)))
            if row.unended and _may_be_cut(deal, header):
                raise RecordFault("the file ends without a line end, so this record may be cut short")
            deals.append(deal)
            last_row = row
        except RecordFault as fault:
            if last_row and _are_parts(last_row, row, header):
                deals.pop()
                refused.append(_refuse(last_row, "the next line is no record, so it may be the rest of this"))
            refused.append(_refuse(row, str(fault)))
            last_row = None
    return deals, refused


def _refuse(row: Row, fault: str) -> Refused:
    return Refused(row.lines, f"{row.where}: {fault}.", row.text)


def _are_parts(one: Row, two: Row, header: Header) -> bool:
    """Return whether two rows may be one record that was broken, the parts of which have lost their ends."""
    is_next = one.lines[-1] + 1 == two.lines[0]
    is_remark = len(two.cells) == 1 and not is_next
    is_part = len(two.cells) != header.width or not two.cells[-1].strip()
    return is_part and not is_remark and not one.cells[-1].strip()


def _may_be_cut(deal: Deal, header: Header) -> bool:
    """Return whether the last cell may have lost its end: a total that is units times value has not."""
    if not header.ends_with(_TIV_DELIVERED):
        return any(header.ends_with(column.heading) for column in COLUMNS)
    if deal.tiv_unit is None or deal.delivered is None or deal.tiv_delivered is None:
        return True
    return deal.tiv_unit * deal.delivered != deal.tiv_delivered
