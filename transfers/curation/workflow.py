"""The way of a transfer from a draft to the public register and back, in one table and one function.

| transition | from | to | who |
|---|---|---|---|
| submit | draft | in review | may change transfers |
| return | in review | draft | may change or publish transfers |
| publish | in review | published | may publish transfers, and edited nothing since the last publication |
| revise | published, withdrawn | draft | may change transfers; an edit does it by itself |
| withdraw | any, while a row is public | withdrawn | may publish transfers |

What is public changes by `publish` and `withdraw` alone: the published row of a revised transfer stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from transfers.models import RegistryRow, ReviewNote, Transfer, history
from transfers.publication import log, publish

from . import edits, mentions, notes
from .previews import build_preview

State = Transfer.State
CHANGE, PUBLISH = "transfers.change_transfer", "transfers.publish_transfer"


class Refused(Exception):
    """Transition that is not allowed; the text says why, in one sentence."""


class AllRefused(Exception):
    """Step that some of several transfers cannot take, so none took it; `refusals` says why, by key."""

    def __init__(self, refusals: dict[str, str]):
        self.refusals = refusals
        super().__init__(" ".join(refusals.values()))


@dataclass(frozen=True)
class Transition:
    """Step from one of the states to another, for users with one of the permissions."""

    name: str
    verb: str
    sources: tuple[str, ...]
    target: str
    permissions: tuple[str, ...]


TRANSITIONS = {
    transition.name: transition
    for transition in (
        Transition("submit", "submit for review", (State.DRAFT,), State.IN_REVIEW, (CHANGE,)),
        Transition("return", "return to its curator", (State.IN_REVIEW,), State.DRAFT, (CHANGE, PUBLISH)),
        Transition("publish", "publish", (State.IN_REVIEW,), State.PUBLISHED, (PUBLISH,)),
        Transition("revise", "revise", (State.PUBLISHED, State.WITHDRAWN), State.DRAFT, (CHANGE,)),
        Transition(
            "withdraw",
            "withdraw",
            (State.DRAFT, State.IN_REVIEW, State.PUBLISHED),
            State.WITHDRAWN,
            (PUBLISH,),
        ),
    )
}


def get_refusal(transfer: Transfer, name: str, user: Any) -> str:
    """Return why the user cannot take the transfer this step; empty: nothing stands in the way."""
    step = TRANSITIONS.get(name)
    if step is None:
        return f"There is no step {name!r}."
    if not any(user.has_perm(permission) for permission in step.permissions):
        return f"You are not allowed to {step.verb} transfers."
    if transfer.state not in step.sources:
        state = transfer.get_state_display()
        return f"The transfer {transfer.key} is {state}; one cannot {step.verb} it now."
    if name == "withdraw" and not is_public(transfer):
        return f"The transfer {transfer.key} is not public, so there is nothing to withdraw."
    if name == "submit" and (faults := publish.list_problems(transfer)):
        return f"The transfer {transfer.key} cannot be submitted: {' '.join(faults)}"
    if name == "publish" and not settings.PUBLISH_OWN and user.pk in list_editors(transfer):
        return f"You edited {transfer.key} yourself; somebody else must publish it."
    return ""


def list_allowed(transfer: Transfer, user: Any) -> list[Transition]:
    """Return the steps that the user may take with the transfer now."""
    return [step for step in TRANSITIONS.values() if not get_refusal(transfer, step.name, user)]


def move(transfer: Transfer, name: str, user: Any, reason: str, seen: str | None = None) -> Transfer:
    """Take the transfer this step, under a lock, with history; return the transfer as it then is.

    `seen` is the digest of what the user saw would be published; publishing anything else is refused. Raise
    Refused, or publish.NotPublishable with every fault.
    """
    moved, note = _take(transfer, name, user, reason, seen=seen)
    notes.notify([note])
    return moved


def _take(
    transfer: Transfer, name: str, user: Any, reason: str, kind: str = "", seen: str | None = None
) -> tuple[Transfer, ReviewNote]:
    """Take the step and note it; return the transfer as it then is, and the note."""
    if not reason.strip():
        raise Refused("A step needs a reason; it stands in the history.")
    check_text(reason)
    people = [] if kind else find_people(reason)
    with transaction.atomic(), history.record_because(reason.strip(), user):
        locked = Transfer.objects.select_for_update().filter(pk=transfer.pk).first()
        if locked is None:
            raise Refused(f"The transfer {transfer.key} was deleted meanwhile.")
        if why_not := get_refusal(locked, name, user) or _get_unseen(locked, name, seen):
            raise Refused(why_not)
        if name == "publish":
            publish.publish([locked], reason)
        elif name == "withdraw":
            publish.withdraw([locked], reason)
        else:
            locked.state = TRANSITIONS[name].target
            locked.save()
        locked.refresh_from_db()
        return locked, notes.add_note(locked, kind or name, user, reason.strip(), people)


def _get_unseen(transfer: Transfer, name: str, seen: str | None) -> str:
    """Return why publishing is refused to somebody who saw something else; empty: it is what was seen."""
    if name != "publish" or seen is None or build_preview(transfer).digest == seen:
        return ""
    return f"The transfer {transfer.key} was changed since you opened it. Look at it again, then publish it."


def check_text(text: str) -> None:
    """Raise Refused for a text that PostgreSQL would refuse to store."""
    if "\x00" in text:
        raise Refused("The text holds a null character, which cannot be stored.")


def find_people(text: str) -> list[Any]:
    """Return the users whom a text mentions; raise Refused where there is no such user."""
    try:
        return mentions.find_people(text)
    except mentions.UnknownPerson as error:
        raise Refused(str(error)) from error


def move_all(
    transfers: Iterable[Transfer], name: str, user: Any, reason: str, seen: Mapping[str, str] | None = None
) -> list[Transfer]:
    """Take all of the transfers this step or none; raise AllRefused with the refusal of each.

    `seen` is what the user saw of each, by key; what was not seen is not published.
    """
    moved: list[tuple[Transfer, ReviewNote]] = []
    refusals: dict[str, str] = {}
    with transaction.atomic():
        # In one order, so that two at once wait for each other and never both.
        for transfer in sorted(transfers, key=lambda transfer: transfer.pk):
            try:
                digest = None if seen is None else seen.get(transfer.key, "")
                moved.append(_take(transfer, name, user, reason, seen=digest))
            except (Refused, log.NotPublishable) as error:
                refusals[transfer.key] = str(error)
        if refusals:
            raise AllRefused(refusals)
        notes.notify([note for _, note in moved])
    return [transfer for transfer, _ in moved]


def reopen(transfer: Transfer, user: Any, reason: str) -> Transfer:
    """Make an edited transfer a draft again: who reviewed or published it has not seen the edit."""
    steps = {State.IN_REVIEW: "return", State.PUBLISHED: "revise", State.WITHDRAWN: "revise"}
    name = steps.get(State(transfer.state))
    if name is None:
        return transfer
    moved, _ = _take(transfer, name, user, reason, kind=ReviewNote.Kind.EDIT)
    return moved


def revert(transfer: Transfer, edit: edits.Edit, user: Any, reason: str) -> None:
    """Revert an edit of a transfer or of its claims, which is an edit: the transfer is a draft then.

    Raise Refused, or ValidationError where what was cannot be again.
    """
    if not user.has_perm(CHANGE):
        raise Refused("You are not allowed to change transfers.")
    if not reason.strip():
        raise Refused("A revert needs a reason; it stands in the history.")
    with transaction.atomic(), history.record_because(reason.strip(), user):
        locked = Transfer.objects.select_for_update().filter(pk=transfer.pk).first()
        if locked is not None:
            reopen(locked, user, reason)
        edits.revert(edit)


def is_public(transfer: Transfer) -> bool:
    """Return whether a row of the transfer is public now."""
    return RegistryRow.objects.current().filter(key=transfer.key).exists()


def list_editors(transfer: Transfer) -> set[int]:
    """Return ids of the users who edited what would be published since the last publication.

    The log does not say when that was: it also has new versions that a renamed party brings, and of
    withdrawals, neither of which publish the transfer's own edits.
    """
    user_ids: set[int] = set()
    for edit in edits.list_edits(transfer):
        if any(change.field == "state" and change.after == State.PUBLISHED for change in edit.changes):
            break
        if edit.is_content and edit.copy.history_user_id:
            user_ids.add(edit.copy.history_user_id)
    return user_ids
