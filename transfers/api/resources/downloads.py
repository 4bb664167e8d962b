"""/api/releases/{name}/{file}: a file of a release, whole or in part."""

from pathlib import Path
from typing import Any

from django.http import HttpResponseNotModified
from django.utils.http import http_date
from rest_framework.request import Request

from transfers.api.errors import Problem
from transfers.api.response import freshness, ranges
from transfers.api.response.negotiation import Negotiation
from transfers.api.response.output import build_format
from transfers.api.response.shapes import STRING, Shape
from transfers.models import Release
from transfers.releases import build, package

from .base import Answer, RegistryView
from .releases import build_absence, get_release


class FixedFormat(Negotiation):
    """Negotiation of a file, whose format is fixed."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        if request.method == "OPTIONS":
            return super().select_renderer(request, renderers)
        return renderers[0], renderers[0].media_type


class ReleaseFile(RegistryView):
    """A file of a release: it never changes, and `Range` gives a part of it."""

    renderer_classes = [build_format("file", "application/octet-stream")]
    content_negotiation_class = FixedFormat
    own_headers = ("Accept-Ranges",)
    own_problems = (404, 416, 503)
    file_types = package.FILE_TYPES

    @classmethod
    def list_own_parameters(cls) -> list[str]:
        return []

    def get(self, request: Request, **kwargs: Any) -> Answer:
        record, name = get_release(kwargs["name"]), kwargs["file"]
        if name not in record.files:
            raise build_absence(f"The release {record.name} has no file '{name}'.", name, record.files)
        etag, modified = f'"{record.files[name]["sha256"]}"', http_date(record.created.timestamp())
        if freshness.has_etag(request._request, etag):
            response: Any = HttpResponseNotModified()
        else:
            response = _answer_file(request, record, name, (etag, modified))
        response["Accept-Ranges"] = "bytes"
        response["Registry-Revision"] = str(record.revision)
        if response.status_code != 416:
            response["ETag"] = etag
            response["Last-Modified"] = modified
            response["Cache-Control"] = f"{freshness.FOR_EVER}, no-transform"
            response["Citation"] = f"arms_registry, release {record.name}, revision {record.revision}"
        return freshness.apply_conditions(request._request, response)

    def shape(self) -> Shape:
        return STRING


def _answer_file(request: Request, record: Release, name: str, versions: tuple[str, str]) -> Any:
    size = record.files[name]["bytes"]
    path = _find_file(record, name, size)
    response = ranges.build_response(
        request, size, versions, package.get_media_type(name),
        lambda wanted: ranges.Part(lambda: path.open("rb", buffering=0), wanted),
    )  # fmt: skip
    if response.status_code != 416:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _find_file(record: Release, name: str, size: int) -> Path:
    """Return where the file is, as large as it is recorded; raise a 503 if it is not there.

    `name` is one of the record, so it leads nowhere else.
    """
    path = build.get_folder(record.name) / name
    try:
        is_whole = path.stat().st_size == size
    except OSError:
        is_whole = False
    if not is_whole:
        detail = f"The file {name} of release {record.name} is not on this server as it was made"
        raise Problem(503, f"{detail}. Please tell the maintainers.")
    return path
