"""The queues on the front page of the admin."""

from django import template

from transfers.admin.editing.queues import Queue, counts

register = template.Library()


@register.simple_tag
def queue_counts() -> list[tuple[Queue, int]]:
    return counts()
