"""Queues of transfers that need attention: filters of their list, counted on the front page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from transfers.curation import review
from transfers.models import Claim, RegistryRow, Transfer, history
from transfers.vocabulary.measures import Status

YEARS_OPEN = 2


@dataclass(frozen=True)
class Queue:
    """Transfers that need attention for one reason."""

    name: str
    label: str
    #: The condition of what waits for a user; of most queues it is the same for all.
    condition: Callable[[Any], Any]

    def filter(self, transfers: QuerySet, user: Any) -> QuerySet:
        return transfers.filter(self.condition(user))


def _published(rows: QuerySet) -> Q:
    return Q(key__in=rows.values("key"))


def _disputed(user: Any) -> Q:
    return _published(RegistryRow.objects.current().exclude(disputed__isnull=True).exclude(disputed=""))


def _one_origin(user: Any) -> Q:
    return _published(RegistryRow.objects.current().filter(origins__lt=2))


def _open(user: Any) -> Q:
    """Select transfers whose last known day of delivery, or else of agreement, is years ago."""
    today = timezone.localdate()
    first = date(today.year - YEARS_OPEN, today.month, 1)
    anniversary = first + timedelta(days=today.day - 1)  # of 29 February: 1 March
    rows = RegistryRow.objects.current().filter(status__in=[Status.IN_DELIVERY, Status.AGREED])
    last_day = Coalesce(
        "date_delivered_latest", "date_delivered_earliest", "date_agreed_latest", "date_agreed_earliest"
    )
    return _published(rows.annotate(last_day=last_day).filter(last_day__lt=anniversary))


def _without(select: Callable[[QuerySet], QuerySet]) -> Any:
    """Select transfers with no claim of any kind among those that `select` filters."""
    condition: Any = Q()
    for model in history.OWNED[Transfer]:
        condition &= ~Exists(select(model._default_manager.filter(transfer=OuterRef("pk"))))
    return condition


def _weak(user: Any) -> Any:
    good = Claim.Credibility.DOUBTFUL
    return _without(
        lambda claims: claims.filter(credibility__lt=good).exclude(source__reliability__in=["E", "F"])
    )


def _blocked(user: Any) -> Any:
    unpublished = Q(state__in=[Transfer.State.DRAFT, Transfer.State.IN_REVIEW])
    return unpublished & _without(lambda claims: claims)


QUEUES = (
    Queue("mine", "Waiting for you", review.filter_mine),
    Queue("returned", "Asked back", lambda user: review.filter_returned()),
    Queue("in_review", "In review", lambda user: Q(state=Transfer.State.IN_REVIEW)),
    Queue("disputed", "Published, but sources differ", _disputed),
    Queue("one_origin", "Published without a second origin", _one_origin),
    Queue("weak", "No claims, or only weak ones", _weak),
    Queue("open", f"Delivery open for more than {YEARS_OPEN} years", _open),
    Queue("blocked", "Cannot be published: no claims", _blocked),
)


def count_queues(user: Any) -> list[tuple[Queue, int]]:
    """Return the queues with the number of transfers in each, in one query."""
    counts = Transfer.objects.aggregate(
        **{queue.name: Count("pk", filter=Q(queue.condition(user))) for queue in QUEUES}
    )
    return [(queue, counts[queue.name]) for queue in QUEUES]


class QueueFilter(admin.SimpleListFilter):
    """Queues in the sidebar of the list of transfers."""

    title = "queue"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(queue.name, queue.label) for queue in QUEUES]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        queue = next((queue for queue in QUEUES if queue.name == self.value()), None)
        return queue.filter(queryset, request.user) if queue else queryset
