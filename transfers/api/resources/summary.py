"""/api/transfers/summary: counts and sums of published transfers by group.

Numbers are summed for each unit apart, as batteries are not added to aircraft, and deal values for each
currency; trend-indicator values alone (`sum=tiv`) for all units. A date that spans years is a group of its
own (`2017/2020`), never split or guessed. Deployments change no owner, so they are left out unless `kind`
asks for them.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import ExtractYear
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from transfers.api.errors import ParameterError, refuse
from transfers.api.request import filters
from transfers.api.response import network, shapes
from transfers.api.response.output import CITED, build_format
from transfers.api.response.shapes import STRING, Shape
from transfers.models import RegistryClaim, RegistryRow
from transfers.publication import search
from transfers.publication.editions import Edition
from transfers.vocabulary import fields, measures
from transfers.vocabulary.fields import Field, Type

from . import sums
from .base import Answer, RegistryView
from .sums import Figures, Question, Row, Sum, add_numbers, count_rows

CODED = tuple(item for item in fields.ROW if item.type in (Type.PARTY, Type.SYSTEM, Type.CHOICE))
YEARS = {f"year_{event}": f"date_{event}" for event in ("agreed", "delivered", "deployed")}
_FAMILY = Field("family", Type.SYSTEM, "The outermost family of the system.")
_SOURCE = Field("source", Type.KEY, "Key of a source; a transfer counts under each of its sources.")
_BY_NAME = {item.name: item for item in CODED}
GROUPS: dict[str, Field] = {
    **_BY_NAME,
    **{
        name: Field(name, Type.KEY, f"Year of {date}; the span of years where it may be several.")
        for name, date in YEARS.items()
    },
    **{item.name: item for item in (_SOURCE, _FAMILY)},
}
_TIV = ("tiv_ordered", "tiv_delivered")
_KIND = {"kind", "kind__not"}
#: File endings that differ from the format's name.
_ENDINGS = {"edges": "edges.csv"}
_LEFT_OUT = "Deployments are left out, as they change no owner; ask for them with kind=deployment."
_COUNTED = "Deployments are counted where the parameter kind selects them."


def _add_range(stem: str, words: str, unit: str) -> Iterator[Sum]:
    """Yield the sums of both ends of a figure, and how many rows lack it or leave its maximum open."""
    for end in ("min", "max"):
        text = f"Sum of {stem}_{end} over the group's rows that have one."
        yield add_numbers(f"{stem}_{end}", f"r.{stem}_{end}", text, unit)
    text = f"Rows of the group without a {words}."
    yield count_rows(f"{stem}_missing", f"r.{stem}_min IS NULL", text)
    text = f"Rows of the group whose {words} is open: the sum of its maxima lacks them."
    yield count_rows(f"{stem}_open", f"r.{stem}_min IS NOT NULL AND r.{stem}_max IS NULL", text)


def _add_tivs() -> Iterator[Sum]:
    for stem in _TIV:
        text = f"Sum of {stem} over the group's rows that have one."
        yield add_numbers(stem, f"r.{stem}", text, "million TIV", whole=False)
        yield count_rows(f"{stem}_missing", f"r.{stem} IS NULL", f"Rows of the group without {stem}.")


_COUNT = Sum(Field("count", Type.INTEGER, "Transfers in the group.", nullable=False), "COUNT(*)")
_QUANTITIES = tuple(
    each
    for stem in measures.QUANTITIES
    for each in _add_range(stem, f"number {stem.removeprefix('quantity_')}", "unit")
)
_TIVS = tuple(_add_tivs())
_VALUES = tuple(_add_range("deal_value", "deal value", "deal_currency"))
#: What `sum` names: the numbers that are added up; without it the quantities and the TIVs, for each unit.
FIGURES: dict[str, Figures] = {
    "": Figures((_COUNT, *_QUANTITIES, *_TIVS), _BY_NAME["unit"], ("count", *_TIV)),
    "tiv": Figures((_COUNT, *_TIVS), None, ("count", *_TIV)),
    "value": Figures((_COUNT, *_VALUES), _BY_NAME["deal_currency"], ("count", "deal_value_min")),
    "count": Figures((_COUNT,), None, ("count",)),
}


class SummaryView(RegistryView):
    """Summary: a subclass has a path, a name for files, groups, figures and `add_up`."""

    path: str
    name: str
    groups: dict[str, Field]
    figures: dict[str, Figures]
    renderer_classes = [*CITED, *(build_format(*each) for each in network.FORMATS.items())]
    own_parameters = sums.PARAMETERS
    own_headers = ("Registry-Count", "Registry-Note")

    def answer(self, request: Request, **kwargs: Any) -> Answer:
        question = sums.read_question(request.query_params, self.groups, self.figures)
        rows = self.filter_rows(self.select(self.versions), self.versions.all)
        rows, note = self.leave_out(rows)
        summed = question.finish(self.add_up(rows, question))
        if request.accepted_renderer.format in network.FORMATS:
            response: Any = self._draw(rows, summed, question)
        elif not self.wants("json"):
            response = self.export(self.name, summed, question.items, len(summed))
        else:
            body = {"count": len(summed), "next": None, "previous": None, "note": note, "results": summed,
                    "citation": str(self.citation)}  # fmt: skip
            response = Response(body)
        response["Registry-Count"] = str(len(summed))
        response["Registry-Note"] = note
        return response

    def _draw(self, rows: QuerySet, summed: list[Row], question: Question) -> HttpResponse:
        """Answer with the sums as a network of suppliers and recipients."""
        form = self.request.accepted_renderer.format
        if not set(network.ENDS) <= set(question.keys):
            detail = "A network needs group_by=supplier,recipient."
            refuse([ParameterError("group_by", "contradiction", detail, [",".join(network.ENDS)])])
        names: dict[str, str] = {}
        for end in network.ENDS:  # as the rows have them, which are of the day that is asked about
            names |= dict(rows.order_by().values_list(end, f"{end}_name").distinct())
        data = network.write(form, summed, question.items, names, question.figures.shared[-1])
        response = HttpResponse(data, network.FORMATS[form])
        response["Content-Disposition"] = f'attachment; filename="{self.name}.{_ENDINGS.get(form, form)}"'
        return response

    def leave_out(self, rows: QuerySet) -> tuple[QuerySet, str]:
        """Return the rows that are added up, and what that leaves out, in a sentence."""
        raise NotImplementedError

    def add_up(self, rows: QuerySet, question: Question) -> list[Row]:
        """Return the groups in their order, each with its sums."""
        raise NotImplementedError

    def shape(self) -> Shape:
        listed = [*self.groups.values(), sums.REST]
        for figures in self.figures.values():
            listed += [each.item for each in figures.sums]
            listed += map(sums.build_share, figures.shared)
        group = {**shapes.build_row(listed), "required": ["count"]}
        return shapes.build_list(group, note={**STRING, "description": "What the numbers leave out."})

    def list_values(self, parameter: str) -> list[str]:
        offered = {
            "group_by": list(self.groups),
            "sum": [name for name in self.figures if name],
            "shares": ["true", "false"],
        }
        return offered.get(parameter) or super().list_values(parameter)


class Summary(SummaryView):
    """Counts and sums of transfers, by any coded field, by year or by source, for each unit apart."""

    path = "transfers/summary"
    name = "summary"
    groups = GROUPS
    figures = FIGURES
    filterset_class = filters.RowFilterSet
    versions: Any = RegistryRow.objects

    def leave_out(self, rows: QuerySet) -> tuple[QuerySet, str]:
        if _KIND & self.request.query_params.keys():
            return rows, _COUNTED
        return rows.exclude(kind="deployment"), _LEFT_OUT

    def add_up(self, rows: QuerySet, question: Question) -> list[Row]:
        found = _sum(rows, question, self.select(RegistryClaim.objects), self.standpoint.now)
        return _label(found, question)

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        return search.filter_by_words(rows, text)


def _sum(rows: QuerySet, question: Question, claims: QuerySet, now: Edition | None) -> list[tuple[Any, ...]]:
    """Run one query: the selected rows as a subquery, joined with their sources to group by those."""
    by = [f"c.{name}" if name == "source" else f"r.{name}" for name in _list_outer_columns(question)]
    join, of_sources = "", ()
    if "source" in question.keys:
        text, of_sources = claims.order_by().values("transfer", "source").distinct().query.sql_with_params()
        join, now = f" JOIN ({text}) c ON c.transfer = r.key", None

    def wrap(inner: str) -> str:
        return sums.build_statement(question.figures.sums, by, f"({inner}) r{join}")

    return sums.fetch_groups(_select_columns(rows, question), wrap, of_sources, now)


def _select_columns(rows: QuerySet, question: Question) -> QuerySet:
    inner = rows.order_by()
    for name in set(question.keys) & YEARS.keys():
        date = YEARS[name]
        inner = inner.annotate(
            **{f"{name}_from": ExtractYear(f"{date}_earliest"), f"{name}_to": ExtractYear(f"{date}_latest")}
        )
    if _FAMILY.name in question.keys:
        inner = inner.annotate(family=sums.OutermostFamily())
    columns = [name for name in _list_outer_columns(question) if name != "source"]
    ends = [f"{stem}_{end}" for stem in (*measures.QUANTITIES, "deal_value") for end in ("min", "max")]
    return inner.values(*dict.fromkeys(["key", *columns, *ends, *_TIV]))


def _list_outer_columns(question: Question) -> list[str]:
    """List the columns to group by; a year takes two, for the first and the last day that the date allows."""
    columns: list[str] = []
    for name in question.keys:
        columns += [f"{name}_from", f"{name}_to"] if name in YEARS else [name]
    return columns


def _label(found: list[tuple[Any, ...]], question: Question) -> list[Row]:
    """Return the groups with their names, column by column, as there may be many."""
    columns = iter(zip(*found, strict=True))
    shown: list[Iterable[Any]] = []
    for name in question.keys if found else ():
        shown.append(map(_format_years, next(columns), next(columns)) if name in YEARS else next(columns))
    shown += [each.show(column) for each, column in zip(question.figures.sums, columns, strict=False)]
    names = [*question.keys, *(each.item.name for each in question.figures.sums)]
    return [dict(zip(names, row, strict=True)) for row in zip(*shown, strict=True)]


@lru_cache(maxsize=10_000)
def _format_years(first: Any, last: Any) -> str | None:
    """Return `2019`, `2017/2020`, `2019/..` or `../2019`; None without a date."""
    if first is None and last is None:
        return None
    if first == last:
        return f"{int(first):04d}"
    return "/".join(".." if year is None else f"{int(year):04d}" for year in (first, last))
