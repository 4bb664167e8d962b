"""Claims made from the marks of an article: forms filled in with proposals, and how they are recorded."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from transfers.admin.editing.choices import RecordSelect
from transfers.curation import workflow
from transfers.evidence.recognition.marks import DATE, MONEY, NUMBER, Mark, choose_excerpt
from transfers.models import ArticleText, Quantity, Transfer, TransferDate, Valuation, history

from .marks import find_marks
from .nearby import NearbyNames

#: Kinds of mark that hold a figure, and the model of its claim.
FIGURES: dict[str, Any] = {NUMBER: Quantity, MONEY: Valuation, DATE: TransferDate}
_FIGURE_FIELDS = {
    NUMBER: ["measure", "minimum", "maximum", "unit", "as_of"],
    MONEY: ["measure", "minimum", "maximum", "currency"],
    DATE: ["event", "date"],
}
_EVIDENCE = ["locator", "excerpt", "attributed_to", "credibility", "note"]
OTHER, NEW = "other", "new"


def may_add(user: Any, kind: str) -> bool:
    return user.has_perm(f"transfers.add_{FIGURES[kind]._meta.model_name}")


class TargetForm(forms.Form):
    """Choice of the transfer: one of those proposed, another, or a new one."""

    target = forms.ChoiceField(label="Transfer", widget=forms.RadioSelect)
    other = forms.ModelChoiceField(Transfer.objects.all(), required=False, label="Another transfer")

    def __init__(self, site: AdminSite, candidates: list[Transfer], may_add: bool, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = [
            (str(transfer.pk), f"{transfer.key} ({transfer.get_state_display()})") for transfer in candidates
        ]
        choices += [(OTHER, "another transfer, chosen below")]
        choices += [(NEW, "a new transfer, described below")] if may_add else []
        self.fields["target"].choices = choices  # type: ignore[attr-defined]
        _set_autocomplete(self.fields["other"], Quantity, "transfer", site)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("target") == OTHER and not cleaned.get("other"):
            self.add_error("other", "Choose a transfer, or select another option above.")
        return cleaned

    @property
    def is_new(self) -> bool:
        return self["target"].value() == NEW

    def get_transfer(self) -> Transfer:
        target = self.cleaned_data["target"]
        return self.cleaned_data["other"] if target == OTHER else Transfer.objects.get(pk=target)


class NewTransferForm(forms.ModelForm):
    use_required_attribute = False  # filled in only if the transfer is new

    class Meta:
        model = Transfer
        fields = ("supplier", "recipient", "system", "kind", "key")

    def __init__(self, site: AdminSite, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("supplier", "recipient", "system"):
            _set_autocomplete(self.fields[name], Transfer, name, site)


def _set_autocomplete(field: Any, model: Any, name: str, site: AdminSite) -> None:
    choices = field.choices
    field.widget = RecordSelect(model._meta.get_field(name), site)
    field.widget.choices = choices


class ClaimMaker:
    """The three forms of one proposed claim; only `save` records anything.

    The prefix tells apart the fields of several claims that are posted together.
    """

    def __init__(
        self, site: AdminSite, request: HttpRequest, article: ArticleText, mark: Mark, prefix: str = ""
    ) -> None:
        self.user: Any = request.user
        self.article, self.mark, self.prefix = article, mark, prefix
        self.nearby = NearbyNames(article, mark, find_marks(article))
        data = request.POST if request.method == "POST" else None
        candidates = self.nearby.list_transfers()
        first = str(candidates[0].pk) if candidates else OTHER
        may_add_transfer = self.user.has_perm("transfers.add_transfer")
        claim_form = forms.modelform_factory(
            FIGURES[mark.kind], fields=[*_FIGURE_FIELDS[mark.kind], *_EVIDENCE]
        )
        self.claim = claim_form(data, prefix=f"{prefix}claim", initial=self._propose_claim())
        self.target = TargetForm(
            site, candidates, may_add_transfer, data, prefix=f"{prefix}target", initial={"target": first}
        )
        self.new = self._build_new_form(site, data) if may_add_transfer else None

    def _build_new_form(self, site: AdminSite, data: Any) -> NewTransferForm:
        """Return the form of a new transfer; without checks if another transfer was chosen."""
        prefix = f"{self.prefix}new"
        if data is not None and not self.target.is_new:
            typed = {name: data.get(f"{prefix}-{name}", "") for name in NewTransferForm.Meta.fields}
            return NewTransferForm(site, None, prefix=prefix, initial=typed)
        return NewTransferForm(site, data, prefix=prefix, initial=self.nearby.propose_transfer())

    @property
    def media(self) -> forms.Media:
        own_forms = (form for form in (self.target, self.claim, self.new) if form)
        return sum((form.media for form in own_forms), forms.Media())

    @property
    def has_errors(self) -> bool:
        """Return whether what was posted cannot be recorded; all forms are checked, to show all errors."""
        checked = [self.claim, self.target, *([self.new] if self.new and self.target.is_new else [])]
        return bool([form for form in checked if form.is_bound and not form.is_valid()])

    def save(self) -> Any:
        """Record the claim, with its transfer if new, and return it; or None, with errors in the forms."""
        if self.has_errors:
            return None
        reason = f"From the article {self.article.source.key}, ¶{self.mark.paragraph}"
        try:
            with transaction.atomic(), history.record_because(reason, self.user):
                return self._record(reason)
        except ValidationError as error:
            self.claim.add_error(None, error)
        except workflow.Refused as error:
            self.target.add_error("target", str(error))
        return None

    def _record(self, reason: str) -> Any:
        transfer = self.new.save() if self.target.is_new and self.new else self.target.get_transfer()
        claim: Any = self.claim.instance
        claim.source, claim.transfer = self.article.source, transfer
        try:
            claim.full_clean()
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        claim.save()
        workflow.reopen(transfer, self.user, reason)
        return claim

    def _propose_claim(self) -> dict[str, Any]:
        """Return the marked figure and its place; the curator adds what was measured."""
        proposal: dict[str, Any] = {
            "locator": f"¶{self.mark.paragraph}",
            "excerpt": choose_excerpt(self.article.text, self.mark),
        }
        if self.mark.kind == DATE:
            return proposal | {"date": self.mark.value[0]}
        minimum, maximum, unit = self.mark.value
        proposal |= {"minimum": minimum, "maximum": maximum}
        if self.mark.kind == MONEY:
            return proposal | {"measure": Valuation.Measure.DEAL_VALUE, "currency": unit}
        return proposal | {"unit": unit}
