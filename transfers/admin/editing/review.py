"""The review of a transfer on its page: who reviews it, what was said, what would change in public."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.urls import reverse

from transfers.curation import moving, notes, review, workflow
from transfers.curation.previews import build_preview
from transfers.models import Transfer
from transfers.publication import log

from .stale import CheckedForm

COMMENT, ASSIGN, MOVE = "comment", "assign", "move"


class ReviewedForm(CheckedForm):
    """A form of a transfer, whose reason for the edit is also that of the step that is taken with it."""

    extra_fields = CheckedForm.extra_fields | {
        "reviewer": ModelChoiceField(review.list_reviewers(), required=False, empty_label="Nobody yet"),
    }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        why = self.fields["why"]
        why.label = "Reason, comment or question"
        why.help_text = (
            "Shown in the history and, if you publish or withdraw, in the public log. @name tells somebody."
        )
        if not self.instance.pk:
            return
        self.initial["reviewer"] = notes.get_reviewer(self.instance)
        step = self.data.get("_step", "")
        why.required = why.required or step not in ("", ASSIGN, MOVE)

    def clean_why(self) -> str:
        text: str = self.cleaned_data["why"]
        try:
            workflow.find_people(text)
        except workflow.Refused as error:
            raise ValidationError(str(error)) from error
        return text


def build_review(transfer: Transfer, user: Any) -> dict[str, Any]:
    """Return what the page shows of the review of a stored transfer."""
    preview = build_preview(transfer)
    transfer = preview.transfer  # with its claims, which are read once
    possible = [step for step in workflow.TRANSITIONS.values() if transfer.state in step.sources]
    refusals = {step: workflow.get_refusal(transfer, step.name, user) for step in possible}
    return {
        "preview": preview,
        "steps": [step for step, reason in refusals.items() if not reason],
        "refusals": [(step.verb, reason) for step, reason in refusals.items() if reason],
        "url": reverse("admin:transfers_transfer_step", args=[transfer.pk]),
        "may_speak": review.may_speak(user),
        "returned": notes.get_return(transfer),
        "notes": [(note, moving.can_undo(note)) for note in notes.list_notes(transfer)],
    }


def take_step(request: HttpRequest, transfer: Transfer) -> bool:
    """Take the posted step, comment or assignment and tell the user; return whether it was taken."""
    try:
        with transaction.atomic():
            message = _take_step(request, transfer)
    except (workflow.Refused, log.NotPublishable) as error:
        messages.error(request, str(error))
        return False
    if message:
        messages.success(request, message)
    return True


def _take_step(request: HttpRequest, transfer: Transfer) -> str:
    """Take the posted step and return what was done; a save without a step may assign or mention somebody."""
    name, text = request.POST.get("_step", ""), request.POST.get("why", "")
    assigned = _assign(request, transfer, text if name == ASSIGN else "")
    if name == ASSIGN:
        return assigned or f"Nothing changed: the transfer {transfer.key} is assigned as before."
    if name == COMMENT or (not name and workflow.find_people(text)):
        review.comment(transfer, request.user, text)
        return f"Your comment on {transfer.key} was added."
    if name in ("", MOVE):
        return assigned
    step = workflow.TRANSITIONS.get(name)
    current = Transfer.objects.get(pk=transfer.pk)
    if step and current.state == step.target == Transfer.State.DRAFT:
        return f"The transfer {transfer.key} is now draft."  # the edit that was saved with it did it
    moved = workflow.move(transfer, name, request.user, text, request.POST.get("preview", ""))
    return f"The transfer {moved.key} is now {moved.get_state_display()}."


def _assign(request: HttpRequest, transfer: Transfer, text: str) -> str:
    """Assign the posted reviewer, if another is assigned now; return what was done."""
    if "reviewer" not in request.POST:
        return ""
    posted = request.POST["reviewer"]
    reviewer = next((user for user in review.list_reviewers() if str(user.pk) == posted), None)
    if posted and reviewer is None:
        raise workflow.Refused("There is no such reviewer.")
    if reviewer == notes.get_reviewer(transfer):
        return ""
    review.assign(transfer, reviewer, request.user, text)
    return f"The transfer {transfer.key} is assigned to {reviewer.get_username() if reviewer else 'nobody'}."
