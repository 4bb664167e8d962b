"""Conditions of the filters: from a column and the values of a parameter to a database condition.

A figure or date is an interval, as it may be uncertain. `may` selects the rows whose figure allows a
wanted value, `must` those whose figure allows no other. An end that is null is open. A row without the
figure matches neither.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, reduce
from operator import and_, or_
from typing import Any
from unicodedata import normalize

from django.db.models import CharField, Q, TextField
from django.db.models.lookups import BuiltinLookup, IContains

#: Column and values → condition.
Test = Callable[[str, list[Any]], Q]
#: First and last wanted value; None: no limit.
Span = tuple[Any, Any]

NOTHING = Q(pk__in=[])
#: Letters of the Latin blocks beyond ASCII, of which many are a letter with an accent.
_LATIN = frozenset(map(chr, [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]))


@CharField.register_lookup
@TextField.register_lookup
class Holds(IContains):
    """Lookup of a text whatever its case, in any script and under any collation of the database.

    A letter matches its small and its capital form, so `ß` is not `ss`, and `İ` is not `i`.
    """

    lookup_name = "holds"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} ~ %s", [*parameters, self._build_pattern(re.escape)]

    def as_duckdb(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"REGEXP_MATCHES({column}, %s)", [*parameters, self._build_pattern(re.escape)]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} GLOB %s", [*parameters, f"*{self._build_pattern(_escape_for_glob)}*"]

    def _build_pattern(self, escape: Callable[[str], str]) -> str:
        """Build the pattern that each of the databases reads: the forms of a letter, or the character."""
        return "".join(
            f"[{forms}]" if len(forms := self.list_forms(char)) > 1 else escape(char)
            for char in str(self.rhs)
        )

    def list_forms(self, char: str) -> str:
        """List what is taken for the character."""
        return _list_cases(char)


@CharField.register_lookup
@TextField.register_lookup
class HoldsPlainly(Holds):
    """Lookup of a text whatever its case and the accents of its Latin letters: `Vučić` is `vucic`."""

    lookup_name = "holds_plainly"

    def list_forms(self, char: str) -> str:
        base = _drop_accent(char)
        return "".join(sorted({*_list_cases(base), *_list_cases(char), *_list_accented().get(base, "")}))


@CharField.register_lookup
@TextField.register_lookup
class Lists(BuiltinLookup):
    """Lookup of a member of a list joined by |, to the letter: SQLite's LIKE would ignore case."""

    lookup_name = "lists"

    def as_sql(self, compiler: Any, connection: Any, function: str = "INSTR") -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{function}('|' || {column} || '|', %s) > 0", (*parameters, f"|{self.rhs}|")

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return self.as_sql(compiler, connection, "STRPOS")


def _list_cases(char: str) -> str:
    """List the small and the capital form of a letter, in order; of others, the character itself."""
    return "".join(sorted({form for form in (char, char.lower(), char.upper()) if len(form) == 1}))


def _drop_accent(char: str) -> str:
    """Return a letter in its small form without accent, or the character itself."""
    return (normalize("NFD", char)[0] if char in _LATIN else char).lower()


@cache
def _list_accented() -> dict[str, str]:
    """Return the accented forms of each letter, small and capital, by its small form without accent."""
    forms: dict[str, str] = {}
    for char in _LATIN:
        base = _drop_accent(char)
        if base != char.lower():
            forms[base] = forms.get(base, "") + char
    return forms


def _escape_for_glob(char: str) -> str:
    return f"[{char}]" if char in "*?[" else char


def match_any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, NOTHING)


def match_all(conditions: Iterable[Q]) -> Q:
    return reduce(and_, conditions, Q())


def _flatten(values: list[Any]) -> list[Any]:
    """Return the values as one list; a name may stand for several codes."""
    return [code for value in values for code in (sorted(value) if isinstance(value, frozenset) else [value])]


def is_one(column: str, values: list[Any]) -> Q:
    return Q(**{f"{column}__in": _flatten(values)})


def is_none(column: str, values: list[Any]) -> Q:
    return ~is_one(column, values) & Q(**{f"{column}__isnull": False})


def _build_any(lookup: str) -> Test:
    """Build the test that the lookup is true of one of the values."""
    return lambda column, values: match_any(Q(**{f"{column}__{lookup}": value}) for value in values)


holds, lists = _build_any("holds"), _build_any("lists")


def lists_none(column: str, values: list[Any]) -> Q:
    return Q(**{f"{column}__isnull": True}) | ~lists(column, values)


