"""Page of an article: its text with marks, and how much of it is open."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from transfers.curation.copies import list_copies
from transfers.models import ArticleText

from .claiming import ClaimPages
from .declining import DeclinePages


class ArticlePages(ClaimPages, DeclinePages):
    """Page on which an article is read, above those of its claims and of what is declined."""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the numbered paragraphs with their marks and what became of each."""
        article: ArticleText = self.get_viewed(request, object_id)
        title = f"Article {article.source.key}"
        return self.render_reading(request, article, "article", title, copies=list_copies(article))
