"""Parties and systems that may be one and the same: pairs with a reason, for a curator to decide on.

They are found anew once a name has changed. A pair that is not one is never suggested again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.cache import cache

from transfers.models import KeptApart, Party, Transfer
from transfers.models.history import OWNED
from transfers.models.homonyms import is_shared
from transfers.models.merging import MODELS, PARENTS
from transfers.models.naming import get_names_stamp
from transfers.models.spelling import PARTY, SYSTEM
from transfers.vocabulary.alike import AlikePair, Bearer, list_alike
from transfers.vocabulary.lineage import list_line

#: How long suggestions are kept, and their number for pages that only count them.
KEPT_SECONDS, COUNTED_SECONDS = 24 * 60 * 60, 10 * 60
STATES = {Party.Kind.STATE, Party.Kind.FORMER_STATE}
#: The field that says what a record is.
KIND_FIELDS = {PARTY: "kind", SYSTEM: "category"}


@dataclass(frozen=True)
class Suggestion:
    """Two records of a kind that may be one, by key, and why: the first would stay."""

    winner: str
    loser: str
    reason: str

    @property
    def pair(self) -> str:
        return f"{self.winner}~{self.loser}"


class NamedRecord(NamedTuple):
    """What is read of a party or a system; `kind` is a system's category."""

    pk: int
    key: str
    name: str
    kind: str
    parent: int | None
    provisional: bool
    shared_names: str


Records = dict[str, NamedRecord]
OpenPairs = Iterator[tuple[AlikePair, tuple[NamedRecord, NamedRecord]]]


def list_suggestions(kind: str) -> list[Suggestion]:
    """Return what may be one, of parties or of systems, the best reasons first."""
    key = "-".join(map(str, ("alike", kind, *get_names_stamp())))
    suggestions: list[Suggestion] = cache.get_or_set(key, lambda: _find_all(kind), KEPT_SECONDS) or []
    apart = set(KeptApart.objects.filter(kind=kind).values_list("first", "second"))
    listed = [each for each in suggestions if tuple(sorted([each.winner, each.loser])) not in apart]
    cache.set(f"alike-{kind}", len(listed), COUNTED_SECONDS)
    return listed


def count_suggestions(kind: str) -> int:
    """Return how many there are, or were some minutes ago: to count them anew may take two seconds."""
    count = cache.get(f"alike-{kind}")
    return len(list_suggestions(kind)) if count is None else count


def keep_apart(kind: str, suggestion: Suggestion, user: Any) -> None:
    """Store that the two are not one and the same."""
    first, second = sorted([suggestion.winner, suggestion.loser])
    KeptApart.objects.get_or_create(kind=kind, first=first, second=second, defaults={"user": user})


def suggest_again(kind: str, pair: str) -> None:
    """Forget that the two of a pair are not one and the same."""
    first, second = sorted(pair.partition("~")[::2])
    KeptApart.objects.filter(kind=kind, first=first, second=second).delete()


def _find_all(kind: str) -> list[Suggestion]:
    model = MODELS[kind]
    fields = ("pk", model.natural_key_fields[0], "name", KIND_FIELDS[kind], PARENTS[kind])
    rows = model.objects.order_by("pk").values_list(*fields, "provisional", "shared_names")
    records = {record.key: record for record in map(NamedRecord._make, rows)}
    pairs = list_alike(_list_bearers(model, records.values()))
    list_open = _list_open_parties if kind == PARTY else _list_open_systems
    return [_build_suggestion(*listed, pair.reason) for pair, listed in list_open(pairs, records)]


def _list_bearers(model: Any, records: Iterable[NamedRecord]) -> Iterator[Bearer]:
    """Yield the records with those names that they do not share with others knowingly."""
    [(alias, owner)] = OWNED[model].items()
    names: dict[int, list[str]] = defaultdict(list)
    for pk, name in alias._default_manager.order_by("pk").values_list(owner, "name"):
        names[pk].append(name)
    for record in records:
        own = [record.name, *names[record.pk]]
        if record.shared_names:
            sharing = model(shared_names=record.shared_names)
            own = [name for name in own if not is_shared(sharing, name)]
        yield Bearer(record.key, "" if record.kind == Party.Kind.UNKNOWN else record.kind, tuple(own))


def _build_suggestion(one: NamedRecord, other: NamedRecord, reason: str) -> Suggestion:
    """Return the suggestion; a record that is not provisional stays, of two alike the older one."""
    winner, loser = sorted([one, other], key=lambda record: (record.provisional, record.pk))
    return Suggestion(winner.key, loser.key, reason)


def _list_open_parties(pairs: list[AlikePair], records: Records) -> OpenPairs:
    """Yield the pairs but for two states, and those of weak reasons only if they have a partner in common."""
    partners: dict[str, set[str]] = defaultdict(set)
    if any(pair.is_weak for pair in pairs):
        codes = Transfer.objects.values_list("supplier__code", "recipient__code")
        for supplier, recipient in codes.distinct():
            partners[supplier].add(recipient)
            partners[recipient].add(supplier)
    for pair in pairs:
        one, other = (records[key] for key in pair.keys)
        are_one_line = one.parent == other.pk or other.parent == one.pk
        if not {one.kind, other.kind} <= STATES and not are_one_line and _is_open(pair, partners):
            yield pair, (one, other)


def _list_open_systems(pairs: list[AlikePair], records: Records) -> OpenPairs:
    """Yield the pairs but for a family and its variant, those of weak reasons only with parties in common."""
    parties: dict[str, set[tuple[int, int]]] = defaultdict(set)
    if any(pair.is_weak for pair in pairs):
        used = Transfer.objects.values_list("system__slug", "supplier", "recipient").distinct()
        for slug, supplier, recipient in used:
            parties[slug].add((supplier, recipient))
    families = {record.pk: record.parent for record in records.values()}
    for pair in pairs:
        one, other = (records[key] for key in pair.keys)
        are_one_line = one.pk in list_line(other.pk, families) or other.pk in list_line(one.pk, families)
        if not are_one_line and _is_open(pair, parties):
            yield pair, (one, other)


def _is_open(pair: AlikePair, partners: dict[str, set[Any]]) -> bool:
    return not pair.is_weak or bool(partners[pair.keys[0]] & partners[pair.keys[1]])
