"""Addresses under /api: with or without a trailing slash, the format as a suffix, never a redirect."""

from django.urls import re_path

from . import dictionary, docs, schema, summary, transfers

_FORMAT = r"(?:\.(?P<format>[a-z0-9]+))?/?$"
_KEY = r"(?P<key>[^/.\0]+)"

urlpatterns = [
    re_path(r"^/?$", dictionary.Root.as_view(), name="root"),
    re_path(rf"^/fields{_FORMAT}", dictionary.FieldList.as_view(), name="fields"),
    re_path(rf"^/schema{_FORMAT}", schema.SchemaView.as_view(), name="schema"),
    re_path(rf"^/docs{_FORMAT}", docs.Docs.as_view(), name="docs"),
    *(re_path(rf"^/{view.name}{_FORMAT}", view.as_view(), name=view.name) for view in dictionary.LISTS),
    re_path(rf"^/transfers/summary{_FORMAT}", summary.Summary.as_view(), name="summary"),
    re_path(rf"^/transfers/{_KEY}{_FORMAT}", transfers.TransferDetail.as_view(), name="transfer"),
]
