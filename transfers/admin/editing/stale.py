"""Two editors at once: a form that was opened before somebody else saved is refused, with both versions.

The form carries a digest of the record, with those it owns, as it was opened. A post locks the record and
compares. Where they differ, what was typed stays, and is saved only once the curator ticks that the other
edit was seen; the tick names the version seen, so that yet another edit is told again.
"""

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.forms import CharField, HiddenInput, ModelForm, Textarea
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

from transfers.curation import edits
from transfers.models import RegistryRow, Transfer, history
from transfers.publication import publish

from .history import entries
from .inputs import INPUTS


def digest(owner: models.Model) -> str:
    """SHA-256 of the stored values of a record and of those it owns; its editorial state is no part of it."""
    found = [_stored(type(owner), pk=owner.pk)]
    found += [_stored(model, **{field: owner.pk}) for model, field in history.OWNED[type(owner)].items()]
    text = orjson.dumps(found, default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


def _stored(model: type[models.Model], **which: Any) -> list[dict[str, Any]]:
    names = [field.attname for field in model._meta.concrete_fields if field.name not in history.NOT_EDITED]
    return list(model._default_manager.filter(**which).order_by("pk").values(*names))


def is_public(record: Any) -> bool:
    rows = RegistryRow.objects.current()
    found = rows.filter(key=record.key) if isinstance(record, Transfer) else publish.rows_of(record, rows)
    return found.exists()


class CheckedForm(ModelForm):
    """A form that knows which version of its record was opened, and asks why it is changed."""

    opened = CharField(required=False, widget=HiddenInput)
    seen = CharField(required=False, widget=HiddenInput)
    why = CharField(
        required=False,
        widget=Textarea(attrs={"rows": 2, "cols": 80, "aria-describedby": "id_why_helptext"}),
        label="Why",
        help_text="The reason for this edit; it stands in the history.",
    )
    #: Fields of the form that are none of the record.
    EXTRAS: tuple[str, ...] = ("opened", "seen", "why")
    is_stale = False
    newest = ""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            now = time.time()
            self.newest = digest(self.instance)
            self.initial["opened"] = f"{self.newest}@{now:.6f}"
            self.fields["why"].required = is_public(self.instance)

    @cached_property
    def changed_data(self) -> list[str]:
        """What changed of the record itself."""
        return [name for name in super().changed_data if name not in self.EXTRAS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        opened = cleaned.get("opened", "").partition("@")[0]
        if self.newest not in ("", opened, cleaned.get("seen")):
            self.is_stale = True
            raise ValidationError("Nothing was saved: the record was changed since you opened it.", "stale")
        return cleaned

    def opened_at(self) -> datetime:
        """When the form was opened; the beginning of time where it does not say."""
        try:
            return datetime.fromtimestamp(float(self.data.get("opened", "").partition("@")[2]), UTC)
        except (ValueError, OverflowError, OSError):
            return datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Difference:
    """A field in which what was typed differs from what is stored now."""

    field: str
    theirs: str
    yours: str


def differences(forms: list[Any]) -> list[Difference]:
    """Field by field, what is stored now and what was typed, of the forms of stored records."""
    return [
        Difference(
            _label(form, name), _shown(form, name, _initial(form, name)), _shown(form, name, form[name].data)
        )
        for form in forms
        if form.instance.pk
        for name in form.changed_data
        if name != "DELETE"
    ]


def _label(form: Any, name: str) -> str:
    label = str(form[name].label)
    return f"{form.instance._meta.verbose_name} {form.instance.pk}: {label}" if form.prefix else label


def _initial(form: Any, name: str) -> Any:
    return form.get_initial_for_field(form.fields[name], name)


def _shown(form: Any, name: str, value: Any) -> str:
    """A value in words: a record by its name, a choice by its label."""
    field = form.fields[name]
    value = field.prepare_value(value)
    if value is None or value == "":
        return "empty"
    if hasattr(field, "queryset"):
        try:
            return str(field.queryset.filter(pk=value).first() or value)
        except (ValueError, TypeError):
            return str(value)
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    return labels.get(str(value), {"True": "yes", "False": "no", "on": "yes"}.get(str(value), str(value)))


class StaleCheck(admin.ModelAdmin):
    """The version check and the reason, for every edit of a record with a history."""

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
        """Hold the record until this edit is stored or refused."""
        try:
            self.model._default_manager.select_for_update().filter(pk=pk).first()
        except (ValueError, ValidationError):
            return  # no such record; the view says so

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The record's; the template places the others."""
        extras = getattr(self.form, "EXTRAS", ())
        return [name for name in super().get_fields(request, obj) if name not in extras]

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if "data" in kwargs and obj.pk:
            owner = history.OWNED[type(obj)][inline.model]
            stored = inline.model._default_manager.filter(**{owner: obj.pk}).values_list("pk", flat=True)
            gone_as_new(kwargs["data"], prefix, {str(pk) for pk in stored})
        return kwargs

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A save that changes nothing leaves no trace."""
        if not change or form.has_changed():
            super().save_model(request, obj, form, change)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        form = context["adminform"].form
        if getattr(form, "is_stale", False):
            inlines = [inline.formset for inline in context["inline_admin_formsets"]]
            forms = [form, *(each for formset in inlines for each in formset.initial_forms)]
            since = form.opened_at()
            all_edits = edits.list_edits(form.instance)
            newer = [edit for edit in all_edits if edit.is_content and edit.time >= since]
            context["conflict"] = {"entries": entries(newer), "differences": differences(forms)}
        return super().render_change_form(request, context, *args, **kwargs)


def gone_as_new(data: Any, prefix: str, stored: set[str]) -> None:
    """Turn typed records that somebody else deleted meanwhile into new ones, behind those that are left.

    Django would drop them from the page, and what was typed with them.
    """
    total, initial = (_count(data.get(f"{prefix}-{name}_FORMS")) for name in ("TOTAL", "INITIAL"))
    gone = [
        number
        for number in range(min(total, initial))
        if (pk := data.get(f"{prefix}-{number}-id", "")).isdecimal() and pk not in stored
    ]
    if not gone:
        return
    left = [number for number in range(initial) if number not in gone]
    order = [*left, *gone, *range(initial, total)]
    places = {str(old): new for new, old in enumerate(order)}
    typed = {}
    for name in [name for name in data if name.startswith(f"{prefix}-")]:
        number, _, field = name.removeprefix(f"{prefix}-").partition("-")
        if number in places:
            typed[f"{prefix}-{places[number]}-{field}"] = data.pop(name)
    for number in range(len(left), initial):
        typed[f"{prefix}-{number}-id"] = [""]
    for name, values in typed.items():
        data.setlist(name, values)
    data[f"{prefix}-INITIAL_FORMS"] = str(len(left))


def _count(text: Any) -> int:
    """A number of forms; nought where it is none that a person could have filled in."""
    return int(text) if text and text.isdecimal() and len(text) < 4 else 0
