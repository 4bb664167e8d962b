"""Adding an article: its text pasted, from a file or from an address, and its source chosen or new."""

import unicodedata
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget, AdminURLFieldWidget
from django.core.exceptions import ValidationError

from transfers.admin.editing.inputs import EDTFFormField
from transfers.curation import fetching, source_proposals
from transfers.evidence.documents import LARGEST_FILE, Document, UnreadableDocument, read_document, read_text
from transfers.models import ArticleText, Source

LONGEST_TEXT = 500_000
NEW = "new_"
_ALLOWED = "\n\t"
_CHECK = "Nothing was saved yet. Check the text and what was read of its source, then save."


_OPTIONS: dict[str, Any] = {
    **{name: {"widget": AdminTextInputWidget} for name in ("publisher", "title", "key")},
    "published": {"form_class": EDTFFormField},
    "url": {"assume_scheme": "https", "widget": AdminURLFieldWidget},
    "language": {"initial": ""},
}


def _build_field(name: str) -> Any:
    field: Any = Source._meta.get_field(name)
    return field.formfield(required=False, **_OPTIONS.get(name, {}))


#: The fields of a new source; a form of their own, as the admin knows fields of classes only.
NewSourceForm = type(
    "NewSourceForm", (forms.Form,), {NEW + name: _build_field(name) for name in source_proposals.FIELDS}
)


class ArticleForm(forms.ModelForm, NewSourceForm):  # type: ignore[misc,valid-type]
    """Text of an article, as it was pasted or read, with a source that is there or a new one."""

    class Meta:
        model = ArticleText
        fields = ("source", "text")

    address = forms.URLField(required=False, assume_scheme="https", widget=AdminURLFieldWidget)
    file = forms.FileField(
        required=False, help_text="Text, HTML, PDF or Word (.docx); at most 10 MB. Only its text is kept."
    )
    text = forms.CharField(
        required=False,
        strip=False,
        widget=AdminTextareaWidget(attrs={"rows": 20}),
        help_text="The whole article; paragraphs with a blank line between them. At most 500,000 characters."
        " It is never public. Delete it when you no longer need it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].help_text = (
            "Of the article. Without a text it is fetched from there."
            if settings.ARTICLE_FETCH
            else "Of the article, from which publisher and date are proposed. Nothing is fetched from it."
        )
        if "source" in self.fields:
            self.fields["source"].required = False
            self.fields["source"].help_text = "Empty: a new source, described below."

    def is_multipart(self) -> bool:
        """Return True: a long text, percent-encoded, would be more than Django accepts of a form."""
        return True

    def clean(self) -> dict[str, Any]:
        """Return the text and the source; propose what is missing of a new source, and ask again."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            document = self._read_document()
        except UnreadableDocument as error:
            self.add_error("file" if cleaned.get("file") else "text", str(error))
            return cleaned
        except fetching.NotFetched as error:
            self.add_error("address", str(error))
            return cleaned
        cleaned["text"] = check_text(document.text)
        if not cleaned.get("source"):
            self._clean_new_source(document)
        return self.cleaned_data

    def _read_document(self) -> Document:
        """Return what was given: a file before a text, and a text before an address."""
        cleaned = self.cleaned_data
        if file := cleaned.get("file"):
            if file.size > LARGEST_FILE:
                raise UnreadableDocument(f"The file is larger than {LARGEST_FILE // 1_000_000} MB.")
            return read_document(file.read())
        text = cleaned["text"].replace("\r\n", "\n").replace("\r", "\n")
        if text.strip():
            return read_text(text)
        if cleaned.get("address") and settings.ARTICLE_FETCH:
            return fetching.fetch_document(cleaned["address"])
        raise UnreadableDocument("Paste the text of the article, or choose a file.")

    def _clean_new_source(self, document: Document) -> None:
        cleaned = self.cleaned_data
        entered = {name: cleaned.get(NEW + name) or "" for name in source_proposals.FIELDS}
        required = [name for name in source_proposals.FIELDS if name != "url"]
        if all(entered[name] for name in required):
            self._build_source(entered)
            return
        proposals = source_proposals.propose_source(document, cleaned.get("address") or "")
        shown = {NEW + name: entered[name] or value for name, value in proposals.items()}
        data: Any = self.data
        self.data = data.copy()
        self.data.update({"text": document.text} | shown)  # type: ignore[attr-defined]
        self.add_error(None, _CHECK)

    def _build_source(self, values: dict[str, str]) -> None:
        """Put a new source in place, unsaved; its faults are those of its fields here."""
        source = Source(**values)
        try:
            source.full_clean()
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                self.add_error(NEW + name if name in values else None, messages)
        else:
            self.new_source = source

    new_source: Source | None = None

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.new_source is not None:
            self.instance.source = self.new_source


def check_text(text: str) -> str:
    """Return the text; raise ValidationError for one that is too long or that holds control characters."""
    if len(text) > LONGEST_TEXT:
        raise ValidationError(f"The text has {len(text):,} characters, more than 500,000.")
    for position, character in enumerate(text):
        if unicodedata.category(character) == "Cc" and character not in _ALLOWED:
            line = text.count("\n", 0, position) + 1
            raise ValidationError(
                f"Line {line} contains the control character U+{ord(character):04X}."
                " Paste the text without it."
            )
    return text
