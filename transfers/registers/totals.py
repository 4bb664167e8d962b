"""Tables of TIV beside the sums of a register's own deals, cell by cell. Pure.

Of many deals only the total is known, not the TIV of each year (`splits`): a cell deviates only where no
split of these totals gives it. Tables are rounded, to whole millions or to the digits that they have: 0 is
more than nothing and less than a half, blank is nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import chain

from .reading.tiv_table import RECIPIENT, SUPPLIER, Span, TivRow, TivTable
from .splits import NOTHING, Bounds, DealSplit, Statement, combine

_REST = frozenset({"other", "others"})
Identify = Callable[[str], Hashable]


class Verdict(StrEnum):
    """Result of setting a cell beside the register; possible: within the bounds of a sum not known."""

    AGREES = "agrees"
    POSSIBLE = "possible"
    DEVIATES = "deviates"


@dataclass(frozen=True)
class Cell:
    """One cell of the table, or the lack of a row for it, beside the register's sum.

    `parts`: the sum of the cells of which it is the total; it deviates by rounding alone if it is that.
    """

    name: str
    span: Span
    line: int
    value: Decimal | None
    register: Bounds
    half: Decimal
    parts: Decimal | None = None

    @property
    def verdict(self) -> Verdict:
        if not self._is_possible():
            return Verdict.DEVIATES
        return Verdict.AGREES if self.register.is_exact else Verdict.POSSIBLE

    def _is_possible(self) -> bool:
        """Return whether the register's sum may be what the cell says, rounded."""
        low, high = self.register.low, self.register.high
        if self.value is None:
            return low == 0 and not self.register.is_positive
        if self.value == 0:
            return low < self.half and high != 0
        if self.value == self.parts:
            return True
        return low <= self.value + self.half and (high is None or high >= self.value - self.half)

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line else "no row"
        value = "nothing" if self.value is None else f"{self.value:f}"
        return f"{self.name}, {self.span} ({place}): the table has {value}, the register {self.register}"


@dataclass
class TotalsComparison:
    """Cells of a table beside the register, and what else is to be said.

    `deals`: how many the table is about; `vague`: of how many the split by years is not known; `unlisted`:
    parties with deliveries that a table which need not list all has no row for; `skipped`: rows of the rest.
    """

    cells: list[Cell] = field(default_factory=list)
    deals: int = 0
    vague: int = 0
    unlisted: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def deviations(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.verdict == Verdict.DEVIATES]

    def count(self, verdict: Verdict) -> int:
        return sum(cell.verdict == verdict for cell in self.cells)


def compare_table(
    table: TivTable, deals: Iterable[Sequence[Statement]], identify: Identify
) -> TotalsComparison:
    """Set each cell of the table, whose rows' role is known, beside the sum of the deals that it is about.

    `deals` has the statements of each, the newest first; `identify` returns what a party's names share.
    """
    comparison = TotalsComparison()
    splits, names = _group_splits(table, deals, identify, comparison)
    for row in table.rows:
        party = identify(row.name)
        if row.name.casefold() in _REST:
            comparison.skipped.append(row.name)
        elif any(value is not None for value in row.values) or party in splits:
            comparison.cells += _compare_row(table, row, _sum_up(splits.get(party, ()), table))
    unlisted = {party: splits[party] for party in splits.keys() - {identify(row.name) for row in table.rows}}
    for party in sorted(unlisted, key=lambda party: names[party]):
        _add_unlisted(table, names[party], unlisted[party], comparison)
    if table.total:
        sums = _sum_up(chain.from_iterable(splits.values()), table)
        if not table.subject.is_whole:  # the total may be that of the rows alone
            of_rows = _sum_up(chain.from_iterable(splits[party] for party in splits.keys() - unlisted), table)
            sums = [whole | part for whole, part in zip(sums, of_rows, strict=True)]
        comparison.cells += _compare_row(table, table.total, sums)
    return comparison


