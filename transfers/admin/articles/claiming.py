"""Pages of the claim made from a mark of an article."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from transfers.curation import recording, workflow
from transfers.curation.outcomes import OPEN, find_marks, find_outcome
from transfers.evidence.articles import list_locator_paragraphs
from transfers.evidence.recognition.marks import Mark, choose_excerpt
from transfers.models import ArticleText

from .claim import ClaimMaker, may_add
from .declining import get_decline_url, propose_decline
from .reading import ReadingPage, get_claim_url, get_url
from .recorded import Recorded, find_claim


class ClaimPages(ReadingPage):
    """Page on which a claim is made from a mark, and the way back."""

    def get_urls(self) -> list[URLPattern]:
        claim, undo = (self.admin_site.admin_view(view) for view in (self.claim_view, self.undo_view))
        return [
            path("<int:object_id>/claim/", claim, name="transfers_articletext_claim"),
            path("<int:object_id>/undo/", undo, name="transfers_articletext_undo"),
            *super().get_urls(),
        ]

    def claim_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Propose a claim from a mark, or show the one recorded; record it once it is posted."""
        article: ArticleText = self.get_viewed(request, object_id)
        marks = find_marks(article)
        mark = self.find_mark(request, marks)
        if mark is None:
            raise Http404("There is no marked figure at this place.")
        if not may_add(request.user, mark.kind):
            raise PermissionDenied
        outcome = find_outcome(article, mark)
        if outcome.state != OPEN and request.method != "POST" and "again" not in request.GET:
            recorded = [Recorded(claim) for claim in outcome.claims]
            return self._render(request, article, mark, recorded_claims=recorded, declined=outcome.declined)
        maker = ClaimMaker(self.admin_site, request, article, mark, marks)
        if request.method == "POST" and (claim := maker.save()):
            self.log_addition(request, claim, f"From the article {article.source}, ¶{mark.paragraph}.")
            return HttpResponseRedirect(self.get_next_url(article, mark, Recorded(claim)))
        return self._render(request, article, mark, maker=maker, errors=maker.has_errors)

    def _render(self, request: HttpRequest, article: ArticleText, mark: Mark, **context: Any) -> HttpResponse:
        """Return the page of the mark."""
        context |= {
            "article": article,
            "source": article.source,
            "mark": mark,
            "action": get_claim_url(article, mark),
            "around": choose_excerpt(article.text, mark),
            "decline": propose_decline(article, mark),
            "decline_action": get_decline_url(article, mark),
        }
        title = f"Claim from ¶{mark.paragraph} of {article.source.key}"
        return self.render_reading(request, article, "claim", title, mark, **context)

    @method_decorator(require_POST)
    def undo_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Undo the recording of a claim, or explain why not; return to the paragraph that it came from."""
        article: ArticleText = self.get_viewed(request, object_id)
        recorded = find_claim(article, request.POST.get("claim", ""))
        if recorded is None:
            messages.error(request, "The claim is not there any more.")
            return HttpResponseRedirect(get_url(article))
        claim, text = recorded.claim, str(recorded)
        paragraphs = list_locator_paragraphs(claim.locator)
        if not request.user.has_perm(f"transfers.delete_{claim._meta.model_name}"):
            raise PermissionDenied
        try:
            recording.undo(claim, request.user, f"Undone: {text}")
        except workflow.Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Undone: {text}")
        return HttpResponseRedirect(get_url(article) + (f"#p{paragraphs[0]}" if paragraphs else ""))
