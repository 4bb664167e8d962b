"""Fields of many records set at once: shown first, then made in one transaction, and undone as a file is."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import BooleanField, QuerySet
from django.http import HttpRequest, HttpResponse

from transfers.admin.editing.choices import RecordSelect
from transfers.admin.editing.spreadsheets import SpreadsheetAdmin
from transfers.curation.spreadsheets.files import write_csv

LEAVE = ("", "Leave as it is")


class ChangeSeveral(SpreadsheetAdmin):
    """Records of which an action sets fields, as the import of a file would."""

    #: The fields that the action sets.
    set_together: tuple[str, ...]

    @admin.action(description="Set fields of the selected records", permissions=["import"])
    def set_fields(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
        form = self._build_form(request.POST if "apply" in request.POST else None)
        if form.is_bound and form.is_valid() and (values := _list_texts(form)):
            key = self.model.natural_key_fields[0]
            keys = queryset.order_by(key).values_list(key, flat=True)
            lines = [[key, *values], *([each, *values.values()] for each in keys)]
            return self.preview(request, write_csv(lines), "csv", form.cleaned_data["reason"])
        context = {
            "form": form,
            "count": queryset.count(),
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
            "media": self.media + form.media,
        }
        return self.render_page(request, "names/several.html", "Set fields", **context)

    def _build_form(self, data: Any) -> forms.Form:
        fields = {name: _build_field(self.model, name, self.admin_site) for name in self.set_together}
        fields["reason"] = forms.CharField(max_length=500, help_text="It is shown in each record's history.")
        return type("SeveralForm", (forms.Form,), fields)(data)


def _build_field(model: Any, name: str, site: AdminSite) -> forms.Field:
    field = model._meta.get_field(name)
    label = str(field.verbose_name).capitalize()
    if field.is_relation:
        widget = RecordSelect(field, site)
        choices = field.related_model._default_manager.all()
        return forms.ModelChoiceField(choices, required=False, label=label, widget=widget)
    is_flag = isinstance(field, BooleanField)
    choices = (
        [("true", "Yes"), ("false", "No")] if is_flag else [choice for choice in field.choices if choice[0]]
    )
    return forms.ChoiceField(choices=[LEAVE, *choices], required=False, label=label)


def _list_texts(form: forms.Form) -> dict[str, str]:
    """Return what is to be set, as the cells of a file."""
    values = {name: value for name, value in form.cleaned_data.items() if value and name != "reason"}
    return {
        name: str(value.natural_key()[0] if hasattr(value, "natural_key") else value)
        for name, value in values.items()
    }
