"""Claims on the page of their transfer."""

from django import template

from transfers.admin.editing.lines import ClaimLine, build_line
from transfers.models import Claim

register = template.Library()


@register.filter
def as_line(claim: Claim) -> ClaimLine:
    return build_line(claim)
