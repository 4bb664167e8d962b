"""Claims that the figures of a paragraph propose, each a form with the fields of the transfer's page."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite

from transfers.admin.editing.choices import RecordSelect
from transfers.admin.editing.forms import CountForm, ValueForm
from transfers.admin.editing.inputs import EDTFFormField
from transfers.curation.outcomes import FIGURES, list_word_faults
from transfers.evidence.recognition.marks import DATE, MONEY, NUMBER, Mark
from transfers.models import ArticleText, Transfer

from .marks import describe
from .proposal import propose_claim

_EVIDENCE = ["locator", "excerpt", "attributed_to", "credibility", "note"]
_FIGURE_FIELDS = {
    NUMBER: ["measure", "number", "unit", "as_of"],
    MONEY: ["measure", "number", "currency"],
    DATE: ["event", "date"],
}
#: Of these a page shows the value alone until somebody opens them.
_PLACE_FIELDS = ("as_of", "locator", "excerpt", "note")
_DATE_FIELDS = {NUMBER: ["as_of"], MONEY: [], DATE: ["date"]}


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


class ChooseForm(forms.Form):
    """Words of a paragraph from which a claim is to be made, though no program marked them."""

    use_required_attribute = False  # the form is posted by its address

    paragraph = forms.CharField(widget=forms.HiddenInput)
    words = forms.CharField(widget=forms.TextInput(attrs={"data-words": ""}))
    kind = forms.ChoiceField(label="Kind")

    def __init__(self, user: Any, paragraph: str) -> None:
        super().__init__(initial={"paragraph": paragraph}, auto_id="choose-%s")
        kinds = [(kind, kind) for kind in FIGURES if may_add(user, kind)]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class ClaimPart:
    """The claim of one figure; beside that of another figure it is recorded only if its box is ticked.

    `prefix` tells its fields apart from those of the others.
    """

    def __init__(self, article: ArticleText, mark: Mark, user: Any, data: Any, prefix: str = "") -> None:
        self.article, self.mark, self.prefix = article, mark, prefix
        self.wanted_name = f"{prefix}wanted"
        self.is_wanted = not prefix or (bool(data) and data.get(self.wanted_name) == "on")
        proposal = propose_claim(article, mark, user)
        form_class = _build_claim_form(mark.kind)
        self.form = form_class(data if self.is_wanted else None, prefix=f"{prefix}claim", initial=proposal)
        self.form.fields["carried"] = forms.BooleanField(
            required=False, label="A person who reads these words finds the figure in them"
        )

    @property
    def main_fields(self) -> list[Any]:
        """Return the fields of the claim that a curator enters or checks one by one."""
        return [field for field in self.form if field.name not in (*_PLACE_FIELDS, "carried")]

    @property
    def other_fields(self) -> list[Any]:
        return [field for field in self.form if field.name in _PLACE_FIELDS]

    @property
    def confirmation(self) -> Any:
        """Return the box that confirms what no program reads in the words, where it is needed."""
        field = self.form["carried"]
        return field if field.errors or field.value() else None

    @property
    def has_wrong_place(self) -> bool:
        return any(field.errors for field in self.other_fields)

    @property
    def meaning(self) -> str:
        return describe(self.mark)

    def is_valid(self) -> bool:
        """Return whether the form is right, and whether its words stand in the text and carry the figure."""
        if self.form.is_valid():
            self._check_words()
        return self.form.is_valid()

    def _check_words(self) -> None:
        claim = self.form.instance
        claim.source = self.article.source
        wrong_place, not_carried = list_word_faults(self.article, claim)
        if wrong_place:
            self.form.add_error("excerpt", wrong_place)
        elif not_carried and not self.form.cleaned_data["carried"]:
            self.form.add_error("carried", [*not_carried, "Tick the box if the words say so all the same."])
