"""Claims made from the marks of an article: forms filled in with proposals, and how they are recorded."""

from contextlib import suppress
from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from transfers.admin.editing.choices import RecordSelect
from transfers.admin.editing.forms import CountForm, ValueForm
from transfers.admin.editing.inputs import EDTFFormField
from transfers.curation import recording, workflow
from transfers.curation.outcomes import FIGURES
from transfers.evidence.recognition.marks import DATE, MONEY, NUMBER, Mark
from transfers.models import ArticleText, Transfer, history
from transfers.vocabulary import written_dates

from .nearby import NearbyTransfers
from .proposal import propose_claim
from .target import NewTransferForm, TargetForm

_EVIDENCE = ["locator", "excerpt", "attributed_to", "credibility", "note"]
_FIGURE_FIELDS = {
    NUMBER: ["measure", "number", "unit", "as_of"],
    MONEY: ["measure", "number", "currency"],
    DATE: ["event", "date"],
}
#: Of these a page shows the value alone until somebody opens them.
_PLACE_FIELDS = ("as_of", "locator", "excerpt", "note")
_DATE_FIELDS = {NUMBER: ["as_of"], MONEY: [], DATE: ["date"]}
#: What a curator is likely to enter for the next claim of an article as for the last one.
_REMEMBERED = ("attributed_to", "credibility")


def may_add(user: Any, kind: str) -> bool:
    return user.has_perm(f"transfers.add_{FIGURES[kind]._meta.model_name}")


def _build_claim_form(kind: str) -> Any:
    """Return the class of the form: the fields of the transfer's page for such a claim, in one order."""
    names = [*_FIGURE_FIELDS[kind], *_EVIDENCE]
    base = {NUMBER: CountForm, MONEY: ValueForm}.get(kind, forms.ModelForm)
    dates = dict.fromkeys(_DATE_FIELDS[kind], EDTFFormField)
    form_class = forms.modelform_factory(
        FIGURES[kind], form=base, fields=[name for name in names if name != "number"], field_classes=dates
    )
    form_class.field_order = names
    return form_class


def build_media(site: AdminSite) -> forms.Media:
    """Return what any claim's form needs, also where a script brings it into a page that has none yet."""
    scripts = ["admin/js/jquery.init.js", "transfers/claim.js"]  # in this order
    own_media = forms.Media(css={"all": ["transfers/claim.css"]}, js=scripts)
    own_media += RecordSelect(Transfer._meta.get_field("system"), site).media
    return sum((_build_claim_form(kind)().media for kind in FIGURES), own_media)


class ClaimMaker:
    """The three forms of one proposed claim; only `save` records anything.

    The prefix tells apart the fields of several claims that are posted together.
    """

    def __init__(
        self,
        site: AdminSite,
        request: HttpRequest,
        article: ArticleText,
        mark: Mark,
        marks: list[Mark],
        prefix: str = "",
    ) -> None:
        self.user: Any = request.user
        self.article, self.mark = article, mark
        self.nearby = NearbyTransfers(article, mark, marks)
        data = request.POST if request.method == "POST" else None
        proposal = propose_claim(article, mark, self.user)
        self.claim = _build_claim_form(mark.kind)(data, prefix=f"{prefix}claim", initial=proposal)
        self.new = self._build_new_form(site, data, f"{prefix}new")
        self.target = self._build_target_form(site, data, f"{prefix}target")

    def _build_target_form(self, site: AdminSite, data: Any, prefix: str) -> TargetForm:
        preselected = self.nearby.preselected
        initial = {"target": str(preselected.pk) if preselected else ""}
        candidates = self.nearby.list_candidates()
        return TargetForm(site, candidates, self.new, data, prefix=prefix, initial=initial)

    def _build_new_form(self, site: AdminSite, data: Any, prefix: str) -> NewTransferForm | None:
        if not self.user.has_perm("transfers.add_transfer"):
            return None
        proposal = self.nearby.propose_transfer()
        dates = self._list_dates(data)
        return NewTransferForm(site, dates, self.nearby.get_year(), data, prefix=prefix, initial=proposal)

    def _list_dates(self, data: Any) -> dict[str, list[str]]:
        """Return the date that is claimed, by its event; by it transfers are told apart."""
        if self.mark.kind != DATE or data is None:
            return {}
        event, date = (data.get(self.claim.add_prefix(name), "").strip() for name in ("event", "date"))
        with suppress(written_dates.NotADate):
            return {event: [written_dates.parse(date)]} if event else {}
        return {}

    @property
    def main_fields(self) -> list[Any]:
        """Return the fields of the claim that a curator enters or checks one by one."""
        return [field for field in self.claim if field.name not in _PLACE_FIELDS]

    @property
    def other_fields(self) -> list[Any]:
        return [field for field in self.claim if field.name in _PLACE_FIELDS]

    @property
    def has_wrong_place(self) -> bool:
        return any(field.errors for field in self.other_fields)

    @property
    def has_errors(self) -> bool:
        """Return whether what was posted cannot be recorded; all forms are checked, to show all errors."""
        if not self.claim.is_bound:
            return False
        is_valid = [self.claim.is_valid(), self.target.is_valid()]
        return not all([*is_valid, self._is_new_valid()])

    def _is_new_valid(self) -> bool:
        return not self.target.is_new or (self.new is not None and self.new.is_valid())

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
        claim: Any = self.claim.instance
        claim.source = self.article.source
        claim.transfer = self.new.save() if self.target.is_new and self.new else self._lock_transfer()
        try:
            return recording.record(claim, self.user, reason)
        except ValidationError as error:
            raise ValidationError(error.messages) from error

    def _lock_transfer(self) -> Transfer:
        """Return the chosen transfer, in the state that was confirmed."""
        chosen = self.target.get_transfer()
        transfer = Transfer.objects.select_for_update().filter(pk=chosen.pk, state=chosen.state).first()
        if transfer is None:
            raise workflow.Refused(f"The transfer {chosen} was changed meanwhile. Check it and try again.")
        return transfer
