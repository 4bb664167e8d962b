"""Texts of articles in the admin, which are pasted and deleted but never edited.

A text is kept as long as a curator needs it. Whoever pasted the wrong one deletes it and pastes again. Its
SHA-256 stays with the source.
"""

import hashlib
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseRedirect

from transfers.curation import source_proposals
from transfers.models import ArticleText, Source, history
from transfers.publication import publish

from .adding import ArticleForm
from .pages import ArticlePages
from .reading import get_url


class StateFilter(admin.SimpleListFilter):
    """Articles with open figures, and those that are done."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "open"), ("done", "done")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        done = Q(open_figures=0)
        conditions = {"open": ~done, "done": done}
        return queryset.filter(conditions.get(self.value() or "", Q()))


@admin.register(ArticleText)
class ArticleTextAdmin(ArticlePages):
    form = ArticleForm
    list_display = ["source", "state", "open_figures", "done_figures", "added", "added_by", "length"]
    list_filter = [StateFilter, "added", ("added_by", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["source", "added_by"]
    search_fields = ["source__key", "source__title", "source__publisher"]
    autocomplete_fields = ["source"]
    fieldsets = [
        ("The text", {"fields": ["address", "file", "text"]}),
        ("Its source", {"fields": ["source"]}),
        ("A new source", {"fields": [f"new_{name}" for name in source_proposals.FIELDS]}),
    ]

    def has_change_permission(self, request: HttpRequest, obj: ArticleText | None = None) -> bool:
        return False

    @admin.display(description="state", ordering="open_figures")
    def state(self, article: ArticleText) -> str:
        return "open" if article.open_figures else "done"

    @admin.display(description="characters")
    def length(self, article: ArticleText) -> str:
        return f"{len(article.text):,}"

    def save_model(self, request: HttpRequest, obj: ArticleText, form: Any, change: bool) -> None:
        obj.added_by = request.user  # type: ignore[assignment]
        with transaction.atomic():
            if form.new_source is not None:
                self._save_source(request, form.new_source)
                obj.source = form.new_source
            super().save_model(request, obj, form, change)
            self._save_digest(request, obj)

    def _save_source(self, request: HttpRequest, source: Source) -> None:
        if not request.user.has_perm("transfers.add_source"):
            raise PermissionDenied
        with history.record_because("Added with its article", request.user):
            source.save()
        self.log_addition(request, source, "Added with its article.")

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
