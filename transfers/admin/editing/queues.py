"""What waits for a curator or reviewer: saved filters of the list of transfers, counted on the front page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from transfers.models import Claim, Quantity, RegistryRow, Transfer, TransferDate, Valuation
from transfers.vocabulary.measures import Status

CLAIMS: tuple[Any, ...] = (Quantity, TransferDate, Valuation)
YEARS_OPEN = 2


@dataclass(frozen=True)
class Queue:
    """Transfers that wait for somebody, and why."""

    name: str
    label: str
    condition: Callable[[], Any]

    def of(self, transfers: QuerySet) -> QuerySet:
        return transfers.filter(self.condition())


def _published(rows: QuerySet) -> Q:
    return Q(key__in=rows.values("key"))


def _disputed() -> Q:
    return _published(RegistryRow.objects.current().exclude(disputed__isnull=True).exclude(disputed=""))


def _one_origin() -> Q:
    return _published(RegistryRow.objects.current().filter(origins__lt=2))


def _open() -> Q:
    """The last day that is known of the delivery, else of the agreement, is years ago."""
    today = timezone.localdate()
    # The first of March stands for the 29th of February.
    day = date(today.year - YEARS_OPEN, today.month, today.day) if today.strftime("%m%d") != "0229" else None
    rows = RegistryRow.objects.current().filter(status__in=[Status.IN_DELIVERY, Status.AGREED])
    known = Coalesce(
        "date_delivered_latest", "date_delivered_earliest", "date_agreed_latest", "date_agreed_earliest"
    )
    return _published(rows.annotate(known=known).filter(known__lt=day or date(today.year - YEARS_OPEN, 3, 1)))


def _without(claims: Callable[[Any], QuerySet]) -> Any:
    """Transfers that have none of these claims of any kind."""
    condition: Any = Q()
    for model in CLAIMS:
        condition &= ~Exists(claims(model.objects.filter(transfer=OuterRef("pk"))))
    return condition


def _weak() -> Any:
    good = Claim.Credibility.DOUBTFUL
    return _without(
        lambda claims: claims.filter(credibility__lt=good).exclude(source__reliability__in=["E", "F"])
    )


def _blocked() -> Any:
    unpublished = Q(state__in=[Transfer.State.DRAFT, Transfer.State.IN_REVIEW])
    return unpublished & _without(lambda claims: claims)


QUEUES = (
    Queue("in_review", "In review", lambda: Q(state=Transfer.State.IN_REVIEW)),
    Queue("disputed", "Published, and sources differ", _disputed),
    Queue("one_origin", "Published without a second origin", _one_origin),
    Queue("weak", "Uncited, or by weak claims alone", _weak),
    Queue("open", f"Delivery open for more than {YEARS_OPEN} years", _open),
    Queue("blocked", "Cannot be published: no claim", _blocked),
)


def counts() -> list[tuple[Queue, int]]:
    """Each queue and how many transfers are in it, in one query."""
    asked = {queue.name: Count("pk", filter=Q(queue.condition())) for queue in QUEUES}
    found = Transfer.objects.aggregate(**asked)
    return [(queue, found[queue.name]) for queue in QUEUES]


#: Its name is not admin/index.html, which Django's own, installed before, would win.
admin.site.index_template = "admin/transfers/index.html"


class QueueFilter(admin.SimpleListFilter):
    """The queues in the sidebar of the list of transfers."""

    title = "queue"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(queue.name, queue.label) for queue in QUEUES]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = [queue for queue in QUEUES if queue.name == self.value()]
        return chosen[0].of(queryset) if chosen else queryset
