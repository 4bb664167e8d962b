"""/api/transfers: published transfers, and one of them with its claims and history."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from transfers.api.errors import Problem
from transfers.api.request import filters, past
from transfers.api.request.past import Standpoint
from transfers.api.request.values import Fault
from transfers.api.response import shapes
from transfers.api.response.output import CITED
from transfers.api.response.shapes import Shape
from transfers.exports import queries
from transfers.models import RegistryClaim, RegistryRow, Revision
from transfers.publication import search
from transfers.publication.editions import Edition
from transfers.vocabulary import fields, names

from . import changelog
from .base import Answer, RegistryView
from .lists import ListView

#: Keys that a suggestion is looked for among; more would make a mistyped key a costly request.
MOST_CANDIDATES = 5000
#: Fields of the log that an entry of a transfer's history has; the rest is the transfer's own.
_NOT_OF_HISTORY = ("key", "supplier", "recipient", "system", "previous")
HISTORY = tuple(item for item in fields.CHANGE if item.name not in _NOT_OF_HISTORY)


class TransferList(ListView):
    """Published transfers, one flat row each."""

    name = "transfers"
    items = fields.ROW
    key = "key"
    filterset_class = filters.RowFilterSet
    versions = RegistryRow.objects

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        return search.filter_by_words(rows, text)


class TransferDetail(RegistryView):
    """One transfer: its row, every claim with its source, and its public history."""

    renderer_classes = CITED
    versions: Any = RegistryRow.objects
    own_problems = (404, 410)

    def answer(self, request: Request, key: str = "", **kwargs: Any) -> Answer:
        rows = queries.fetch_objects(self.select(RegistryRow.objects).filter(key=key), fields.ROW)
        if not rows:
            raise self._build_absence(key)
        claims = self.select(RegistryClaim.objects).filter(transfer=key)
        if not self.wants("json"):
            return self.export(self.get_file_name(key), claims, fields.CLAIM, claims.count())
        parts = {"claims": queries.fetch_objects(claims, fields.CLAIM), "history": self._read_history(key)}
        return Response({**rows[0], **parts, "citation": str(self.citation)})

    def get_file_name(self, key: str) -> str:
        return key

    def _read_history(self, key: str) -> list[dict[str, Any]]:
        """Return the log of the transfer up to here, each entry with the permanent address of its version."""
        base = self.request.build_absolute_uri(f"/api/transfers/{key}{past.AT}")
        entries = changelog.read_entries(self._get_log(key).order_by("sequence"), HISTORY)
        return [{**entry, "address": f"{base}{entry['revision']}"} for entry in entries]

    def _get_log(self, key: str) -> QuerySet:
        return Revision.objects.filter(key=key).as_of(self.edition.sequence)

    def shape(self) -> Shape:
        row, claim = shapes.build_whole_row(fields.ROW), shapes.build_whole_row(fields.CLAIM)
        address = {"address": {**shapes.STRING, "format": "uri"}}
        entry = shapes.build_object({item.name: shapes.build_value(item) for item in HISTORY} | address)
        members = {
            "claims": shapes.build_array(claim),
            "history": shapes.build_array(entry),
            "citation": shapes.CITATION,
        }
        return shapes.build_object({**row["properties"], **members})

    def _build_absence(self, key: str) -> Problem:
        last = self._get_log(key).order_by("-sequence").first()
        if last is not None:
            return Problem(
                410, f"The transfer {key} was withdrawn: {last.reason}", reason=last.reason,
                revision=last.sequence, time=last.time,
            )  # fmt: skip
        first = Revision.objects.filter(key=key).order_by("sequence").first()
        if first is not None:
            detail = f"The transfer {key} was not in the register at revision {self.edition.sequence}."
            return Problem(404, f"{detail} It was first published by revision {first.sequence}.")
        alike = RegistryRow.objects.current().filter(key__startswith=key[:3]).values_list("key", flat=True)
        near = names.suggest(key, alike[:MOST_CANDIDATES])
        detail = f"There is no transfer '{key}'.{names.format_suggestions(near)}"
        return Problem(404, detail, suggestions=near)


class TransferVersion(TransferDetail):
    """One transfer as it stood at a revision: a permanent address, whose answer never changes."""

    versions = None  # the address says the revision, so there is no `as_of`

    def get_standpoint(self, newest: Edition) -> Standpoint:
        try:
            edition = past.get_numbered_edition(int(self.kwargs["revision"]), newest)
        except Fault as fault:
            raise Problem(404, str(fault.message)) from fault
        return Standpoint(edition, newest, is_pinned=True, is_numbered=True)

    def get_file_name(self, key: str) -> str:
        return f"{key}{past.AT}{self.edition.sequence}"
