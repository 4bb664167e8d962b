"""Addresses under /api: with or without a trailing slash, the format as a suffix, never a redirect."""

from django.urls import re_path

from .resources import dictionary, docs, downloads, records, releases, schema, transfers

_FORMAT = r"(?:\.(?P<format>[a-z0-9]+))?/?$"
_KEY = r"(?P<key>[^/.\0]+)"
_REVISION = r"(?P<revision>[0-9]{1,18})"
#: The name of a release may have dots, but never ends like a format.
_NAME = r"(?P<name>[^/\0]+?)"
_FORMATS = {
    renderer.format
    for view in (releases.ReleaseDetail, releases.ReleaseComparison)
    for renderer in view.renderer_classes
}
_RELEASE_FORMAT = rf"(?:\.(?P<format>{'|'.join(sorted(_FORMATS))}))?/?$"

urlpatterns = [
    re_path(r"^/?$", dictionary.Root.as_view(), name="root"),
    re_path(rf"^/fields{_FORMAT}", dictionary.FieldList.as_view(), name="fields"),
    re_path(rf"^/schema{_FORMAT}", schema.SchemaView.as_view(), name="schema"),
    re_path(rf"^/docs{_FORMAT}", docs.Docs.as_view(), name="docs"),
    *(re_path(rf"^/{view.name}{_FORMAT}", view.as_view(), name=view.name) for view in dictionary.LISTS),
    *(re_path(rf"^/{view.path}{_FORMAT}", view.as_view(), name=view.name) for view in dictionary.SUMMARIES),
    re_path(rf"^/transfers/{_KEY}@{_REVISION}{_FORMAT}", transfers.TransferVersion.as_view(), name="version"),
    re_path(rf"^/transfers/{_KEY}{_FORMAT}", transfers.TransferDetail.as_view(), name="transfer"),
    *(
        re_path(rf"^/{view.name}/{_KEY}{_FORMAT}", view.as_view(), name=view.__name__)
        for view in records.DETAILS
    ),
    re_path(rf"^/releases{_FORMAT}", releases.ReleaseList.as_view(), name="releases"),
    re_path(
        rf"^/releases/{_NAME}/compare/(?P<other>[^/\0]+?){_RELEASE_FORMAT}",
        releases.ReleaseComparison.as_view(),
        name="comparison",
    ),
    re_path(rf"^/releases/{_NAME}{_RELEASE_FORMAT}", releases.ReleaseDetail.as_view(), name="release"),
    re_path(
        rf"^/releases/{_NAME}/(?P<file>[^/\0]+)/?$", downloads.ReleaseFile.as_view(), name="release-file"
    ),
]
