"""Form fields for numbers and dates as people write them, with what they were understood to mean."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db.models import URLField
from django.forms import CharField, Field
from django.utils.html import format_html
from django.utils.safestring import SafeString

from transfers.models.rules import EDTFField
from transfers.vocabulary import counts, written_dates
from transfers.vocabulary.counts import Number

from . import meanings

_DATE_HELP = "Or in words: 31.12.2019, late 2019, since 2019, 2024 or 2025, by the end of 2026."
_CONFIRM = " Save again to take it, or correct it."


class MeaningInput(AdminTextInputWidget):
    """Text field with the meaning of its text beside it, which a script renews while one types.

    A text that was refused with one proposal, and is posted again as it stands, confirms the proposal.
    """

    def __init__(self, kind: str, attrs: Any = None) -> None:
        self.kind = kind
        super().__init__({"data-meaning": kind, "data-meaning-url": meanings.get_url(), **(attrs or {})})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        field = super().render(name, value, attrs, renderer)
        meaning = meanings.explain(self.kind, str(value)) if value else meanings.Meaning()
        refused = (
            format_html('<input type="hidden" name="{}-refused" value="{}">', name, value)
            if meaning.proposal
            else ""
        )
        return format_html(
            '<span class="meaning-field">{}{}<output class="meaning" aria-live="polite">{}</output></span>',
            field, refused, meaning.text,
        )  # fmt: skip

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        text = super().value_from_datadict(data, files, name)
        is_confirmed = text and data.get(f"{name}-refused") == text
        return meanings.explain(self.kind, text).proposal or text if is_confirmed else text


class EDTFFormField(CharField):
    """Date as people write it, kept as EDTF."""

    def __init__(self, **kwargs: Any):
        kwargs["help_text"] = f"{kwargs.get('help_text') or ''} {_DATE_HELP}".strip()
        super().__init__(**{**kwargs, "widget": MeaningInput(meanings.DATE)})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return text
        try:
            return written_dates.parse(text)
        except written_dates.NotADate as error:
            hint = _CONFIRM if error.proposal else ""
            raise ValidationError(f"{error}{hint}", code="edtf") from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _has_changed(self, initial or "", data)


class NumberField(Field):
    """Number in words or digits, as `transfers.vocabulary.counts` reads it: of things, or of money."""

    def __init__(self, *, kind: str = meanings.COUNT, **kwargs: Any):
        self.parse: Callable[[str], Number] = meanings.NUMBER_READERS[kind]
        super().__init__(**{"widget": MeaningInput(kind), **kwargs})

    def to_python(self, value: Any) -> Number | None:
        if not value or not str(value).strip():
            return None
        try:
            return self.parse(str(value))
        except counts.NotANumber as error:
            hint = _CONFIRM if error.proposal else ""
            raise ValidationError(f"{error}{hint}", code="number") from error

    def prepare_value(self, value: Any) -> Any:
        return counts.render(value) if isinstance(value, Number) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _has_changed(self, initial, data)


def _has_changed(field: Field, initial: Any, data: Any) -> bool:
    """Return whether the value changed; another spelling is no change, nor a currency, which has a field."""
    try:
        value = field.to_python(data)
    except ValidationError:
        return True
    if isinstance(value, Number) and isinstance(initial, Number):
        return value[:3] != initial[:3]
    return bool(value != initial)


#: For `formfield_overrides`: dates have their own field, and an address without a scheme is an https address.
INPUTS: dict[Any, Any] = {EDTFField: {"form_class": EDTFFormField}, URLField: {"assume_scheme": "https"}}
