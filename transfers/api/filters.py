"""The one FilterSet of the register's rows, generated from the field list.

Each filter selects what *may* match an uncertain figure; with `certain=true` only what *must*. A row
that lacks a figure matches no filter on it but `__isnull=true`. Repeating a parameter is OR;
different parameters are AND; a comma is OR on codes, slugs and choices.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime

from .. import edtf, fields, names
from ..fields import Field, Type

Test = Callable[[str, Any], Q]
LARGEST = 2**63 - 1


class ValuesField(forms.Field):
    """Reads every value of a parameter; errors name the value and what was perhaps meant."""

    widget = forms.MultipleHiddenInput

    def __init__(self, *, read: Callable[[str], Any], comma: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.read = read
        self.comma = comma

    def clean(self, value: list[str]) -> list[Any]:
        texts = [part.strip() for text in value or [] for part in (text.split(",") if self.comma else [text])]
        return [self.read(text) for text in texts]


class ValuesFilter(django_filters.Filter):
    """Rows for which some value passes the test; the certain test where only certainty counts."""

    field_class = ValuesField

    def __init__(self, column: str, may: Test, must: Test, *, every: bool = False, **kwargs: Any):
        super().__init__(field_name=column, **kwargs)
        self.may, self.must, self.every = may, must, every

    def condition(self, values: list[Any], certain: bool) -> Q:
        test = self.must if certain else self.may
        combined = Q()
        for value in values:
            one = test(self.field_name or "", value)
            combined = combined & one if self.every else combined | one
        return combined


@dataclass(frozen=True)
class Lookup:
    """A suffix of a filter's name, and its two tests of a column against a value."""

    suffix: str
    words: str
    may: Test
    must: Test

    def filter(self, name: str, column: str, read: Callable[[str], Any], comma: bool = False) -> ValuesFilter:
        return ValuesFilter(
            column, self.may, self.must, every=self.suffix == "__not", label=f"{name} {self.words}",
            read=read, comma=comma,
        )  # fmt: skip


def _exact(suffix: str, words: str, test: Test) -> Lookup:
    return Lookup(suffix, words, test, test)


def _is(column: str, value: Any) -> Q:
    return Q(**{f"{column}__in": value}) if isinstance(value, frozenset) else Q(**{column: value})


def _is_not(column: str, value: Any) -> Q:
    return ~_is(column, value) & Q(**{f"{column}__isnull": False})


def _compare(lookup: str) -> Test:
    return lambda column, value: Q(**{f"{column}__{lookup}": value})


IS = _exact("", "is one of the values", _is)
NOT = _exact("__not", "is none of the values", _is_not)
ISNULL = _exact("__isnull", "is missing (true) or there (false)", _compare("isnull"))
CONTAINS = _exact("__contains", "contains the text, whatever its case", _compare("icontains"))
PLAIN = (
    IS, NOT,
    _exact("__gte", "is at least the value", _compare("gte")),
    _exact("__lte", "is at most the value", _compare("lte")),
)  # fmt: skip
LISTED = (
    _exact("", "holds one of the values", _compare("contains")),
    _exact("__not", "holds none of the values", lambda column, value: Q(**{f"{column}__isnull": True})
           | ~Q(**{f"{column}__contains": value})),
)  # fmt: skip


def _low(column: str) -> str:
    return f"{column}_min"


def _range_is(column: str, value: float) -> Q:
    return _range_at_least(column, value) & Q(**{f"{column}_min__lte": value})


def _range_at_least(column: str, value: float) -> Q:
    reaches = Q(**{f"{column}_max__gte": value}) | Q(**{f"{column}_max__isnull": True})
    return Q(**{f"{column}_min__isnull": False}) & reaches


def _range_surely(column: str, value: float) -> Q:
    return Q(**{f"{column}_min": value, f"{column}_max": value})


def _range_surely_not(column: str, value: float) -> Q:
    return Q(**{f"{column}_min__gt": value}) | Q(**{f"{column}_max__lt": value})


def _range_not(column: str, value: float) -> Q:
    reaches_further = Q(**{f"{column}_max__gt": value}) | Q(**{f"{column}_max__isnull": True})
    other = Q(**{f"{column}_min__lt": value}) | Q(**{f"{column}_min__gt": value}) | reaches_further
    return Q(**{f"{column}_min__isnull": False}) & other


