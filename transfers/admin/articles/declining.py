"""Declining: a statement of an article that becomes no claim, with the reason, and the way back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from transfers.curation.outcomes import FIGURES, find_marks, list_other_figures
from transfers.evidence.articles import list_excerpt_faults, list_locator_paragraphs, list_paragraphs
from transfers.evidence.recognition.marks import Mark, choose_excerpt
from transfers.models import ArticleText, SourceReading

from .marks import describe, parse_number
from .parts import ChooseForm, may_add
from .reading import ReadingPage, get_url

#: What is often the reason; any other may be entered.
REASONS = (
    "No figure of a transfer.",
    "Not about arms that moved or were agreed.",
    "Says again what another paragraph says.",
    "A sum over several systems, which is a figure of none.",
    "Too vague to be a figure.",
)


class DeclineForm(forms.ModelForm):
    """Words that become no claim, and why."""

    class Meta:
        model = SourceReading
        fields = ("declined", "excerpt", "finding")
        labels = {"declined": "Reason", "excerpt": "Excerpt", "finding": "What it says"}
        widgets = {
            "declined": forms.TextInput(attrs={"list": "decline-reasons", "accesskey": "x"}),
            "finding": forms.TextInput,
        }

    def __init__(self, article: ArticleText, locator: str, data: Any = None, **initial: str) -> None:
        reading = SourceReading(source=article.source, locator=locator)
        super().__init__(data, prefix="decline", instance=reading, initial=initial)
        self.article = article
        for name in self.Meta.fields:
            self.fields[name].required = True

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [self["declined"]]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [self["excerpt"], self["finding"]]

    @property
    def has_wrong_words(self) -> bool:
        return any(field.errors for field in self.other_fields)

    @property
    def reasons(self) -> tuple[str, ...]:
        return REASONS

    def clean_excerpt(self) -> str:
        """Return the words with single spaces; they must stand in the paragraph, and not as a sentence."""
        excerpt = " ".join(self.cleaned_data["excerpt"].split())
        numbers = list_locator_paragraphs(self.instance.locator)
        faults = list(list_excerpt_faults(list_paragraphs(self.article.text), numbers, excerpt))
        if faults:
            raise forms.ValidationError([f"{fault[0].upper()}{fault[1:]}." for fault in faults])
        return excerpt

    def clean(self) -> dict[str, Any]:
        """Return the entries; words of which there is a claim or a reading are declined nowhere else."""
        cleaned = super().clean() or self.cleaned_data
        words = {"locator": self.instance.locator, "excerpt": cleaned.get("excerpt")}
        source = self.article.source
        if any(model.objects.filter(source=source, **words).exists() for model in FIGURES.values()):
            self.add_error("excerpt", "A claim was recorded from just these words. Choose fewer of them.")
        elif source.readings.exclude(declined="").filter(**words).exists():
            self.add_error("excerpt", "These words of this paragraph were declined already.")
        return cleaned

    def save(self, commit: bool = True) -> SourceReading:
        """Save the reading in the place of one that was opened again."""
        reading = self.instance
        self.article.source.readings.filter(
            locator=reading.locator, excerpt=reading.excerpt, declined=""
        ).delete()
        return super().save(commit)


def propose_decline(article: ArticleText, mark: Mark, data: Any = None) -> DeclineForm:
    """Return the form for a mark; the words proposed hold no other figure."""
    excerpt = choose_excerpt(article.text, mark, list_other_figures(article, mark))
    finding = f"The {describe(mark)}."
    return DeclineForm(article, f"¶{mark.paragraph}", data, excerpt=excerpt, finding=finding)


class DeclinePages(ReadingPage):
    """Pages on which a statement is declined, and opened again."""

    def get_urls(self) -> list[URLPattern]:
        decline, reopen = (self.admin_site.admin_view(view) for view in (self.decline_view, self.reopen_view))
        return [
            path("<int:object_id>/decline/", decline, name="transfers_articletext_decline"),
            path("<int:object_id>/reopen/", reopen, name="transfers_articletext_reopen"),
            *super().get_urls(),
        ]

    def decline_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask for the reason, of a mark or of any words of a paragraph; decline them once it is posted."""
        article: ArticleText = self.get_viewed(request, object_id)
        _check_permission(request)
        mark = self.find_mark(request, find_marks(article))
        data = request.POST if request.method == "POST" else None
        form = propose_decline(article, mark, data) if mark else _build_form(request, article, data)
        if data is not None and form.is_valid():
            form.instance.read_by = request.user
            reading = form.save()
            self.log_change(request, article, f"Declined in {reading.locator}: {reading.excerpt}")
            messages.success(request, f"Declined in {reading.locator}: {reading.declined}")
            return HttpResponseRedirect(self.get_next_url(article, mark) if mark else get_url(article))
        context = {"decline": form, "decline_action": request.get_full_path(), "mark": mark}
        context["choosing"] = None if mark else ChooseForm(request.user, form.instance.locator.strip("¶"))
        title = f"Decline words of {form.instance.locator} of {article.source.key}"
        return self.render_reading(request, article, "decline", title, mark, **context)

    @method_decorator(require_POST)
    def reopen_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Take the reason back, so that the words are open again."""
        article: ArticleText = self.get_viewed(request, object_id)
        _check_permission(request)
        number = parse_number(request.POST.get("reading", ""))
        reading = article.source.readings.filter(pk=number).first()
        if reading is None:
            raise Http404("There is no such reading.")
        reading.declined, reading.read_by = "", request.user  # type: ignore[assignment]
        reading.save()
        self.log_change(request, article, f"Opened again in {reading.locator}: {reading.excerpt}")
        messages.success(request, f"Open again: {reading.excerpt}")
        return HttpResponseRedirect(f"{get_url(article)}#p{list_locator_paragraphs(reading.locator)[0]}")


def _build_form(request: HttpRequest, article: ArticleText, data: Any) -> DeclineForm:
    """Return the form for any words of the paragraph that the address names."""
    number = parse_number(request.GET.get("paragraph", ""))
    if not 0 < number <= len(list_paragraphs(article.text)):
        raise Http404("There is no such paragraph.")
    return DeclineForm(article, f"¶{number}", data)


def _check_permission(request: HttpRequest) -> None:
    if not any(may_add(request.user, kind) for kind in FIGURES):
        raise PermissionDenied


def get_decline_url(article: ArticleText, mark: Mark) -> str:
    return f"{reverse('admin:transfers_articletext_decline', args=[article.pk])}?mark={mark.start}"


def get_paragraph_url(article: ArticleText, number: int) -> str:
    """Return the address where any words of the paragraph are declined, or chosen for a claim."""
    return f"{reverse('admin:transfers_articletext_decline', args=[article.pk])}?paragraph={number}"
