"""What the pages of an article say of its claims."""

from typing import Any

from django import template
from django.urls import reverse

from transfers.admin.articles.recorded import describe_figure
from transfers.curation.recording import may_undo

register = template.Library()
register.filter("describe_figure", describe_figure)
register.filter("may_undo", may_undo)


@register.filter
def claim_url(claim: Any) -> str:
    """Return the address of the claim's own page."""
    return reverse(f"admin:transfers_{claim._meta.model_name}_change", args=[claim.pk])
