"""/api/changes: the log of the register, newest first, each entry with what it changed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse

from transfers.api.errors import ParameterError, refuse
from transfers.api.request import filters, paging, past
from transfers.api.request.past import Standpoint
from transfers.api.response import feed
from transfers.api.response.output import CITED, build_format
from transfers.models import Revision
from transfers.publication import search
from transfers.publication.editions import Edition
from transfers.vocabulary import fields
from transfers.vocabulary.fields import Field

from . import changelog
from .base import Answer
from .lists import ListView

#: A feed has the newest entries, whole.
_NOT_OF_FEEDS = ("fields", "omit", "ordering")


class ChangeList(ListView):
    """The log: every publication, change and withdrawal, newest first."""

    name = "changes"
    items = fields.CHANGE
    key = "revision"
    default_order = "-revision"
    renderer_classes = [*CITED, build_format("atom", feed.MEDIA_TYPE)]
    own_parameters = (past.SINCE, *ListView.own_parameters)
    filterset_class = filters.ChangeFilterSet
    versions = Revision.objects
    is_exact = True
    #: The revision after which the entries begin, by `since=`.
    after = 0

    def get_standpoint(self, newest: Edition) -> Standpoint:
        standpoint = super().get_standpoint(newest)
        query = self.request.query_params
        last_before = past.read_since(query, newest)
        if last_before is None:
            return standpoint
        self.after = last_before.sequence
        return replace(standpoint, is_numbered=standpoint.is_numbered and past.is_revision(query[past.SINCE]))

    def rows(self) -> QuerySet:
        return super().rows().filter(sequence__gt=self.after)

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        """Select entries whose reason has every word."""
        for part in (part for parts in search.split_query(text) for part in parts):
            rows = rows.filter(reason__holds_plainly=part)
        return rows

    def get_orderable(self) -> dict[str, Field]:
        """Return the order of the log alone, either way."""
        return {"revision": self.items[0]}

    def read_rows(self, rows: QuerySet, items: Sequence[Field]) -> list[dict[str, Any]]:
        # The numbers first, which an index has: of many entries only those of the page are then read.
        numbers = list(rows.values_list("sequence", flat=True))
        entries = Revision.objects.filter(sequence__in=numbers).order_by(*rows.query.order_by)
        return changelog.read_entries(entries, items)

    def answer_whole(
        self, rows: QuerySet, order: list[paging.Order], items: tuple[Field, ...], count: int
    ) -> Answer:
        """Answer with the entries as a file, or with the newest of them as a feed."""
        if self.wants("atom"):
            return self._answer_feed(rows)
        newest_first = order[0].descending
        return self.export(
            self.name, lambda about: changelog.read_batches(rows, items, about, newest_first), items, count
        )

    def _answer_feed(self, rows: QuerySet) -> HttpResponse:
        detail = "A feed has the newest entries whole, newest first."
        query = self.request.query_params
        refuse(ParameterError(name, "contradiction", detail) for name in _NOT_OF_FEEDS if name in query)
        newest = changelog.read_entries(rows.order_by("-sequence")[: feed.LONGEST])
        return HttpResponse(feed.write_feed(self.request._request, newest, self.edition), feed.MEDIA_TYPE)
