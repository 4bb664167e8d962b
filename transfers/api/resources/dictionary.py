"""/api and /api/fields: where to begin, and the data dictionary."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from transfers.api.response import shapes
from transfers.api.response.output import EVERY_FORMAT, LICENCE
from transfers.api.response.shapes import STRING, Shape
from transfers.vocabulary.fields import Field, Type

from .base import Answer, RegistryView
from .changes import ChangeList
from .claims import ClaimList
from .deliveries import DeliveryList
from .delivery_summary import DeliverySummary
from .lists import ListView
from .reference import PartyList, SourceList, SystemList
from .summary import Summary, SummaryView
from .transfers import TransferList

LISTS: tuple[type[ListView], ...] = (
    TransferList, ClaimList, DeliveryList, PartyList, SystemList, SourceList, ChangeList,
)  # fmt: skip
SUMMARIES: tuple[type[SummaryView], ...] = (Summary, DeliverySummary)

DICTIONARY: tuple[Field, ...] = (
    Field("resource", Type.KEY, "The resource that has the field.", nullable=False),
    Field("name", Type.KEY, "The field's name, the same in every format.", nullable=False),
    Field("type", Type.KEY, "How the field is written and filtered.", nullable=False),
    Field("description", Type.TEXT, "What the field says.", nullable=False),
    Field("unit", Type.TEXT, "The unit or code list of its values."),
    Field("nullable", Type.BOOLEAN, "Whether the value may be missing.", nullable=False),
    Field("choices", Type.LIST, "The values it can have, where they are fixed."),
    Field("filters", Type.LIST, "The parameters that filter by it.", nullable=False),
)


class FieldList(RegistryView):
    """The data dictionary: every public field, from the one list that all formats share."""

    renderer_classes = EVERY_FORMAT

    def answer(self, request: Request, **kwargs: Any) -> Answer:
        entries = [_build_entry(view, item) for view in LISTS for item in view.items]
        if not self.wants("json"):
            joined = [{**entry, **{name: "|".join(entry[name]) for name in ("choices", "filters")}}
                      for entry in entries]  # fmt: skip
            return self.export("fields", joined, DICTIONARY, len(entries))
        return Response({"count": len(entries), "next": None, "previous": None, "results": entries,
                         "citation": str(self.citation)})  # fmt: skip

    def shape(self) -> Shape:
        return shapes.build_list(shapes.build_whole_row(DICTIONARY))


def _build_entry(view: type[ListView], item: Field) -> dict[str, Any]:
    declared = view.filterset_class.base_filters
    stem = item.name.removesuffix("_min").removesuffix("_max")  # both ends of a figure are filtered by it
    return {
        "resource": view.name,
        "name": item.name,
        "type": str(item.type),
        "description": item.description,
        "unit": item.unit or None,
        "nullable": item.nullable,
        "choices": [value for value, _ in item.choices],
        "filters": [name for name in declared if declared[name].field_name in (item.column, stem)],
    }


class Root(RegistryView):
    """Where to begin: the resources, the revision, the licence."""

    def answer(self, request: Request, **kwargs: Any) -> HttpResponse:
        others = (*(view.path for view in SUMMARIES), "releases", "fields", "schema", "docs")
        resources = [*(view.name for view in LISTS), *others]
        examples = ("?system=S-400", ".csv?recipient=Serbia", "?date_delivered__gte=2019")
        return Response(
            {
                "name": "arms_registry",
                "description": "A register of arms transfers in which every figure leads to its source.",
                "revision": self.edition.sequence,
                "licence": LICENCE,
                "resources": {name: request.build_absolute_uri(f"/api/{name}") for name in resources},
                "examples": [request.build_absolute_uri(f"/api/transfers{query}") for query in examples],
            }
        )

    def shape(self) -> Shape:
        address = {**STRING, "format": "uri"}
        addresses: Shape = {"type": "object", "additionalProperties": address}
        members: Shape = dict.fromkeys(("name", "description", "licence"), STRING)
        members |= {"revision": {"type": "integer"}, "resources": addresses}
        members["examples"] = shapes.build_array(address)
        return shapes.build_object(members)
