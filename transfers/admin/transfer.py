"""Transfers in the admin, with their claims beside them, and the publish action."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest

from .. import names, publish
from ..models import Party, Quantity, System, Transfer, TransferDate, Valuation

_EVIDENCE = ("source", "locator", "excerpt", "attributed_to", "credibility", "preferred", "note")


class ClaimForm(ModelForm):
    """A claim; whether another one is preferred is asked of the whole set, not of what is stored."""

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "preferred"}  # type: ignore[misc]


class ClaimFormSet(BaseInlineFormSet):
    """The claims of one kind; at most one of a measure is preferred."""

    model: Any

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

    def save(self, commit: bool = True) -> Any:
        """Save what is preferred no more first, so that the preference can move in one go."""
        if commit:
            given_up = [
                form.instance.pk for form in self.initial_forms if not form.cleaned_data.get("preferred")
            ]
            self.model.objects.filter(pk__in=given_up).update(preferred=False)
        return super().save(commit)


class ClaimInline(admin.StackedInline):
    """Claims of one kind; the figure first, then where it stands and who says so."""

    extra = 0
    form = ClaimForm
    formset = ClaimFormSet
    autocomplete_fields = ["source"]
    figure: tuple[str, ...]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [self.figure, _EVIDENCE[:3], _EVIDENCE[3:6], "note"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("source")


class QuantityInline(ClaimInline):
    model = Quantity
    figure = ("measure", "minimum", "maximum", "unit", "as_of")


class TransferDateInline(ClaimInline):
    model = TransferDate
    figure = ("event", "date")


class ValuationInline(ClaimInline):
    model = Valuation
    figure = ("measure", "minimum", "maximum", "currency")


@admin.register(Transfer)
class TransferAdmin(admin.ModelAdmin):
    list_display = ["key", "supplier", "recipient", "system", "kind", "state"]
    list_filter = ["state", "kind", "condition", "system__category"]
    list_select_related = ["supplier", "recipient", "system"]
    search_fields = [
        "key", "supplier__name", "recipient__name", "system__name", "system__aliases__name", "occasion",
    ]  # fmt: skip
    search_help_text = "Key, party, system or any of its aliases, occasion"
    autocomplete_fields = ["supplier", "recipient", "system"]
    inlines = [QuantityInline, TransferDateInline, ValuationInline]
    actions = ["publish"]

    def get_readonly_fields(self, request: HttpRequest, obj: Transfer | None = None) -> list[str]:
        return ["state", "key"] if obj is not None else ["state"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Parties and systems by any name too, as the API finds them."""
        found, _ = super().get_search_results(request, queryset, search_term)
        systems = names.system_index(System.objects.all()).find(search_term)
        parties = names.party_index(Party.objects.all()).find(search_term)
        by_name = Q(system__slug__in=systems) | Q(supplier__code__in=parties) | Q(recipient__code__in=parties)
        return found | queryset.filter(by_name), True

    def has_delete_permission(self, request: HttpRequest, obj: Transfer | None = None) -> bool:
        """What was once published stays; a draft may go."""
        if obj is not None and obj.state in (Transfer.State.PUBLISHED, Transfer.State.WITHDRAWN):
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # it would not ask each record whether it may go
        return actions

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("transfers.publish_transfer")

    @admin.action(description="Publish the selected transfers", permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet) -> None:
        try:
            revisions = publish.publish(queryset, "Published from the admin")
        except publish.NotPublishable as error:
            for key, faults in error.faults.items():
                for fault in faults:
                    messages.error(request, f"{key}: {fault}")
            return
        for transfer in queryset.filter(key__in=[revision.key for revision in revisions]):
            self.log_change(request, transfer, "Published.")
        messages.success(request, f"{len(revisions)} revisions published; the rest were as published before.")


class ClaimAdmin(admin.ModelAdmin):
    """All claims of one kind, to look through; they are entered with their transfer."""

    list_select_related = ["transfer", "source"]
    search_fields = ["transfer__key", "source__key", "excerpt", "attributed_to", "note"]
    autocomplete_fields = ["transfer", "source"]
    list_filter = ["credibility", "preferred"]


@admin.register(Quantity)
class QuantityAdmin(ClaimAdmin):
    list_display = ["transfer", "measure", "minimum", "maximum", "unit", "source", "locator"]


@admin.register(TransferDate)
class TransferDateAdmin(ClaimAdmin):
    list_display = ["transfer", "event", "date", "source", "locator"]


@admin.register(Valuation)
class ValuationAdmin(ClaimAdmin):
    list_display = ["transfer", "measure", "minimum", "maximum", "currency", "source", "locator"]
