"""The public resources, read-only. Each list is one QuerySet, one FilterSet and one field list."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from anyascii import anyascii
from django.db.models import F, QuerySet
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .. import fields, names
from ..exports import FORMATS
from ..fields import Field
from ..models import RegistryClaim, RegistryRow, Revision
from . import filters, paging, strict
from .errors import BadParameters, ParameterError, Problem
from .output import CSV, JSON, LICENCE, public

#: Keys that a suggestion is looked for among; more would make a mistyped key a costly request.
MOST_CANDIDATES = 5000


class Negotiation(BaseContentNegotiation):
    """The format by suffix, by `format=`, or by the Accept header with its preferences."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next(iter(parsers), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        wanted = format_suffix or request.query_params.get("format")
        if wanted:
            chosen = next(renderer for renderer in renderers if renderer.format == wanted)
            return chosen, chosen.media_type
        media_type = request._request.get_preferred_type([renderer.media_type for renderer in renderers])
        for renderer in renderers:
            if renderer.media_type == media_type:
                return renderer, media_type
        raise NotAcceptable


class RegistryView(APIView):
    """What all resources share: strict parameters, formats, errors, and the revision answered from."""

    http_method_names = ["get", "head", "options"]
    renderer_classes = [JSON, CSV]
    content_negotiation_class = Negotiation
    own_parameters: tuple[str, ...] = ("format",)
    filterset_class: type[filters.StrictFilterSet] | None = None

    def parameters(self) -> list[str]:
        """Every parameter that the resource knows."""
        return [*self.own_parameters, *(self.filterset_class.base_filters if self.filterset_class else ())]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        once = {
            *self.own_parameters,
            *(filters.scalars(self.filterset_class) if self.filterset_class else ()),
        }
        strict.check(request._request, self.parameters(), once)
        self._check_format(request.query_params.get("format"), kwargs.get("format"))
        try:
            super().initial(request, *args, **kwargs)
        except NotAcceptable as error:
            known = ", ".join(renderer.media_type for renderer in self.renderer_classes)
            raise Problem(406, f"The Accept header allows none of the formats there are: {known}.") from error
        if not self.wants("json"):
            paged = [name for name in paging.OF_PAGES if name in request.query_params]
            detail = "The answer in this format is the whole, and has no pages."
            self.refuse(*(ParameterError(name, "no_pages", detail) for name in paged))

    def _check_format(self, asked: str | None, suffix: str | None) -> None:
        known = [renderer.format for renderer in self.renderer_classes]
        for wanted in filter(None, (suffix, asked)):
            if wanted not in known:
                detail = f"There is no format '{wanted}' here; there is: {', '.join(known)}."
                self.refuse(ParameterError("format", "unknown", detail, known))
        if suffix and asked and asked != suffix:
            detail = f"The address says .{suffix}, the parameter format={asked}."
            self.refuse(ParameterError("format", "contradiction", detail, [suffix]))

    def refuse(self, *errors: ParameterError) -> None:
        """Raise BadParameters for these errors; none: go on."""
        if errors:
            raise BadParameters(errors, self.parameters())

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Link"] = ", ".join(
            [*response.get("Link", "").split(", "), f'<{LICENCE}>; rel="license"']
        ).lstrip(", ")
        response["Access-Control-Allow-Origin"] = "*"
        return response

    def wants(self, name: str) -> bool:
        """Whether the answer is to leave in this format."""
        return self.request.accepted_renderer.format == name

    def export(
        self, name: str, rows: Iterable[dict[str, Any]], items: tuple[Field, ...]
    ) -> StreamingHttpResponse:
        """A whole answer as a file, streamed in the negotiated format."""
        writer = FORMATS[self.request.accepted_renderer.format]
        shown = (public(row, items) for row in rows)
        response = StreamingHttpResponse(
            writer.stream([item.name for item in items], shown),
            content_type=f"{writer.MEDIA_TYPE}; charset=utf-8",
        )
        response["Content-Disposition"] = f'attachment; filename="{self._file_name(name)}"'
        return response

    def _file_name(self, name: str) -> str:
        asked = "_".join(
            f"{key}-{value}" for key, value in self.request.query_params.items() if key != "format"
        )
        told = re.sub(r"[^A-Za-z0-9._-]+", "-", anyascii(asked))[:80].strip("-")
        today = datetime.now(UTC).date().isoformat()
        return (
            "_".join(part for part in (name, told, today) if part)
            + f".{self.request.accepted_renderer.format}"
        )


