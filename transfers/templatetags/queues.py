"""Queues on the front page of the admin."""

from typing import Any

from django import template

from transfers.admin.editing import frontpage
from transfers.admin.editing.queues import Queue, count_queues
from transfers.curation import review
from transfers.models import ArticleText, ReviewNote, Revision

register = template.Library()
#: How many questions the front page shows.
SHOWN = 10


@register.simple_tag(takes_context=True)
def queue_counts(context: Any) -> list[tuple[Queue, int]]:
    return count_queues(context["user"])


@register.simple_tag(takes_context=True)
def list_asked_back(context: Any) -> list[ReviewNote]:
    """Return the questions with which transfers came back to the user, the newest first."""
    return list(review.list_questions(context["user"])[:SHOWN])


@register.simple_tag(takes_context=True)
def list_drafts(context: Any) -> list[frontpage.WaitingTransfer]:
    return frontpage.list_drafts(context["user"])


@register.simple_tag
def list_in_review() -> list[frontpage.WaitingTransfer]:
    return frontpage.list_in_review()


@register.simple_tag
def list_articles() -> Any:
    """Return the newest articles."""
    return ArticleText.objects.select_related("source", "added_by").defer("text").order_by("-pk")[:5]


@register.simple_tag
def list_revisions() -> Any:
    """Return the newest entries of the public log."""
    return Revision.objects.order_by("-sequence")[:5]


@register.simple_tag(takes_context=True)
def split_tables(context: Any) -> tuple[list[Any], list[Any]]:
    return frontpage.split_tables(context["app_list"])
