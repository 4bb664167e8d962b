"""Pages on which claims are moved from one transfer to another, and back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from transfers.curation import moving, workflow
from transfers.models import Quantity, ReviewNote, Transfer
from transfers.publication import wording

from .base import RegistryAdmin
from .choices import RecordSelect, is_key


class ReasonForm(forms.Form):
    """Reason for a move, and the confirmation where others rely on one of the transfers."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea({"rows": 2, "cols": 80}),
        help_text="Shown in the history of both transfers.",
    )
    confirmed = forms.BooleanField(
        required=False, label="I want these transfers to be drafts", widget=forms.HiddenInput
    )

    def ask(self, question: str) -> None:
        """Show the question, with the box that answers it."""
        self.fields["confirmed"].widget = forms.CheckboxInput()
        self.add_error("confirmed", question)


class MoveForm(ReasonForm):
    """Claims of a transfer, and the transfer that they are moved to."""

    claims = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    target = forms.ModelChoiceField(Transfer.objects.all(), label="To the transfer")
    field_order = ["claims", "target", "reason", "confirmed"]

    def __init__(self, site: AdminSite, transfer: Transfer, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["claims"].choices = [  # type: ignore[attr-defined]
            (moving.name_claim(claim), describe_claim(claim)) for claim in transfer.claims()
        ]
        target: Any = self.fields["target"]
        choices = target.choices
        target.widget = RecordSelect(Quantity._meta.get_field("transfer"), site)
        target.widget.choices = choices


class MovePages(RegistryAdmin):
    """Transfers whose claims can be moved."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:object_id>/move/", wrap(self.move_view), name="transfers_transfer_move"),
            path(
                "<int:object_id>/move/<int:note>/undo/",
                wrap(self.undo_view),
                name="transfers_transfer_unmove",
            ),
            *super().get_urls(),
        ]

    def move_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask which claims are moved to which transfer; move them once that is posted."""
        transfer = self._get_changed(request, object_id)
        form = MoveForm(
            self.admin_site, transfer, request.POST or None, initial={"claims": request.GET.getlist("claim")}
        )
        if form.is_valid():
            cleaned = form.cleaned_data
            names, target = cleaned["claims"], cleaned["target"]
            try:
                count = moving.move(
                    transfer, names, target, request.user, cleaned["reason"], cleaned["confirmed"]
                )
            except workflow.Refused as error:
                refuse(form, error)
            else:
                messages.success(request, f"Moved to {target.key}: {count}. Its page can move them back.")
                return self._lead_to(transfer)
        title = f"Move claims of {transfer.key}"
        return self.render_page(
            request, "transfer/move.html", title, transfer=transfer, form=form, media=self.media + form.media
        )

    def undo_view(self, request: HttpRequest, object_id: int, note: int) -> HttpResponse:
        """Ask for the reason; once it is given, move the claims of a move back."""
        transfer = self._get_changed(request, object_id)
        moved = (
            transfer.notes.filter(pk=note, kind=ReviewNote.Kind.MOVE).first() if is_key(str(note)) else None
        )
        if moved is None:
            raise Http404("There is no such move.")
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            cleaned = form.cleaned_data
            try:
                count = moving.undo(moved, request.user, cleaned["reason"], cleaned["confirmed"])
            except workflow.Refused as error:
                refuse(form, error)
            else:
                messages.success(request, f"Moved back: {count}.")
                return self._lead_to(transfer)
        title = f"Move claims of {transfer.key} back"
        return self.render_page(
            request, "transfer/move.html", title, transfer=transfer, form=form, note=moved
        )

    def _get_changed(self, request: HttpRequest, object_id: int) -> Transfer:
        transfer: Transfer = self.get_viewed(request, object_id)
        if not self.has_change_permission(request, transfer):
            raise PermissionDenied
        return transfer

    def _lead_to(self, transfer: Transfer) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:transfers_transfer_change", args=[transfer.pk]))


def refuse(form: ReasonForm, error: workflow.Refused) -> None:
    """Show in the form why nothing was moved, or the question that comes before it."""
    if isinstance(error, moving.Unconfirmed):
        form.ask(str(error))
    else:
        form.add_error(None, str(error))


def describe_claim(claim: Any) -> str:
    """Return a stored claim in words."""
    names = ("date", "minimum", "maximum", "unit", "currency", "source", "locator")
    flat = {name: getattr(claim, name, None) for name in names}
    return f"{wording.build_label(claim.measure_name)}: {wording.describe_claim(flat)}"