class ListView(RegistryView):
    """A filtered, ordered, paged list of flat rows; in CSV the whole of it."""

    name: str
    items: tuple[Field, ...]
    key: str
    own_parameters = ("format", "fields", "omit", *paging.OPTIONS)

    def rows(self) -> QuerySet:
        raise NotImplementedError

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response | StreamingHttpResponse:
        query = request.query_params
        orderable = [
            item.name for item in self.items if item.type not in (fields.Type.LONG_TEXT, fields.Type.LIST)
        ]
        page_of = paging.Paging(query, orderable, self.key, self.parameters())
        rows = self.filtered(self.rows())
        items = self.chosen()
        shown = fields.names(items)
        if not self.wants("json"):
            ordered = rows.order_by(*(column.by(False) for column in page_of.order))
            return self.export(self.name, ordered.values(*shown).iterator(), items)
        page = page_of.page(rows, shown)
        body = {
            "count": rows.count(),
            "next": paging.link(request._request, page.next),
            "previous": paging.link(request._request, page.previous),
            "results": [public(row, items) for row in page.rows],
        }
        return Response(body, headers=_links(body))

    def chosen(self) -> tuple[Field, ...]:
        """The fields that `fields=` and `omit=` leave, in public order."""
        known = fields.names(self.items)
        asked = {name: _listed(self.request.query_params, name) for name in ("fields", "omit")}
        errors = [
            ParameterError(parameter, "empty", f"The parameter '{parameter}' has an empty part.")
            for parameter, listed in asked.items()
            if "" in listed
        ] or [
            ParameterError(parameter, "unknown", f"There is no field '{name}'.", names.nearest(name, known))
            for parameter, listed in asked.items()
            for name in listed
            if name not in known
        ]
        left = tuple(
            item
            for item in self.items
            if item.name in (asked["fields"] or known) and item.name not in asked["omit"]
        )
        if not (left or errors):
            errors = [ParameterError("omit", "nothing_left", "No field is left to show.")]
        self.refuse(*errors)
        return left

    def filtered(self, rows: QuerySet) -> QuerySet:
        """The rows that the query selects; raises BadParameters with every value that is off."""
        assert self.filterset_class is not None
        filterset = self.filterset_class(self.request.query_params, queryset=rows)
        if not filterset.is_valid():
            errors = [
                ParameterError(
                    name, error.code or "invalid", str(error.message), getattr(error, "suggestions", [])
                )
                for name, listed in filterset.errors.as_data().items()
                for error in listed
            ]
            self.refuse(*errors)
        return filterset.qs


def _listed(query: QueryDict, name: str) -> list[str]:
    return [part.strip() for part in str(query[name]).split(",")] if name in query else []


def _links(body: dict[str, Any]) -> dict[str, str]:
    links = [f'<{body[rel]}>; rel="{rel}"' for rel in ("next", "previous") if body[rel]]
    return {"Link": ", ".join(links)} if links else {}


class TransferList(ListView):
    """Published transfers, one flat row each."""

    name = "transfers"
    items = fields.ROW
    key = "key"
    filterset_class = filters.RowFilterSet

    def rows(self) -> QuerySet:
        return RegistryRow.objects.current()


