"""The published register in the admin, which nobody edits: the database would refuse it too."""

from django.contrib import admin

from transfers.models import FormerHash, RegistryClaim, RegistryDelivery, RegistryRow, Release, Revision

from .editing.base import ReadOnlyAdmin


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    list_display = ["sequence", "time", "action", "key", "reason"]
    list_filter = ["action"]
    search_fields = ["key", "reason", "hash"]


@admin.register(FormerHash)
class FormerHashAdmin(ReadOnlyAdmin):
    list_display = ["sequence", "hash"]
    search_fields = ["sequence", "hash"]


@admin.register(RegistryRow)
class RegistryRowAdmin(ReadOnlyAdmin):
    list_display = ["key", "revision", "until", "status", "disputed"]
    list_filter = ["status", "kind", "category"]
    search_fields = ["key", "words", "system_name"]


@admin.register(RegistryClaim)
class RegistryClaimAdmin(ReadOnlyAdmin):
    list_display = ["transfer", "measure", "minimum", "maximum", "date", "source", "revision", "until"]
    list_filter = ["measure"]
    search_fields = ["transfer", "source", "excerpt"]


@admin.register(RegistryDelivery)
class RegistryDeliveryAdmin(ReadOnlyAdmin):
    list_display = ["delivery", "period", "number_min", "number_max", "basis", "revision", "until"]
    list_filter = ["basis"]
    search_fields = ["transfer", "system_name"]


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin):
    list_display = ["name", "revision", "created", "transfers", "digest"]
    search_fields = ["name", "head", "content", "digest"]
