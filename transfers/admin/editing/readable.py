"""Values as people read them, where a page shows a record without editing it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib.admin.options import BaseModelAdmin, InlineModelAdmin
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.forms import modelform_factory
from django.http import HttpRequest

from transfers.vocabulary.numbers import format_number

#: Fields that Django would show as crosses and ticks, or with the decimals of their column.
_DESCRIBED = (models.BooleanField, models.DecimalField, models.FloatField)


def describe_value(value: Any) -> str:
    """Return a value in words; nothing for an absent one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format_number(value) if isinstance(value, (int, float, Decimal)) else str(value)


class ReadableValues(BaseModelAdmin):
    """Pages that show to those who may not change a record what its form shows to those who may."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return [
            (title, {**options, "fields": [self._describe_line(line) for line in options["fields"]]})
            for title, options in fieldsets
        ]

    def _describe_line(self, line: Any) -> Any:
        if isinstance(line, (list, tuple)):
            return [self.describe_field(name) for name in line]
        return self.describe_field(line)

    def describe_field(self, name: Any) -> Any:
        """Return what shows the field in words, or the field's name where Django does so itself."""
        if name in self.form.declared_fields:
            return self._describe_form_field(name)
        try:
            field = self.model._meta.get_field(name)
        except (FieldDoesNotExist, AttributeError):
            return name
        if not isinstance(field, _DESCRIBED):
            return name
        return _build_display(name, str(field.verbose_name), lambda record: getattr(record, name))

    def _describe_form_field(self, name: str) -> Callable[[Any], str]:
        """Return what shows a field that the form alone has, as the form shows it."""
        form_class = modelform_factory(self.model, form=self.form, fields=[name])
        label = str(form_class.base_fields[name].label or name.replace("_", " "))
        return _build_display(name, label, lambda record: form_class(instance=record)[name].value())


def _build_display(name: str, label: str, get_value: Callable[[Any], Any]) -> Callable[[Any], str]:
    def display(record: Any) -> str:
        return describe_value(get_value(record)) or "-"

    display.__name__ = name
    display.short_description = label  # type: ignore[attr-defined]
    display.admin_order_field = name  # type: ignore[attr-defined]
    return display


class ReadableInline(ReadableValues, InlineModelAdmin):
    """Records that are shown with their owner; their formset knows the fields by name."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        if "fields" not in kwargs:
            kwargs["fields"] = flatten_fieldsets(InlineModelAdmin.get_fieldsets(self, request, obj))
        return super().get_formset(request, obj, **kwargs)
