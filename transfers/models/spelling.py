"""The folded spelling of each text that names a party or a system, so that databases can look names up.

A spelling depends on its text alone. One that no record uses any more does no harm, so nothing removes it.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.db.models.signals import post_save
from django.dispatch import receiver

from transfers.vocabulary.words import fold, fold_exactly, fold_party

from .inserts import BATCH, batched


class Spelling(models.Model):
    """A text and what it is compared by: `folded` and `exact` of a system, `party` of a party."""

    text = models.CharField(max_length=120, primary_key=True)
    folded = models.CharField(max_length=1000, db_index=True)
    exact = models.CharField(max_length=1000, db_index=True)
    party = models.CharField(max_length=1000, db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.text


class NamedQuerySet(models.QuerySet):
    """Records that are found by texts of theirs; every way of storing them stores the spelling too."""

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
        add_spellings(texts)
        return count


class Named(models.Model):
    """A record that is found by texts of its own, those of the fields in `SPELLED`."""

    SPELLED: ClassVar[tuple[str, ...]] = ("name",)

    class Meta:
        abstract = True


@receiver(post_save)
def _add_spellings_of_saved(instance: models.Model, **_: Any) -> None:
    if isinstance(instance, Named):
        add_spellings_of([instance])


def add_spellings_of(records: Iterable[Any]) -> None:
    """Add the spellings of the records' texts."""
    add_spellings(getattr(record, name) for record in records for name in record.SPELLED)


def add_spellings(texts: Iterable[str]) -> None:
    """Add the spellings of those texts that have none yet."""
    for batch in batched(sorted(set(texts) - {""})):
        present = set(Spelling.objects.filter(text__in=batch).values_list("text", flat=True))
        missing = [build_spelling(text) for text in batch if text not in present]
        if missing:
            Spelling.objects.bulk_create(missing, ignore_conflicts=True)


def build_spelling(text: str) -> Spelling:
    """Return the spelling of a text, unsaved."""
    return Spelling(text=text, folded=fold(text), exact=fold_exactly(text), party=fold_party(text))


def renew_spellings(models_of_names: Iterable[Any], using: str) -> None:
    """Store the spelling of every text anew that has none, or another than it would get today."""
    stored = {row[0]: row[1:] for row in Spelling.objects.using(using).values_list().iterator()}
    texts = {
        text
        for model in models_of_names
        for row in model._default_manager.using(using).values_list(*model.SPELLED).iterator()
        for text in row
        if text
    }
    changed = [
        spelling
        for spelling in map(build_spelling, sorted(texts))
        if stored.get(spelling.text) != (spelling.folded, spelling.exact, spelling.party)
    ]
    Spelling.objects.using(using).bulk_create(
        changed,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["text"],
        update_fields=["folded", "exact", "party"],
    )
