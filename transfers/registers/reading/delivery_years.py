"""Register by delivery year: one row for each deal and year, joined by the deal's identifier.

A deal is read whole or not at all: the sum of some of its rows would be a wrong figure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from operator import itemgetter
from typing import Any

from . import cells
from .cells import RecordFault, RegisterColumn, quote_value
from .records import Deal, Delivery, Refused, describe_lines
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
    RegisterColumn("description", "Description", cells.parse_text),
    RegisterColumn("category", "Armament category", cells.parse_text),
    RegisterColumn("year", "Order date", cells.parse_year),
    RegisterColumn("year_uncertain", "Order date is estimate", cells.parse_yes),
    RegisterColumn("condition", "Status", cells.parse_condition),
    RegisterColumn("sipri_estimate", "SIPRI estimate", cells.parse_estimate),
    RegisterColumn("tiv_unit", "TIV deal unit", cells.parse_decimal),
    RegisterColumn("local_production", _LOCAL, cells.parse_yes_or_no),
)
#: Columns of its year, by the fields of Delivery, whose `year` is another than the deal's.
_OF_YEAR = (
    RegisterColumn("delivery_number", "Numbers delivered", cells.parse_whole),
    RegisterColumn("delivery_number_uncertain", "Numbers delivered is estimate", cells.parse_yes),
    RegisterColumn("delivery_year", "Delivery year", cells.parse_year),
    RegisterColumn("delivery_year_uncertain", "Delivery year is estimate", cells.parse_yes),
    RegisterColumn("delivery_tiv", "TIV delivery values", cells.parse_decimal),
)
COLUMNS = (_ID, *_OWN, *_OF_YEAR)
_own_of = itemgetter(*(column.field for column in _OWN))
_year_of = itemgetter(*(column.field for column in _OF_YEAR))


@dataclass
class _Group:
    """Rows of one identifier, the values of each, and the reason why the deal is refused, if it is."""

    rows: list[Row] = field(default_factory=list)
    values: list[dict[str, Any]] = field(default_factory=list)
    fault: str = ""


def read_deals(rows: Iterable[Row], header: Header) -> tuple[list[Deal], list[Refused]]:
    """Return the register's deals in the order of their first rows, and the records that make none."""
    groups, broken = _group(rows, header)
    refused = [_refuse_row(row) for row in broken if not _spoils_a_deal(row, header, groups)]
    if nameless := groups.pop("", None):
        refused += [_refuse_row(row, "the deal has no identifier") for row in nameless.rows]
    deals = []
    for identifier, group in groups.items():
        try:
            deals.append(_join(identifier, group))
        except RecordFault as fault:
            refused.append(_refuse_group(identifier, group, str(fault)))
    return deals, refused


def _group(rows: Iterable[Row], header: Header) -> tuple[dict[str, _Group], list[Row]]:
    """Return the rows by identifier, and the broken ones."""
    groups: dict[str, _Group] = {}
    broken: list[Row] = []
    (place,) = header.places((_ID,))
    pick = itemgetter(*header.places(COLUMNS))
    for row in rows:
        if row.fault:
            broken.append(row)
            continue
        group = groups.setdefault(row.cells[place].strip(), _Group())
        group.rows.append(row)
        try:
            group.values.append(_values(row, pick(row.cells), header))
        except RecordFault as fault:
            group.fault = group.fault or f"{row.where}: {fault}"
    return groups, broken


def _values(row: Row, picked: Iterable[str], header: Header) -> dict[str, Any]:
    values = cells.parse_cells(COLUMNS, picked)
    is_whole = header.ends_with(_LOCAL) and values["local_production"] is not None
    if row.unended and not is_whole and any(header.ends_with(column.heading) for column in COLUMNS):
        raise RecordFault("the file ends without a line end, so this record may be cut short")
    return values


def _spoils_a_deal(row: Row, header: Header, groups: dict[str, _Group]) -> bool:
    """Return whether a broken row can be told to be of a deal, and if so mark the deal as refused.

    The identifier may stand as many cells from the end as it should.
    """
    (place,) = header.places((_ID,))
    whole_cells = row.cells[:-1]
    candidates = (whole_cells[place : place + 1], whole_cells[place - header.width :][:1])
    identifiers = {candidate[0].strip() for candidate in candidates if candidate} - {""}
    spoilt = [groups[identifier] for identifier in sorted(identifiers & groups.keys())]
    for group in spoilt:
        group.fault = group.fault or f"{row.where}: {row.fault}"
    if spoilt:
        spoilt[0].rows.append(row)
    return bool(spoilt)


