"""Form fields for dates and counts as people write them."""

from typing import Any

from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db.models import URLField
from django.forms import CharField, Field
from django.utils.html import format_html
from django.utils.safestring import SafeString

from transfers.models.rules import EDTFField
from transfers.vocabulary import counts
from transfers.vocabulary.counts import Number

from . import dates


class EDTFInput(AdminTextInputWidget):
    """Text field with the meaning of its date beside it."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        field = super().render(name, value, attrs, renderer)
        meaning = dates.describe(str(value)) if value else ""
        return format_html('{} <span class="date-meaning">{}</span>', field, meaning) if meaning else field


class EDTFFormField(CharField):
    """Date, with an explanation if it cannot be read."""

    def __init__(self, **kwargs: Any):
        kwargs["help_text"] = f"{kwargs.get('help_text') or ''} {dates.HELP}".strip()
        super().__init__(**{**kwargs, "widget": EDTFInput})

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if value and (fault := dates.find_fault(value)):
            raise ValidationError(fault, code="edtf")


class NumberField(Field):
    """Count in words or digits, as `transfers.vocabulary.counts` reads it."""

    widget = AdminTextInputWidget

    def to_python(self, value: Any) -> Number | None:
        if not value or not str(value).strip():
            return None
        try:
            return counts.parse(str(value))
        except counts.NotANumber as error:
            raise ValidationError(str(error), code="number") from error

    def prepare_value(self, value: Any) -> Any:
        return counts.render(value) if isinstance(value, Number) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether the count changed; another spelling of it is no change."""
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True


#: For `formfield_overrides`: dates have their own field, and an address without a scheme is an https address.
INPUTS: dict[Any, Any] = {EDTFField: {"form_class": EDTFFormField}, URLField: {"assume_scheme": "https"}}
