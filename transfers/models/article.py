"""Texts of articles as curators read them: other people's words, kept only for as long as they are needed."""

from typing import Any

from django.conf import settings
from django.db import models

from transfers.evidence.likeness import build_sketch

from .reference import Source
from .rules import validate_excerpt


class ArticleText(models.Model):
    """The text of a source. Never public, in no export and no history; its SHA-256 stays with the source.

    The figures that are open and done are counted whenever its page is shown or something of it is recorded.
    """

    source = models.OneToOneField(Source, models.CASCADE, related_name="article")
    text = models.TextField(help_text="The whole article; paragraphs with a blank line between them.")
    added = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    sketch = models.TextField(blank=True, editable=False)
    open_figures = models.PositiveIntegerField("open", default=0, editable=False)
    done_figures = models.PositiveIntegerField("done", default=0, editable=False)

    objects: Any = models.Manager()

    class Meta:
        verbose_name = "article"

    def __str__(self) -> str:
        return f"text of {self.source}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the text with the sketch by which copies of it are found."""
        self.sketch = build_sketch(self.text)
        super().save(*args, **kwargs)


class SourceReading(models.Model):
    """Statement of a source as it was read: in own words, and the reason where it became no claim.

    The claims recorded from it are those of the source with its locator and excerpt. It stays when the text
    is deleted.
    """

    source = models.ForeignKey(Source, models.CASCADE, related_name="readings")
    locator = models.CharField(max_length=60)
    excerpt = models.CharField(max_length=200, validators=[validate_excerpt])
    finding = models.TextField(blank=True, help_text="What the words say, in your own.")
    attributed_to = models.CharField(max_length=200, blank=True, help_text="Whom the source quotes for it.")
    declined = models.CharField("reason", max_length=400, blank=True, help_text="Why it becomes no claim.")
    read = models.DateTimeField(auto_now=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects: Any = models.Manager()

    class Meta:
        ordering = ["source", "pk"]
        verbose_name = "reading"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "locator", "excerpt"],
                name="sourcereading_is_read_once",
                violation_error_message="These words of this paragraph were read already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.locator}"
