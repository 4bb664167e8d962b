"""Forms of claims and transfers."""

import re
from collections import Counter
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet, BooleanField, ModelForm

from transfers.curation import duplicates
from transfers.models import Quantity
from transfers.vocabulary.counts import ABOUT, Number

from .inputs import NumberField
from .stale import CheckedForm


class ClaimForm(ModelForm):
    """Claim beside others; the formset checks which one is preferred, as stored claims may change with it."""

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "preferred"}  # type: ignore[misc]


class CountForm(ModelForm):
    """Count in one field; "about 30" is stored as 30, and the note says that it is approximate."""

    number = NumberField(
        help_text="6, 5-7, at least 10 (10+), up to 12, about 30 (~30); words up to twenty.", label="Number"
    )

    class Meta:
        model = Quantity
        exclude = ["minimum", "maximum"]  # noqa: DJ006  # the admin lists the fields

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["number"] = Number(self.instance.minimum, self.instance.maximum)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        number = cleaned.get("number")
        if number is not None:
            self.instance.minimum, self.instance.maximum = number[:2]
            note = cleaned.get("note") or ""
            if number.is_approximate and ABOUT not in note:
                cleaned["note"] = f"{note} {ABOUT}".strip()
        return cleaned


class QuantityForm(CountForm, ClaimForm):
    """Count among the other claims of its transfer."""


class ClaimFormSet(BaseInlineFormSet):
    """Claims of one kind, at most one of each measure preferred."""

    model: Any
    _is_saving = False

    def clean(self) -> None:
        super().clean()
        measure = self.model.MEASURE_FIELD
        claims = [form.cleaned_data for form in self.forms if form.is_valid()]
        preferred = Counter(
            str(claim.get(measure)) for claim in claims if claim.get("preferred") and not claim.get("DELETE")
        )
        for name in sorted(name for name, count in preferred.items() if count > 1):
            raise ValidationError(f"Only one claim can be preferred for {measure} {name}.")

    @property
    def initial_forms(self) -> list[Any]:
        """Return the forms; while saving, deleted and unpreferred ones first, so the preference can move."""
        forms = super().initial_forms
        if not self._is_saving:
            return forms
        return sorted(
            forms, key=lambda form: (form not in self.deleted_forms, bool(form.cleaned_data.get("preferred")))
        )

    def save(self, commit: bool = True) -> Any:
        self._is_saving = True
        try:
            return super().save(commit)
        finally:
            self._is_saving = False


class TransferForm(CheckedForm):
    """Transfer; one that may be a duplicate is saved only if the curator confirms that it is not."""

    extra_fields = CheckedForm.extra_fields | {
        "another": BooleanField(required=False, label="This is another transfer")
    }
    near: list[Any] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        names = ("supplier", "recipient", "system")
        if all(cleaned.get(name) for name in names) and (
            self.instance._state.adding or set(names) & set(self.changed_data)
        ):
            ids = {name: cleaned[name].pk for name in names}
            self.near = duplicates.list_near(
                duplicates.Candidate(**ids, dates=_read_dates(self.data), pk=self.instance.pk)
            )
            if self.near and not cleaned.get("another"):
                self.add_error(
                    "another", "This may be recorded already. Tick the box if it is another transfer."
                )
        return cleaned


def _read_dates(data: Any) -> dict[str, list[str]]:
    """Return the dates of a posted form by event, unchecked and without those to be deleted."""
    dates_by_event: dict[str, list[str]] = {}
    for name in data:
        match = re.fullmatch(r"dates-[0-9]+-date", name)
        prefix = name.removesuffix("date")
        text, event = data[name].strip(), data.get(f"{prefix}event", "")
        if match and text and event and not data.get(f"{prefix}DELETE"):
            dates_by_event.setdefault(event, []).append(text)
    return dates_by_event
