"""The trade register: one record a deal, no identifier, comments that run over several lines."""

from collections.abc import Iterable
from operator import itemgetter

from . import cells
from .cells import Column, Fault
from .records import Deal, Refused
from .table import Header, Row, mark_of

NAME = "trade_register"
TITLE = "a trade register"
#: The column whose text may hold newlines.
SPLIT = "Comments"
_TIV_DELIVERED = "SIPRI TIV of delivered weapons"
_YEARS = "Year(s) of delivery"
COLUMNS = (
    Column("recipient", "Recipient", cells.name),
    Column("supplier", "Supplier", cells.name),
    Column("year", "Year of order", cells.year),
    Column("year_uncertain", mark_of("Year of order"), cells.mark),
    Column("ordered", "Number ordered", cells.whole),
    Column("ordered_uncertain", mark_of("Number ordered"), cells.mark),
    Column("designation", "Weapon designation", cells.name),
    Column("description", "Weapon description", cells.text),
    Column("delivered", "Number delivered", cells.whole),
    Column("delivered_uncertain", mark_of("Number delivered"), cells.mark),
    Column("delivery_years", _YEARS, cells.years),
    Column("condition", "status", cells.condition),
    Column("comments", SPLIT, cells.text),
    Column("tiv_unit", "SIPRI TIV per unit", cells.decimal),
    Column("tiv_ordered", "SIPRI TIV for total order", cells.decimal),
    Column("tiv_delivered", _TIV_DELIVERED, cells.decimal),
)
#: Read where an edition has it.
_YEARS_MARK = Column("delivery_years_uncertain", mark_of(_YEARS), cells.mark)


def read(rows: Iterable[Row], header: Header) -> tuple[list[Deal], list[Refused]]:
    """The register's deals, and the records that are none."""
    columns = COLUMNS if header.place(_YEARS_MARK.heading) is None else (*COLUMNS, _YEARS_MARK)
    pick = itemgetter(*header.places(columns))
    deals: list[Deal] = []
    refused: list[Refused] = []
    for row in rows:
        try:
            if row.fault:
                raise Fault(row.fault)
            deal = Deal(lines=row.lines, **cells.values(columns, pick(row.cells)))
            if row.unended and _may_be_cut(deal, header):
                raise Fault("the file ends without a line end, so this record may be cut short")
            deals.append(deal)
        except Fault as fault:
            refused.append(Refused(row.lines, f"{row.where}: {fault}.", row.text))
    return deals, refused


def _may_be_cut(deal: Deal, header: Header) -> bool:
    """Whether the last cell may have lost its end: a total that is units times value has not."""
    if not header.ends_with(_TIV_DELIVERED):
        return any(header.ends_with(column.heading) for column in COLUMNS)
    if deal.tiv_unit is None or deal.delivered is None or deal.tiv_delivered is None:
        return True
    return deal.tiv_unit * deal.delivered != deal.tiv_delivered
