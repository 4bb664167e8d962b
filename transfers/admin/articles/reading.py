"""Base of the pages that show an article: its text at one side, and at the other what is done with it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from transfers.admin.editing.base import RegistryAdmin
from transfers.curation.outcomes import FIGURES, OPEN, Outcome, find_marks, list_claims, list_outcomes
from transfers.evidence.recognition.marks import ORIGIN, PARTY, SYSTEM, Mark
from transfers.models import ArticleText

from .marks import mark_paragraphs, place_outcomes
from .parts import build_media, may_add
from .recorded import Recorded, find_recorded


class ReadingPage(RegistryAdmin):
    """Page of an article's text beside a pane."""

    def render_reading(
        self,
        request: HttpRequest,
        article: ArticleText,
        name: str,
        title: str,
        current: Mark | None = None,
        /,
        **context: Any,
    ) -> HttpResponse:
        """Return the page of this name, with the text, and the mark that its pane is about."""
        context |= self.get_text_context(request, article, current)
        return self.render_page(request, f"articletext/{name}.html", title, **context)

    def get_text_context(
        self, request: HttpRequest, article: ArticleText, current: Mark | None
    ) -> dict[str, Any]:
        """Return what the page shows of the text, and where its open figures are."""
        marks, claims = find_marks(article), list_claims(article.source)
        outcomes = list_outcomes(article, marks, claims)
        count_figures(article, outcomes)
        paragraphs = mark_paragraphs(
            article.text, marks, outcomes, lambda mark: get_link(request, article, mark), current
        )
        declined = article.source.readings.exclude(declined="")
        may_claim = any(may_add(request.user, kind) for kind in FIGURES)
        return {
            "article": article,
            "source": article.source,
            "paragraphs": paragraphs,
            "elsewhere": place_outcomes(paragraphs, claims, declined),
            "recorded": find_recorded(article, request.GET.get("recorded", "")),
            "may_claim": may_claim,
            "media": self.media + build_media(self.admin_site),
            "may_delete": self.has_delete_permission(request, article),
            "following": may_claim and get_open(article, outcomes, current),
            "preceding": may_claim and get_open(article, outcomes, current, backwards=True),
        }

    def find_mark(self, request: HttpRequest, marks: list[Mark]) -> Mark | None:
        """Return the marked figure that starts at the position given in the address."""
        start = request.GET.get("mark", "")
        return next((mark for mark in marks if str(mark.start) == start and mark.kind in FIGURES), None)

    def get_next_url(self, article: ArticleText, mark: Mark, recorded: Recorded | None = None) -> str:
        """Return the address after a figure is done, of the next open one or of the article."""
        outcomes = list_outcomes(article, find_marks(article), list_claims(article.source))
        count_figures(article, outcomes)
        address = get_open(article, outcomes, mark)
        query = f"recorded={recorded.id}" if recorded else ""
        if address:
            return f"{address}&{query}" if query else address
        return f"{get_url(article)}?{query}#p{mark.paragraph}"


def count_figures(article: ArticleText, outcomes: list[Outcome]) -> None:
    """Save how many figures of the text are open and done, for the list of articles."""
    is_open = sum(outcome.state == OPEN for outcome in outcomes)
    counts = {"open_figures": is_open, "done_figures": len(outcomes) - is_open}
    if any(getattr(article, name) != count for name, count in counts.items()):
        ArticleText.objects.filter(pk=article.pk).update(**counts)
        vars(article).update(counts)


def get_open(
    article: ArticleText, outcomes: list[Outcome], mark: Mark | None, *, backwards: bool = False
) -> str:
    """Return the address of the open figure next to the mark, or from the other end; or nothing."""
    marks = [outcome.mark for outcome in outcomes if outcome.state == OPEN and outcome.mark != mark]
    if not marks:
        return ""
    if backwards:
        before = [other for other in marks if mark and other.start < mark.start]
        return get_claim_url(article, (before or marks)[-1])
    after = [other for other in marks if mark and other.start > mark.start]
    return get_claim_url(article, (after or marks)[0])


def get_link(request: HttpRequest, article: ArticleText, mark: Mark) -> str:
    """Return where a mark leads: a figure to a claim, a name to its record; empty without permission."""
    user: Any = request.user
    if model := {SYSTEM: "system", PARTY: "party", ORIGIN: "party"}.get(mark.kind):
        if not user.has_perm(f"transfers.view_{model}"):
            return ""
        return f"{reverse(f'admin:transfers_{model}_changelist')}?q={mark.value[0]}"
    return get_claim_url(article, mark) if may_add(user, mark.kind) else ""


def get_url(article: ArticleText) -> str:
    return reverse("admin:transfers_articletext_change", args=[article.pk])


def get_claim_url(article: ArticleText, mark: Mark) -> str:
    return f"{reverse('admin:transfers_articletext_claim', args=[article.pk])}?mark={mark.start}"
