"""A claim made from a mark of an article: the proposal, its forms, and the transaction that records it."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest

from transfers.curation import workflow
from transfers.evidence.recognition import DATE, MONEY, NUMBER, PARTY, SYSTEM, Mark, excerpt
from transfers.models import ArticleText, Party, Quantity, System, Transfer, TransferDate, Valuation, history
from transfers.vocabulary import edtf

from .marks import marks_of

#: Kinds of mark that carry a figure, and the claim that each becomes.
FIGURES: dict[str, Any] = {NUMBER: Quantity, MONEY: Valuation, DATE: TransferDate}
_FIGURE_FIELDS = {
    NUMBER: ["measure", "minimum", "maximum", "unit", "as_of"],
    MONEY: ["measure", "minimum", "maximum", "currency"],
    DATE: ["event", "date"],
}
_EVIDENCE = ["locator", "excerpt", "attributed_to", "credibility", "note"]
NEAR, CANDIDATES = 2, 8
OTHER, NEW = "other", "new"


def may_add(user: Any, kind: str) -> bool:
    return user.has_perm(f"transfers.add_{FIGURES[kind]._meta.model_name}")


class TargetForm(forms.Form):
    """Whose figure it is: a transfer that the marks nearby suggest, any other, or a new one."""

    prefix = "target"

    target = forms.ChoiceField(label="Transfer", widget=forms.RadioSelect)
    other = forms.ModelChoiceField(Transfer.objects.all(), required=False, label="Another transfer")

    def __init__(
        self, site: AdminSite, candidates: list[Transfer], may_make: bool, *args: Any, **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        choices = [(str(each.pk), f"{each.key} ({each.get_state_display()})") for each in candidates]
        choices += [(OTHER, "another transfer, chosen below")]
        choices += [(NEW, "a new transfer, described below")] if may_make else []
        self.fields["target"].choices = choices  # type: ignore[attr-defined]
        self.fields["other"].widget = AutocompleteSelect(Quantity._meta.get_field("transfer"), site)
        self.fields["other"].widget.choices = self.fields["other"].choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("target") == OTHER and not cleaned.get("other"):
            self.add_error("other", "Choose the transfer, or tick another answer above.")
        return cleaned

    @property
    def is_new(self) -> bool:
        return self["target"].value() == NEW

    def transfer(self) -> Transfer:
        target = self.cleaned_data["target"]
        pk = self.cleaned_data["other"].pk if target == OTHER else int(target)
        return Transfer.objects.get(pk=pk)


class NewTransferForm(forms.ModelForm):
    prefix = "new"
    use_required_attribute = False  # it is filled in only where the transfer is new

    class Meta:
        model = Transfer
        fields = ("supplier", "recipient", "system", "kind", "key")

    def __init__(self, site: AdminSite, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("supplier", "recipient", "system"):
            field: Any = self.fields[name]
            choices = field.choices
            field.widget = AutocompleteSelect(Transfer._meta.get_field(name), site)
            field.widget.choices = choices


def claim_form(kind: str) -> Any:
    """The form of a claim of this kind; source and transfer are not typed here."""
    return forms.modelform_factory(FIGURES[kind], fields=[*_FIGURE_FIELDS[kind], *_EVIDENCE])


class ClaimMaker:
    """One proposal: its three forms, and what becomes of them. Nothing is recorded but by `save`."""

    def __init__(self, site: AdminSite, request: HttpRequest, article: ArticleText, mark: Mark) -> None:
        self.user: Any = request.user
        self.article, self.mark = article, mark
        self.marks = marks_of(article)
        data = request.POST if request.method == "POST" else None
        candidates = self._candidates()
        first = str(candidates[0].pk) if candidates else OTHER
        may_make = self.user.has_perm("transfers.add_transfer")
        self.claim = claim_form(mark.kind)(data, prefix="claim", initial=self._figure())
        self.target = TargetForm(site, candidates, may_make, data, initial={"target": first})
        self.new = self._new_form(site, data) if may_make else None

    def _new_form(self, site: AdminSite, data: Any) -> NewTransferForm:
        """As it was sent; not judged where no new transfer is wanted."""
        if data is not None and not self.target.is_new:
            typed = {name: data.get(f"new-{name}", "") for name in NewTransferForm.Meta.fields}
            return NewTransferForm(site, None, initial=typed)
        return NewTransferForm(site, data, initial=self._new_transfer())

    @property
    def asked(self) -> list[Any]:
        """The forms that are asked: a new transfer is described only where it is chosen."""
        new = [self.new] if self.new is not None and self.target.is_new else []
        return [self.claim, self.target, *new]

    @property
    def media(self) -> forms.Media:
        found = sum((form.media for form in (self.target, self.claim, self.new) if form), forms.Media())
        return found + forms.Media(js=["transfers/labels.js"])

    @property
    def has_errors(self) -> bool:
        """Whether what was sent cannot be recorded; every form is asked, so that all errors show at once."""
        return bool([form for form in self.asked if form.is_bound and not form.is_valid()])

    def save(self) -> Any:
        """The claim, recorded with its transfer in one transaction; None, with the errors in the forms."""
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
        chosen = self.new.save() if self.target.is_new and self.new else self.target.transfer()
        claim = self.claim.instance
        claim.source, claim.transfer = self.article.source, chosen
        try:
            claim.full_clean()
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        claim.save()
        workflow.reopen(chosen, self.user, reason)
        return claim

    def _figure(self) -> dict[str, Any]:
        """The figure as the mark has it, and where it stands; what it measures is for the curator to say."""
        initial: dict[str, Any] = {"locator": f"¶{self.mark.paragraph}"}
        initial["excerpt"] = excerpt(self.article.text, self.mark)
        if self.mark.kind == DATE:
            return initial | {"date": self.mark.value[0]}
        least, most, what = self.mark.value
        initial |= {"minimum": least, "maximum": most}
        if self.mark.kind == MONEY:
            return initial | {"measure": Valuation.Measure.DEAL_VALUE, "currency": what}
        return initial | {"unit": what}

    def _near(self, kind: str) -> list[str]:
        """Identifiers marked in this paragraph and those around it, nearest first."""
        near = [
            mark
            for mark in self.marks
            if mark.kind == kind and abs(mark.paragraph - self.mark.paragraph) <= NEAR
        ]
        near.sort(key=lambda mark: (abs(mark.paragraph - self.mark.paragraph), self._distance(mark)))
        return list(dict.fromkeys(name for mark in near for name in mark.value))

    def _distance(self, mark: Mark) -> int:
        return abs(mark.start - self.mark.start)

    def _candidates(self) -> list[Transfer]:
        """Transfers of the systems and parties marked nearby: both, nearest first; else by their parties."""
        systems, parties = self._near(SYSTEM), self._near(PARTY)
        listed = Transfer.objects.select_related("supplier", "recipient", "system")
        either = Q(supplier__code__in=parties) | Q(recipient__code__in=parties)
        both = Q(supplier__code__in=parties, recipient__code__in=parties)
        found = list(listed.filter(either, system__slug__in=systems)) or list(listed.filter(both))

        def farness(transfer: Transfer) -> tuple[Any, ...]:
            system = transfer.system.slug
            named = [transfer.supplier.code in parties, transfer.recipient.code in parties]
            return (-sum(named), systems.index(system) if system in systems else 0, transfer.key)

        return sorted(found, key=farness)[:CANDIDATES]

    def _new_transfer(self) -> dict[str, Any]:
        """Supplier, recipient and system from the marks nearby; the likelier supplier has supplied before."""
        near = self._near(PARTY)
        near.sort(key=lambda code: code.startswith("X-"))  # alliances are named more often than they trade
        parties = list(Party.objects.filter(code__in=near[:2]))
        parties.sort(key=lambda party: (-party.supplied.count(), party.name))
        system = System.objects.filter(slug__in=self._near(SYSTEM)[:1]).first()
        values: dict[str, Any] = dict(zip(("supplier", "recipient"), parties, strict=False))
        values["system"] = system
        if system and len(parties) == 2:
            codes = [party.code.lower() for party in parties]
            values["key"] = "-".join([*codes, system.slug, self._year()])
        return values

    def _year(self) -> str:
        text = self.mark.value[0] if self.mark.kind == DATE else self.article.source.published
        day = next((bound for bound in edtf.bounds(text) if bound), None)
        return f"{day.year:04}" if day else ""
