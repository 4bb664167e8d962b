"""/api/changes: the log of the register, newest first, each entry with what it changed."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse

from transfers.api.errors import ParameterError
from transfers.api.request import filters, paging, past
from transfers.api.response import feed
from transfers.api.response.output import CITED, Atom
from transfers.models import Revision
from transfers.publication import search
from transfers.publication.editions import Edition
from transfers.vocabulary import fields
from transfers.vocabulary.fields import Field

from . import changelog as log
from .lists import ListView

#: A feed has the newest entries, whole.
_NOT_OF_FEEDS = ("fields", "omit", "ordering")


class ChangeList(ListView):
    """The log: every publication, change and withdrawal, newest first."""

    name = "changes"
    items = fields.CHANGE
    key = "revision"
    default_order = "-revision"
    renderer_classes = [*CITED, Atom]
    own_parameters = ("format", "excel", past.AS_OF, "since", "fields", "omit", "q", *paging.OPTIONS)
    filterset_class = filters.ChangeFilterSet
    after = 0

    def asked_edition(self, newest: Edition, kwargs: dict[str, Any]) -> Edition:
        """The edition to answer from; and, by `since=`, the revision after which the entries begin."""
        began = self.read_time("since", past.since, newest)
        self.after = began.sequence if began else 0
        return super().asked_edition(newest, kwargs)

    def _names_its_revision(self) -> bool:
        return super()._names_its_revision() and past.is_revision(self.request.query_params.get("since", "0"))

    def rows(self) -> QuerySet:
        return Revision.objects.filter(sequence__gt=self.after, sequence__lte=self.edition.sequence)

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        """Entries whose reason has every word."""
        for part in (part for parts in search.split_query(text) for part in parts):
            rows = rows.filter(reason__holds=part)
        return rows

    def orderable(self) -> dict[str, Field]:
        """The order of the log, either way."""
        return {"revision": self.items[0]}

    def read(self, rows: QuerySet, items: Sequence[Field]) -> list[dict[str, Any]]:
        return log.entries(rows, items)

    def whole(
        self, rows: QuerySet, order: list[paging.Order], items: tuple[Field, ...], count: int
    ) -> HttpResponse | StreamingHttpResponse:
        """The entries as a file, or the newest of them as a feed."""
        if self.wants("atom"):
            return self._feed(rows)
        newest_first = order[0].descending
        return self.export(
            self.name, lambda about: log.batches(rows, items, about, newest_first), items, count
        )

    def _feed(self, rows: QuerySet) -> HttpResponse:
        asked = [name for name in _NOT_OF_FEEDS if name in self.request.query_params]
        detail = "A feed has the newest entries whole, newest first."
        self.refuse(*(ParameterError(name, "contradiction", detail) for name in asked))
        newest = log.entries(rows.order_by("-sequence")[: feed.LONGEST])
        return HttpResponse(feed.written(self.request._request, newest, self.edition), feed.MEDIA_TYPE)
