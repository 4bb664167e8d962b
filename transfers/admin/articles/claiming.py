"""Pages of the claims made from the marks of an article, and from words that no program marked."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from transfers.curation import recording, workflow
from transfers.curation.outcomes import OPEN, Outcome, find_marks, list_claims, list_outcomes
from transfers.evidence.articles import list_locator_paragraphs
from transfers.evidence.recognition.marks import Mark, choose_excerpt
from transfers.models import ArticleText

from .claim import ClaimMaker
from .declining import get_decline_url, get_paragraph_url, propose_decline
from .marks import build_mark, parse_number
from .parts import may_add
from .reading import ReadingPage, get_claim_url, get_url
from .recorded import Recorded, find_recorded


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
        """Propose a claim from a mark or chosen words, or show the one recorded; record what is posted."""
        article: ArticleText = self.get_viewed(request, object_id)
        marks = find_marks(article)
        mark = self.find_mark(request, marks) or _build_chosen(request, article)
        if mark is None:
            return self._refuse_words(request, article)
        if not may_add(request.user, mark.kind):
            raise PermissionDenied
        outcomes = list_outcomes(article, marks, list_claims(article.source))
        outcome = next((outcome for outcome in outcomes if outcome.mark == mark), Outcome(mark))
        if outcome.state != OPEN and request.method != "POST" and "again" not in request.GET:
            recorded = [Recorded((claim,)) for claim in outcome.claims]
            return self._render(request, article, mark, recorded_claims=recorded, declined=outcome.declined)
        beside = _list_beside(request, mark, outcomes)
        maker = ClaimMaker(self.admin_site, request, article, mark, marks, beside)
        if request.method == "POST" and (claims := maker.save()):
            for claim in claims:
                self.log_addition(request, claim, f"From the article {article.source}, ¶{mark.paragraph}.")
            return HttpResponseRedirect(self.get_next_url(article, mark, Recorded(tuple(claims))))
        return self._render(request, article, mark, maker=maker, errors=maker.has_errors)

    def _refuse_words(self, request: HttpRequest, article: ArticleText) -> HttpResponse:
        """Return to the paragraph in which the chosen words do not stand."""
        if "words" not in request.GET:
            raise Http404("There is no marked figure at this place.")
        number = parse_number(request.GET.get("paragraph", ""))
        messages.error(
            request, f"The words do not stand in ¶{number} like this: {request.GET['words'][:200]}"
        )
        return HttpResponseRedirect(get_paragraph_url(article, number))

    def _render(self, request: HttpRequest, article: ArticleText, mark: Mark, **context: Any) -> HttpResponse:
        """Return the page of the mark."""
        context |= {
            "article": article,
            "source": article.source,
            "mark": mark,
            "action": _get_action(request, article, mark),
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
        recorded = find_recorded(article, request.POST.get("claim", ""))
        if recorded is None:
            messages.error(request, "The claim is not there any more.")
            return HttpResponseRedirect(get_url(article))
        text, paragraphs = str(recorded), list_locator_paragraphs(recorded.claims[0].locator)
        models = {claim._meta.model_name for claim in recorded.claims}
        if not all(request.user.has_perm(f"transfers.delete_{name}") for name in models):
            raise PermissionDenied
        try:
            recording.undo(recorded.claims, request.user, f"Undone: {text}")
        except workflow.Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Undone: {text}")
        return HttpResponseRedirect(get_url(article) + (f"#p{paragraphs[0]}" if paragraphs else ""))


def _build_chosen(request: HttpRequest, article: ArticleText) -> Mark | None:
    """Return the words that the address chooses as a mark, if they stand in its paragraph."""
    words, kind = request.GET.get("words", ""), request.GET.get("kind", "")
    return build_mark(article.text, parse_number(request.GET.get("paragraph", "")), words, kind)


def _get_action(request: HttpRequest, article: ArticleText, mark: Mark) -> str:
    """Return where the claim is posted: the address of the mark, or of the chosen words."""
    return request.get_full_path() if "words" in request.GET else get_claim_url(article, mark)


def _list_beside(request: HttpRequest, mark: Mark, outcomes: list[Outcome]) -> list[Mark]:
    """Return the open figures of the paragraph but for this one."""
    return [
        outcome.mark
        for outcome in outcomes
        if outcome.state == OPEN and outcome.mark.paragraph == mark.paragraph
        if outcome.mark != mark and may_add(request.user, outcome.mark.kind)
    ]
