"""The register by delivery year: one row a deal and year, brought together by the deal's identifier.

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
#: No text of this layout holds newlines.
SPLIT = ""
_LOCAL = "Local production"
_ID = RegisterColumn("identifier", "SIPRI AT Database ID", cells.parse_name)
#: What each row of a deal repeats.
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
#: What it says of its year, by the fields of Delivery, whose `year` is another than the deal's.
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
    """Rows of one identifier, what each says, and why the deal is refused, if it is."""

    rows: list[Row] = field(default_factory=list)
    values: list[dict[str, Any]] = field(default_factory=list)
    fault: str = ""


def read_deals(rows: Iterable[Row], header: Header) -> tuple[list[Deal], list[Refused]]:
    """The register's deals in the order of their first rows, and the records that make none."""
    groups: dict[str, _Group] = {}
    broken: list[Row] = []
    place = header.places((_ID,))[0]
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
    refused = [_alone(row) for row in broken if not _belongs(row, place, header.width, groups)]
    if nameless := groups.pop("", None):
        refused += [_alone(row, "the deal has no identifier") for row in nameless.rows]
    deals = []
    for identifier, group in groups.items():
        try:
            deals.append(_deal(identifier, group))
        except RecordFault as fault:
            refused.append(_together(identifier, group, str(fault)))
    return deals, refused


def _values(row: Row, picked: Iterable[str], header: Header) -> dict[str, Any]:
    found = cells.parse_cells(COLUMNS, picked)
    told = header.ends_with(_LOCAL) and found["local_production"] is not None
    if row.unended and not told and any(header.ends_with(column.heading) for column in COLUMNS):
        raise RecordFault("the file ends without a line end, so this record may be cut short")
    return found


def _belongs(row: Row, place: int, width: int, groups: dict[str, _Group]) -> bool:
    """Whether a broken row may be told to be of a deal, which is then refused.

    The identifier may stand as many cells from the end as it should.
    """
    cut = row.cells[:-1]
    seen = {each[0].strip() for each in (cut[place : place + 1], cut[place - width :][:1]) if each}
    found = [groups[each] for each in sorted(seen & groups.keys() - {""})]
    for group in found:
        group.fault = group.fault or f"{row.where}: {row.fault}"
    if found:
        found[0].rows.append(row)
    return bool(found)


def _deal(identifier: str, group: _Group) -> Deal:
    """One deal of all its rows; raises Fault where a row is bad or two contradict each other."""
    if group.fault:
        raise RecordFault(group.fault)
    _check_agreement(group)
    deliveries = [
        Delivery(
            line=row.lines[0],
            year=values["delivery_year"],
            year_uncertain=values["delivery_year_uncertain"],
            number=values["delivery_number"],
            number_uncertain=values["delivery_number_uncertain"],
            tiv=values["delivery_tiv"],
        )
        for row, values in zip(group.rows, group.values, strict=True)
    ]
    return Deal(
        lines=tuple(sorted(each.line for each in deliveries)),
        identifier=identifier,
        records=len(deliveries),
        delivered=_sum([each.number for each in deliveries]),
        delivered_uncertain=any(each.number_uncertain for each in deliveries),
        delivery_years=tuple(sorted({each.year for each in deliveries if each.year is not None})),
        delivery_years_uncertain=any(each.year_uncertain for each in deliveries),
        tiv_delivered=_sum_tiv([each.tiv for each in deliveries]),
        deliveries=tuple(sorted(deliveries, key=lambda each: (each.year or 9999, each.line))),
        **{column.field: group.values[0][column.field] for column in _OWN},
    )


def _check_agreement(group: _Group) -> None:
    """Raises Fault where rows contradict each other, or one stands twice."""
    first, seen = group.values[0], {_year_of(group.values[0]): group.rows[0]}
    for row, values in zip(group.rows[1:], group.values[1:], strict=True):
        if _own_of(values) != _own_of(first):
            raise RecordFault(_contradiction(group.rows[0], row, first, values))
        told = _year_of(values)
        if told in seen:
            raise RecordFault(f"{_both(seen[told], row)} are one row twice")
        seen[told] = row


def _contradiction(one: Row, two: Row, first: dict[str, Any], values: dict[str, Any]) -> str:
    column = next(each for each in _OWN if first[each.field] != values[each.field])
    a, b = quote_value(first[column.field], 30), quote_value(values[column.field], 30)
    return f"{_both(one, two)} contradict each other in {column.heading}: {a} and {b}"


def _both(one: Row, two: Row) -> str:
    return describe_lines((one.lines[0], two.lines[0])).capitalize()


def _sum(numbers: list[int | None]) -> int | None:
    """The sum, None where a part of it is not known."""
    known = [each for each in numbers if each is not None]
    if len(known) < len(numbers):
        return None
    if sum(known) > cells.LARGEST:
        raise RecordFault(f"the rows' Numbers delivered make more than {cells.LARGEST}")
    return sum(known)


def _sum_tiv(numbers: list[Decimal | None]) -> Decimal | None:
    known = [each for each in numbers if each is not None]
    if len(known) < len(numbers):
        return None
    with localcontext(prec=100):
        total = sum(known, Decimal(0))
    _, digits, exponent = total.as_tuple()
    if max(len(digits), -int(exponent)) > cells.DIGITS:
        raise RecordFault(f"the rows' TIV delivery values make more than {cells.DIGITS} digits")
    return total


def _alone(row: Row, fault: str = "") -> Refused:
    return Refused(row.lines, f"{row.where}: {fault or row.fault}.", row.text)


def _together(identifier: str, group: _Group, fault: str) -> Refused:
    rows = sorted(group.rows, key=lambda row: row.lines)
    if len(rows) > 1:
        deal = quote_value(identifier, 20)
        fault += f"; all {len(rows)} rows of deal {deal} are refused, since their sum would be wrong"
    lines = tuple(number for row in rows for number in row.lines)
    return Refused(lines, f"{fault[0].upper()}{fault[1:]}.", rows[0].text, records=len(rows))