class TransferDetail(RegistryView):
    """One transfer: its row, every claim with its source, and its public history."""

    def get(
        self, request: Request, key: str, **kwargs: Any
    ) -> Response | HttpResponse | StreamingHttpResponse:
        row = RegistryRow.objects.current().filter(key=key).values(*fields.names(fields.ROW)).first()
        if row is None:
            raise self._absent(key)
        claims = RegistryClaim.objects.current().filter(transfer=key).values(*fields.names(fields.CLAIM))
        if not self.wants("json"):
            return self.export(key, claims, fields.CLAIM)
        history = Revision.objects.filter(key=key).values(
            "time", "action", "reason", "content", "hash", revision=F("sequence")
        )
        body = public(row, fields.ROW)
        body["claims"] = [public(claim, fields.CLAIM) for claim in claims]
        body["history"] = list(history)
        return Response(body)

    def _absent(self, key: str) -> Problem:
        last = Revision.objects.filter(key=key).order_by("-sequence").first()
        if last is not None:
            return Problem(
                410, f"The transfer {key} was withdrawn: {last.reason}", reason=last.reason,
                revision=last.sequence, time=last.time,
            )  # fmt: skip
        alike = RegistryRow.objects.current().filter(key__startswith=key[:3]).values_list("key", flat=True)
        near = names.nearest(key, alike[:MOST_CANDIDATES])
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        return Problem(404, f"There is no transfer '{key}'.{meant}", suggestions=near)


DICTIONARY: tuple[Field, ...] = (
    Field("resource", fields.Type.KEY, "The resource that has the field.", nullable=False),
    Field("name", fields.Type.KEY, "The field's name, the same in every format.", nullable=False),
    Field("type", fields.Type.KEY, "How the field is written and filtered.", nullable=False),
    Field("description", fields.Type.TEXT, "What the field says.", nullable=False),
    Field("unit", fields.Type.TEXT, "The unit or code list of its values."),
    Field("nullable", fields.Type.BOOLEAN, "Whether the value may be missing.", nullable=False),
    Field("choices", fields.Type.LIST, "The values it can have, where they are fixed."),
    Field("filters", fields.Type.LIST, "The parameters that filter by it.", nullable=False),
)


class FieldList(RegistryView):
    """The data dictionary: every public field, from the one list that all formats share."""

    def get(self, request: Request, **kwargs: Any) -> Response | StreamingHttpResponse:
        entries = [
            *(_entry("transfers", item, filters.RowFilterSet.base_filters) for item in fields.ROW),
            *(_entry("claims", item, {}) for item in fields.CLAIM),
        ]
        if not self.wants("json"):
            joined = ({**entry, "choices": "|".join(entry["choices"]), "filters": "|".join(entry["filters"])}
                      for entry in entries)  # fmt: skip
            return self.export("fields", joined, DICTIONARY)
        return Response({"count": len(entries), "next": None, "previous": None, "results": entries})


def _entry(resource: str, item: Field, known: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "resource": resource,
        "name": item.name,
        "type": str(item.type),
        "description": item.description,
        "unit": item.unit or None,
        "nullable": item.nullable,
        "choices": [value for value, _ in item.choices],
        "filters": [name for name, used in known.items() if used.field_name in (item.name, _stem(item.name))],
    }


def _stem(name: str) -> str:
    """What the two ends of a figure are filtered by together: `quantity_ordered_min` → `quantity_ordered`."""
    return name.removesuffix("_min").removesuffix("_max")


class Root(RegistryView):
    """Where to begin: the resources, the revision, the licence."""

    renderer_classes = [JSON]

    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response(
            {
                "name": "arms_registry",
                "description": "A register of arms transfers in which every figure leads to its source.",
                "revision": names.head(),
                "licence": LICENCE,
                "resources": {
                    name: request.build_absolute_uri(f"/api/{name}") for name in ("transfers", "fields")
                },
                "examples": [
                    request.build_absolute_uri(f"/api/transfers{query}")
                    for query in ("?system=S-400", ".csv?recipient=Serbia", "?date_delivered__gte=2019")
                ],
            }
        )