def compares(lookup: str) -> Test:
    """Build the test that compares with the one value."""
    return lambda column, values: Q(**{f"{column}__{lookup}": values[0]})


@dataclass(frozen=True)
class Interval:
    """Columns of an interval's ends, and the one that is null if there is no interval."""

    low: str
    high: str
    there: str

    def overlaps(self, span: Span) -> Q:
        ends = _compare(span, (self.high, "gte"), (self.low, "lte"), or_open=True)
        return self._is_there() & match_all(ends)

    def within(self, span: Span) -> Q:
        return self._is_there() & match_all(_compare(span, (self.low, "gte"), (self.high, "lte")))

    def not_within(self, span: Span) -> Q:
        ends = _compare(span, (self.low, "lt"), (self.high, "gt"), or_open=True)
        return self._is_there() & match_any(ends)

    def outside(self, span: Span) -> Q:
        return self._is_there() & match_any(_compare(span, (self.high, "lt"), (self.low, "gt")))

    def _is_there(self) -> Q:
        return Q(**{f"{self.there}__isnull": False})


def _compare(span: Span, *lookups: tuple[str, str], or_open: bool = False) -> Iterator[Q]:
    """Compare a column with each end of the span, if it has that end; `or_open`: or the column is null."""
    for (column, lookup), wanted in zip(lookups, span, strict=True):
        if wanted is not None:
            condition = Q(**{f"{column}__{lookup}": wanted})
            yield condition | Q(**{f"{column}__isnull": True}) if or_open else condition


def quantity(stem: str) -> Interval:
    """Return the interval between `<stem>_min` and `<stem>_max`."""
    return Interval(f"{stem}_min", f"{stem}_max", f"{stem}_min")


def uncertain_date(name: str) -> Interval:
    """Return the interval between `<name>_earliest` and `<name>_latest`."""
    return Interval(f"{name}_earliest", f"{name}_latest", name)


def _get_span(value: Any) -> Span:
    """Return the span of a value: a number is its own, an EDTF date runs from its first to its last day."""
    return (value.earliest, value.latest) if hasattr(value, "earliest") else (value, value)


def join_spans(spans: Iterable[Span]) -> list[Span]:
    """Join the spans that overlap or touch, so that what fills two neighbours lies in one."""
    joined: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[0] is not None, span[0] or 0)):
        if joined and (joined[-1][1] is None or start is None or _touch(joined[-1][1], start)):
            joined[-1] = (joined[-1][0], _later(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _touch(end: Any, start: Any) -> bool:
    gap = start - end
    return (gap.days if isinstance(start, date) else gap) <= 1


def _later(end: Any, other: Any) -> Any:
    return None if end is None or other is None else max(end, other)


@dataclass(frozen=True)
class OnInterval:
    """Tests of one kind of interval."""

    columns: Callable[[str], Interval]

    def _spans(self, values: list[Any]) -> list[Span]:
        return join_spans(_get_span(value) for value in values)

    def may_be(self, column: str, values: list[Any]) -> Q:
        return match_any(self.columns(column).overlaps(span) for span in self._spans(values))

    def must_be(self, column: str, values: list[Any]) -> Q:
        return match_any(self.columns(column).within(span) for span in self._spans(values))

    def may_not_be(self, column: str, values: list[Any]) -> Q:
        return match_all(self.columns(column).not_within(span) for span in self._spans(values))

    def must_not_be(self, column: str, values: list[Any]) -> Q:
        return match_all(self.columns(column).outside(span) for span in self._spans(values))

    def may_reach(self, column: str, values: list[Any]) -> Q:
        return self.columns(column).overlaps((_get_span(values[0])[0], None))

    def must_reach(self, column: str, values: list[Any]) -> Q:
        return self.columns(column).within((_get_span(values[0])[0], None))

    def may_stay(self, column: str, values: list[Any]) -> Q:
        return self.columns(column).overlaps((None, _get_span(values[0])[1]))

    def must_stay(self, column: str, values: list[Any]) -> Q:
        return self.columns(column).within((None, _get_span(values[0])[1]))


def may_be_in_year(column: str, values: list[Any]) -> Q:
    """Match dates that may be in one of the years; `years` lists those of a set, in which there are gaps."""
    days = OnInterval(uncertain_date)
    return match_any(
        days.may_be(column, [year]) & (Q(years__isnull=True) | Q(years__lists=year.text)) for year in values
    )
