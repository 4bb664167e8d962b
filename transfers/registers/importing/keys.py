"""Permanent keys of imported transfers: supplier, recipient, system and year, numbered where taken."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from transfers.models import RegistryRow, Transfer
from transfers.models.inserts import batched

LONGEST = 112  # leaves room for a number at the end


class Keys:
    """Keys that no transfer has, or ever had in public."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, items: Sequence[Any]) -> list[str]:
        """Return a free key for each item; none is given twice."""
        stems = [_build_stem(item) for item in items]
        for group in batched(sorted(set(stems))):
            self._look_up(group)
        return [self._take_free(stem) for stem in stems]

    def _look_up(self, stems: Sequence[str]) -> None:
        for model in (Transfer, RegistryRow):
            taken = model.objects.filter(key__in=stems).values_list("key", flat=True)
            fresh = set(taken) - self._taken
            self._taken |= fresh
            for stem in fresh:  # few stems are taken; only those may be taken with a number, too
                numbered = Q(key__gt=f"{stem}-", key__lt=f"{stem}.")
                self._taken |= set(model.objects.filter(numbered).values_list("key", flat=True))

    def _take_free(self, stem: str) -> str:
        key, number = stem, 1
        while key in self._taken:
            number += 1
            key = f"{stem}-{number}"
        self._taken.add(key)
        return key


def _build_stem(item: Any) -> str:
    deal, named = item.deal, item.named
    year = deal.year or next(iter(deal.delivery_years), None)
    parties = f"{named.supplier}-{named.recipient}".lower()
    end = f"-{year:04}" if year else "-undated"
    return f"{parties}-{named.system}"[: LONGEST - len(end)].rstrip("-") + end
