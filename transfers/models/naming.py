"""Finding parties and systems by any of their names, without reading the names of all."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max, Q, QuerySet

from transfers.vocabulary import names
from transfers.vocabulary.codes import EARLIER_CODES
from transfers.vocabulary.words import fold_party

from .history import OWNED
from .reference import Party, System, read_variants
from .spelling import PARTY, SYSTEM, Spelling, filter_spelled


@dataclass(frozen=True)
class Meaning:
    """Keys of the records that a name stands for; where it is unclear or unknown, names to choose from."""

    keys: frozenset[str] = frozenset()
    is_ambiguous: bool = False
    suggestions: list[str] = field(default_factory=list)
    hint: str = ""

    @property
    def is_clear(self) -> bool:
        return bool(self.keys) and not self.is_ambiguous


class NameFinder:
    """Finder of the records of a query that a name stands for.

    It builds the index of names (`vocabulary.names`) of those records alone that the name may stand for.
    """

    model: Any
    index: type[names.Index]

    def __init__(self, records: QuerySet) -> None:
        self.records = records

    def get_meaning(self, name: str) -> Meaning:
        """Return what the name stands for, or the names that it may have been meant for."""
        index = self.build_index(name)
        keys, rivals = frozenset(index.find(name)), index.list_rivals(name)
        if keys and not rivals:
            return Meaning(keys)
        near = rivals or self.suggest(name)
        provisional = self.build_index(*near).describe_provisional(near)
        return Meaning(keys, bool(rivals), near, f"{names.format_suggestions(near)}{provisional}")

    def find(self, name: str) -> frozenset[str]:
        """Return the keys of the records that the name stands for; empty where nobody bears it."""
        return frozenset(self.build_index(name).find(name))

    def suggest(self, name: str) -> list[str]:
        """Return up to three names like this one, the most alike first."""
        matches = names.suggest(self.index().fold(name), self._list_folded())
        return self._build_index(matches).list_written(matches)

    def build_index(self, *listed: str) -> names.Index:
        """Return the index of the records that these names may stand for."""
        readings = {reading for name in listed for reading in self.index.list_readings(name)}
        return self._build_index({self.index().fold(reading) for reading in readings} - {""})

    def _build_index(self, folded: Iterable[str]) -> names.Index:
        raise NotImplementedError

    def _list_folded(self) -> set[str]:
        """Return every name of these records, folded."""
        texts = Q()
        for name in self.model.SPELLED:
            texts |= Q(text__in=self.records.values(name))
        for alias, owner in OWNED[self.model].items():
            owned = alias._default_manager.filter(**{f"{owner}__in": self.records.values("pk")})
            texts |= Q(text__in=owned.values("name"))
        spellings = Spelling.objects.filter(texts, kind=self.model.KIND)
        return set(spellings.values_list("folded", flat=True)) - {""}


class PartyFinder(NameFinder):
    """Finder of parties by code, alpha-2 code, name or alias."""

    model = Party
    index = names.PartyIndex

    def _build_index(self, folded: Iterable[str]) -> names.Index:
        folded = set(folded)
        earlier = [code for code, others in EARLIER_CODES.items() if folded & set(map(fold_party, others))]
        are_named = filter_spelled(Party, folded__in=folded) | Q(code__in=earlier)
        return names.build_party_index(self.records.filter(are_named))

    def _list_folded(self) -> set[str]:
        codes = self.records.filter(code__in=EARLIER_CODES).values_list("code", flat=True)
        earlier = {fold_party(code) for own in codes for code in EARLIER_CODES[own]}
        return super()._list_folded() | earlier


class SystemFinder(NameFinder):
    """Finder of systems by slug, name or alias; a family's name finds its variants too."""

    model = System
    index = names.Index

    def _build_index(self, folded: Iterable[str]) -> names.Index:
        named = System.objects.filter(filter_spelled(System, folded__in=set(folded)))
        families = read_variants(named.values_list("pk", flat=True))
        return names.build_system_index(self._filter_listed(families))

    def _filter_listed(self, families: dict[int, int | None]) -> QuerySet:
        """Return those of the systems, which are there with all their variants, that are to be found."""
        return self.records.filter(pk__in=list(families))


FINDERS: dict[str, type[NameFinder]] = {PARTY: PartyFinder, SYSTEM: SystemFinder}


def get_names_stamp() -> tuple[int | None, ...]:
    """Return what differs once a name has changed, or a record that bears names."""
    named: list[Any] = [model for owner in (Party, System) for model in (owner, *OWNED[owner])]
    newest = [model.history.aggregate(newest=Max("pk"))["newest"] for model in named]
    return (*newest, Spelling.objects.aggregate(newest=Max("pk"))["newest"])
