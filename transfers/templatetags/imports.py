"""Numbers of records that imports left for curators, and numbers with separators."""

from django import template
from django.db.models import Count, QuerySet, Value

from transfers.curation import suggestions
from transfers.models import Party, Proposal, ReferenceChange, RegisterDeal, System

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """Return the number with a comma between thousands."""
    return f"{number:,}"


@register.simple_tag
def import_counts() -> dict[str, int]:
    """Count provisional parties and systems, open proposals and changes, in one query."""
    waiting = {
        "parties": Party.objects.filter(provisional=True),
        "systems": System.objects.filter(provisional=True),
        "proposals": Proposal.objects.open().of_comments(),
        "changes": ReferenceChange.objects.filter(decision=ReferenceChange.Decision.OPEN),
    }
    first, *others = (_count(name, records) for name, records in waiting.items())
    return dict.fromkeys(waiting, 0) | dict(first.union(*others, all=True))


@register.simple_tag
def count_ambiguous_deals() -> int:
    """Count the deals that curators have yet to settle."""
    return RegisterDeal.objects.ambiguous().count()


@register.simple_tag
def count_alike(kind: str) -> int:
    """Count the pairs of parties, or of systems, that may be one."""
    return suggestions.count_suggestions(kind)


def _count(name: str, records: QuerySet) -> QuerySet:
    named = records.order_by().annotate(_waiting=Value(name)).values("_waiting")
    return named.annotate(_count=Count("pk")).values_list("_waiting", "_count")
