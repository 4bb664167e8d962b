"""The one FilterSet of the register's rows, generated from the field list.

Each filter selects what *may* match an uncertain figure; with `certain=true` only what *must*. A row
that lacks a figure matches no filter on it but `__isnull=true`. Repeating a parameter is OR (for
`__not`: none of them); different parameters are AND; a comma is OR on codes, slugs and choices.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict

from transfers.api.errors import ParameterError
from transfers.models import RegistryRow
from transfers.publication import names
from transfers.vocabulary import fields
from transfers.vocabulary.fields import Field, Type

from . import conditions, known, past, values
from .conditions import OnInterval, Test

MOST_VALUES = 200
#: Lookups that compare with one value, so that a second would be ignored.
SCALAR_SUFFIXES = ("__gte", "__lte", "__isnull")
Read = Callable[[str], Any]


class ValuesField(forms.Field):
    """Form field of all values of a parameter; errors name the value and what was perhaps meant."""

    widget = forms.MultipleHiddenInput

    def __init__(self, *, read: Read, comma: bool = False, choices: list[str] | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.choices = choices or []
        self.read = read
        self.comma = comma

    def clean(self, value: list[str]) -> list[Any]:
        texts = [part.strip() for text in value or [] for part in (text.split(",") if self.comma else [text])]
        if len(texts) > MOST_VALUES:
            raise values.Fault("too_many", f"A parameter may have at most {MOST_VALUES} values.")
        if not all(texts):
            raise values.Fault("empty", f"'{','.join(value)}' has an empty part.")
        return [self.read(text) for text in texts]


class ValuesFilter(django_filters.Filter):
    """Filter of rows that may have one of the values or, with `certain=true`, that must."""

    field_class = ValuesField

    def __init__(self, column: str, may: Test, must: Test, name: str = "", **kwargs: Any):
        super().__init__(field_name=column, **kwargs)
        self.may, self.must = may, must
        #: The field whose values it takes, if they name something.
        self.name = name

    def spell(self, wanted: list[Any], rows: QuerySet) -> list[Any]:
        """Return names as the rows have them; raise Fault for one that none of them has."""
        return known.spell(rows, self.field_name or "", wanted, self.name)

    def build_condition(self, wanted: list[Any], certain: bool) -> Q:
        return (self.must if certain else self.may)(self.field_name or "", wanted)


class CertainFilter(django_filters.Filter):
    """Switch from what may match to what must."""

    field_class = ValuesField


@dataclass(frozen=True)
class Lookup:
    """Suffix of a filter's name, its meaning, and its two tests."""

    suffix: str
    words: str
    may: Test
    must: Test

    def build_filter(self, item: Field, read: Read, comma: bool = False) -> ValuesFilter:
        choices = [] if read is values.read_boolean else [value for value, _ in item.choices]
        return ValuesFilter(
            item.column, self.may, self.must, label=f"{item.name} {self.words}", read=read, comma=comma,
            choices=choices, name=item.name if item.is_name and self in (IS, NOT) else "",
        )  # fmt: skip


def _build_sure(suffix: str, words: str, test: Test) -> Lookup:
    return Lookup(suffix, words, test, test)


IS = _build_sure("", "is one of the values", conditions.is_one)
NOT = _build_sure("__not", "is there and none of the values", conditions.is_none)
CONTAINS = _build_sure("__contains", "contains the text, whatever its case", conditions.holds)
ISNULL = _build_sure("__isnull", "is missing (true) or there (false)", conditions.compares("isnull"))
PLAIN = (
    IS,
    NOT,
    _build_sure("__gte", "is at least the value", conditions.compares("gte")),
    _build_sure("__lte", "is at most the value", conditions.compares("lte")),
)
LISTED = (
    _build_sure("", "holds one of the values", conditions.lists),
    _build_sure("__not", "holds none of the values", conditions.lists_none),
)


def _build_uncertain(on: OnInterval, what: str, above: str, below: str) -> tuple[Lookup, ...]:
    return (
        Lookup("", f"may be {what}", on.may_be, on.must_be),
        Lookup("__not", f"may be other than {what}", on.may_not_be, on.must_not_be),
        Lookup("__gte", f"may be {what} or {above}", on.may_reach, on.must_reach),
        Lookup("__lte", f"may be {what} or {below}", on.may_stay, on.must_stay),
    )


RANGE = _build_uncertain(OnInterval(conditions.quantity), "the value", "more", "less")
DAYS = OnInterval(conditions.uncertain_date)
UNCERTAIN_DATE = _build_uncertain(DAYS, "in the date (EDTF)", "later", "earlier")

BY_NAME = (
    values.build_party_reader(values.build_name_reader("party", names.find_party)),
    values.build_name_reader("system", names.find_system),
)
#: Parameters of the resources themselves; the filter of a field with such a name has this suffix.
RESERVED = {past.AS_OF: f"{past.AS_OF}__is"}

_SIMPLE: dict[Type, tuple[tuple[Lookup, ...], Read, bool]] = {
    Type.PARTY: ((IS, NOT), BY_NAME[0], True),
    Type.SYSTEM: ((IS, NOT), BY_NAME[1], True),
    Type.KEY: ((IS, NOT, CONTAINS), str, True),
    Type.TEXT: ((IS, NOT, CONTAINS), str, False),
    Type.LONG_TEXT: ((IS, NOT, CONTAINS), str, False),
    Type.INTEGER: (PLAIN, values.read_integer, False),
    Type.NUMBER: (PLAIN, values.read_number, False),
    Type.BOOLEAN: ((IS,), values.read_boolean, False),
    Type.DATE: (PLAIN, values.read_day, False),
    Type.TIME: (PLAIN, values.read_time, False),
    Type.EDTF: (UNCERTAIN_DATE, values.read_uncertain_date, False),
    Type.CHANGES: ((), str, False),
}


def _get_lookups(item: Field) -> tuple[tuple[Lookup, ...], Read, bool]:
    """Return the lookups of a field, how their values are read, and whether a comma separates values."""
    if item.type is Type.LIST:
        return LISTED, values.build_choice_reader(item) if item.choices else str, bool(item.choices)
    if item.choices and item.type is Type.CHOICE:
        return (IS, NOT), values.build_choice_reader(item), True
    if item.choices and item.type is Type.INTEGER:
        return PLAIN, values.build_choice_reader(item, int), False
    return _SIMPLE[item.type]


def build_filters(items: tuple[Field, ...]) -> dict[str, ValuesFilter]:
    """Build every filter of these fields, by parameter name, range stems included."""
    filters: dict[str, ValuesFilter] = {}
    for item in items:
        lookups, read, comma = _get_lookups(item)
        for lookup in lookups:
            filters[item.name + lookup.suffix] = lookup.build_filter(item, read, comma)
        if item.nullable:
            filters[f"{item.name}__isnull"] = ISNULL.build_filter(item, values.read_boolean)
    for item in [item for item in items if item.name.endswith("_min")]:
        stem, (_, read, _) = item.name.removesuffix("_min"), _get_lookups(item)
        figure = Field(stem, item.type, "")
        for lookup in RANGE:
            filters[stem + lookup.suffix] = lookup.build_filter(figure, read)
        lower = Field(stem, item.type, "", column=f"{stem}_min")
        filters[f"{stem}__isnull"] = ISNULL.build_filter(lower, values.read_boolean)
    return filters


class StrictFilterSet(django_filters.FilterSet):
    """FilterSet that combines its filters' conditions, those of certainty with `certain=true`."""

    base_filters: Mapping[str, Any]

    def __init__(self, data: QueryDict, *args: Any, **kwargs: Any):
        # Only the filters of this query: to copy all of them would cost more than the query.
        declared = type(self).base_filters
        self.base_filters = {name: declared[name] for name in declared if name in data}
        super().__init__(data, *args, **kwargs)

    def list_errors(self, list_known: Callable[[], QuerySet]) -> list[ParameterError]:
        """Spell keys and names as what is known has them; return the errors of the parameters."""
        faults = {name: list(listed) for name, listed in self.errors.as_data().items()}
        for name, wanted in self.form.cleaned_data.items():
            if wanted and getattr(self.filters[name], "name", ""):
                try:
                    wanted[:] = self.filters[name].spell(wanted, list_known())
                except values.Fault as fault:
                    faults[name] = [fault]
        return [fault.build_error(name) for name, listed in faults.items() for fault in listed]

    def filter_queryset(self, queryset):
        cleaned = self.form.cleaned_data
        certain = any(cleaned.get("certain") or [])
        for name, wanted in cleaned.items():
            if name != "certain" and wanted:
                queryset = queryset.filter(self.filters[name].build_condition(wanted, certain))
        return queryset


def build_filterset(
    name: str, items: tuple[Field, ...], more: Mapping[str, ValuesFilter] = {}
) -> type[StrictFilterSet]:
    """Build the FilterSet of these fields and of more, with `certain` if a figure can be uncertain."""
    filters: dict[str, Any] = {
        RESERVED.get(parameter, parameter): declared for parameter, declared in build_filters(items).items()
    }
    if any(item.type is Type.EDTF for item in items):
        certain = CertainFilter(read=values.read_boolean, label="only what must match")
        filters = {"certain": certain, **filters, **more}
    return type(name, (StrictFilterSet,), filters)


#: The years of a date: those of a set are the listed ones, without the gaps between.
YEAR = (
    Lookup("", "may be in the year", conditions.may_be_in_year, DAYS.must_be),
    Lookup("__gte", "may be in the year or later", DAYS.may_reach, DAYS.must_reach),
    Lookup("__lte", "may be in the year or earlier", DAYS.may_stay, DAYS.must_stay),
)
_YEAR = Field("year", Type.EDTF, "", column="period")
_OF_DELIVERIES = {f"year{each.suffix}": each.build_filter(_YEAR, values.read_year, True) for each in YEAR}

#: Its differences are to be read; one asks for the transfers and the time.
_FILTERED_CHANGE = tuple(item for item in fields.CHANGE if item.type not in (Type.CHANGES, Type.LIST))

RowFilterSet = build_filterset("RowFilterSet", fields.ROW)
ClaimFilterSet = build_filterset("ClaimFilterSet", fields.CLAIM)
DeliveryFilterSet = build_filterset("DeliveryFilterSet", fields.DELIVERY, _OF_DELIVERIES)
PartyFilterSet = build_filterset("PartyFilterSet", fields.PARTY)
SystemFilterSet = build_filterset("SystemFilterSet", fields.SYSTEM)
SourceFilterSet = build_filterset("SourceFilterSet", fields.SOURCE)
_OF_VERSION = ("supplier", "recipient", "system")


class ChangeFilterSet(build_filterset("ChangeColumns", _FILTERED_CHANGE)):  # type: ignore[misc]
    """Filters of the log; those of supplier, recipient and system must match one and the same version."""

    def filter_queryset(self, queryset):
        rows = RegistryRow.objects.all()
        for name, wanted in self.form.cleaned_data.items():
            condition = self.filters[name].build_condition(wanted, False) if wanted else Q()
            if name.split("__")[0] in _OF_VERSION:
                rows = rows.filter(condition)
            else:
                queryset = queryset.filter(condition)
        return queryset.concerning(rows) if rows.query.where else queryset


def is_by_name(filterset: type[StrictFilterSet], parameters: Iterable[str]) -> bool:
    """Return whether one of the parameters finds its values by the names of parties and systems of today."""
    declared = filterset.base_filters
    return any(declared[name].extra.get("read") in BY_NAME for name in parameters if name in declared)


def is_scalar(name: str) -> bool:
    """Return whether the filter of this name may appear only once."""
    return name == "certain" or name.endswith(SCALAR_SUFFIXES)


@cache
def list_scalars(filterset: type[StrictFilterSet]) -> list[str]:
    """List the filters that may appear only once."""
    return [name for name in filterset.base_filters if is_scalar(name)]
