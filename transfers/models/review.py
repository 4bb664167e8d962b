"""The conversation about a transfer: comments, and the steps that it took with their reasons."""

from typing import Any

from django.conf import settings
from django.db import models

from transfers.vocabulary import choices

from .curation import Transfer
from .rules import is_choice


class ReviewNoteQuerySet(models.QuerySet):
    """Notes by what they tell."""

    def steps(self):
        """Return the notes of steps and edits, which leave a transfer in another state."""
        return self.exclude(kind__in=_NO_STEPS)

    def newest(self, *kinds: str):
        """Return the newest note of these kinds of each transfer that has one."""
        newest = self.filter(kind__in=kinds).order_by().values("transfer").annotate(newest=models.Max("pk"))
        return self.filter(pk__in=newest.values("newest"))


class ReviewNote(models.Model):
    """What somebody said of a transfer, or did with it and why; it is written once and never changed."""

    Kind = choices.NoteKind

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    time = models.DateTimeField(auto_now_add=True, db_index=True)
    text = models.TextField(blank=True)
    #: Whom the text mentions.
    mentioned = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)
    #: Who reviews the transfer from this note on; of an assignment without one, nobody does.
    assigned = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    #: Of claims that were moved: the model of each, and the copy of its history that the move left.
    moved = models.JSONField(default=list)

    objects: Any = ReviewNoteQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [is_choice("kind", choices.NoteKind)]
        indexes = [models.Index(fields=["transfer", "kind"], name="note_of_transfer_by_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.transfer}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A note is written once.")
        super().save(*args, **kwargs)


_NO_STEPS = (choices.NoteKind.COMMENT, choices.NoteKind.ASSIGN, choices.NoteKind.MOVE)
