"""Navigation of the admin."""

from typing import Any

from django import template

from transfers.admin.editing.site import NavigationLink, list_pages

register = template.Library()


@register.simple_tag(takes_context=True)
def main_pages(context: Any) -> list[NavigationLink]:
    request = context.get("request")
    return list_pages(request) if request else []
