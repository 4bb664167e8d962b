"""/api/deliveries/summary: what arrived, by group and by year, at least and at most.

What is known to lie within a year is certain in it; what may lie in it is possible. A period of several years
is spread nowhere: it is possible in each of its years, and certain only in the row without a year, where what
has no date is, too; so certain sums add up to what was delivered in all. With filters of `year`, only what
lies within them is certain.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import ExtractYear

from transfers.api.errors import ParameterError, refuse
from transfers.api.request import filters
from transfers.models import RegistryDelivery, RegistryRow
from transfers.publication import search
from transfers.publication.editions import Edition
from transfers.vocabulary import fields
from transfers.vocabulary.fields import Field, Type

from . import sums
from .summary import SummaryView
from .sums import Figures, Question, Row, Sum, add_numbers, count_rows

_BY_NAME = {item.name: item for item in fields.DELIVERY}
_CODED = {item.name: item for item in fields.DELIVERY if item.type in (Type.PARTY, Type.SYSTEM, Type.CHOICE)}
#: How a year is labelled by what groups by time.
TIMES: dict[str, Callable[[int], str]] = {
    "year": lambda year: f"{year:04}",
    "decade": lambda year: f"{year - year % 10:04}s",
}
_TIME_TEXT = "{} of the delivery; empty: what is certain in several of them together, or in none."
GROUPS: dict[str, Field] = {
    **_CODED,
    "family": Field("family", Type.SYSTEM, "The outermost family of the system."),
    **{name: Field(name, Type.KEY, _TIME_TEXT.format(name.capitalize())) for name in TIMES},
}
_YEARS = ("first_year", "last_year", "years")
#: Groups by all the years that a period may be of, of which fewer are made.
_MOST_PERIODS = 2 * sums.MOST_FOUND
#: Sums of the database: of each, what is certain and what is possible is made.
_ADDED = {"number": True, "tiv": False}


def _describe(stem: str, unit: str) -> Iterator[Sum]:
    whole, words = _ADDED[stem], {"number": "Number", "tiv": "TIV"}[stem]
    text = f"{words} delivered within the group and its years: at least so much."
    yield add_numbers(f"{stem}_certain", f"r.{stem}_min", text, unit, whole=whole)
    text = f"{words} that may have been delivered within them: at most so much, without the open ones."
    yield add_numbers(f"{stem}_possible", f"r.{stem}_max", text, unit, whole=whole)
    text = f"Deliveries of the group without {stem}."
    yield count_rows(f"{stem}_missing", f"r.{stem}_min IS NULL", text)
    text = f"Deliveries whose {stem} is open: the possible sum lacks them."
    yield count_rows(f"{stem}_open", f"r.{stem}_min IS NOT NULL AND r.{stem}_max IS NULL", text)


@dataclass(frozen=True)
class Found:
    """Sums of the periods of one group that lie within the same years."""

    group: Row
    first: Any
    last: Any
    listed: str | None
    numbers: list[Any]

    @property
    def is_bounded(self) -> bool:
        """Return whether it is known within which years they lie."""
        return self.first is not None and self.last is not None

    def list_years(self, horizon: tuple[int, int]) -> list[int]:
        """Return the years that they may be of; an open end reaches to the horizon, no date to no year."""
        if self.listed:
            return [int(year) for year in self.listed.split("|")]
        if self.first is None and self.last is None:
            return []
        start = horizon[0] if self.first is None else int(self.first)
        return list(range(start, (horizon[1] if self.last is None else int(self.last)) + 1))


_COUNT = Sum(Field("count", Type.INTEGER, "Deliveries that may be of the group.", nullable=False), "COUNT(*)")
_NUMBERS, _TIVS = tuple(_describe("number", "unit")), tuple(_describe("tiv", "million TIV"))
FIGURES: dict[str, Figures] = {
    "": Figures((_COUNT, *_NUMBERS, *_TIVS), _BY_NAME["unit"], ("number_certain", "tiv_certain")),
    "tiv": Figures((_COUNT, *_TIVS), None, ("tiv_certain",)),
    "count": Figures((_COUNT,), None, ("count",)),
}
_NOTE = (
    "Certain sums add up to all that was delivered; possible ones of years do not, as a delivery of several"
    " years is possible in each of them."
)


class DeliverySummary(SummaryView):
    """What arrived, by any coded field, by year or decade: certain and possible numbers and TIVs."""

    path = "deliveries/summary"
    name = "deliveries-summary"
    groups = GROUPS
    figures = FIGURES
    filterset_class = filters.DeliveryFilterSet
    versions: Any = RegistryDelivery.objects

    def leave_out(self, rows: QuerySet) -> tuple[QuerySet, str]:
        return rows, _NOTE

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        """Select deliveries of the transfers that the text finds."""
        return search.filter_by_transfer(rows, self.select(RegistryRow.objects), text)

    def add_up(self, rows: QuerySet, question: Question) -> list[Row]:
        times = [name for name in question.keys if name in TIMES]
        if len(times) > 1:
            detail = "Group by year or by decade, not by both."
            refuse([ParameterError("group_by", "contradiction", detail)])
        wanted = _read_wanted(self.request.query_params)
        found = list(_fetch(rows, question, self.standpoint.now))
        groups = _Buckets(question, times[0] if times else "", wanted, found).add_up()
        sums.check_number(groups)
        return groups


_EARLIEST, _LATEST = 1, 9999
#: Years that an open end may reach to: it would be possible in each of all others, too.
_NEAR = (1900, 2100)


@dataclass(frozen=True)
class Wanted:
    """Years that the filters ask for."""

    listed: frozenset[int]
    first: int
    last: int

    def __contains__(self, year: int) -> bool:
        return self.first <= year <= self.last and (not self.listed or year in self.listed)

    @property
    def is_all(self) -> bool:
        """Return whether no filter asks for years."""
        return not self.listed and (self.first, self.last) == (_EARLIEST, _LATEST)

    def holds(self, found: "Found", years: Sequence[int]) -> bool:
        """Return whether all that was found came within these years, whatever its open end."""
        if self.is_all:
            return True
        if self.listed and not found.is_bounded:
            return False
        starts = self.first == _EARLIEST or (found.first is not None and found.first >= self.first)
        ends = self.last == _LATEST or (found.last is not None and found.last <= self.last)
        return starts and ends and (not self.listed or self.listed.issuperset(years))

    @property
    def ends(self) -> list[int]:
        """Return the years that the filters name."""
        return [*self.listed, *(year for year in (self.first, self.last) if year not in (_EARLIEST, _LATEST))]


def _read_wanted(query: Any) -> Wanted:
    """Read the filters of years, which the FilterSet has found right."""
    listed = frozenset(int(part) for text in query.getlist("year") for part in text.split(","))
    return Wanted(listed, int(query.get("year__gte", _EARLIEST)), int(query.get("year__lte", _LATEST)))


def _fetch(rows: QuerySet, question: Question, now: Edition | None) -> Iterator[Found]:
    """Yield the groups of the database: their values, their years, and their sums."""
    names = [name for name in question.keys if name not in TIMES]
    inner = rows.order_by().annotate(
        first_year=ExtractYear("period_earliest"), last_year=ExtractYear("period_latest")
    )
    if "family" in names:
        inner = inner.annotate(family=sums.OutermostFamily())
    ends = [f"{stem}_{end}" for stem in _ADDED for end in ("min", "max")]
    by = [f"r.{name}" for name in (*names, *_YEARS)]

    def wrap(text: str) -> str:
        return sums.build_statement(question.figures.sums, by, f"({text}) r")

    for row in sums.fetch_groups(inner.values(*names, *_YEARS, *ends), wrap, now=now, most=_MOST_PERIODS):
        keys, (first, last, listed, *numbers) = row[: len(names)], row[len(names) :]
        yield Found(dict(zip(names, keys, strict=True)), first, last, listed, numbers)


class _Buckets:
    """Sums of groups of periods, put into the years or decades that they are or may be of."""

    def __init__(self, question: Question, time: str, wanted: Wanted, found: Sequence[Found]):
        self.question, self.time, self.wanted, self.found = question, time, wanted, found
        self.names = [each.item.name for each in question.figures.sums]
        ends = (year for each in found for year in (each.first, each.last) if year is not None)
        known = [min(max(int(year), _NEAR[0]), _NEAR[1]) for year in (*ends, *wanted.ends)]
        #: Years between which the answer tells years apart: an open end reaches so far.
        self.horizon = (min(known, default=1), max(known, default=0))
        self.sums: dict[tuple[Any, ...], list[Any]] = {}

    def add_up(self) -> list[Row]:
        """Return the groups with their sums, by their values and then by time, nulls last."""
        for each in self.found:
            self._add(each)
        names = [*self.question.keys, *self.names]
        rows = [dict(zip(names, row, strict=True)) for row in zip(*self._list_columns(), strict=True)]
        return sorted(rows, key=self._get_place)

    def _list_columns(self) -> list[Sequence[Any]]:
        keys = list(zip(*self.sums, strict=True)) if self.question.keys else []
        numbers = zip(*self.sums.values(), strict=True)
        added = self.question.figures.sums
        return [*keys, *(each.show(column) for each, column in zip(added, numbers, strict=False))]

    def _add(self, found: Found) -> None:
        years = found.list_years(self.horizon)
        touched = [year for year in years if year in self.wanted]
        is_within = self.wanted.holds(found, years)
        if not (touched or is_within):
            return
        labels = list(dict.fromkeys(map(TIMES[self.time], touched))) if self.time else []
        is_one = is_within and found.is_bounded and len(labels) == 1
        numbers = {True: found.numbers, False: self._drop_certain(found.numbers)}
        for label in labels:
            self._put(found.group, label, numbers[is_one])
        if not labels or (is_within and not is_one):
            self._put(found.group, None, numbers[is_within])

    def _drop_certain(self, numbers: Sequence[Any]) -> list[Any]:
        """Return the numbers of what is only possible: nothing of it is certain."""
        return [
            0 if number is not None and name.endswith("_certain") else number
            for name, number in zip(self.names, numbers, strict=True)
        ]

    def _put(self, group: Row, label: str | None, numbers: Sequence[Any]) -> None:
        key = tuple([label if name == self.time else group[name] for name in self.question.keys])
        kept = self.sums.get(key)
        if kept is None:
            self.sums[key] = list(numbers)
            return
        for place, number in enumerate(numbers):  # thousandths, so that doubles add them exactly
            if number is not None:
                before = kept[place]
                kept[place] = number if before is None else before + number

    def _get_place(self, row: Row) -> list[tuple[bool, str]]:
        return [(row[name] is None, str(row[name])) for name in self.question.keys]
