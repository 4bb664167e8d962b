"""Register by delivery year: one row for each deal and year, joined by the deal's identifier."""

from . import cells
from .cells import RecordFault, RegisterColumn
from .grouping import Group, GroupedLayout, Values, sum_numbers, sum_tivs
from .records import Deal, Delivery
from .table import Header, Row

NAME = "delivery_years"
TITLE = "a register by delivery year"
SOURCE_TITLE = "Arms Transfers Database: deliveries by year"
#: No text of this layout holds newlines.
SPLIT = ""
_LOCAL = "Local production"
_ID = RegisterColumn("identifier", "SIPRI AT Database ID", cells.parse_name)
#: Columns that each row of a deal repeats.
_OWN = (
    RegisterColumn("supplier", "Supplier", cells.parse_name),
    RegisterColumn("recipient", "Recipient", cells.parse_name),
    RegisterColumn("designation", "Designation", cells.parse_name),
    RegisterColumn("description", "Description", cells.parse_description),
    RegisterColumn("category", "Armament category", cells.parse_description),
    RegisterColumn("year", "Order date", cells.parse_year),
    RegisterColumn("year_uncertain", "Order date is estimate", cells.parse_yes),
    RegisterColumn("condition", "Status", cells.parse_condition),
    RegisterColumn("sipri_estimate", "SIPRI estimate", cells.parse_estimate),
    RegisterColumn("tiv_unit", "TIV deal unit", cells.parse_decimal),
    RegisterColumn("local_production", _LOCAL, cells.parse_yes_or_no),
)
#: Columns of its year, by the fields of Delivery, whose `year` is another than the deal's.
_OF_YEAR = (
    RegisterColumn(
        "delivery_number",
        "Numbers delivered",
        cells.parse_whole,
        rf"(?!.* is estimate){cells.DELIVERED_IN_RANGE}",
    ),
    RegisterColumn(
        "delivery_number_uncertain",
        "Numbers delivered is estimate",
        cells.parse_yes,
        rf"{cells.DELIVERED_IN_RANGE} is estimate",
    ),
    RegisterColumn("delivery_year", "Delivery year", cells.parse_year),
    RegisterColumn("delivery_year_uncertain", "Delivery year is estimate", cells.parse_yes),
    RegisterColumn("delivery_tiv", "TIV delivery values", cells.parse_decimal),
)
COLUMNS = (_ID, *_OWN, *_OF_YEAR)


def _join(identifier: str, group: Group) -> Deal:
    """Return one deal of all its rows."""
    deliveries = [_parse_delivery(row, values) for row, values in group.list_parts()]
    numbers = [delivery.number for delivery in deliveries]
    tivs = [delivery.tiv for delivery in deliveries]
    return Deal(
        lines=tuple(sorted(delivery.line for delivery in deliveries)),
        identifier=identifier,
        records=len(deliveries),
        delivered=sum_numbers(numbers, "Numbers delivered"),
        delivered_uncertain=any(delivery.number_uncertain for delivery in deliveries),
        delivery_years=tuple(sorted({delivery.year for delivery in deliveries if delivery.year is not None})),
        delivery_years_uncertain=any(delivery.year_uncertain for delivery in deliveries),
        tiv_delivered=sum_tivs(tivs, "TIV delivery values"),
        deliveries=tuple(sorted(deliveries, key=lambda delivery: (delivery.year or 9999, delivery.line))),
        **{column.field: group.values[0][column.field] for column in _OWN},
    )


def _parse_delivery(row: Row, values: Values) -> Delivery:
    """Return the row's delivery; raise RecordFault for none, since its record may have been broken."""
    if {values["delivery_year"], values["delivery_number"], values["delivery_tiv"]} == {None}:
        raise RecordFault(f"{row.where} has neither year nor number nor TIV of a delivery")
    return Delivery(
        line=row.lines[0],
        year=values["delivery_year"],
        year_uncertain=values["delivery_year_uncertain"],
        number=values["delivery_number"],
        number_uncertain=values["delivery_number_uncertain"],
        tiv=values["delivery_tiv"],
    )


def _is_whole(header: Header, values: Values) -> bool:
    return header.ends_with(_LOCAL) and values["local_production"] is not None


_GROUPED = GroupedLayout(_ID, _OWN, _OF_YEAR, _join, _is_whole)
read_deals = _GROUPED.read_deals