def _group_splits(
    table: TivTable, deals: Iterable[Sequence[Statement]], identify: Identify, comparison: TotalsComparison
) -> tuple[dict[Hashable, list[DealSplit]], dict[Hashable, str]]:
    """Return the deals of the table's one party by the parties of its rows, with a name of each."""
    splits: dict[Hashable, list[DealSplit]] = defaultdict(list)
    names: dict[Hashable, str] = {}
    role = table.subject.rows_are
    wanted = {
        side: identify(name) for side in (SUPPLIER, RECIPIENT) if (name := getattr(table.subject, side))
    }
    for statements in deals:
        deal = statements[0].deal
        if all(identify(getattr(deal, side)) == party for side, party in wanted.items()):
            party, split = identify(getattr(deal, role)), combine(statements)
            names.setdefault(party, getattr(deal, role))
            splits[party].append(split)
            comparison.deals += 1
            comparison.vague += not split.is_exact
    return splits, names


def _sum_up(splits: Iterable[DealSplit], table: TivTable) -> list[Bounds]:
    """Return the sum of these deals for each column of the table."""
    sums = [Bounds()] * len(table.columns)
    for split in splits:
        sums = [total + split.sum_up(span) for total, span in zip(sums, table.columns, strict=True)]
    return sums


def _compare_row(table: TivTable, row: TivRow, sums: Sequence[Bounds]) -> Iterator[Cell]:
    half = Decimal(1).scaleb(-table.digits) / 2
    for place, (span, value) in enumerate(zip(table.columns, row.values, strict=True)):
        parts = _sum_parts(table, row, place)
        yield Cell(row.name, span, row.line, value, sums[place], half, parts)


def _sum_parts(table: TivTable, row: TivRow, place: int) -> Decimal | None:
    """Return the sum of the table's cells of which this one is the total; None for another cell."""
    if row is table.total:
        return sum((other.values[place] or NOTHING for other in table.rows), NOTHING)
    span = table.columns[place]
    by_year = {
        years.first: value or NOTHING
        for years, value in zip(table.columns, row.values, strict=True)
        if years.first == years.last
    }
    years = range(span.first, span.last + 1)
    return (
        sum((by_year[year] for year in years), NOTHING)
        if len(years) > 1 and by_year.keys() >= {*years}
        else None
    )


def _add_unlisted(table: TivTable, name: str, splits: list[DealSplit], comparison: TotalsComparison) -> None:
    """Add a party with deliveries that has no row: a deviation where the table has to list it."""
    absent = TivRow(0, name, (None,) * len(table.columns))
    cells = _compare_row(table, absent, _sum_up(splits, table))
    deviations = [cell for cell in cells if cell.verdict == Verdict.DEVIATES]
    if table.subject.is_whole:
        comparison.cells += deviations
    elif deviations:
        comparison.unlisted.append(name)


def describe_subject(table: TivTable) -> str:
    """Return what the table is about, such as `the exports of Utopia` or `the imports of each recipient`."""
    subject = table.subject
    sides = {SUPPLIER: ("exports", subject.supplier), RECIPIENT: ("imports", subject.recipient)}
    named = [f"the {word} of {name}" for word, name in sides.values() if name]
    return " and ".join(named) or f"the {sides[subject.rows_are][0]} of each {subject.rows_are}"


def list_lines(table: TivTable, comparison: TotalsComparison) -> Iterator[str]:
    """Yield what the comparison found: how it was made, each deviation, what has no cell, and the sum."""
    size = f"{count(len(table.rows), 'row')}, {count(len(table.columns), 'column')}"
    deals = count(comparison.deals, "deal")
    yield f"A table of {describe_subject(table)}: {size}. The register has {deals} of these parties."
    if comparison.vague:
        yield (
            f"How the TIV of {comparison.vague:,} of them falls to years is not stated. A sum with these is"
            " compared by the least and the most that is possible."
        )
    yield from (f"deviates: {cell}" for cell in comparison.deviations)
    yield from (f"no row: {name}, which has deliveries in these years" for name in comparison.unlisted)
    yield from (f"not compared: {name}" for name in comparison.skipped)
    exact, possible = comparison.count(Verdict.AGREES), comparison.count(Verdict.POSSIBLE)
    yield (
        f"{exact + possible:,} of {count(len(comparison.cells), 'cell')} agree: {exact:,} with the register's"
        f" sum, {possible:,} with what is possible."
    )


def count(number: int, noun: str) -> str:
    """Return `1 cell` or `2 cells`."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
