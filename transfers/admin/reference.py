"""Parties, systems and sources in the admin."""

from django.contrib import admin

from transfers.models import Party, PartyAlias, Source, System, SystemAlias
from transfers.vocabulary import names

from .editing.history import HistoryAdmin
from .editing.named import NamedAdmin
from .editing.search import AliasSearch, ShownInPublic
from .editing.spreadsheets import BulkAdmin
from .editing.stale import StaleCheck


class PartyAliasInline(admin.TabularInline):
    model = PartyAlias
    extra = 0


@admin.register(Party)
class PartyAdmin(HistoryAdmin, StaleCheck, BulkAdmin, AliasSearch, ShownInPublic):
    list_display = ["name", "code", "alpha2", "kind", "provisional"]
    list_filter = ["provisional", "kind"]
    search_fields = ["name", "code", "aliases__name"]
    autocomplete_fields = ["successor"]
    inlines = [PartyAliasInline]
    natural_field = "code"

    def make_index(self) -> names.Index:
        return names.build_party_index(Party.objects.all())


class SystemAliasInline(admin.TabularInline):
    model = SystemAlias
    extra = 0


@admin.register(System)
class SystemAdmin(HistoryAdmin, StaleCheck, BulkAdmin, AliasSearch, ShownInPublic):
    list_display = ["name", "slug", "category", "variant_of", "provisional"]
    list_filter = ["provisional", "category", "unroca"]
    list_select_related = ["variant_of"]
    search_fields = ["name", "slug", "aliases__name"]
    autocomplete_fields = ["variant_of"]
    inlines = [SystemAliasInline]
    natural_field = "slug"

    def make_index(self) -> names.Index:
        return names.build_system_index(System.objects.all())


@admin.register(Source)
class SourceAdmin(HistoryAdmin, StaleCheck, BulkAdmin, ShownInPublic):
    list_display = ["key", "publisher", "title", "published", "reliability"]
    list_filter = ["reliability", "language"]
    search_fields = ["key", "publisher", "title", "agencies", "origin_of"]
    natural_field = "key"


@admin.register(PartyAlias)
class PartyAliasAdmin(NamedAdmin):
    """Aliases are edited with their party; here they are only looked through."""

    list_display = ["name", "party"]
    list_select_related = ["party"]
    search_fields = ["name", "party__name"]

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(SystemAlias)
class SystemAliasAdmin(NamedAdmin):
    """Aliases are edited with their system; here they are only looked through."""

    list_display = ["name", "type", "system"]
    list_filter = ["type"]
    list_select_related = ["system"]
    search_fields = ["name", "system__name"]

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission
