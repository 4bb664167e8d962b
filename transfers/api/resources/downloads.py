"""/api/releases/{name}/{file}: a file of a release, whole or in part."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.http import HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import http_date
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from transfers.api import errors
from transfers.api.errors import Problem
from transfers.api.response import etags
from transfers.api.response.shapes import STRING, Shape
from transfers.models import Release
from transfers.releases import build, package

from .base import Negotiation, RegistryView
from .releases import absent, find

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_PIECE = 1 << 18

#: First and last byte.
Span = tuple[int, int]


class Unsatisfiable(Exception):
    """A range begins behind the end of the file."""


class Bytes(BaseRenderer):
    """Names what a file is, whatever its kind."""

    media_type = "application/octet-stream"
    format = "file"


class Whatever(Negotiation):
    """A file is what it is: there is no format to choose."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        if request.method == "OPTIONS":
            return super().select_renderer(request, renderers)
        return renderers[0], renderers[0].media_type


class ReleaseFile(RegistryView):
    """A file of a release: it never changes, and `Range` gives a part of it."""

    renderer_classes = [Bytes]
    content_negotiation_class = Whatever
    own_parameters = ()
    own_headers = ("Accept-Ranges",)
    own_problems = (404, 416, 503)
    file_types = package.FILE_TYPES

    def get(self, request: Request, **kwargs: Any) -> HttpResponse | StreamingHttpResponse:
        record = find(kwargs["name"])
        file = record.files.get(kwargs["file"])
        if file is None:
            raise absent(
                f"The release {record.name} has no file '{kwargs['file']}'.", kwargs["file"], record.files
            )
        tag = f'"{file["sha256"]}"'
        response: Any = None
        if etags.is_known(request._request, tag):
            response = HttpResponseNotModified()
        else:
            response = self._answer(request, record, kwargs["file"], file["bytes"], tag)
        self._tell(response, record, tag)
        return response

    def _answer(self, request: Request, record: Release, name: str, size: int, tag: str) -> Any:
        path = _path(record, name, size)
        try:
            span = _span(request, size, tag, _modified(record))
        except Unsatisfiable:
            detail = f"The range begins behind the end of the file, which has {size} bytes."
            return errors.problem(416, detail, {"Content-Range": f"bytes */{size}"})
        first, last = span or (0, size - 1)
        if request.method == "HEAD":
            response: Any = HttpResponse()
        else:
            response = StreamingHttpResponse(_pieces(path, first, last), status=206 if span else 200)
        response["Content-Type"] = package.get_media_type(name)
        response["Content-Length"] = str(last - first + 1)
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        if span:
            response["Content-Range"] = f"bytes {first}-{last}/{size}"
        return response

    def _tell(self, response: Any, record: Release, tag: str) -> None:
        response["Accept-Ranges"] = "bytes"
        response["Registry-Revision"] = str(record.revision)
        if response.status_code == 416:
            return
        response["ETag"] = tag
        response["Last-Modified"] = _modified(record)
        response["Cache-Control"] = etags.FOR_EVER
        response["Citation"] = f"arms_registry, release {record.name}, revision {record.revision}"

    def shape(self) -> Shape:
        return STRING


def _modified(record: Release) -> str:
    return http_date(record.created.timestamp())


def _path(record: Release, name: str, size: int) -> Path:
    """Where the file is, as large as it is recorded; raises a 503 where it is not there so.

    `name` is one of the record, so it leads nowhere else.
    """
    path = build.get_folder(record.name) / name
    try:
        is_whole = path.stat().st_size == size
    except OSError:
        is_whole = False
    if not is_whole:
        detail = f"The file {name} of release {record.name} is not on this server as it was made"
        raise Problem(503, f"{detail}; please tell the maintainers.")
    return path


def _span(request: Request, size: int, tag: str, modified: str) -> Span | None:
    """The part that is asked for; None: the whole, as also where it is asked for in several parts.

    A range that cannot be read counts as none, and so does one of another version of the file.
    """
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if found is None or request.method == "HEAD":
        return None
    if request.headers.get("If-Range", tag) not in (tag, modified):
        return None
    first, last = (int(text) if text else None for text in found.groups())
    if first is None:
        if last is None:
            return None
        if not last or not size:
            raise Unsatisfiable
        return max(size - last, 0), size - 1
    if last is not None and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return first, size - 1 if last is None else min(last, size - 1)


def _pieces(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left and (piece := file.read(min(left, _PIECE))):
            left -= len(piece)
            yield piece
