"""Rows that share a deal's identifier, joined to one deal: the same for every layout with identifiers.

A deal is read whole or not at all: the sum of some of its rows would be a wrong figure.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from operator import itemgetter
from typing import Any

from . import cells
from .cells import RecordFault, RegisterColumn, quote_value
from .records import Deal, Refused, describe_lines
from .table import Header, Row

Values = dict[str, Any]


@dataclass
class Group:
    """Rows of one identifier, the values of each, and the reason why the deal is refused, if it is."""

    rows: list[Row] = field(default_factory=list)
    values: list[Values] = field(default_factory=list)
    fault: str = ""

    def list_parts(self) -> list[tuple[Row, Values]]:
        """Return each row with its values."""
        return list(zip(self.rows, self.values, strict=True))


@dataclass(frozen=True)
class GroupedLayout:
    """Layout of grouped rows: the identifier's column, those that each row of a deal repeats, a row's own.

    `join` makes a deal of an identifier and its rows; `is_whole` tells whether the last row of a file without
    a line end can be trusted.
    """

    identifier: RegisterColumn
    repeated: tuple[RegisterColumn, ...]
    of_row: tuple[RegisterColumn, ...]
    join: Callable[[str, Group], Deal]
    is_whole: Callable[[Header, Values], bool]

    @property
    def columns(self) -> tuple[RegisterColumn, ...]:
        """Return all columns, the identifier's first."""
        return (self.identifier, *self.repeated, *self.of_row)

    def read_deals(self, rows: Iterable[Row], header: Header) -> tuple[list[Deal], list[Refused]]:
        """Return the deals in the order of their first rows, and the records that make none."""
        groups, broken = self._group(rows, header)
        refused = [_refuse_row(row) for row in broken if not self._spoils_a_deal(row, header, groups)]
        if nameless := groups.pop("", None):
            refused += [_refuse_row(row, "the deal has no identifier") for row in nameless.rows]
        deals = []
        for identifier, group in groups.items():
            try:
                self._check(group)
                deals.append(self.join(identifier, group))
            except RecordFault as fault:
                refused.append(_refuse_group(identifier, group, str(fault)))
        return deals, refused

    def _group(self, rows: Iterable[Row], header: Header) -> tuple[dict[str, Group], list[Row]]:
        """Return the rows by identifier, and the broken ones."""
        groups: dict[str, Group] = {}
        broken: list[Row] = []
        (place,) = header.places((self.identifier,))
        pick = itemgetter(*header.places(self.columns))
        for row in rows:
            if row.fault:
                broken.append(row)
                continue
            group = groups.setdefault(row.cells[place].strip(), Group())
            group.rows.append(row)
            try:
                group.values.append(self._parse(row, pick(row.cells), header))
            except RecordFault as fault:
                group.fault = group.fault or f"{row.where}: {fault}"
        return groups, broken

    def _parse(self, row: Row, picked: Iterable[str], header: Header) -> Values:
        values = cells.parse_cells(self.columns, picked)
        ends_in_column = any(header.ends_with(column.heading) for column in self.columns)
        if row.unended and ends_in_column and not self.is_whole(header, values):
            raise RecordFault("the file ends without a line end, so this record may be cut short")
        return values

    def _spoils_a_deal(self, row: Row, header: Header, groups: dict[str, Group]) -> bool:
        """Return whether a broken row can be told to be of a deal, and if so mark the deal as refused.

        The identifier may stand as many cells from the end as it should.
        """
        (place,) = header.places((self.identifier,))
        whole_cells = row.cells[:-1]
        candidates = (whole_cells[place : place + 1], whole_cells[place - header.width :][:1])
        identifiers = {candidate[0].strip() for candidate in candidates if candidate} - {""}
        spoilt = [groups[identifier] for identifier in sorted(identifiers & groups.keys())]
        for group in spoilt:
            group.fault = group.fault or f"{row.where}: {row.fault}"
        if spoilt:
            spoilt[0].rows.append(row)
        return bool(spoilt)

    def _check(self, group: Group) -> None:
        """Raise RecordFault where a row is bad, rows contradict each other, or one appears twice."""
        if group.fault:
            raise RecordFault(group.fault)
        first, rows_by_stated = group.values[0], {self._pick_own(group.values[0]): group.rows[0]}
        for row, values in group.list_parts()[1:]:
            for column in self.repeated:
                if first[column.field] != values[column.field]:
                    raise RecordFault(_describe_contradiction(group.rows[0], row, column, first, values))
            stated = self._pick_own(values)
            if stated in rows_by_stated:
                raise RecordFault(f"{_name_both(rows_by_stated[stated], row)} are one row twice")
            rows_by_stated[stated] = row

    def _pick_own(self, values: Values) -> tuple[Any, ...]:
        return tuple(values[column.field] for column in self.of_row)


def _describe_contradiction(one: Row, two: Row, column: RegisterColumn, first: Values, values: Values) -> str:
    a, b = quote_value(first[column.field], 30), quote_value(values[column.field], 30)
    return f"{_name_both(one, two)} contradict each other in {column.heading}: {a} and {b}"


def _name_both(one: Row, two: Row) -> str:
    return describe_lines((one.lines[0], two.lines[0])).capitalize()


def sum_numbers(numbers: list[int | None], heading: str) -> int | None:
    """Return the sum; None where a part of it is not stated."""
    stated = [number for number in numbers if number is not None]
    if len(stated) < len(numbers):
        return None
    if sum(stated) > cells.LARGEST:
        raise RecordFault(f"the rows' {heading} make more than {cells.LARGEST}")
    return sum(stated)


def sum_tivs(tivs: list[Decimal | None], heading: str) -> Decimal | None:
    """Return the exact sum; None where a part of it is not stated."""
    stated = [tiv for tiv in tivs if tiv is not None]
    if len(stated) < len(tivs):
        return None
    if len(stated) == 1:
        return stated[0]
    with localcontext(prec=100):
        total = sum(stated, Decimal(0))
    _, digits, exponent = total.as_tuple()
    if max(len(digits), -int(exponent)) > cells.DIGITS:
        raise RecordFault(f"the rows' {heading} make more than {cells.DIGITS} digits")
    return total


def _refuse_row(row: Row, fault: str = "") -> Refused:
    return Refused(row.lines, f"{row.where}: {fault or row.fault}.", row.text)


def _refuse_group(identifier: str, group: Group, fault: str) -> Refused:
    rows = sorted(group.rows, key=lambda row: row.lines)
    if len(rows) > 1:
        deal = quote_value(identifier, 20)
        fault += f"; all {len(rows)} rows of deal {deal} are refused, since their sum would be wrong"
    lines = tuple(number for row in rows for number in row.lines)
    return Refused(lines, f"{fault[0].upper()}{fault[1:]}.", rows[0].text, records=len(rows))
