"""What the summaries share: which numbers are added up, where, and their order, shares and rest.

A row of a summary is a dict by field name. Values to a thousandth are added as whole thousandths, which
doubles hold exactly, so that a sum has no other decimals than what it adds up.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Func, QuerySet, TextField
from django.http import QueryDict

from transfers.api.errors import ParameterError, refuse
from transfers.api.request import values
from transfers.api.request.parameters import MOST_GROUPS
from transfers.exports import columns
from transfers.publication.editions import Edition
from transfers.vocabulary.fields import Field, Type, list_names
from transfers.vocabulary.names import format_suggestions, suggest

PARAMETERS = ("group_by", "sum", "ordering", "limit", "shares")
REST = Field(
    "rest", Type.BOOLEAN, "Whether the row adds up all groups that limit leaves out.", nullable=False
)
Row = dict[str, Any]
#: Groups that are held at once, before `limit` leaves some: some sixty megabytes of JSON.
MOST_FOUND = 50_000


@dataclass(frozen=True)
class Sum:
    """Number of a group: its field, and its SQL over the rows `r`, in thousandths where it has decimals."""

    item: Field
    expression: str

    @property
    def is_thousandths(self) -> bool:
        """Return whether it is added in thousandths."""
        return self.item.type is Type.NUMBER

    def show(self, values: Iterable[Any]) -> list[Any]:
        """Return sums of the database as they are shown: a whole number without a fraction."""
        whole = [None if value is None else int(value) for value in values]
        return [each and _divide_by_thousand(each) for each in whole] if self.is_thousandths else whole


def _divide_by_thousand(thousandths: int) -> float:
    whole, part = divmod(thousandths, 1000)
    return thousandths / 1000 if part else whole


def add_numbers(name: str, column: str, text: str, unit: str = "unit", *, whole: bool = True) -> Sum:
    """Return the sum of a column."""
    kind = Type.INTEGER if whole else Type.NUMBER
    number = column if whole else f"ROUND({column} * 1000)"
    return Sum(Field(name, kind, text, unit=unit), f"SUM({number})")


def count_rows(name: str, condition: str, text: str) -> Sum:
    """Return how many rows meet the condition."""
    expression = f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)"
    return Sum(Field(name, Type.INTEGER, text, nullable=False), expression)


@dataclass(frozen=True)
class Figures:
    """Numbers that are added up together, apart for each value of `scale`, as units are not added."""

    sums: tuple[Sum, ...]
    scale: Field | None = None
    #: Those of which a group has a share of the total.
    shared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """What is asked of a summary: groups, numbers, and what comes first, at most, and with shares."""

    groups: tuple[Field, ...]
    figures: Figures
    ordering: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None
    shares: bool = False
    keys: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        scale = self.figures.scale
        names = dict.fromkeys(list_names(self.groups) + ([scale.name] if scale else []))
        object.__setattr__(self, "keys", tuple(names))

    @property
    def items(self) -> tuple[Field, ...]:
        """Return the fields of the answer."""
        scale = self.figures.scale
        shown = list(self.groups)
        if scale and scale.name not in list_names(self.groups):
            shown.append(replace(scale, nullable=True))
        shown += [each.item for each in self.figures.sums]
        shown += map(build_share, self.figures.shared if self.shares else ())
        return (*shown, *([REST] if self.limit is not None else []))

    def finish(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows in their order, with their shares, and those beyond the limit as their rest."""
        shown = self._sort(self._add_shares(rows) if self.shares else list(rows))
        if self.limit is None:
            return shown
        kept = [{**row, REST.name: False} for row in shown[: self.limit]]
        return kept + self._add_up_rest(shown[self.limit :])

    def _sort(self, rows: list[Row]) -> list[Row]:
        for name, is_descending in reversed(self.ordering):
            there = [row for row in rows if row[name] is not None]
            there.sort(key=lambda row: row[name], reverse=is_descending)
            rows = there + [row for row in rows if row[name] is None]
        return rows

    def _add_shares(self, rows: Sequence[Row]) -> list[Row]:
        scale = self.figures.scale
        totals: dict[tuple[Any, str], float] = {}
        for row in rows:
            for name in self.figures.shared:
                place = row[scale.name] if scale else None, name
                totals[place] = totals.get(place, 0) + (row[name] or 0)
        return [
            row
            | {
                build_share(name).name: _divide(row[name], totals[row[scale.name] if scale else None, name])
                for name in self.figures.shared
            }
            for row in rows
        ]

    def _add_up_rest(self, rows: Iterable[Row]) -> list[Row]:
        """Return one row of the sums of these rows, for each unit or currency."""
        scale = self.figures.scale
        apart: dict[Any, list[Row]] = {}
        for row in rows:
            apart.setdefault(row[scale.name] if scale else None, []).append(row)
        summed = [*(each.item for each in self.figures.sums)]
        summed += map(build_share, self.figures.shared if self.shares else ())
        rests = []
        for unit, group in apart.items():
            rest: Row = dict.fromkeys(self.keys) | {REST.name: True}
            rest |= {scale.name: unit} if scale else {}
            rests.append(rest | {item.name: add_values(row[item.name] for row in group) for item in summed})
        return rests


def list_items(
    groups: Mapping[str, Field], figures: Mapping[str, Figures], by: Iterable[str]
) -> tuple[Field, ...]:
    """Return the fields of a summary by these groups, with the numbers that it has without `sum`."""
    return Question(tuple(groups[name] for name in by), figures[""]).items


