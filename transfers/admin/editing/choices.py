"""Fields in which a record is chosen by typing its name."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.http import HttpRequest

#: Of a key in the database: no larger number is one.
MOST_DIGITS = 18


class RecordSelect(AutocompleteSelect):
    """A box that shows nothing as chosen where the address or the form holds what is no key.

    Django's own would ask the database for it and fail.
    """

    def optgroups(self, name: str, value: Sequence[str], attrs: Any = None) -> Any:
        return super().optgroups(name, [text for text in value if is_key(text)], attrs)


def is_key(text: str) -> bool:
    """Return whether the text can be the key of a record."""
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


class RecordsField(forms.ModelMultipleChoiceField):
    """Several records, all of them in the database."""

    def clean(self, value: Any) -> Any:
        for key in value or ():
            if not is_key(str(key)):
                raise forms.ValidationError(self.error_messages["invalid_pk_value"], params={"pk": key})
        return super().clean(value)


class RecordChoices(admin.options.BaseModelAdmin):
    """Forms whose fields of records take any junk, and from which no other record is deleted."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = False
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", RecordSelect(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, **{"form_class": RecordsField} | kwargs)
