"""The one FilterSet of the register's rows, generated from the field list.

Each filter selects what *may* match an uncertain figure; with `certain=true` only what *must*. A row
that lacks a figure matches no filter on it but `__isnull=true`. Repeating a parameter is OR (for
`__not`: none of them); different parameters are AND; a comma is OR on codes, slugs and choices.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.http import QueryDict

from transfers.api.resources import changelog as log
from transfers.models import RegistryRow
from transfers.publication import names
from transfers.vocabulary import fields
from transfers.vocabulary.fields import Field, Type

from . import conditions, past, values
from .conditions import OnInterval, Test

MOST_VALUES = 200
#: Lookups that compare with one value, so that a second would be ignored.
SCALAR_SUFFIXES = ("__gte", "__lte", "__isnull")
Read = Callable[[str], Any]


class ValuesField(forms.Field):
    """Reads every value of a parameter; errors name the value and what was perhaps meant."""

    widget = forms.MultipleHiddenInput

    def __init__(self, *, read: Read, comma: bool = False, choices: list[str] | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.choices = choices or []
        self.read = read
        self.comma = comma

    def clean(self, value: list[str]) -> list[Any]:
        texts = [part.strip() for text in value or [] for part in (text.split(",") if self.comma else [text])]
        if len(texts) > MOST_VALUES:
            raise values.Fault("too_many", f"A parameter takes at most {MOST_VALUES} values.")
        if not all(texts):
            raise values.Fault("empty", f"'{','.join(value)}' has an empty part.")
        return [self.read(text) for text in texts]


class ValuesFilter(django_filters.Filter):
    """Rows that may have one of the values; that must, where only certainty counts."""

    field_class = ValuesField

    def __init__(self, column: str, may: Test, must: Test, **kwargs: Any):
        super().__init__(field_name=column, **kwargs)
        self.may, self.must = may, must

    def condition(self, asked: list[Any], certain: bool) -> Q:
        return (self.must if certain else self.may)(self.field_name or "", asked)


class CertainFilter(django_filters.Filter):
    """The switch from what may match to what must."""

    field_class = ValuesField


@dataclass(frozen=True)
class Lookup:
    """A suffix of a filter's name, what it says, and its two tests."""

    suffix: str
    words: str
    may: Test
    must: Test

    def filter(self, item: Field, read: Read, comma: bool = False) -> ValuesFilter:
        choices = [] if read is values.boolean else [value for value, _ in item.choices]
        return ValuesFilter(
            item.column, self.may, self.must, label=f"{item.name} {self.words}", read=read, comma=comma,
            choices=choices,
        )  # fmt: skip


def _sure(suffix: str, words: str, test: Test) -> Lookup:
    return Lookup(suffix, words, test, test)


IS = _sure("", "is one of the values", conditions.is_one)
NOT = _sure("__not", "is there and none of the values", conditions.is_none)
CONTAINS = _sure("__contains", "contains the text, whatever its case", conditions.holds)
ISNULL = _sure("__isnull", "is missing (true) or there (false)", conditions.compares("isnull"))
PLAIN = (
    IS,
    NOT,
    _sure("__gte", "is at least the value", conditions.compares("gte")),
    _sure("__lte", "is at most the value", conditions.compares("lte")),
)
LISTED = (
    _sure("", "holds one of the values", conditions.lists),
    _sure("__not", "holds none of the values", conditions.lists_none),
)


def _uncertain(on: OnInterval, what: str, above: str, below: str) -> tuple[Lookup, ...]:
    return (
        Lookup("", f"may be {what}", on.may_be, on.must_be),
        Lookup("__not", f"may be other than {what}", on.may_not_be, on.must_not_be),
        Lookup("__gte", f"may be {what} or {above}", on.may_reach, on.must_reach),
        Lookup("__lte", f"may be {what} or {below}", on.may_stay, on.must_stay),
    )


RANGE = _uncertain(OnInterval(conditions.quantity), "the value", "more", "less")
UNCERTAIN_DATE = _uncertain(OnInterval(conditions.uncertain_date), "in the date (EDTF)", "later", "earlier")

BY_NAME = (values.known("party", names.public_parties), values.known("system", names.public_systems))
#: Parameters of the resources themselves; the filter of a field with such a name has this suffix.
RESERVED = {past.AS_OF: f"{past.AS_OF}__is"}

_SIMPLE: dict[Type, tuple[tuple[Lookup, ...], Read, bool]] = {
    Type.PARTY: ((IS, NOT), BY_NAME[0], True),
    Type.SYSTEM: ((IS, NOT), BY_NAME[1], True),
    Type.KEY: ((IS, NOT, CONTAINS), str, True),
    Type.TEXT: ((IS, NOT, CONTAINS), str, False),
    Type.LONG_TEXT: ((IS, NOT, CONTAINS), str, False),
    Type.INTEGER: (PLAIN, values.integer, False),
    Type.NUMBER: (PLAIN, values.number, False),
    Type.BOOLEAN: ((IS,), values.boolean, False),
    Type.DATE: (PLAIN, values.day, False),
    Type.TIME: (PLAIN, values.moment, False),
    Type.EDTF: (UNCERTAIN_DATE, values.uncertain_date, False),
    Type.CHANGES: ((), str, False),
}


