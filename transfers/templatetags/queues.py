"""Queues on the front page of the admin."""

from typing import Any

from django import template

from transfers.admin.editing.queues import Queue, count_queues
from transfers.curation import review
from transfers.models import ReviewNote

register = template.Library()
#: How many questions the front page shows.
SHOWN = 10


@register.simple_tag(takes_context=True)
def queue_counts(context: Any) -> list[tuple[Queue, int]]:
    return count_queues(context["user"])


@register.simple_tag(takes_context=True)
def list_asked_back(context: Any) -> list[ReviewNote]:
    """Return the questions with which transfers came back to the user, the newest first."""
    return review.list_questions(context["user"])[:SHOWN]
