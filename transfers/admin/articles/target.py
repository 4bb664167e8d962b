"""Choice of the transfer that a claim is recorded on: one that is proposed, another, or a new one.

What is typed is what is meant. A form that says two things at once is refused, so that no claim lands on a
transfer that nobody chose; and one that others rely on is only touched once that is confirmed.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper

from transfers.admin.editing.choices import RecordSelect
from transfers.admin.editing.forms import NewTransferCheck
from transfers.curation.recording import RELIED_ON
from transfers.models import Quantity, Transfer

from .nearby import Candidate

OTHER, NEW = "other", "new"
#: How many transfers are shown at once where none fits.
FEW = 2
_CONSEQUENCES = {
    Transfer.State.IN_REVIEW: "is in review. With this claim it is a draft again and must be submitted again",
    Transfer.State.PUBLISHED: "is published. With this claim it becomes a draft, to be reviewed again;"
    " what is public stays until then",
    Transfer.State.WITHDRAWN: "was withdrawn. With this claim it becomes a draft again",
}


@dataclass(frozen=True)
class TargetRow:
    """Line of the choice: a radio button, the candidate it stands for, and what must be confirmed for it."""

    radio: Any
    candidate: Candidate | None
    confirmation: Any


class TargetForm(forms.Form):
    """Choice of the transfer; nothing is chosen unless one transfer plainly is meant."""

    target = forms.ChoiceField(
        label="Transfer",
        required=False,  # what is typed below chooses as well
        widget=forms.RadioSelect(attrs={"required": True}),
        show_hidden_initial=True,
    )
    other = forms.ModelChoiceField(Transfer.objects.all(), required=False, label="Another transfer")

    def __init__(
        self,
        site: AdminSite,
        candidates: list[Candidate],
        new: "NewTransferForm | None",
        *args: Any,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.candidates, self.new = candidates, new
        self.choice = ""
        choices = [(str(candidate.transfer.pk), candidate.transfer.key) for candidate in candidates]
        choices += [(OTHER, "Another transfer:")]
        choices += [(NEW, "A new transfer:")] if new else []
        self.fields["target"].choices = choices  # type: ignore[attr-defined]
        for candidate in candidates:
            self._add_confirmation(candidate.transfer)
        set_autocomplete(self.fields["other"], Quantity, "transfer", site)

    def _add_confirmation(self, transfer: Transfer) -> str:
        """Add the box that confirms that the transfer may be touched, if it is needed; return its name."""
        if transfer.state not in RELIED_ON:
            return ""
        name = _name_confirmation(transfer)
        label = f"{transfer.key} {_CONSEQUENCES[Transfer.State(transfer.state)]}. Record it all the same."
        self.fields[name] = forms.BooleanField(required=False, label=label)
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        self.choice, fault = self._choose(cleaned)
        if fault:
            self.add_error(OTHER if self.choice == OTHER else "target", fault)
        elif self.choice != NEW:
            self._check_confirmation(self.get_transfer())
        return cleaned

    def _choose(self, cleaned: dict[str, Any]) -> tuple[str, str]:
        """Return what is meant, and what is wrong with it if that cannot be told."""
        selected, other = cleaned["target"], cleaned["other"]
        is_described = self.new is not None and self.new.has_changed()
        typed = ([OTHER] if other else []) + ([NEW] if is_described else [])
        if len(typed) == 2:
            return selected, "You chose another transfer and described a new one. Clear one of the two."
        if not selected or "target" not in self.changed_data:
            selected = typed[0] if typed else selected
        if not selected:
            return "", "Select the transfer that the claim is recorded on."
        if selected == OTHER and not other:
            return OTHER, "Choose a transfer, or select another option above."
        if typed and selected not in typed and str(getattr(other, "pk", "")) != selected:
            also = "chose another transfer" if other else "described a new one"
            return (
                selected,
                f"You selected one transfer and {also}. Select the one that you mean, or clear the other.",
            )
        return selected, ""

    def _check_confirmation(self, transfer: Transfer) -> None:
        name = self._add_confirmation(transfer)
        if name and self.data.get(self.add_prefix(name)) != "on":
            self.add_error(name, "Confirm this, or choose another transfer.")

    @property
    def is_new(self) -> bool:
        return self.choice == NEW

    def get_transfer(self) -> Transfer:
        if self.choice == OTHER:
            return self.cleaned_data["other"]
        by_pk = {str(candidate.transfer.pk): candidate.transfer for candidate in self.candidates}
        return by_pk[self.choice]

    @property
    def has_choice(self) -> bool:
        return bool(self.choice or self["target"].value())

    @property
    def hidden_initial(self) -> str:
        """Return the hidden field that tells which transfer was preselected."""
        return self["target"].as_hidden(only_initial=True)

    @property
    def likely_rows(self) -> list[TargetRow]:
        """Return the candidates that nothing contradicts, or the first few if there are none."""
        candidates = [row for row in self.rows if row.candidate]
        likely = [row for row in candidates if row.candidate and row.candidate.is_likely]
        return likely or candidates[:FEW]

    @property
    def unlikely_rows(self) -> list[TargetRow]:
        likely = self.likely_rows
        return [row for row in self.rows if row.candidate and row not in likely]

    @property
    def has_unlikely_choice(self) -> bool:
        selected = self.choice or self["target"].value()
        return any(str(row.radio.data["value"]) == selected for row in self.unlikely_rows)

    @property
    def typed_rows(self) -> list[TargetRow]:
        return [row for row in self.rows if not row.candidate]

    @cached_property
    def rows(self) -> list[TargetRow]:
        """Return the choices in their order, each with what belongs to it."""
        transfers: dict[str, Any] = {str(candidate.transfer.pk): candidate for candidate in self.candidates}
        rows = []
        for radio in self["target"].subwidgets:
            value = str(radio.data["value"])
            if self.choice:  # what was typed may have chosen
                radio.data["attrs"] |= {"checked": value == self.choice}
            candidate = transfers.get(value)
            transfer = candidate.transfer if candidate else self._get_other() if value == OTHER else None
            name = _name_confirmation(transfer) if transfer else ""
            rows.append(TargetRow(radio, candidate, self[name] if name in self.fields else None))
        return rows

    def _get_other(self) -> Transfer | None:
        return self.cleaned_data.get("other") if self.is_bound and self.choice == OTHER else None


def _name_confirmation(transfer: Transfer) -> str:
    """Return the name of the box for the transfer in this state; in another one it is asked again."""
    return f"confirm_{transfer.pk}_{transfer.state}"


class NewTransferForm(NewTransferCheck):
    """New transfer, with the checks of the transfer's own page; what differs from the proposal was typed."""

    use_required_attribute = False  # filled in only if the transfer is new

    another = forms.BooleanField(required=False, label="This is another transfer")

    class Meta:
        model = Transfer
        fields = ("supplier", "recipient", "system", "kind", "key")

    def __init__(
        self, site: AdminSite, dates: dict[str, list[str]], year: int | None, *args: Any, **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self._dates, self._year = dates, year
        self.fields["key"].required = False
        for name in self.Meta.fields:
            self.fields[name].show_hidden_initial = True
        for name in ("supplier", "recipient", "system"):
            set_autocomplete(self.fields[name], Transfer, name, site)
            relation: Any = Transfer._meta.get_field(name).remote_field
            self.fields[name].widget = NewRecordSelect(self.fields[name].widget, relation, site)

    @property
    def record_fields(self) -> list[Any]:
        """Return the fields of the transfer, without the box that confirms that it is no duplicate."""
        return [self[name] for name in self.Meta.fields]

    def clean_key(self) -> str:
        """Return the key that was typed; one that was only proposed follows the parties and the system."""
        return self.cleaned_data["key"] if "key" in self.changed_data else ""

    def get_dates(self) -> dict[str, list[str]]:
        return self._dates

    def get_year(self) -> int | None:
        return self._year


class NewRecordSelect(RelatedFieldWidgetWrapper):
    """Box beside which a record that the register lacks is added in a small window, as a provisional one."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["url_params"] += "&provisional=1"
        return context


def set_autocomplete(field: Any, model: Any, name: str, site: AdminSite) -> None:
    choices = field.choices
    field.widget = RecordSelect(model._meta.get_field(name), site)
    field.widget.choices = choices
