"""Two people editing at once: the form of the slower one is refused and shows both versions.

The form carries a digest of the record and of those it owns, as they were when it was opened. A post locks
the record and compares. If the digests differ, what was typed stays in the form and is saved once the curator
ticks that the other edit was seen. The tick names the version seen, so that a further edit is shown as well.
"""

import hashlib
import time
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.forms import CharField, Field, HiddenInput, ModelForm, Textarea
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

from transfers.curation import edits
from transfers.models import RegistryRow, history

from .base import RegistryAdmin, filter_rows
from .history import build_entries
from .inputs import INPUTS
from .readable import describe_value


def digest(owner: models.Model) -> str:
    """Return the SHA-256 of a record and of those it owns, as stored, without its editorial state."""
    stored = [_read_values(type(owner), pk=owner.pk)]
    stored += [
        _read_values(model, **{field: owner.pk}) for model, field in history.OWNED[type(owner)].items()
    ]
    text = orjson.dumps(stored, default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


def _read_values(model: type[models.Model], **condition: Any) -> list[dict[str, Any]]:
    names = [field.attname for field in model._meta.concrete_fields if field.name not in history.NOT_EDITED]
    return list(model._default_manager.filter(**condition).order_by("pk").values(*names))


class CheckedForm(ModelForm):
    """A form that knows which version of its record was opened, and asks why it is changed."""

    #: Fields that are not the record's; the templates place them.
    extra_fields: dict[str, Field] = {
        "opened": CharField(required=False, widget=HiddenInput),
        "seen": CharField(required=False, widget=HiddenInput),
        "why": CharField(
            required=False,
            widget=Textarea(attrs={"rows": 2, "cols": 80, "aria-describedby": "id_why_helptext"}),
            label="Why",
            help_text="The reason for this edit. It is shown in the history.",
        ),
    }
    is_stale = False
    newest = ""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields |= deepcopy(self.extra_fields)
        if self.instance.pk:
            now = time.time()
            self.newest = digest(self.instance)
            self.initial["opened"] = f"{self.newest}@{now:.6f}"
            rows = filter_rows(RegistryRow.objects.current(), self.instance)
            self.fields["why"].required = rows.exists()

    @cached_property
    def changed_data(self) -> list[str]:
        """Return the names of the record's own fields that changed."""
        return [name for name in super().changed_data if name not in self.extra_fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        opened = cleaned.get("opened", "").partition("@")[0]
        if self.newest not in ("", opened, cleaned.get("seen")):
            self.is_stale = True
            raise ValidationError("Nothing was saved: the record was changed since you opened it.", "stale")
        return cleaned

    def get_time_opened(self) -> datetime:
        """Return when the form was opened, or the beginning of time if the form does not tell."""
        try:
            return datetime.fromtimestamp(float(self.data.get("opened", "").partition("@")[2]), UTC)
        except (ValueError, OverflowError, OSError):
            return datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class EditConflict:
    """A field in which what was typed differs from what is stored now."""

    field: str
    theirs: str
    yours: str


def list_conflicts(forms: list[Any]) -> list[EditConflict]:
    """Return the fields of stored records in which what was typed differs from what is stored now."""
    return [
        EditConflict(
            _get_label(form, name),
            _describe(form.fields[name], form.get_initial_for_field(form.fields[name], name)),
            _describe(form.fields[name], form[name].data),
        )
        for form in forms
        if form.instance.pk
        for name in form.changed_data
        if name != "DELETE"
    ]


def _get_label(form: Any, name: str) -> str:
    label = str(form[name].label)
    return f"{form.instance._meta.verbose_name} {form.instance.pk}: {label}" if form.prefix else label


def _describe(field: Any, value: Any) -> str:
    """Return a form field's value in words: a record by its name, a choice by its label."""
    value = field.prepare_value(value)
    if value is None or value == "":
        return "empty"
    if hasattr(field, "queryset"):
        try:
            return str(field.queryset.filter(pk=value).first() or value)
        except (ValueError, TypeError):
            return str(value)
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    return labels.get(str(value), "yes" if value == "on" else describe_value(value))


class StaleCheck(RegistryAdmin):
    """The version check, and the reason for every edit of a record with a history."""

    form = CheckedForm
    formfield_overrides = INPUTS
    change_form_template = "admin/transfers/checked_form.html"

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        why = request.POST.get("why", "").strip()
        with transaction.atomic(), history.record_because(why, request.user):
            if request.method == "POST" and object_id is not None:
                self._lock(unquote(object_id))
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _lock(self, pk: str) -> None:
        """Lock the record until this edit is stored or refused."""
        try:
            self.model._default_manager.select_for_update().filter(pk=pk).first()
        except (ValueError, ValidationError):
            return  # there is no such record, as the view will say

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if "data" in kwargs and obj.pk:
            owner = history.OWNED[type(obj)][inline.model]
            stored = inline.model._default_manager.filter(**{owner: obj.pk}).values_list("pk", flat=True)
            make_deleted_new(kwargs["data"], prefix, {str(pk) for pk in stored})
        return kwargs

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        form = context["adminform"].form
        if getattr(form, "is_stale", False):
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            forms = [form, *(claim_form for formset in formsets for claim_form in formset.initial_forms)]
            opened = form.get_time_opened()
            newer = [
                edit for edit in edits.list_edits(form.instance) if edit.is_content and edit.time >= opened
            ]
            context["conflict"] = {"entries": build_entries(newer), "fields": list_conflicts(forms)}
        return super().render_change_form(request, context, *args, **kwargs)


def make_deleted_new(data: Any, prefix: str, stored: set[str]) -> None:
    """Turn posted forms of records that somebody else has deleted into forms of new ones, behind the others.

    Django would drop them from the page, and what was typed with them.
    """
    total, initial = (_parse_count(data.get(f"{prefix}-{name}_FORMS")) for name in ("TOTAL", "INITIAL"))
    ids = {number: data.get(f"{prefix}-{number}-id", "") for number in range(min(total, initial))}
    deleted = [number for number, pk in ids.items() if pk.isdecimal() and pk not in stored]
    if not deleted:
        return
    order = sorted(range(max(total, initial)), key=lambda number: (number >= initial, number in deleted))
    places = {str(number): place for place, number in enumerate(order)}
    moved = {}
    for name in [name for name in data if name.startswith(f"{prefix}-")]:
        number, _, field = name.removeprefix(f"{prefix}-").partition("-")
        if number in places:
            moved[f"{prefix}-{places[number]}-{field}"] = data.pop(name)
    for place in range(initial - len(deleted), initial):
        moved[f"{prefix}-{place}-id"] = [""]
    for name, values in moved.items():
        data.setlist(name, values)
    data[f"{prefix}-INITIAL_FORMS"] = str(initial - len(deleted))


def _parse_count(text: Any) -> int:
    """Return a number of forms, or 0 if no person could have filled in so many."""
    return int(text) if text and text.isdecimal() and len(text) < 4 else 0
