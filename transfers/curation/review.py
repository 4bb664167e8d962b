"""What those who review a transfer say of it, and who reviews it."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from transfers.models import ReviewNote, Transfer

from . import notes
from .workflow import CHANGE, PUBLISH, Refused, check_text, find_people, list_editors

Kind = ReviewNote.Kind


def comment(transfer: Transfer, user: Any, text: str) -> ReviewNote:
    """Add a comment; raise Refused where there is none, or it mentions somebody who does not exist."""
    _check_may_speak(user)
    if not text.strip():
        raise Refused("A comment needs words.")
    check_text(text)
    with transaction.atomic():
        note = notes.add_note(transfer, Kind.COMMENT, user, text.strip(), find_people(text))
        notes.notify([note])
    return note


def assign(transfer: Transfer, reviewer: Any, user: Any, text: str = "") -> ReviewNote:
    """Assign somebody to review the transfer, or with None nobody; raise Refused where it cannot be."""
    _check_may_speak(user)
    if reviewer is not None:
        name = reviewer.get_username()
        if not reviewer.has_perm(PUBLISH):
            raise Refused(f"{name} is not allowed to publish transfers, so they cannot review them.")
        if not settings.PUBLISH_OWN and reviewer.pk in list_editors(transfer):
            raise Refused(f"{name} edited {transfer.key}; somebody else must review it.")
    check_text(text)
    with transaction.atomic():
        people = find_people(text)
        note = notes.add_note(transfer, Kind.ASSIGN, user, text.strip(), people, assigned=reviewer)
        notes.notify([note])
    return note


def _check_may_speak(user: Any) -> None:
    if not may_speak(user):
        raise Refused("You are not allowed to review transfers.")


def may_speak(user: Any) -> bool:
    return user.has_perm(CHANGE) or user.has_perm(PUBLISH)


def list_reviewers() -> QuerySet:
    """Return the users who may publish transfers."""
    staff: Any = get_user_model().objects
    return staff.with_perm(PUBLISH).filter(is_staff=True).order_by("username")


def filter_returned() -> Any:
    """Return the condition of drafts that were asked back and not submitted again."""
    return Q(state=Transfer.State.DRAFT) & Exists(_newest(*notes.STEPS).filter(kind=Kind.RETURN))


def filter_mine(user: Any) -> Any:
    """Return the condition of transfers that wait for the user.

    They review them, were asked back, or are mentioned and have neither said nor done anything since.
    """
    assigned = Q(state=Transfer.State.IN_REVIEW) & Exists(_newest(Kind.ASSIGN).filter(assigned=user))
    returned = filter_returned() & Exists(_newest(Kind.SUBMIT).filter(user=user))
    answers = ReviewNote.objects.filter(transfer=OuterRef("transfer"), user=user, pk__gt=OuterRef("pk"))
    mentioned = ReviewNote.objects.filter(transfer=OuterRef("pk"), mentioned=user)
    return assigned | returned | Exists(mentioned.filter(~Exists(answers)))


def list_questions(user: Any) -> QuerySet:
    """Return the notes with which transfers that the user had submitted were asked back, the newest first."""
    returned = Transfer.objects.filter(filter_returned() & Exists(_newest(Kind.SUBMIT).filter(user=user)))
    questions = ReviewNote.objects.newest(*notes.STEPS).filter(transfer__in=returned)
    return questions.select_related("transfer", "user").order_by("-pk")


def _newest(*kinds: str) -> QuerySet:
    """Return the newest note of these kinds about the transfer of the outer query."""
    return ReviewNote.objects.newest(*kinds).filter(transfer=OuterRef("pk"))
