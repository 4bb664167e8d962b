"""The published register in the admin: to be read, never to be written."""

from django.contrib import admin

from transfers.models import RegistryClaim, RegistryRow, Release, Revision

from .editing.named import NamedAdmin


class ReadOnly(NamedAdmin):
    """Nobody adds, changes or deletes; the database would refuse it too."""

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Revision)
class RevisionAdmin(ReadOnly):
    list_display = ["sequence", "time", "action", "key", "reason"]
    list_filter = ["action"]
    search_fields = ["key", "reason", "hash"]


@admin.register(RegistryRow)
class RegistryRowAdmin(ReadOnly):
    list_display = ["key", "revision", "until", "status", "disputed"]
    list_filter = ["status", "kind", "category"]
    search_fields = ["key", "words", "system_name"]


@admin.register(RegistryClaim)
class RegistryClaimAdmin(ReadOnly):
    list_display = ["transfer", "measure", "minimum", "maximum", "date", "source", "revision", "until"]
    list_filter = ["measure"]
    search_fields = ["transfer", "source", "excerpt"]


@admin.register(Release)
class ReleaseAdmin(ReadOnly):
    list_display = ["name", "revision", "created", "transfers", "digest"]
    search_fields = ["name", "head", "content", "digest"]