def _filters_of(item: Field) -> tuple[tuple[Lookup, ...], Read, bool]:
    """The lookups of a field, how their values are read, and whether a comma separates values."""
    if item.type is Type.LIST:
        return LISTED, values.choice(item) if item.choices else str, bool(item.choices)
    if item.choices and item.type is Type.CHOICE:
        return (IS, NOT), values.choice(item), True
    if item.choices and item.type is Type.INTEGER:
        return PLAIN, values.numbered_choice(item), False
    return _SIMPLE[item.type]


def build(items: tuple[Field, ...]) -> dict[str, ValuesFilter]:
    """Every filter of these fields, by parameter name, range stems included."""
    filters: dict[str, ValuesFilter] = {}
    for item in items:
        lookups, read, comma = _filters_of(item)
        for lookup in lookups:
            filters[item.name + lookup.suffix] = lookup.filter(item, read, comma)
        if item.nullable:
            filters[f"{item.name}__isnull"] = ISNULL.filter(item, values.boolean)
    for stem in [item.name.removesuffix("_min") for item in items if item.name.endswith("_min")]:
        figure = Field(stem, Type.INTEGER, "")
        for lookup in RANGE:
            filters[stem + lookup.suffix] = lookup.filter(figure, values.integer)
        lower = Field(stem, Type.INTEGER, "", column=f"{stem}_min")
        filters[f"{stem}__isnull"] = ISNULL.filter(lower, values.boolean)
    return filters


class StrictFilterSet(django_filters.FilterSet):
    """Combines its filters' conditions; what counts is certainty where `certain=true`."""

    base_filters: Mapping[str, Any]

    def __init__(self, data: QueryDict, *args: Any, **kwargs: Any):
        # Only the filters that are asked for: copying all of them would cost more than the query.
        self.base_filters = {name: used for name, used in type(self).base_filters.items() if name in data}
        super().__init__(data, *args, **kwargs)

    def filter_queryset(self, queryset):
        cleaned = self.form.cleaned_data
        certain = any(cleaned.get("certain") or [])
        for name, asked in cleaned.items():
            if name != "certain" and asked:
                queryset = queryset.filter(self.filters[name].condition(asked, certain))
        return queryset


def _filterset(name: str, items: tuple[Field, ...]) -> type[StrictFilterSet]:
    """The FilterSet of these fields; `certain` is there where a figure can be uncertain."""
    filters: dict[str, Any] = {RESERVED.get(parameter, parameter): used
                               for parameter, used in build(items).items()}  # fmt: skip
    if any(item.type is Type.EDTF for item in items):
        filters = {"certain": CertainFilter(read=values.boolean, label="only what must match"), **filters}
    return type(name, (StrictFilterSet,), filters)


#: Its differences are to be read; one asks for the transfers and the time.
_FILTERED_CHANGE = tuple(item for item in fields.CHANGE if item.type not in (Type.CHANGES, Type.LIST))

RowFilterSet = _filterset("RowFilterSet", fields.ROW)
ClaimFilterSet = _filterset("ClaimFilterSet", fields.CLAIM)
PartyFilterSet = _filterset("PartyFilterSet", fields.PARTY)
SystemFilterSet = _filterset("SystemFilterSet", fields.SYSTEM)
SourceFilterSet = _filterset("SourceFilterSet", fields.SOURCE)
_OF_VERSION = ("supplier", "recipient", "system")


class ChangeFilterSet(_filterset("ChangeColumns", _FILTERED_CHANGE)):  # type: ignore[misc]
    """Of the log: what is asked of supplier, recipient and system is asked of one and the same version."""

    def filter_queryset(self, queryset):
        rows = RegistryRow.objects.all()
        for name, asked in self.form.cleaned_data.items():
            condition = self.filters[name].condition(asked, False) if asked else Q()
            if name.split("__")[0] in _OF_VERSION:
                rows = rows.filter(condition)
            else:
                queryset = queryset.filter(condition)
        return queryset.filter(log.of_rows(rows)) if rows.query.where else queryset


def is_by_name(used: ValuesFilter) -> bool:
    """Whether the filter's values are found by the names that parties and systems bear today."""
    return used.extra.get("read") in BY_NAME


@cache
def scalars(filterset: type[Any]) -> set[str]:
    """Names of the filters that may stand only once."""
    return {name for name in filterset.base_filters if name == "certain" or name.endswith(SCALAR_SUFFIXES)}
