"""Merges of parties and of systems: what moved, and the key that leads to the other record for ever."""

from typing import Any

from django.conf import settings
from django.db import models

from transfers.vocabulary.choices import Decision

from .reference import Party, Source, System
from .rules import is_choice
from .spelling import PARTY, SYSTEM

KINDS = [(PARTY, "party"), (SYSTEM, "system")]
MODELS: dict[str, Any] = {PARTY: Party, SYSTEM: System}
#: The field that names what a record is part of.
PARENTS = {PARTY: "successor", SYSTEM: "variant_of"}


class FormerKey(models.Model):
    """The key of a record that was merged into another, and what it stood for up to a revision."""

    kind = models.CharField(max_length=10, choices=KINDS)
    key = models.CharField(max_length=80)
    party = models.ForeignKey(Party, models.CASCADE, null=True, blank=True, related_name="+")
    system = models.ForeignKey(System, models.CASCADE, null=True, blank=True, related_name="+")
    #: The newest revision before the merge, the record's names then, and the keys that they stood for.
    revision = models.PositiveBigIntegerField()
    names = models.JSONField(default=list)
    keys = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="formerkey_is_kept_once")]

    def __str__(self) -> str:
        return self.key

    @property
    def record(self) -> Any:
        """Return the record that the key leads to now."""
        return self.party if self.kind == PARTY else self.system

    @property
    def winner(self) -> str:
        """Return the key of the record that the key leads to now."""
        return str(self.record.natural_key()[0])


class Merge(models.Model):
    """A merge of one record into another, with all that is needed to undo it."""

    kind = models.CharField(max_length=10, choices=KINDS)
    winner = models.CharField(max_length=80, help_text="Key of the record that stays.")
    loser = models.CharField(max_length=80, help_text="Key of the record that was merged into it.")
    #: The loser's fields; ids of what moved to the winner, by model and field; and keys of public rows.
    values = models.JSONField(default=dict)
    moved = models.JSONField(default=dict)
    rows = models.JSONField(default=dict)
    reason = models.CharField(max_length=500)
    time = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.loser} into {self.winner}"

    def rebuild_loser(self) -> Any:
        """Return the loser as it was, unsaved, with its aliases and with what it was part of."""
        model = MODELS[self.kind]
        loser = model(**{name: value for name, value in self.values.items() if name != "aliases"})
        former = FormerKey.objects.filter(kind=self.kind, key=self.loser).first()
        own = {getattr(loser, name) for name in model.SPELLED}
        alias = model._meta.get_field("aliases").related_model
        aliases = [alias(name=name) for name in (former.names if former else ()) if name not in own]
        loser._prefetched_objects_cache = {"aliases": aliases}
        parent = PARENTS[self.kind]
        pk = getattr(loser, f"{parent}_id")
        setattr(loser, parent, model.objects.filter(pk=pk).first() or _rebuild(self.kind, pk))
        return loser


def _rebuild(kind: str, pk: int | None) -> Any:
    merge = Merge.objects.filter(kind=kind, values__id=pk, undone=None).first() if pk else None
    return merge and merge.rebuild_loser()


class KeptApart(models.Model):
    """Two parties or systems, by key in their order, of which somebody said that they are not one."""

    kind = models.CharField(max_length=10, choices=KINDS)
    first = models.CharField(max_length=80)
    second = models.CharField(max_length=80)
    time = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "first", "second"], name="pair_is_kept_apart_once")
        ]

    def __str__(self) -> str:
        return f"{self.first} and {self.second}"


class ReferenceChange(models.Model):
    """A change of a public party, system or source that somebody proposes and a publisher decides on.

    Its texts are those of the record's row in a file (`transfers.curation.spreadsheets`), by column.
    """

    Decision = Decision

    kind = models.CharField(max_length=10, choices=[*KINDS, ("source", "source")])
    key = models.CharField(max_length=120)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=500)
    time = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decision = models.CharField(max_length=10, choices=Decision.choices, default=Decision.OPEN)
    answer = models.CharField(max_length=500, blank=True)
    decided = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [is_choice("decision", Decision)]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def record(self) -> Any:
        """Return the record, or None once it is gone."""
        model: Any = Source if self.kind == "source" else MODELS[self.kind]
        return model.objects.filter(**{model.natural_key_fields[0]: self.key}).first()
