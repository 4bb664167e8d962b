"""/api/transfers/summary: counts and sums of published transfers by group and unit.

Numbers are summed for each unit apart, as batteries are not added to aircraft. A date that spans years is
a group of its own (`2017/2020`), never split or guessed. Deployments change no owner, so they are left
out unless `kind` asks for them.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from django.db.models.functions import ExtractYear
from rest_framework.request import Request
from rest_framework.response import Response

from transfers.api.errors import ParameterError, refuse
from transfers.api.request import filters
from transfers.api.response import shapes
from transfers.api.response.output import CITED
from transfers.api.response.shapes import STRING, Shape
from transfers.exports.formats.table import drop_empty_fraction
from transfers.models import RegistryClaim, RegistryRow
from transfers.publication import search
from transfers.vocabulary import fields, measures, names
from transfers.vocabulary.fields import Field, Type

from .base import Answer, RegistryView

CODED = tuple(item.name for item in fields.ROW if item.type in (Type.PARTY, Type.SYSTEM, Type.CHOICE))
YEARS = {f"year_{event}": f"date_{event}" for event in ("agreed", "delivered", "deployed")}
GROUPS = (*CODED, "deal_currency", *YEARS, "source")
_TIV = ("tiv_ordered", "tiv_delivered")
_KIND = {"kind", "kind__not"}
_LEFT_OUT = "Deployments are left out, as they change no owner; ask for them with kind=deployment."
_COUNTED = "Deployments are counted where the parameter kind selects them."


def _build_sums() -> Iterator[tuple[Field, str]]:
    """Yield the fields of a group's numbers, each with its SQL over the rows `r`."""
    yield Field("count", Type.INTEGER, "Transfers in the group.", nullable=False), "COUNT(*)"
    for stem in measures.QUANTITIES:
        words = stem.removeprefix("quantity_")
        for end in ("min", "max"):
            text = f"Sum of {stem}_{end} over the group's rows that have one."
            yield Field(f"{stem}_{end}", Type.INTEGER, text, unit="unit"), f"SUM(r.{stem}_{end})"
        text = f"Rows of the group without a number {words}."
        yield _build_count(f"{stem}_missing", text, f"r.{stem}_min IS NULL")
        text = f"Rows of the group whose number {words} is open: the sum of its maxima lacks them."
        yield _build_count(f"{stem}_open", text, f"r.{stem}_min IS NOT NULL AND r.{stem}_max IS NULL")
    for stem in _TIV:
        text = f"Sum of {stem} over the group's rows that have one."
        yield Field(stem, Type.NUMBER, text, unit="million TIV"), f"SUM(r.{stem})"
        yield _build_count(f"{stem}_missing", f"Rows of the group without {stem}.", f"r.{stem} IS NULL")


def _build_count(name: str, text: str, condition: str) -> tuple[Field, str]:
    field = Field(name, Type.INTEGER, text, nullable=False)
    return field, f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)"


SUMS = list(_build_sums())


class Summary(RegistryView):
    """Counts and sums of transfers, by any coded field, by year or by source, for each unit apart."""

    renderer_classes = CITED
    own_parameters = ("group_by",)
    own_headers = ("Registry-Count", "Registry-Note")
    filterset_class = filters.RowFilterSet
    versions: Any = RegistryRow.objects

    def answer(self, request: Request, **kwargs: Any) -> Answer:
        groups = _read_groups(request.query_params.get("group_by"))
        rows = self.filter_rows(self.select(self.versions), self.versions.all)
        note = _COUNTED
        if not _KIND & request.query_params.keys():
            rows, note = rows.exclude(kind="deployment"), _LEFT_OUT
        items = list_items(groups)
        summed = [
            dict(zip(fields.list_names(items), _label(groups, row), strict=True))
            for row in _sum(rows, groups, self.select(RegistryClaim.objects))
        ]
        if not self.wants("json"):
            response: Any = self.export("summary", summed, items, len(summed))
        else:
            body = {"count": len(summed), "next": None, "previous": None, "note": note, "results": summed,
                    "citation": str(self.citation)}  # fmt: skip
            response = Response(body)
        response["Registry-Count"] = str(len(summed))
        response["Registry-Note"] = note
        return response

    def shape(self) -> Shape:
        row = shapes.build_row(list_items(list(GROUPS)))
        group = {**row, "required": ["unit", *(item.name for item, _ in SUMS)]}
        return shapes.build_list(group, note={**STRING, "description": "What the numbers leave out."})

    def list_values(self, parameter: str) -> list[str]:
        return list(GROUPS) if parameter == "group_by" else super().list_values(parameter)

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        return search.filter_by_words(rows, text)


