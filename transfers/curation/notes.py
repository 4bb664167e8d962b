"""Notes of the conversation about a transfer, and the messages that tell those concerned."""

import logging
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.urls import reverse

from transfers.models import ReviewNote, Transfer

Kind = ReviewNote.Kind
#: Steps of others that concern whoever submitted the transfer.
_TOLD_TO_CURATOR = (Kind.RETURN, Kind.PUBLISH, Kind.WITHDRAW)
#: Steps: after any other of them, a transfer that was asked back is so no longer.
STEPS = (Kind.SUBMIT, Kind.RETURN, Kind.PUBLISH, Kind.REVISE, Kind.WITHDRAW)
_logger = logging.getLogger(__name__)


def add_note(
    transfer: Transfer, kind: str, user: Any, text: str = "", people: Iterable[Any] = (), **values: Any
) -> ReviewNote:
    """Add a note that mentions these people; `values` are further fields of it."""
    note = ReviewNote.objects.create(transfer=transfer, kind=kind, user=user, text=text, **values)
    note.mentioned.set(people)
    return note


def notify(notes: Sequence[ReviewNote]) -> None:
    """Notify those concerned of the notes, by e-mail where it is set up, once they are stored."""
    if notes and settings.REVIEW_MAIL:
        transaction.on_commit(partial(_send, notes), robust=True)


def get_reviewer(transfer: Transfer) -> Any:
    """Return the user who is assigned to review the transfer, or None."""
    note = transfer.notes.filter(kind=Kind.ASSIGN).select_related("assigned").order_by("-pk").first()
    return note.assigned if note else None


def get_curator(transfer: Transfer) -> Any:
    """Return the user who submitted the transfer last, or None."""
    note = transfer.notes.filter(kind=Kind.SUBMIT).select_related("user").order_by("-pk").first()
    return note.user if note else None


def get_return(transfer: Transfer) -> ReviewNote | None:
    """Return the note with which a draft was asked back, as long as nobody has submitted it again."""
    if transfer.state != Transfer.State.DRAFT:
        return None
    note = transfer.notes.filter(kind__in=STEPS).select_related("user").order_by("-pk").first()
    return note if note and note.kind == Kind.RETURN else None


def list_notes(transfer: Transfer) -> list[ReviewNote]:
    """Return the conversation about the transfer in the order of time."""
    return list(transfer.notes.select_related("user", "assigned").order_by("pk"))


def _list_concerned(note: ReviewNote) -> list[Any]:
    """Return the users to whom the note is told: not its author, each once."""
    people = [*note.mentioned.all(), note.assigned]
    if note.kind in (Kind.SUBMIT, Kind.COMMENT):
        people.append(get_reviewer(note.transfer))
    if note.kind in (*_TOLD_TO_CURATOR, Kind.COMMENT):
        people.append(get_curator(note.transfer))
    unique = {user.pk: user for user in people if user is not None and user.pk != note.user_id}
    return [user for user in unique.values() if user.is_active and user.email]


def _send(notes: Sequence[ReviewNote]) -> None:
    """Send one message to each of those concerned; what cannot be sent is logged, for the step was taken."""
    notes_by_address: dict[str, list[ReviewNote]] = {}
    for note in notes:
        for user in _list_concerned(note):
            notes_by_address.setdefault(user.email, []).append(note)
    try:
        get_connection().send_messages(
            [_write_message(address, concerning) for address, concerning in notes_by_address.items()]
        )
    except Exception:
        _logger.exception("Messages about %s were not sent.", ", ".join(note.transfer.key for note in notes))


def _write_message(address: str, notes: Sequence[ReviewNote]) -> EmailMessage:
    origin = next(iter(settings.CSRF_TRUSTED_ORIGINS), "")
    texts = []
    for note in notes:
        path = reverse("admin:transfers_transfer_change", args=[note.transfer_id])
        texts.append(f"{_write_subject(note)}\n\n{note.text}\n\n{origin}{path}\n")
    subject = _write_subject(notes[0]) if len(notes) == 1 else f"{len(notes)} transfers"
    return EmailMessage(subject, "\n".join(texts), to=[address])


def _write_subject(note: ReviewNote) -> str:
    who = note.user.get_username() if note.user else "Somebody"
    return f"{note.transfer.key}: {who} {note.get_kind_display()}"
