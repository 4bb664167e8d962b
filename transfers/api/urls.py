"""Addresses under /api: with or without a trailing slash, the format as a suffix, never a redirect."""

from django.urls import re_path

from . import views

_FORMAT = r"(?:\.(?P<format>[a-z0-9]+))?/?$"
_KEY = r"(?P<key>[^/.\0]+)"

urlpatterns = [
    re_path(r"^/?$", views.Root.as_view(), name="root"),
    re_path(rf"^/transfers{_FORMAT}", views.TransferList.as_view(), name="transfers"),
    re_path(rf"^/transfers/{_KEY}{_FORMAT}", views.TransferDetail.as_view(), name="transfer"),
    re_path(rf"^/fields{_FORMAT}", views.FieldList.as_view(), name="fields"),
]