#: A figure between `<stem>_min` and `<stem>_max`; an empty maximum beside a minimum is open.
RANGE = (
    Lookup("", "may be the value", _range_is, _range_surely),
    Lookup("__not", "may be other than the value", _range_not, _range_surely_not),
    Lookup("__gte", "may be at least the value", _range_at_least, lambda c, v: Q(**{f"{c}_min__gte": v})),
    Lookup("__lte", "may be at most the value", lambda c, v: Q(**{f"{c}_min__lte": v}),
           lambda c, v: Q(**{f"{c}_max__lte": v})),
)  # fmt: skip


def _from(column: str, day: Any) -> Q:
    """The date may lie on this day or later; a null day is no limit."""
    if day is None:
        return Q()
    return Q(**{f"{column}_latest__gte": day}) | Q(**{f"{column}_latest__isnull": True})


def _until(column: str, day: Any) -> Q:
    if day is None:
        return Q()
    return Q(**{f"{column}_earliest__lte": day}) | Q(**{f"{column}_earliest__isnull": True})


def _there(column: str) -> Q:
    return Q(**{f"{column}__isnull": False})


def _date_overlaps(column: str, value: edtf.Edtf) -> Q:
    return _there(column) & _from(column, value.earliest) & _until(column, value.latest)


def _within_start(column: str, day: Any) -> Q:
    return Q() if day is None else Q(**{f"{column}_earliest__gte": day})


def _within_end(column: str, day: Any) -> Q:
    return Q() if day is None else Q(**{f"{column}_latest__lte": day})


def _date_within(column: str, value: edtf.Edtf) -> Q:
    return _there(column) & _within_start(column, value.earliest) & _within_end(column, value.latest)


def _date_outside(column: str, value: edtf.Edtf) -> Q:
    outside = Q(pk__in=[])
    if value.earliest is not None:
        outside |= Q(**{f"{column}_latest__lt": value.earliest})
    if value.latest is not None:
        outside |= Q(**{f"{column}_earliest__gt": value.latest})
    return _there(column) & outside


def _date_not_within(column: str, value: edtf.Edtf) -> Q:
    out = Q(pk__in=[])
    if value.earliest is not None:
        out |= Q(**{f"{column}_earliest__lt": value.earliest}) | Q(**{f"{column}_earliest__isnull": True})
    if value.latest is not None:
        out |= Q(**{f"{column}_latest__gt": value.latest}) | Q(**{f"{column}_latest__isnull": True})
    return _there(column) & out


#: An EDTF date between `<name>_earliest` and `<name>_latest`; the value is EDTF too.
UNCERTAIN_DATE = (
    Lookup("", "may overlap the date", _date_overlaps, _date_within),
    Lookup("__not", "may lie outside the date", _date_not_within, _date_outside),
    Lookup("__gte", "may be in the date or later", lambda c, v: _there(c) & _from(c, v.earliest),
           lambda c, v: _there(c) & _within_start(c, v.earliest)),
    Lookup("__lte", "may be in the date or earlier", lambda c, v: _there(c) & _until(c, v.latest),
           lambda c, v: _there(c) & _within_end(c, v.latest)),
)  # fmt: skip


class _Fault(ValidationError):
    """A value that cannot be taken, with what was perhaps meant."""

    def __init__(self, code: str, message: str, suggestions: list[str] | None = None):
        super().__init__(message, code=code)
        self.suggestions = suggestions or []


