"""/api/claims/{key}, /api/parties/{key}, /api/systems/{key}, /api/sources/{key}: one record by its key.

The key of a record that was merged into another leads to the other. A claim that is no longer published is
gone, with the reason of the revision that took it back.
"""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from transfers.api.errors import Problem
from transfers.api.request import filters, known
from transfers.api.request.values import Fault
from transfers.api.response import shapes
from transfers.api.response.shapes import Shape
from transfers.models import RegistryClaim, Revision

from .base import Answer
from .claims import ClaimList
from .lists import ListView
from .reference import PartyList, SourceList, SystemList


class RecordView(ListView):
    """One record of a list; a subclass is of that list, too."""

    own_parameters: tuple[str, ...] = ()
    own_headers: tuple[str, ...] = ()
    own_problems: tuple[int, ...] = (404,)
    filterset_class = filters.StrictFilterSet

    @classmethod
    def list_own_parameters(cls) -> list[str]:
        return [name for name in super().list_own_parameters() if name != "q"]

    def answer(self, request: Request, key: str = "", **kwargs: Any) -> Answer:
        spelled = self._spell(key)
        rows = self.rows().filter(**{self._get_column(): spelled})
        found = self.read_rows(rows, self.items)
        if not found:
            raise self.build_absence(spelled)
        if not self.wants("json"):
            return self.export(spelled, rows, self.items, 1)
        return Response({**found[0], "citation": str(self.citation)})

    def shape(self) -> Shape:
        row = shapes.build_whole_row(self.items)
        return shapes.build_object({**row["properties"], "citation": shapes.CITATION})

    def build_absence(self, key: str) -> Problem:
        """Return what is said of a record that there is or was, but not at the standpoint of the question."""
        detail = f"{key} was not in the register at revision {self.edition.sequence}."
        return Problem(404, detail)

    def _get_column(self) -> str:
        return next(item.column for item in self.items if item.name == self.key)

    def _spell(self, key: str) -> str:
        """Return the key as the register has it, whatever its case; raise a 404 with what is near."""
        try:
            [spelled] = known.spell(self.list_known(), self._get_column(), [key], self.key)
        except Fault as fault:
            raise Problem(404, str(fault.message), suggestions=fault.suggestions) from fault
        return spelled


class ClaimDetail(RecordView, ClaimList):
    """One claim: who says which figure, where, and in which words."""

    own_problems = (404, 410)

    def build_absence(self, key: str) -> Problem:
        versions = RegistryClaim.objects.filter(claim=key, revision__lte=self.edition.sequence)
        last = versions.order_by("-revision").first()
        if last is None or last.until is None:
            return super().build_absence(key)
        revision = Revision.objects.get(sequence=last.until)
        detail = f"The claim {key} of {last.transfer} was taken back: {revision.reason}"
        return Problem(410, detail, reason=revision.reason, revision=revision.sequence, time=revision.time)


class PartyDetail(RecordView, PartyList):
    """One supplier or recipient."""


class SystemDetail(RecordView, SystemList):
    """One weapon system, or a family of them."""


class SourceDetail(RecordView, SourceList):
    """One source of published claims."""


DETAILS: tuple[type[RecordView], ...] = (ClaimDetail, PartyDetail, SystemDetail, SourceDetail)
