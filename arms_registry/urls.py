"""Addresses: the public API and the admin."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from transfers.admin.editing.meanings import meaning_view
from transfers.api.resources.llms import llms

urlpatterns = [
    path("", RedirectView.as_view(url="/api/")),
    path("llms.txt", llms),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/meaning/", admin.site.admin_view(meaning_view), name="transfers_meaning"),
    path("admin/", admin.site.urls),
    path("api", include("transfers.api.urls")),
]

handler400 = "transfers.admin.editing.errors.bad_request"
handler403 = "transfers.admin.editing.errors.forbidden"
handler404 = "transfers.admin.editing.errors.not_found"
handler500 = "transfers.admin.editing.errors.server_error"
