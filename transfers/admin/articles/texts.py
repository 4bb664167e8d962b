"""Texts of articles in the admin, which are pasted and deleted but never edited.

A text is kept as long as a curator needs it. Whoever pasted the wrong one deletes it and pastes again. Its
SHA-256 stays with the source.
"""

import hashlib
import unicodedata
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect

from transfers.models import ArticleText, Source, history
from transfers.publication import publish

from .pages import ArticlePages
from .reading import get_url

LONGEST_TEXT = 500_000
_ALLOWED = "\n\t"


class ArticleForm(forms.ModelForm):
    """Text as pasted; nothing is stripped, but line ends are those of a file, not of a form."""

    class Meta:
        model = ArticleText
        fields = ("source", "text")

    text = forms.CharField(
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "class": "vLargeTextField"}),
        help_text="The whole article; paragraphs with a blank line between them. At most 500,000 characters."
        " It is never public. Delete it when you no longer need it.",
    )

    def is_multipart(self) -> bool:
        """Return True: a long text, percent-encoded, would be more than Django accepts of a form."""
        return True

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").replace("\r", "\n")
        if not text.strip():
            raise forms.ValidationError("Paste the text of the article.")
        if len(text) > LONGEST_TEXT:
            raise forms.ValidationError(f"The text has {len(text):,} characters, more than 500,000.")
        for position, character in enumerate(text):
            if unicodedata.category(character) == "Cc" and character not in _ALLOWED:
                line = text.count("\n", 0, position) + 1
                raise forms.ValidationError(
                    f"Line {line} contains the control character U+{ord(character):04X}."
                    " Paste the text without it."
                )
        return text


@admin.register(ArticleText)
class ArticleTextAdmin(ArticlePages):
    form = ArticleForm
    list_display = ["source", "added", "added_by", "length"]
    list_select_related = ["source", "added_by"]
    search_fields = ["source__key", "source__title", "source__publisher"]
    autocomplete_fields = ["source"]
    fields = ["source", "text"]

    def has_change_permission(self, request: HttpRequest, obj: ArticleText | None = None) -> bool:
        return False

    @admin.display(description="characters")
    def length(self, article: ArticleText) -> str:
        return f"{len(article.text):,}"

    def save_model(self, request: HttpRequest, obj: ArticleText, form: Any, change: bool) -> None:
        obj.added_by = request.user  # type: ignore[assignment]
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            self._save_digest(request, obj)

    def _save_digest(self, request: HttpRequest, article: ArticleText) -> None:
        """Save the digest with the source; warn if the source has another one."""
        digest = hashlib.sha256(article.text.encode()).hexdigest()
        source = Source.objects.select_for_update().get(pk=article.source_id)
        if source.sha256 == digest:
            return
        if source.sha256:
            messages.warning(
                request,
                f"The source {source} has the SHA-256 of another text, {source.sha256}. That of this text is"
                f" {digest} and was not saved. Please check which text is the right one.",
            )
        elif not request.user.has_perm("transfers.change_source"):
            messages.warning(request, "The SHA-256 was not saved, as you are not allowed to change sources.")
        else:
            source.sha256 = digest
            with history.record_because("SHA-256 of the article's text as pasted", request.user):
                source.save()
            publish.refresh(source, f"The source {source} was edited")

    def response_post_save_add(self, request: HttpRequest, obj: ArticleText) -> HttpResponseRedirect:
        return HttpResponseRedirect(get_url(obj))