def build_share(name: str) -> Field:
    """Return the field of a group's share of the total."""
    return Field(f"{name}_share", Type.NUMBER, f"The group's part of the total of {name}, from 0 to 1.")


def add_values(numbers: Iterable[Any]) -> Any:
    """Return the sum of those that are there, with no more than three or, of shares, six decimals."""
    there = [number for number in numbers if number is not None]
    if not there:
        return None
    total = sum(there)
    return total if isinstance(total, int) else round(total, 6)


def _divide(number: float | None, total: float) -> float | None:
    return round(number / total, 6) if number is not None and total else None


def read_question(query: QueryDict, groups: Mapping[str, Field], figures: Mapping[str, Figures]) -> Question:
    """Read what is asked; raise BadParameters for every parameter that is wrong."""
    errors: list[ParameterError] = []
    chosen = _read_groups(values.read_list(query, "group_by"), groups, errors)
    name = query.get("sum", next(iter(figures)))
    if name not in figures:
        errors.append(_build_unknown("sum", name, [key for key in figures if key]))
    refuse(errors)
    question = Question(chosen, figures[name], (), _read_limit(query), _read_shares(query))
    return replace(question, ordering=_read_ordering(query, question))


def _read_groups(
    names: list[str], groups: Mapping[str, Field], errors: list[ParameterError]
) -> tuple[Field, ...]:
    errors += [_build_unknown("group_by", name, groups) for name in names if name not in groups]
    if len(set(names)) < len(names):
        errors.append(ParameterError("group_by", "repeated", "A field may appear only once in group_by."))
    return tuple(groups[name] for name in names if name in groups)


def _build_unknown(parameter: str, name: str, known: Iterable[str]) -> ParameterError:
    known = list(known)
    words = {"group_by": "Cannot group by", "sum": "Cannot add up", "ordering": "Cannot order by"}
    near = suggest(name, known) or (known if parameter == "sum" else [])
    detail = f"{words[parameter]} '{name}'."
    return ParameterError(parameter, "unknown", detail + format_suggestions(near[:1]), near)


def _read_limit(query: QueryDict) -> int | None:
    text = query.get("limit")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= MOST_GROUPS):
        detail = f"limit must be a whole number from 1 to {MOST_GROUPS}."
        refuse([ParameterError("limit", "invalid", detail)])
    return int(text)


def _read_shares(query: QueryDict) -> bool:
    try:
        return values.read_boolean(query.get("shares", "false"))
    except values.Fault as fault:
        refuse([fault.build_error("shares")])
        raise


def _read_ordering(query: QueryDict, question: Question) -> tuple[tuple[str, bool], ...]:
    known = [name for name in list_names(question.items) if name != REST.name]
    parts = values.read_list(query, "ordering")
    names = [part.removeprefix("-") for part in parts]
    refuse(_build_unknown("ordering", name, known) for name in names if name not in known)
    if len(set(names)) < len(names):
        refuse([ParameterError("ordering", "repeated", "A field may appear only once in ordering.")])
    return tuple((name, part.startswith("-")) for name, part in zip(names, parts, strict=True))


class OutermostFamily(Func):
    """The first of the slugs of a system's family, outermost first."""

    output_field = TextField()

    def __init__(self) -> None:
        super().__init__("system_family")

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "SUBSTR(%(expressions)s, 1, INSTR(%(expressions)s || '/', '/') - 1)"
        sql, parameters = super().as_sql(compiler, connection, template=template, **context)
        return sql, (*parameters, *parameters)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(compiler, connection, template="SPLIT_PART(%(expressions)s, '/', 1)", **context)

    as_duckdb = as_postgresql


def fetch_groups(
    rows: QuerySet,
    wrap: Callable[[str], str],
    more: tuple[Any, ...] = (),
    now: Edition | None = None,
    most: int | None = None,
) -> list[tuple[Any, ...]]:
    """Return the groups that a statement around the rows finds; refuse too many of them.

    `now`: the rows are those that are current at this, the newest edition, of which there may be columns;
    `more` are parameters of the statement itself.
    """
    most = most or MOST_FOUND
    groups = columns.fetch(rows, now, wrap, most + 1) if now else None
    if groups is None:
        groups = _fetch_from_database(rows, wrap, more, most + 1)
    check_number(groups, most)
    return groups


def check_number(groups: Sequence[Any], most: int | None = None) -> None:
    """Refuse more groups than an answer may hold, or than may be put together for it."""
    most = most or MOST_FOUND
    if len(groups) > most:
        detail = f"There are more than {most:,} groups. Group by fewer fields, or filter."
        refuse([ParameterError("group_by", "too_many", detail)])


def _fetch_from_database(
    rows: QuerySet, wrap: Callable[[str], str], more: tuple[Any, ...], most: int
) -> list[tuple[Any, ...]]:
    try:
        sql, parameters = rows.query.sql_with_params()
    except EmptyResultSet:  # no row can match
        return []
    with connections[rows.db].cursor() as cursor:
        cursor.execute(wrap(sql), (*parameters, *more))
        return list(cursor.fetchmany(most))


def build_statement(sums: Iterable[Sum], by: Sequence[str], rows: str) -> str:
    """Return the SQL that adds up these rows by these columns, in their order, nulls last."""
    selected = ", ".join([*by, *(each.expression for each in sums)])
    statement = f"SELECT {selected} FROM {rows}"
    if not by:
        return f"{statement} HAVING COUNT(*) > 0"
    order = ", ".join(f"{column} IS NULL, {column}" for column in by)
    return f"{statement} GROUP BY {', '.join(by)} ORDER BY {order}"
