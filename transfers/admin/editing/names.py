"""Forms of records with names: a name that another record has is refused with a link to that record."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html

from transfers.models.homonyms import NameTaken

from .stale import CheckedForm


class LinkingForm(forms.ModelForm):
    """Form whose errors about a name lead to the record that has it."""

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error(field, _link(error))


class NamedForm(LinkingForm, CheckedForm):
    """Form of a party or a system, whose old name stays among its names unless the curator says otherwise."""

    extra_fields = CheckedForm.extra_fields | {
        "keep_name": forms.BooleanField(
            required=False, initial=True, label="Where the name changes, keep the old one as an alias"
        )
    }

    def get_old_name(self) -> str:
        """Return the name that the edit replaced, or an empty text."""
        return str(self.initial.get("name", "")) if "name" in self.changed_data else ""


def _link(error: Any) -> Any:
    if hasattr(error, "error_dict"):
        return ValidationError({name: list(map(_link, errors)) for name, errors in error.error_dict.items()})
    if not isinstance(error, NameTaken):
        return error
    bearer: Any = error.bearer
    address = reverse(f"admin:transfers_{bearer._meta.model_name}_change", args=[bearer.pk])
    text = format_html(
        '‘{}’ is a name of <a href="{}">{} ({})</a> already. If both are one, merge them; if both rightly'
        " have the name, write it under Shared names.",
        error.name, address, bearer, bearer.natural_key()[0],
    )  # fmt: skip
    return ValidationError(text, code=error.code)
