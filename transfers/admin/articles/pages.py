"""Page of an article: its text with marks."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from transfers.evidence.recognition.marks import PARTY, SYSTEM, Mark
from transfers.models import ArticleText

from .claim import may_add
from .claiming import ClaimPages, get_claim_url
from .marks import list_recorded, mark_paragraphs


class ArticlePages(ClaimPages):
    """Page on which an article is read, above those of the claims made from it."""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the numbered paragraphs with their marks and the claims recorded from them."""
        article: ArticleText = self.get_viewed(request, object_id)
        recorded = list_recorded(article.source)
        context = {
            "article": article,
            "source": article.source,
            "paragraphs": mark_paragraphs(
                article, lambda mark: self._get_link(request, article, mark), recorded
            ),
            "elsewhere": recorded.get(0, []),
            "recorded": self.get_recorded(request, article),
            "may_delete": self.has_delete_permission(request, article),
        }
        title = f"Article {article.source.key}"
        return self.render_page(request, "articletext/article.html", title, **context)

    def _get_link(self, request: HttpRequest, article: ArticleText, mark: Mark) -> str:
        """Return where a mark leads: a figure to a claim, a name to its record; empty without permission."""
        if mark.kind in (SYSTEM, PARTY):
            if not request.user.has_perm(f"transfers.view_{mark.kind}"):
                return ""
            return f"{reverse(f'admin:transfers_{mark.kind}_changelist')}?q={mark.value[0]}"
        if not may_add(request.user, mark.kind):
            return ""
        return get_claim_url(article, mark)
