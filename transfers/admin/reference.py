"""Parties, systems and sources in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from transfers.curation import families, workflow
from transfers.evidence.recognition.capitals import list_capitals
from transfers.models import Party, PartyAlias, RegistryRow, Source, System, SystemAlias
from transfers.models.naming import PartyFinder, SystemFinder
from transfers.publication import publish
from transfers.publication.names import filter_used_systems
from transfers.vocabulary.codes import COUNTRIES
from transfers.vocabulary.other_names import find_codes
from transfers.vocabulary.words import fold_party

from .editing.base import PermanentAdmin, ReadOnlyAdmin
from .editing.history import HistoryAdmin
from .editing.names import LinkingForm, NamedForm
from .editing.readable import ReadableInline
from .editing.search import AliasSearch
from .editing.spreadsheets import SpreadsheetAdmin
from .editing.stale import StaleCheck
from .names.alike import AlikePages
from .names.changes import ReviewedReference
from .names.several import ChangeSeveral


class ReferenceAdmin(ReviewedReference, HistoryAdmin, StaleCheck, SpreadsheetAdmin, PermanentAdmin):
    """Reference records; the edit of somebody who may publish shows at once in the rows that use them."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        record = form.instance
        if form.cleaned_data.get("keep_name") and (name := form.get_old_name()):
            record.aliases.get_or_create(name=name)
        if change and (
            changed := publish.refresh(record, f"The {self.opts.verbose_name} {record} was edited")
        ):
            messages.info(request, f"{len(changed)} published transfers show the edit.")


class PartyAliasInline(ReadableInline, admin.TabularInline):
    model = PartyAlias
    form = LinkingForm
    extra = 0


@admin.register(Party)
class PartyAdmin(AliasSearch, AlikePages, ChangeSeveral, ReferenceAdmin):
    list_display = ["name", "code", "alpha2", "kind", "provisional"]
    list_filter = ["provisional", "kind"]
    search_fields = ["name", "code", "aliases__name"]
    autocomplete_fields = ["successor"]
    inlines = [PartyAliasInline]
    natural_field = "code"
    finder = PartyFinder
    chosen_by = "supplier"
    actions = ["set_fields", "merge_selected"]
    set_together = ("kind", "successor", "provisional")
    change_form_template = "admin/transfers/names/record.html"
    form = NamedForm

    def match_otherwise(self, term: str) -> Q:
        """Return the condition of states that have such another common name, or such a capital."""
        folded = fold_party(term)
        capitals = {
            code
            for capital, [code] in list_capitals({"": COUNTRIES})
            if folded and fold_party(capital).startswith(folded)
        }
        return Q(code__in=find_codes(term) | capitals)


class SystemAliasInline(ReadableInline, admin.TabularInline):
    model = SystemAlias
    form = LinkingForm
    extra = 0


class ProposedFamilyFilter(admin.SimpleListFilter):
    """Provisional systems whose names suggest a family."""

    title = "proposed family"
    parameter_name = "family"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("proposed", "Has one")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return families.filter_proposed(queryset) if self.value() else queryset


@admin.register(System)
class SystemAdmin(AliasSearch, AlikePages, ChangeSeveral, ReferenceAdmin):
    list_display = ["name", "slug", "category", "variant_of", "provisional", "proposed_family"]
    list_filter = ["provisional", ProposedFamilyFilter, "category", "unroca"]
    actions = ["set_fields", "accept_families", "merge_selected"]
    set_together = ("category", "unroca", "variant_of", "provisional")
    list_select_related = ["variant_of"]
    search_fields = ["name", "slug", "aliases__name"]
    autocomplete_fields = ["variant_of"]
    inlines = [SystemAliasInline]
    natural_field = "slug"
    finder = SystemFinder
    chosen_by = "system"
    change_form_template = "admin/transfers/names/record.html"
    form = NamedForm

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list, with the families that the provisional systems of its page are proposed."""
        changelist = super().get_changelist_instance(request)
        proposed = families.propose_families(changelist.result_list)
        for system in changelist.result_list:
            system.proposed_family = proposed.get(system.pk)
        return changelist

    @admin.display(description="proposed family")
    def proposed_family(self, system: Any) -> str:
        return str(system.proposed_family or "–")

    @admin.action(description="Accept the proposed families of the selected systems", permissions=["change"])
    def accept_families(self, request: HttpRequest, systems: QuerySet) -> None:
        if not request.user.has_perm(workflow.PUBLISH):
            systems = systems.exclude(pk__in=filter_used_systems(RegistryRow.objects.current()).values("pk"))
        count, revisions = families.accept_families(systems, request.user)
        self.message_user(
            request, f"{count} systems got the proposed family; {len(revisions)} published transfers show it."
        )


@admin.register(Source)
class SourceAdmin(ReferenceAdmin):
    list_display = ["key", "publisher", "title", "published", "reliability"]
    list_filter = ["reliability", "language"]
    search_fields = ["key", "publisher", "title", "agencies", "origin_of"]
    natural_field = "key"


@admin.register(PartyAlias)
class PartyAliasAdmin(ReadOnlyAdmin):
    """Aliases of parties, to search; they are edited with their party."""

    list_display = ["name", "party"]
    list_select_related = ["party"]
    search_fields = ["name", "party__name"]


@admin.register(SystemAlias)
class SystemAliasAdmin(ReadOnlyAdmin):
    """Aliases of systems, to search; they are edited with their system."""

    list_display = ["name", "type", "system"]
    list_filter = ["type"]
    list_select_related = ["system"]
    search_fields = ["name", "system__name"]
