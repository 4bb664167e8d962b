"""Pages of an article: its text with marks, and the claim made from a mark."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from transfers.admin.editing.base import RegistryAdmin
from transfers.evidence.recognition.marks import PARTY, SYSTEM, Mark, choose_excerpt
from transfers.models import ArticleText

from .claim import FIGURES, ClaimMaker, may_add
from .marks import find_marks, list_recorded, mark_paragraphs


class ArticlePages(RegistryAdmin):
    """Pages on which an article is read and claims are made from it."""

    def get_urls(self) -> list[URLPattern]:
        claim = self.admin_site.admin_view(self.claim_view)
        return [
            path("<int:object_id>/claim/", claim, name="transfers_articletext_claim"),
            *super().get_urls(),
        ]

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
            "may_delete": self.has_delete_permission(request, article),
        }
        title = f"Article {article.source.key}"
        return self.render_page(request, "articletext/article.html", title, **context)

    def claim_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Propose a claim from a mark; record it once it is posted."""
        article: ArticleText = self.get_viewed(request, object_id)
        mark = self._get_mark(request, article)
        if not may_add(request.user, mark.kind):
            raise PermissionDenied
        maker = ClaimMaker(self.admin_site, request, article, mark)
        if request.method == "POST" and (claim := maker.save()):
            self.log_addition(request, claim, f"From the article {article.source}, ¶{mark.paragraph}.")
            messages.success(request, f"Recorded for {claim.transfer}: {claim}.")
            return HttpResponseRedirect(f"{get_url(article)}#p{mark.paragraph}")
        context = {
            "article": article,
            "source": article.source,
            "mark": mark,
            "maker": maker,
            "media": self.media + maker.media,
            "around": choose_excerpt(article.text, mark),
            "errors": maker.has_errors,
        }
        title = f"Claim from ¶{mark.paragraph} of {article.source.key}"
        return self.render_page(request, "articletext/claim.html", title, **context)

    def _get_mark(self, request: HttpRequest, article: ArticleText) -> Mark:
        """Return the marked figure that starts at the position given in the address."""
        for mark in find_marks(article):
            if str(mark.start) == request.GET.get("mark", "") and mark.kind in FIGURES:
                return mark
        raise Http404("There is no marked figure at this place.")

    def _get_link(self, request: HttpRequest, article: ArticleText, mark: Mark) -> str:
        """Return where a mark leads: a figure to a claim, a name to its record; empty without permission."""
        if mark.kind in (SYSTEM, PARTY):
            if not request.user.has_perm(f"transfers.view_{mark.kind}"):
                return ""
            return f"{reverse(f'admin:transfers_{mark.kind}_changelist')}?q={mark.value[0]}"
        if not may_add(request.user, mark.kind):
            return ""
        return f"{reverse('admin:transfers_articletext_claim', args=[article.pk])}?mark={mark.start}"


def get_url(article: ArticleText) -> str:
    return reverse("admin:transfers_articletext_change", args=[article.pk])
