"""Texts of articles as curators read them: other people's words, kept only for as long as they are needed."""

from typing import Any

from django.conf import settings
from django.db import models

from .reference import Source


class ArticleText(models.Model):
    """The text of a source. Never public, in no export and no history; its SHA-256 stays with the source."""

    source = models.OneToOneField(Source, models.CASCADE, related_name="article")
    text = models.TextField(help_text="The whole article; paragraphs with a blank line between them.")
    added = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects: Any = models.Manager()

    class Meta:
        verbose_name = "article"

    def __str__(self) -> str:
        return f"text of {self.source}"