def read_integer(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 19 or int(digits) > LARGEST:
        raise _Fault("invalid", f"'{text}' is no whole number.")
    return int(text)


def read_number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not text.isascii() or "_" in text or not abs(number) < float("inf"):
        raise _Fault("invalid", f"'{text}' is no number.")
    return number


def read_boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise _Fault("invalid", f"'{text}' is neither true nor false.", ["true", "false"])
    return text == "true"


def read_day(text: str) -> Any:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise _Fault("invalid", f"'{text}' is no day of the form 2019-10-24.")
    return day


def read_time(text: str) -> datetime:
    try:
        time = parse_datetime(text.replace(" ", "+"))  # an unescaped + arrives as a space
        day = None if time else parse_date(text)
    except ValueError:
        time = day = None
    if time is None and day is not None:
        time = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if time is None:
        raise _Fault("invalid", f"'{text}' is no time of the form 2026-01-31 or 2026-01-31T12:00:00Z.")
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def read_edtf(text: str) -> edtf.Edtf:
    try:
        return edtf.parse(text)
    except edtf.EDTFError as error:
        raise _Fault("invalid", str(error)) from error


def _read_known(what: str, index: Callable[[], names.Index]) -> Callable[[str], frozenset[str]]:
    def read(text: str) -> frozenset[str]:
        known = index()
        found = known.find(text)
        if not found:
            near = known.nearest(text)
            meant = f" Did you mean {' or '.join(near)}?" if near else ""
            raise _Fault("unknown", f"The register knows no {what} '{text}'.{meant}", near)
        return frozenset(found)

    return read


def _read_choice(item: Field) -> Callable[[str], str]:
    values = [value for value, _ in item.choices]

    def read(text: str) -> str:
        if text not in values:
            near = names.nearest(text.lower(), values) or values
            raise _Fault("unknown", f"'{text}' is no {item.name}; there is: {', '.join(values)}.", near)
        return text

    return read


def _filters_of(item: Field) -> tuple[tuple[Lookup, ...], Callable[[str], Any], bool]:
    """The lookups of a field, how their values are read, and whether a comma separates values."""
    match item.type:
        case Type.PARTY:
            return (IS, NOT), _read_known("party", names.public_parties), True
        case Type.SYSTEM:
            return (IS, NOT), _read_known("system", names.public_systems), True
        case Type.LIST:
            return LISTED, _read_choice(item), True
        case Type.CHOICE:
            return (IS, NOT), _read_choice(item), True
        case Type.KEY:
            return (IS, NOT, CONTAINS), str, True
        case Type.INTEGER:
            return PLAIN, read_integer, False
        case Type.NUMBER:
            return PLAIN, read_number, False
        case Type.DATE:
            return PLAIN, read_day, False
        case Type.TIME:
            return PLAIN, read_time, False
        case Type.EDTF:
            return UNCERTAIN_DATE, read_edtf, False
        case Type.BOOLEAN:
            return (IS,), read_boolean, False
    return (IS, NOT, CONTAINS), str, False


def build(items: tuple[Field, ...]) -> dict[str, ValuesFilter]:
    """Every filter of these fields, by parameter name, range stems included."""
    filters: dict[str, ValuesFilter] = {}
    for item in items:
        lookups, read, comma = _filters_of(item)
        for lookup in lookups:
            filters[item.name + lookup.suffix] = lookup.filter(item.name, item.name, read, comma)
        if item.nullable:
            filters[f"{item.name}__isnull"] = ISNULL.filter(item.name, item.name, read_boolean)
    listed = {item.name for item in items}
    for stem in [name.removesuffix("_min") for name in listed if name.endswith("_min")]:
        for lookup in RANGE:
            filters[stem + lookup.suffix] = lookup.filter(stem, stem, read_integer)
        filters[f"{stem}__isnull"] = ISNULL.filter(stem, _low(stem), read_boolean)
    return filters


class CertainFilter(django_filters.Filter):
    """The switch from what may match to what must."""

    field_class = ValuesField


class StrictFilterSet(django_filters.FilterSet):
    """Combines its filters' conditions; what counts is certainty where `certain=true`."""

    base_filters: Mapping[str, Any]

    certain = CertainFilter(read=read_boolean, label="only what must match")

    def __init__(self, data: QueryDict, *args: Any, **kwargs: Any):
        # Only the filters that are asked for: copying all of them would cost more than the query.
        self.base_filters = {name: used for name, used in type(self).base_filters.items() if name in data}
        super().__init__(data, *args, **kwargs)

    def filter_queryset(self, queryset):
        cleaned = self.form.cleaned_data
        certain = any(cleaned.get("certain") or [])
        for name, values in cleaned.items():
            if name != "certain" and values:
                queryset = queryset.filter(self.filters[name].condition(values, certain))
        return queryset


RowFilterSet: type[StrictFilterSet] = type("RowFilterSet", (StrictFilterSet,), dict(build(fields.ROW)))
#: Parameters whose values cannot be OR-ed in a way that makes sense: they may stand once.
SCALAR_SUFFIXES = ("__gte", "__lte", "__isnull")


def scalars(filterset: type[StrictFilterSet]) -> set[str]:
    """Names of the filters that may stand only once."""
    return {name for name in filterset.base_filters if name == "certain" or name.endswith(SCALAR_SUFFIXES)}
