"""Forms of claims and transfers."""

import re
from collections import Counter
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet, BooleanField, ModelForm

from transfers.curation import duplicates, keys
from transfers.models import Quantity, Valuation
from transfers.vocabulary import written_dates
from transfers.vocabulary.counts import ABOUT, Number

from . import meanings
from .inputs import NumberField
from .review import ReviewedForm


class ClaimForm(ModelForm):
    """Claim beside others; the formset checks which one is preferred, as stored claims may change with it."""

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "preferred"}  # type: ignore[misc]


_ENDS = ("minimum", "maximum")


class FigureForm(ModelForm):
    """Minimum and maximum in one field; "about 30" is stored as 30, with a note that it is approximate."""

    number: Any

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        claim = self.instance
        if claim.pk:
            self.initial["number"] = Number(claim.minimum, claim.maximum, ABOUT in claim.note)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (number := cleaned.get("number")) is not None:
            self._set_ends(number)
            if "note" in self.fields:
                rest = (cleaned.get("note") or "").replace(ABOUT, "").strip()
                cleaned["note"] = f"{rest} {ABOUT}".strip() if number.is_approximate else rest
        return cleaned

    def _set_ends(self, number: Number) -> None:
        """Set minimum and maximum, of which the form itself has no fields."""
        for name, value in zip(_ENDS, number, strict=False):
            try:
                if value is not None:
                    value = self.instance._meta.get_field(name).clean(value, self.instance)
                setattr(self.instance, name, value)
            except ValidationError as error:
                self.add_error("number", error)

    def add_error(self, field: str | None, error: Any) -> None:
        """Add what the model says of minimum and maximum to the number."""
        by_field = getattr(error, "error_dict", {})
        if of_ends := [fault for name in _ENDS for fault in by_field.pop(name, [])][:1]:
            super().add_error("number", of_ends)
        if by_field or not of_ends:
            super().add_error(field, error)


class CountForm(FigureForm):
    """Number of things."""

    number = NumberField(
        help_text="6, 5-7, half a dozen, 1,500, at least 10 (10+), up to 12, about 30 (~30).", label="Number"
    )

    class Meta:
        model = Quantity
        exclude = ["minimum", "maximum"]  # noqa: DJ006  # the admin lists the fields


class ValueForm(FigureForm):
    """Sum of money with its currency, which may stand in its number, or a TIV."""

    number = NumberField(
        kind=meanings.SUM,
        help_text="$400 million, 2.5 bn EUR, between 21 and 23 billion roubles, about 30,000,000;"
        " a TIV in millions.",
        label="Number",
    )

    class Meta:
        model = Valuation
        exclude = ["minimum", "maximum"]  # noqa: DJ006  # the admin lists the fields

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        printed = getattr(cleaned.get("number"), "currency", "")
        chosen = cleaned.get("currency") or printed
        if printed and chosen != printed:
            self.add_error("number", f"The number is in {printed}, but the currency is {chosen}.")
        cleaned["currency"] = chosen
        return cleaned


class QuantityForm(CountForm, ClaimForm):
    """Count among the other claims of its transfer."""


class ValuationForm(ValueForm, ClaimForm):
    """Value among the other claims of its transfer."""


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


class NewTransferCheck(ModelForm):
    """Check of a transfer's parties and system: no unnoticed duplicate, and the key that belongs to them.

    A form of it has the field `another`, by which the curator confirms that it is no duplicate.
    """

    near: list[Any] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        records = [cleaned.get(name) for name in FEATURES]
        is_new = self.instance._state.adding
        if all(records) and (is_new or set(FEATURES) & set(self.changed_data)):
            self._check_duplicates(cleaned)
        if is_new and all(records) and "key" not in self.errors:
            codes = cleaned["supplier"].code, cleaned["recipient"].code, cleaned["system"].slug
            self._check_key(cleaned, codes)
        return cleaned

    def get_dates(self) -> dict[str, list[str]]:
        """Return the dates of the transfer by event, unchecked."""
        return _read_dates(self.data)

    def _check_duplicates(self, cleaned: dict[str, Any]) -> None:
        ids = {name: cleaned[name].pk for name in FEATURES}
        candidate = duplicates.Candidate(**ids, dates=self.get_dates(), pk=self.instance.pk)
        self.near = duplicates.list_near(candidate)
        if self.near and not cleaned.get("another"):
            self.add_error("another", "This may be recorded already. Tick the box if it is another transfer.")

    def _check_key(self, cleaned: dict[str, Any], codes: tuple[str, str, str]) -> None:
        """Take the proposed key where none was typed; refuse one that is of another form."""
        year, key = self.get_year(), cleaned.get("key", "")
        proposal = keys.propose(*codes, year)
        if not key and year:
            cleaned["key"] = proposal
        elif not key or not keys.is_key(key, *codes):
            fault = f"{key} is not a key of this transfer" if key else "No date says the year of the key"
            self.add_error("key", f"{fault}. Write {proposal}, or the same with another year.")

    def get_year(self) -> int | None:
        """Return the first year of the transfer's dates, as far as they can be read."""
        return keys.find_year(text for dates in self.get_dates().values() for text in dates)


#: What tells transfers apart, and what their keys are made of.
FEATURES = ("supplier", "recipient", "system")
KEY_HELP = (
    "Permanent: supplier-recipient-system-year, such as rus-srb-s-400-2019. Leave it empty to have it made."
)


class TransferForm(NewTransferCheck, ReviewedForm):
    """Transfer; one that may be a duplicate is saved only if the curator confirms that it is not."""

    extra_fields = ReviewedForm.extra_fields | {
        "another": BooleanField(required=False, label="This is another transfer")
    }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            self.fields["key"].required = False
            self.fields["key"].help_text = KEY_HELP


def _read_dates(data: Any) -> dict[str, list[str]]:
    """Return the dates of a posted form by event, without those to be deleted or that cannot be read."""
    dates_by_event: dict[str, list[str]] = {}
    for name in data:
        match = re.fullmatch(r"dates-[0-9]+-date", name)
        prefix = name.removesuffix("date")
        text, event = data[name].strip(), data.get(f"{prefix}event", "")
        if match and text and event and not data.get(f"{prefix}DELETE"):
            with suppress(written_dates.NotADate):
                dates_by_event.setdefault(event, []).append(written_dates.parse(text))
    return dates_by_event
