"""What the front page lists: a user's drafts and what waits for review, with who, since when and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from transfers.curation import review
from transfers.models import ReviewNote, Transfer, history

#: How many of each list the page shows.
SHOWN = 8
#: How many of a user's newest edits of one kind are looked through for drafts.
RECENT = 100
#: Tables of the admin that people work with, in the order of the work; the others are those of the machine.
WORKED_WITH = (
    "articletext", "transfer", "source", "party", "system", "importbatch", "proposal", "revision", "release",
)  # fmt: skip


@dataclass(frozen=True)
class WaitingTransfer:
    """Transfer that waits, for whom and since when, and why."""

    transfer: Transfer
    since: datetime
    reason: str
    user: str = ""
    reviewer: str = ""


def list_drafts(user: Any) -> list[WaitingTransfer]:
    """Return drafts among what the user edited lately, the last edited first; none that was asked back."""
    edits: dict[int, tuple[datetime, str]] = {}
    for pk, time, reason in _list_edits(user):
        edits[pk] = max(edits.get(pk, (time, "")), (time, reason or ""))
    drafts = Transfer.objects.filter(pk__in=edits, state=Transfer.State.DRAFT).exclude(
        review.filter_returned()
    )
    waiting = [WaitingTransfer(transfer, *edits[transfer.pk]) for transfer in drafts]
    return sorted(waiting, key=lambda draft: draft.since, reverse=True)[:SHOWN]


def _list_edits(user: Any) -> Iterator[tuple[int, datetime, str | None]]:
    """Yield transfer, time and reason of the user's newest edits of transfers and of their claims."""
    models: list[tuple[Any, str]] = [(Transfer, "id"), *history.OWNED[Transfer].items()]
    for model, owner in models:
        copies = model.history
        newest = copies.filter(history_user=user).order_by("-history_id")[:RECENT]
        yield from newest.values_list(owner, "history_date", "history_change_reason")


def list_in_review() -> list[WaitingTransfer]:
    """Return what is in review, the longest waiting first, with who submitted it and who is to review it."""
    kinds = ReviewNote.Kind
    in_review = {"transfer__state": Transfer.State.IN_REVIEW}
    submitted = ReviewNote.objects.newest(kinds.SUBMIT).filter(**in_review).order_by("pk")
    notes = list(submitted.select_related("transfer", "user")[:SHOWN])
    assigned = ReviewNote.objects.newest(kinds.ASSIGN).filter(
        transfer__in=[note.transfer_id for note in notes]
    )
    reviewers = {note.transfer_id: note.assigned for note in assigned.select_related("assigned")}
    return [
        WaitingTransfer(
            note.transfer, note.time, note.text, _name(note.user), _name(reviewers.get(note.transfer_id))
        )
        for note in notes
    ]


def _name(user: Any) -> str:
    return user.get_username() if user else ""


def split_tables(app_list: list[dict[str, Any]]) -> tuple[list[Any], list[Any]]:
    """Return Django's list of tables in two: those that people work with in their order, and the others."""
    tables = [table for app in app_list for table in app["models"]]
    names = [table["object_name"].lower() for table in tables]
    worked_with = [tables[names.index(name)] for name in WORKED_WITH if name in names]
    return worked_with, [table for table in tables if table not in worked_with]