def _join(identifier: str, group: _Group) -> Deal:
    """Return one deal of all its rows; raise RecordFault where a row is bad or two contradict each other."""
    if group.fault:
        raise RecordFault(group.fault)
    _check_agreement(group)
    deliveries = [_delivery(row, values) for row, values in zip(group.rows, group.values, strict=True)]
    return Deal(
        lines=tuple(sorted(delivery.line for delivery in deliveries)),
        identifier=identifier,
        records=len(deliveries),
        delivered=_sum_numbers([delivery.number for delivery in deliveries]),
        delivered_uncertain=any(delivery.number_uncertain for delivery in deliveries),
        delivery_years=tuple(sorted({delivery.year for delivery in deliveries if delivery.year is not None})),
        delivery_years_uncertain=any(delivery.year_uncertain for delivery in deliveries),
        tiv_delivered=_sum_tivs([delivery.tiv for delivery in deliveries]),
        deliveries=tuple(sorted(deliveries, key=lambda delivery: (delivery.year or 9999, delivery.line))),
        **{column.field: group.values[0][column.field] for column in _OWN},
    )


def _delivery(row: Row, values: dict[str, Any]) -> Delivery:
    return Delivery(
        line=row.lines[0],
        year=values["delivery_year"],
        year_uncertain=values["delivery_year_uncertain"],
        number=values["delivery_number"],
        number_uncertain=values["delivery_number_uncertain"],
        tiv=values["delivery_tiv"],
    )


def _check_agreement(group: _Group) -> None:
    """Raise RecordFault where rows contradict each other, or one appears twice."""
    first, rows_by_stated = group.values[0], {_year_of(group.values[0]): group.rows[0]}
    for row, values in zip(group.rows[1:], group.values[1:], strict=True):
        if _own_of(values) != _own_of(first):
            raise RecordFault(_contradiction(group.rows[0], row, first, values))
        stated = _year_of(values)
        if stated in rows_by_stated:
            raise RecordFault(f"{_both(rows_by_stated[stated], row)} are one row twice")
        rows_by_stated[stated] = row


def _contradiction(one: Row, two: Row, first: dict[str, Any], values: dict[str, Any]) -> str:
    column = next(column for column in _OWN if first[column.field] != values[column.field])
    a, b = quote_value(first[column.field], 30), quote_value(values[column.field], 30)
    return f"{_both(one, two)} contradict each other in {column.heading}: {a} and {b}"


def _both(one: Row, two: Row) -> str:
    return describe_lines((one.lines[0], two.lines[0])).capitalize()


def _sum_numbers(numbers: list[int | None]) -> int | None:
    """Return the sum; None where a part of it is not stated."""
    stated = [number for number in numbers if number is not None]
    if len(stated) < len(numbers):
        return None
    if sum(stated) > cells.LARGEST:
        raise RecordFault(f"the rows' Numbers delivered make more than {cells.LARGEST}")
    return sum(stated)


def _sum_tivs(tivs: list[Decimal | None]) -> Decimal | None:
    """Return the exact sum; None where a part of it is not stated."""
    stated = [tiv for tiv in tivs if tiv is not None]
    if len(stated) < len(tivs):
        return None
    with localcontext(prec=100):
        total = sum(stated, Decimal(0))
    _, digits, exponent = total.as_tuple()
    if max(len(digits), -int(exponent)) > cells.DIGITS:
        raise RecordFault(f"the rows' TIV delivery values make more than {cells.DIGITS} digits")
    return total


def _refuse_row(row: Row, fault: str = "") -> Refused:
    return Refused(row.lines, f"{row.where}: {fault or row.fault}.", row.text)


def _refuse_group(identifier: str, group: _Group, fault: str) -> Refused:
    rows = sorted(group.rows, key=lambda row: row.lines)
    if len(rows) > 1:
        deal = quote_value(identifier, 20)
        fault += f"; all {len(rows)} rows of deal {deal} are refused, since their sum would be wrong"
    lines = tuple(number for row in rows for number in row.lines)
    return Refused(lines, f"{fault[0].upper()}{fault[1:]}.", rows[0].text, records=len(rows))
