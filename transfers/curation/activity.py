"""What the people of the register did, by week, and what waits the longest: counted by the database."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, TruncWeek
from django.utils import timezone

from transfers.models import (
    CLAIM_MODELS,
    ArticleText,
    ImportBatch,
    ReviewNote,
    SourceReading,
    Transfer,
    history,
)

Kind = ReviewNote.Kind
#: What is counted, by name and in the order of the page.
COUNTED = {
    "claims": "Claims recorded",
    "articles": "Articles done",
    Kind.SUBMIT.value: "Submitted",
    Kind.RETURN.value: "Asked back",
    Kind.PUBLISH.value: "Published",
    Kind.COMMENT.value: "Comments",
}
_STEPS = (Kind.SUBMIT, Kind.RETURN, Kind.PUBLISH, Kind.COMMENT)


@dataclass
class Line:
    """What one person did in one week; nobody: all of them."""

    week: datetime
    person: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))

    @property
    def cells(self) -> list[int]:
        return [self.counts[name] for name in COUNTED]


@dataclass(frozen=True)
class Waiting:
    """Transfer in review: since when, who submitted it, who is to review it."""

    transfer: Transfer
    since: datetime
    submitted_by: str
    reviewer: str

    @property
    def days(self) -> int:
        """Return for how many days it waits."""
        return (timezone.now() - self.since).days


def list_weeks(weeks: int) -> list[tuple[Line, list[Line]]]:
    """Return the last weeks, newest first: the sum of each, and what each person did; in six queries.

    Claims of imported registers are counted nowhere: nobody read them one by one.
    """
    since = _start_week(timezone.now()) - timedelta(weeks=weeks - 1)
    lines: dict[tuple[datetime, int], Line] = {}
    names: dict[int, str] = dict(get_user_model().objects.values_list("pk", "username"))
    for name, week, user_id, count in _count(since):
        person = names.get(user_id, "somebody who has left")
        line = lines.setdefault((week, user_id), Line(week, person))
        line.counts[name] += count
    weeks_listed = sorted({week for week, _ in lines}, reverse=True)
    return [_sum_up(week, [line for line in lines.values() if line.week == week]) for week in weeks_listed]


def _sum_up(week: datetime, lines: list[Line]) -> tuple[Line, list[Line]]:
    total = Line(week, "")
    for name in COUNTED:
        total.counts[name] = sum(line.counts[name] for line in lines)
    return total, sorted(lines, key=lambda line: line.person)


def _start_week(time: datetime) -> datetime:
    """Return the beginning of the week's Monday."""
    midnight = time.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())


def _count(since: datetime) -> Iterator[tuple[str, datetime, int, int]]:
    """Yield what was counted, the week, the user and the number."""
    yield from _group(ReviewNote.objects.filter(kind__in=_STEPS), F("kind"), "time", "user", since)
    imported = ImportBatch.objects.exclude(source=None).values("source")
    for model in CLAIM_MODELS:
        added = model.history.filter(history_type=history.ADDED).exclude(source_id__in=imported)
        yield from _group(added, Value("claims"), "history_date", "history_user", since)
    readings = SourceReading.objects.filter(source=OuterRef("source")).order_by("-read").values("read")[:1]
    done = ArticleText.objects.filter(open_figures=0, done_figures__gt=0)
    done = done.annotate(finished=Coalesce(Subquery(readings), "added"))
    yield from _group(done, Value("articles"), "finished", "added_by", since)


def _group(records: QuerySet, what: Any, time: str, user: str, since: datetime) -> QuerySet:
    """Count the records since then by what they are, week and user; those of nobody are left out."""
    recent = records.filter(**{f"{time}__gte": since, f"{user}__isnull": False})
    weekly = recent.annotate(what=what, week=TruncWeek(time)).order_by()
    return weekly.values_list("what", "week", user).annotate(number=Count("pk"))


def list_waiting(limit: int) -> tuple[list[Waiting], int]:
    """Return the transfers that are in review for the longest, and how many are in review; in two queries."""
    in_review = Transfer.objects.filter(state=Transfer.State.IN_REVIEW)
    submitted = ReviewNote.objects.filter(transfer=OuterRef("pk"), kind=Kind.SUBMIT).order_by("-pk")
    assigned = ReviewNote.objects.filter(transfer=OuterRef("pk"), kind=Kind.ASSIGN).order_by("-pk")
    copies = Transfer.history.filter(id=OuterRef("pk")).order_by("-history_id")
    waiting = in_review.annotate(
        since=Coalesce(Subquery(submitted.values("time")[:1]), Subquery(copies.values("history_date")[:1])),
        submitter=Subquery(submitted.values("user__username")[:1]),
        reviewer=Subquery(assigned.values("assigned__username")[:1]),
    ).order_by("since", "key")
    listed = [
        Waiting(transfer, transfer.since, transfer.submitter or "", transfer.reviewer or "")
        for transfer in waiting.with_names()[:limit]
    ]
    return listed, in_review.count()