def _read_groups(text: str | None) -> list[str]:
    groups = [part.strip() for part in text.split(",")] if text else []
    errors = [
        ParameterError("group_by", "unknown", f"Cannot group by '{name}'.", names.suggest(name, GROUPS))
        for name in groups
        if name not in GROUPS
    ]
    if len(set(groups)) < len(groups):
        errors.append(ParameterError("group_by", "repeated", "A field may appear only once in group_by."))
    refuse(errors)
    return groups


def list_items(groups: list[str]) -> tuple[Field, ...]:
    """Return the fields of a summary by these groups: the groups, the unit, and the numbers."""
    by_name = {item.name: item for item in fields.ROW}
    shown = [by_name.get(name) or Field(name, Type.KEY, _describe(name)) for name in groups]
    if "unit" not in groups:
        shown.append(by_name["unit"])
    return (*shown, *(item for item, _ in SUMS))


def _describe(name: str) -> str:
    if name in YEARS:
        return f"Year of {YEARS[name]}; the span of years where it may be several."
    return "Key of a source; a transfer counts under each of its sources."


def _sum(rows: QuerySet, groups: list[str], claims: QuerySet) -> list[tuple[Any, ...]]:
    """Run one query: the selected rows as a subquery, joined with their sources to group by those."""
    sources = claims.order_by().values("transfer", "source").distinct()
    try:
        inner, parameters = _select_columns(rows, groups).query.sql_with_params()
        joined, of_sources = sources.query.sql_with_params()
    except EmptyResultSet:  # no row can match
        return []
    by = [f"c.{name}" if name == "source" else f"r.{name}" for name in _list_outer_columns(groups)]
    join = f" JOIN ({joined}) c ON c.transfer = r.key" if "source" in groups else ""
    order = ", ".join(f"{column} IS NULL, {column}" for column in by)
    statement = (
        f"SELECT {', '.join([*by, *(expression for _, expression in SUMS)])} FROM ({inner}) r{join}"
        f" GROUP BY {', '.join(by)} ORDER BY {order}"
    )
    with connections[rows.db].cursor() as cursor:
        cursor.execute(statement, (*parameters, *(of_sources if join else ())))
        return list(cursor.fetchall())


def _select_columns(rows: QuerySet, groups: list[str]) -> QuerySet:
    inner = rows.order_by()
    for name in set(groups) & YEARS.keys():
        date = YEARS[name]
        inner = inner.annotate(
            **{f"{name}_from": ExtractYear(f"{date}_earliest"), f"{name}_to": ExtractYear(f"{date}_latest")}
        )
    columns = [name for name in _list_outer_columns(groups) if name != "source"]
    ends = [f"{stem}_{end}" for stem in measures.QUANTITIES for end in ("min", "max")]
    return inner.values(*dict.fromkeys(["key", "unit", *columns, *ends, *_TIV]))


def _list_outer_columns(groups: list[str]) -> list[str]:
    """List the columns to group by; a year takes two, for the first and the last day that the date allows."""
    columns: list[str] = []
    for name in groups:
        columns += [f"{name}_from", f"{name}_to"] if name in YEARS else [name]
    return columns if "unit" in groups else [*columns, "unit"]


def _label(groups: list[str], row: tuple[Any, ...]) -> list[Any]:
    values = list(row)
    shown: list[Any] = []
    for name in groups:
        shown.append(_format_years(values.pop(0), values.pop(0)) if name in YEARS else values.pop(0))
    return [*shown, *(_convert_whole(value) for value in values)]


def _format_years(first: Any, last: Any) -> str | None:
    """Return `2019`, `2017/2020`, `2019/..` or `../2019`; None without a date."""
    if first is None and last is None:
        return None
    if first == last:
        return f"{int(first):04d}"
    return "/".join(".." if year is None else f"{int(year):04d}" for year in (first, last))


def _convert_whole(value: Any) -> Any:
    """Return the value, a whole number without a fraction even if PostgreSQL made a decimal of it."""
    if isinstance(value, Decimal):
        return int(value)
    return drop_empty_fraction(value) if isinstance(value, float) else value
