"""/api/transfers: published transfers, and one of them with its claims and history."""

from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from .. import fields, names, search
from ..models import RegistryClaim, RegistryRow, Revision
from . import filters, shapes
from .base import ListView, RegistryView
from .errors import Problem
from .output import public
from .shapes import STRING, Shape

#: Keys that a suggestion is looked for among; more would make a mistyped key a costly request.
MOST_CANDIDATES = 5000


#: One entry of a transfer's history.
_ENTRY: Shape = {
    "type": "object",
    "required": ["time", "action", "reason", "content", "hash", "revision"],
    "properties": {
        "time": {**STRING, "format": "date-time"},
        "action": {**STRING, "enum": list(Revision.Action.values)},
        "reason": {**STRING, "description": "Why, in the curators' words."},
        "content": {**STRING, "description": "SHA-256 of the row and its claims as canonical JSON."},
        "hash": {**STRING, "description": "SHA-256 that chains this revision to the one before."},
        "revision": {"type": "integer", "minimum": 1},
    },
}


class TransferList(ListView):
    """Published transfers, one flat row each."""

    name = "transfers"
    items = fields.ROW
    key = "key"
    filterset_class = filters.RowFilterSet

    def rows(self) -> QuerySet:
        return self.published(RegistryRow.objects)

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        return search.matching(rows, text)


class TransferDetail(RegistryView):
    """One transfer: its row, every claim with its source, and its public history."""

    own_problems = (404, 410)

    def answer(self, request: Request, key: str = "", **kwargs: Any) -> HttpResponse | StreamingHttpResponse:
        row = RegistryRow.objects.current().filter(key=key).values(*fields.names(fields.ROW)).first()
        if row is None:
            raise self._absent(key)
        claims = RegistryClaim.objects.current().filter(transfer=key)
        if not self.wants("json"):
            return self.export(key, claims, fields.CLAIM, claims.count())
        history = Revision.objects.filter(key=key).values(
            "time", "action", "reason", "content", "hash", revision=F("sequence")
        )
        [body] = public([row], fields.ROW)
        body["claims"] = list(public(claims.values(*fields.names(fields.CLAIM)), fields.CLAIM))
        body["history"] = list(history)
        return Response(body)

    def shape(self) -> Shape:
        row = shapes.whole(shapes.component("Transfer"), fields.ROW)
        claim = shapes.whole(shapes.component("Claim"), fields.CLAIM)
        members = {"claims": {"type": "array", "items": claim}, "history": {"type": "array", "items": _ENTRY}}
        return {"allOf": [row, {"type": "object", "required": list(members), "properties": members}]}

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
