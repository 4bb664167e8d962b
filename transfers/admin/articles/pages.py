"""Articles in the admin: a text is pasted, read with marks, and claims are made from the marks.

The text is kept for as long as a curator wants and is not edited: whoever pasted the wrong one deletes it and
pastes again. Its SHA-256 stays with the source.
"""

import hashlib
import unicodedata
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from transfers.admin.editing.base import RegistryAdmin
from transfers.evidence.recognition import PARTY, SYSTEM, Mark, excerpt
from transfers.models import ArticleText, Source, history
from transfers.publication import publish

from .claim import FIGURES, ClaimMaker, may_add
from .marks import marks_of, recorded_by_paragraph, shown

LONGEST_TEXT = 500_000
_ALLOWED = "\n\t"


class ArticleForm(forms.ModelForm):
    """The text as pasted: nothing is stripped, and line ends are those of the file, not those of the form."""

    class Meta:
        model = ArticleText
        fields = ("source", "text")

    text = forms.CharField(
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "class": "vLargeTextField"}),
        help_text="The whole article; paragraphs with a blank line between them. At most 500,000 characters."
        " It is never public; delete it whenever you need it no more.",
    )

    def is_multipart(self) -> bool:
        """Percent-encoded, a long text in another script would be more than Django reads of a form."""
        return True

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").replace("\r", "\n")
        if not text.strip():
            raise forms.ValidationError("Paste the text of the article.")
        if len(text) > LONGEST_TEXT:
            raise forms.ValidationError(f"The text has {len(text):,} characters; at most 500,000 are kept.")
        for at, sign in enumerate(text):
            if unicodedata.category(sign) == "Cc" and sign not in _ALLOWED:
                line = text.count("\n", 0, at) + 1
                raise forms.ValidationError(
                    f"Line {line} holds the control character U+{ord(sign):04X}; paste the text without it."
                )
        return text


@admin.register(ArticleText)
class ArticleTextAdmin(RegistryAdmin):
    form = ArticleForm
    list_display = ["source", "added", "added_by", "length"]
    list_select_related = ["source", "added_by"]
    search_fields = ["source__key", "source__title", "source__publisher"]
    autocomplete_fields = ["source"]
    fields = ["source", "text"]

    def has_change_permission(self, request: HttpRequest, obj: ArticleText | None = None) -> bool:
        return False  # it is read, and deleted, but never edited

    @admin.display(description="characters")
    def length(self, article: ArticleText) -> str:
        return f"{len(article.text):,}"

    def get_urls(self) -> list[URLPattern]:
        claim = self.admin_site.admin_view(self.claim_view)
        return [
            path("<int:object_id>/claim/", claim, name="transfers_articletext_claim"),
            *super().get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: ArticleText, form: Any, change: bool) -> None:
        obj.added_by = request.user  # type: ignore[assignment]
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            self._keep_digest(request, obj)

    def _keep_digest(self, request: HttpRequest, article: ArticleText) -> None:
        """The digest goes to the source, unless it has another: then somebody has to look."""
        digest = hashlib.sha256(article.text.encode()).hexdigest()
        source = Source.objects.select_for_update().get(pk=article.source_id)
        if source.sha256 == digest:
            return
        if source.sha256:
            messages.warning(
                request,
                f"The source {source} was read with another text: its SHA-256 is {source.sha256}, that of"
                f" this text {digest}. The source keeps its own; please check which text is the right one.",
            )
        elif not request.user.has_perm("transfers.change_source"):
            messages.warning(request, "You may not change sources, so the SHA-256 of the text was not kept.")
        else:
            source.sha256 = digest
            with history.record_because("SHA-256 of the article's text as pasted", request.user):
                source.save()
            publish.refresh(source, f"The source {source} was edited")

    def response_add(self, request: HttpRequest, obj: ArticleText, post_url_continue: Any = None) -> Any:
        messages.success(request, f"The {obj} was added.")
        if "_addanother" in request.POST:
            return HttpResponseRedirect(reverse("admin:transfers_articletext_add"))
        return HttpResponseRedirect(page_of(obj))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The article by numbered paragraphs, with its marks and what is recorded of it."""
        article = self._article(request, object_id)
        context = self._context(request, article, f"Article {article.source.key}")
        recorded = recorded_by_paragraph(article.source)
        context["paragraphs"] = shown(article, lambda mark: self._link(request, article, mark), recorded)
        context["elsewhere"] = recorded.get(0, [])
        context["may_delete"] = self.has_delete_permission(request, article)
        return TemplateResponse(request, "admin/transfers/articletext/article.html", context)

    def claim_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A claim proposed from one mark; posting it records it."""
        article = self._article(request, str(object_id))
        mark = self._mark(request, article)
        if not may_add(request.user, mark.kind):
            raise PermissionDenied
        maker = ClaimMaker(self.admin_site, request, article, mark)
        if request.method == "POST" and (claim := maker.save()):
            self.log_addition(request, claim, f"From the article {article.source}, ¶{mark.paragraph}.")
            messages.success(request, f"Recorded for {claim.transfer}: {claim}.")
            return HttpResponseRedirect(f"{page_of(article)}#p{mark.paragraph}")
        context = self._context(request, article, f"Claim from ¶{mark.paragraph} of {article.source.key}")
        context |= {"mark": mark, "maker": maker, "media": self.media + maker.media}
        context |= {"around": excerpt(article.text, mark), "errors": maker.has_errors}
        return TemplateResponse(request, "admin/transfers/articletext/claim.html", context)

    def _article(self, request: HttpRequest, object_id: str) -> ArticleText:
        article = self.get_object(request, object_id)
        if article is None:
            raise Http404("There is no such text; it may have been deleted.")
        if not self.has_view_or_change_permission(request, article):
            raise PermissionDenied
        return article

    def _mark(self, request: HttpRequest, article: ArticleText) -> Mark:
        """The mark of a figure that starts at this place of the text."""
        place = request.GET.get("mark", "")
        for mark in marks_of(article):
            if str(mark.start) == place and mark.kind in FIGURES:
                return mark
        raise Http404("No figure is marked there.")

    def _link(self, request: HttpRequest, article: ArticleText, mark: Mark) -> str:
        """Where a mark leads: a figure to a claim, a name to its record; empty where one may not go."""
        if mark.kind in (SYSTEM, PARTY):
            if not request.user.has_perm(f"transfers.view_{mark.kind}"):
                return ""
            return f"{reverse(f'admin:transfers_{mark.kind}_changelist')}?q={mark.value[0]}"
        if not may_add(request.user, mark.kind):
            return ""
        return f"{reverse('admin:transfers_articletext_claim', args=[article.pk])}?mark={mark.start}"

    def _context(self, request: HttpRequest, article: ArticleText, title: str) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "article": article,
            "source": article.source,
        }


def page_of(article: ArticleText) -> str:
    return reverse("admin:transfers_articletext_change", args=[article.pk])
