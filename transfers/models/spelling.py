"""The folded spelling of each text that names a party or a system, so that databases can look names up.

A spelling depends on its text alone. One that no record uses any more does no harm, so nothing removes it.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.signals import post_save
from django.dispatch import receiver

from transfers.vocabulary.words import fold, fold_party

from .inserts import BATCH, batched

PARTY, SYSTEM = "party", "system"


class Spelling(models.Model):
    """A text by which parties or systems (`kind`) are found, and what it is compared by."""

    kind = models.CharField(max_length=10)
    text = models.CharField(max_length=120)
    folded = models.CharField(max_length=1000)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "text"], name="spelling_is_stored_once")]
        indexes = [models.Index(fields=["kind", "folded", "text"], name="spelling_folded")]

    def __str__(self) -> str:
        return self.text


class NamedQuerySet(models.QuerySet):
    """Records that are found by texts of theirs; every way of storing them stores the spelling too."""

    model: Any

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        objs = list(objs)
        created = super().bulk_create(objs, *args, **kwargs)
        add_spellings_of(objs)
        return created

    def bulk_update(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> int:
        objs = list(objs)
        count = super().bulk_update(objs, *args, **kwargs)
        add_spellings_of(objs)
        return count

    def update(self, **values: Any) -> int:
        texts = [values[name] for name in self.model.SPELLED if isinstance(values.get(name), str)]
        count = super().update(**values)
        add_spellings(self.model.KIND, texts)
        return count


class Named(models.Model):
    """A record that is found by texts of its own, those of the fields in `SPELLED`."""

    SPELLED: ClassVar[tuple[str, ...]] = ("name",)
    #: The kind of its spellings.
    KIND: ClassVar[str]

    class Meta:
        abstract = True


#: How texts of each kind are folded.
FOLD = {PARTY: fold_party, SYSTEM: fold}


@receiver(post_save)
def _add_spellings_of_saved(instance: models.Model, **_: Any) -> None:
    if isinstance(instance, Named):
        add_spellings_of([instance])


def add_spellings_of(records: Sequence[Any]) -> None:
    """Add the spellings of the texts of these records of one model."""
    for record in records[:1]:
        texts = (getattr(stored, name) for stored in records for name in record.SPELLED)
        add_spellings(record.KIND, texts)


def add_spellings(kind: str, texts: Iterable[str]) -> None:
    """Add the spellings of those texts that have none yet."""
    for batch in batched(sorted(set(texts) - {""})):
        stored = Spelling.objects.filter(kind=kind, text__in=batch)
        missing = set(batch) - set(stored.values_list("text", flat=True))
        if missing:
            spellings = [_build_spelling(kind, text) for text in sorted(missing)]
            Spelling.objects.bulk_create(spellings, ignore_conflicts=True)


def _build_spelling(kind: str, text: str) -> Spelling:
    return Spelling(kind=kind, text=text, folded=FOLD[kind](text))


def renew_spellings(named_models: Iterable[Any], using: str) -> None:
    """Store the spelling of every text anew that has none, or another than it would get today."""
    stored = set(Spelling.objects.using(using).values_list("kind", "text", "folded"))
    texts = {
        (model.KIND, text)
        for model in named_models
        for row in model._default_manager.using(using).values_list(*model.SPELLED).iterator()
        for text in row
        if text
    }
    spellings = (_build_spelling(*pair) for pair in sorted(texts))
    Spelling.objects.using(using).bulk_create(
        [each for each in spellings if (each.kind, each.text, each.folded) not in stored],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["kind", "text"],
        update_fields=["folded"],
    )


def filter_spelled(model: Any, *, aliases: bool = True, own: bool = True, **condition: Any) -> Q:
    """Return the condition that a text of a party or a system has such a spelling: its own, or an alias."""
    texts = Spelling.objects.filter(kind=model.KIND, **condition).values("text")
    is_spelled = Q(pk__in=[])
    for name in model.SPELLED if own else ():
        is_spelled |= Q(**{f"{name}__in": texts})
    if aliases:
        relation = model._meta.get_field("aliases")
        aliases_so = relation.related_model._default_manager.filter(name__in=texts)
        is_spelled |= Q(pk__in=aliases_so.values(relation.field.name))
    return is_spelled
