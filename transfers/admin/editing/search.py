"""Search by any name of a record, whatever the case, spaces, hyphens and script: by queries of spellings."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR
from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from transfers.models import Party, System, Transfer
from transfers.models.naming import PartyFinder, SystemFinder
from transfers.models.spelling import filter_spelled
from transfers.vocabulary.words import fold, fold_party

#: Relations by which a party or a system is used by transfers.
_USES = {Party: ("supplier", "recipient"), System: ("system",)}
#: How a name matches what was typed, the best first, and whether it is the record's own name or an alias.
_RANKS = (("exact", True), ("exact", False), ("startswith", True), ("startswith", False))


class AliasSearch(admin.ModelAdmin):
    """Search by every alias, the best matches first: an own name, an alias, a beginning, any part."""

    finder: type[PartyFinder | SystemFinder]

    def match_otherwise(self, term: str) -> Q:
        """Return the condition of records that a term finds by none of their stored names; of none."""
        return Q(pk__in=[])

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        if not search_term:
            return queryset, False
        matches = queryset.filter(self._match_words(search_term))
        if ORDER_VAR in request.GET:
            return matches, False
        return self._rank(matches, search_term), False

    def _match_words(self, term: str) -> Q:
        """Return the condition that names have the whole term in them, or each of its words."""
        if not self._fold(term):
            return Q(pk__in=[])
        words = [word for word in term.split() if self._fold(word)]
        every_word = Q(*(self._match(word) for word in words)) if len(words) > 1 else Q(pk__in=[])
        return self._match(term) | every_word | self.match_otherwise(term)

    def _match(self, text: str, lookup: str = "contains", **places: bool) -> Q:
        condition: dict[str, Any] = {f"folded__{lookup}": self._fold(text)}
        return filter_spelled(self.model, **places, **condition)

    def _fold(self, text: str) -> str:
        return self.finder.index().fold(text)

    def _rank(self, matches: QuerySet, term: str) -> QuerySet:
        """Sort by how well names match, then by how many transfers use the record."""
        ranked = [
            When(self._match(term, lookup, own=is_own, aliases=not is_own), then=Value(place))
            for place, (lookup, is_own) in enumerate(_RANKS)
        ]
        rank = Case(*ranked, default=Value(len(ranked)), output_field=IntegerField())
        return matches.annotate(rank=rank, uses=_count_uses(self.model)).order_by("rank", "-uses", "name")


def _count_uses(model: Any) -> Any:
    """Return the number of transfers that use a record, as an expression."""
    counts = [
        Coalesce(
            Subquery(
                Transfer.objects.filter(**{name: OuterRef("pk")})
                .order_by()
                .values(name)
                .annotate(count=Count("pk"))
                .values("count")
            ),
            0,
        )
        for name in _USES[model]
    ]
    return sum(counts[1:], counts[0])


def search_transfers(transfers: QuerySet, term: str) -> QuerySet:
    """Return the transfers with every word in their key, occasion or names, or that the whole term names."""
    every_word = Q(*[_mentions(word) for word in term.split()])
    systems = SystemFinder(System.objects.all()).find(term)
    parties = PartyFinder(Party.objects.all()).find(term)
    is_named = Q(system__slug__in=systems) | Q(supplier__code__in=parties) | Q(recipient__code__in=parties)
    return transfers.filter(every_word | is_named)


def _mentions(word: str) -> Q:
    mentions = Q(key__icontains=word) | Q(occasion__icontains=word)
    if fold(word):
        systems = System.objects.filter(filter_spelled(System, folded__contains=fold(word)))
        parties = Party.objects.filter(filter_spelled(Party, folded__contains=fold_party(word)))
        mentions |= Q(system__in=systems.values("pk"))
        mentions |= Q(supplier__in=parties.values("pk")) | Q(recipient__in=parties.values("pk"))
    return mentions
