"""Forms of the admin: claims and transfers."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet, BooleanField, ModelForm

from transfers.curation import duplicates
from transfers.models import Quantity
from transfers.vocabulary.counts import ABOUT, Number

from .inputs import NumberField
from .stale import CheckedForm


class ClaimForm(ModelForm):
    """A claim; whether another one is preferred is asked of the whole set, not of what is stored."""

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "preferred"}  # type: ignore[misc]


class CountForm(ModelForm):
    """A count in one field. "About 30" is stored as 30, and the claim's note says so (see `quantities`)."""

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
    """A count among the claims of its transfer."""


class ClaimFormSet(BaseInlineFormSet):
    """The claims of one kind; at most one of a measure is preferred."""

    model: Any
    _is_saving = False

    def clean(self) -> None:
        super().clean()
        measure = self.model.MEASURE_FIELD
        kept = [
            form.cleaned_data
            for form in self.forms
            if form.is_valid() and not form.cleaned_data.get("DELETE")
        ]
        preferred = [claim.get(measure) for claim in kept if claim.get("preferred")]
        for twice in sorted({str(name) for name in preferred if preferred.count(name) > 1}):
            raise ValidationError(f"Only one claim can be preferred for {measure} {twice}.")

    @property
    def initial_forms(self) -> list[Any]:
        """While saving: what goes first, then what is not preferred, so that the preference can move."""
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
    """A transfer; one that may be recorded already is saved only where the curator says it is another."""

    another = BooleanField(required=False, label="It is another transfer")
    EXTRAS = (*CheckedForm.EXTRAS, "another")
    near: list[Any] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        names = ("supplier", "recipient", "system")
        if all(cleaned.get(name) for name in names) and (
            self.instance._state.adding or set(names) & set(self.changed_data)
        ):
            ids = {name: cleaned[name].pk for name in names}
            self.near = duplicates.near(
                duplicates.Candidate(**ids, dates=_typed_dates(self.data), pk=self.instance.pk)
            )
            if self.near and not cleaned.get("another"):
                self.add_error("another", "This may be recorded already. Is it another transfer?")
        return cleaned


def _typed_dates(data: Any) -> dict[str, list[str]]:
    """The dates of a posted form by event, without those to be deleted; they are judged elsewhere."""
    found: dict[str, list[str]] = {}
    for name in data:
        match = re.fullmatch(r"dates-[0-9]+-date", name)
        prefix = name.removesuffix("date")
        text, event = data[name].strip(), data.get(f"{prefix}event", "")
        if match and text and event and not data.get(f"{prefix}DELETE"):
            found.setdefault(event, []).append(text)
    return found
