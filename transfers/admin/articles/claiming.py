"""Pages of the claim made from a mark of an article: whole, or the form alone for a page beside it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from transfers.admin.editing.base import RegistryAdmin
from transfers.evidence.recognition.marks import Mark, choose_excerpt
from transfers.models import ArticleText

from .claim import FIGURES, ClaimMaker, may_add
from .marks import find_marks


class ClaimPages(RegistryAdmin):
    """Page on which a claim is made from a mark."""

    def get_urls(self) -> list[URLPattern]:
        claim = self.admin_site.admin_view(self.claim_view)
        return [
            path("<int:object_id>/claim/", claim, name="transfers_articletext_claim"),
            *super().get_urls(),
        ]

    def claim_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Propose a claim from a mark; record it once it is posted."""
        article: ArticleText = self.get_viewed(request, object_id)
        mark = self._get_mark(request, article)
        if not may_add(request.user, mark.kind):
            raise PermissionDenied
        maker = ClaimMaker(self.admin_site, request, article, mark)
        if request.method == "POST" and (claim := maker.save()):
            self.log_addition(request, claim, f"From the article {article.source}, ¶{mark.paragraph}.")
            return self._respond_recorded(request, article, mark, claim)
        context = {
            "article": article,
            "source": article.source,
            "mark": mark,
            "maker": maker,
            "action": get_claim_url(article, mark),
            "media": self.media + maker.media,
            "around": choose_excerpt(article.text, mark),
            "errors": maker.has_errors,
        }
        title = f"Claim from ¶{mark.paragraph} of {article.source.key}"
        name = "claim_form" if is_fragment(request) else "claim"
        return self.render_page(request, f"articletext/{name}.html", title, **context)

    def _respond_recorded(
        self, request: HttpRequest, article: ArticleText, mark: Mark, claim: Any
    ) -> HttpResponse:
        """Return to the article; or, to a script, what was recorded, with the status 201."""
        message = f"Recorded on {claim.transfer}: {claim}."
        if is_fragment(request):
            context = {"message": message}
            return self.render_page(request, "articletext/recorded.html", message, status=201, **context)
        messages.success(request, message)
        return HttpResponseRedirect(f"{get_url(article)}#p{mark.paragraph}")

    def _get_mark(self, request: HttpRequest, article: ArticleText) -> Mark:
        """Return the marked figure that starts at the position given in the address."""
        for mark in find_marks(article):
            if str(mark.start) == request.GET.get("mark", "") and mark.kind in FIGURES:
                return mark
        raise Http404("There is no marked figure at this place.")


def is_fragment(request: HttpRequest) -> bool:
    """Return whether a script asked for the form alone."""
    return request.GET.get("fragment") == "1" or request.headers.get("X-Requested-With") == "fetch"


def get_url(article: ArticleText) -> str:
    return reverse("admin:transfers_articletext_change", args=[article.pk])


def get_claim_url(article: ArticleText, mark: Mark) -> str:
    return f"{reverse('admin:transfers_articletext_claim', args=[article.pk])}?mark={mark.start}"
