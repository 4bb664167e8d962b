"""Form fields of the admin: dates and counts as people write them."""

from typing import Any

from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db.models import URLField
from django.forms import CharField, Field
from django.utils.html import format_html
from django.utils.safestring import SafeString

from transfers.models.rules import EDTFField
from transfers.vocabulary import counts as quantities
from transfers.vocabulary.counts import Number

from . import dates


class EDTFInput(AdminTextInputWidget):
    """A text field that says beside it what the date in it means."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        field = super().render(name, value, attrs, renderer)
        meaning = dates.meaning(str(value)) if value else ""
        return format_html('{} <span class="date-meaning">{}</span>', field, meaning) if meaning else field


class EDTFFormField(CharField):
    """A date; one that cannot be read is explained, with the spelling that was perhaps meant."""

    def __init__(self, **kwargs: Any):
        kwargs["help_text"] = f"{kwargs.get('help_text') or ''} {dates.HELP}".strip()
        super().__init__(**{**kwargs, "widget": EDTFInput})

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if value and (fault := dates.fault(value)):
            raise ValidationError(fault, code="edtf")


class NumberField(Field):
    """A count in words or digits, as `quantities` reads it."""

    widget = AdminTextInputWidget

    def to_python(self, value: Any) -> Number | None:
        if not value or not str(value).strip():
            return None
        try:
            return quantities.parse(str(value))
        except quantities.NotANumber as error:
            raise ValidationError(str(error), code="number") from error

    def prepare_value(self, value: Any) -> Any:
        return quantities.render(value) if isinstance(value, Number) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Another spelling of the same count is no edit."""
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True


#: For `formfield_overrides`: every date of the admin is entered in this field; an address is https unless it
#: says otherwise.
INPUTS: dict[Any, Any] = {
    EDTFField: {"form_class": EDTFFormField},
    URLField: {"assume_scheme": "https"},
}
