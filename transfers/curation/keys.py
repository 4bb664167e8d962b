"""Permanent keys of transfers: supplier, recipient, system and year, numbered where taken."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress

from django.db.models import Q

from transfers.models import RegistryRow, Transfer
from transfers.models.inserts import batched
from transfers.vocabulary import edtf

LONGEST = 112  # leaves room for a number at the end
UNDATED = "undated"
_NUMBER = r"(?:-(?:[2-9]|[1-9][0-9]+))?"


def build_stem(supplier: str, recipient: str, system: str, year: int | None) -> str:
    """Return the key of the first transfer of these parties, by code, of this system and of this year."""
    end = f"-{year:04}" if year else f"-{UNDATED}"
    return f"{supplier.lower()}-{recipient.lower()}-{system}"[: LONGEST - len(end)].rstrip("-") + end


def is_key(key: str, supplier: str, recipient: str, system: str) -> bool:
    """Return whether a new transfer of these parties and this system may have the key."""
    match = re.fullmatch(rf".+-([0-9]{{4}}|{UNDATED}){_NUMBER}", key)
    if match is None:
        return False
    year = None if match[1] == UNDATED else int(match[1])
    stem = build_stem(supplier, recipient, system, year)
    return bool(re.fullmatch(re.escape(stem) + _NUMBER, key))


def find_years(dates: Iterable[str]) -> tuple[int, int] | None:
    """Return the first and the last year of these dates, as far as they can be read and begin or end."""
    years = []
    for text in dates:
        with suppress(edtf.EDTFError):
            years += [day.year for day in edtf.bounds(text) if day]
    return (min(years), max(years)) if years else None


def find_year(dates: Iterable[str]) -> int | None:
    """Return the first year of these dates."""
    years = find_years(dates)
    return years[0] if years else None


def propose(supplier: str, recipient: str, system: str, year: int | None) -> str:
    """Return the first key that no transfer has, or ever had in public."""
    return Keys().take([build_stem(supplier, recipient, system, year)])[0]


class Keys:
    """Keys that no transfer has, or ever had in public."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, stems: Sequence[str]) -> list[str]:
        """Return a free key for each stem; none is given twice."""
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
