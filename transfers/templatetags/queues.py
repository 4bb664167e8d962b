"""Queues on the front page of the admin."""

from django import template

from transfers.admin.editing.queues import Queue, count_queues

register = template.Library()


@register.simple_tag
def queue_counts() -> list[tuple[Queue, int]]:
    return count_queues()
