"""/api/releases: what there is, one release with its files, the files themselves, and two compared."""

from collections.abc import Iterator
from typing import Any

import orjson
from django.http import HttpResponse, StreamingHttpResponse
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from transfers.api.errors import Problem
from transfers.api.response import shapes
from transfers.api.response.output import EVERY_FORMAT, JSON
from transfers.api.response.shapes import STRING, Shape
from transfers.availability import replicas
from transfers.exports.formats import FORMATS
from transfers.exports.formats.table import build_batch
from transfers.models import Release, Revision
from transfers.publication.editions import Edition
from transfers.releases import compare, package
from transfers.releases.compare import ComparedTransfer
from transfers.vocabulary.fields import Field, Type
from transfers.vocabulary.names import format_suggestions, suggest

from .base import RegistryView

RELEASE: tuple[Field, ...] = (
    Field("name", Type.KEY, "The release's name.", nullable=False),
    Field("revision", Type.INTEGER, "The register's revision that it holds.", nullable=False),
    Field("time", Type.TIME, "When that revision was published.", unit="UTC", nullable=False),
    Field("created", Type.TIME, "When the release was made.", unit="UTC", nullable=False),
    Field("head", Type.KEY, "Hash of the log at that revision.", nullable=False),
    Field("content", Type.KEY, "SHA-256 of the content of all its transfers.", nullable=False),
    Field("digest", Type.KEY, "SHA-256 of its file SHA256SUMS, which holds those of all others.",
          nullable=False),
    Field("transfers", Type.INTEGER, "How many transfers it holds.", nullable=False),
    Field("files", Type.LIST, "Its files.", nullable=False),
)  # fmt: skip

FILE: tuple[Field, ...] = (
    Field("name", Type.KEY, "The file's name.", nullable=False),
    Field("bytes", Type.INTEGER, "Its size.", nullable=False),
    Field("sha256", Type.KEY, "SHA-256 of the file.", nullable=False),
    Field("media_type", Type.TEXT, "What kind of file it is.", nullable=False),
    Field("address", Type.TEXT, "Where it can be downloaded.", nullable=False),
)
_FILES: Shape = {
    "type": "array",
    "items": {**shapes.row(FILE), "required": [item.name for item in FILE]},
}
_CSV = next(renderer for renderer in EVERY_FORMAT if renderer.format == "csv")
_ROWS = 2_000


class Text(BaseRenderer):
    """Names the format of lines for people."""

    media_type = "text/plain"
    format = "txt"


def find(name: str) -> Release:
    """The release of this name; raises a 404 that names those perhaps meant."""
    record = Release.objects.filter(name=name).first()
    if record is None:
        replicas.ask_another()  # it may be made just now
        raise absent(f"There is no release '{name}'.", name, Release.objects.values_list("name", flat=True))
    return record


def absent(detail: str, name: str, known: Any) -> Problem:
    """404, with what was perhaps meant."""
    near = suggest(name, known)
    return Problem(404, f"{detail}{format_suggestions(near)}", suggestions=near)


class ReleaseView(RegistryView):
    """What rests on the releases that there are, and not on the newest revision alone."""

    def _rests_on(self, newest: Edition, form: str) -> Iterator[str]:
        yield from super()._rests_on(newest, form)
        yield self.request.path  # whole: the name of a release may have dots
        yield Release.objects.order_by("-pk").values_list("digest", flat=True).first() or ""

    def shown(self, record: Release, time: Any) -> dict[str, Any]:
        """The release as JSON shows it."""
        said = {"time": time} | {
            item.name: getattr(record, item.name) for item in RELEASE if item.name not in ("time", "files")
        }
        return {item.name: said.get(item.name) for item in RELEASE} | {"files": self.files(record)}

    def files(self, record: Release) -> list[dict[str, Any]]:
        base = self.request.build_absolute_uri(f"/api/releases/{record.name}/")
        return [
            {"name": name, "bytes": file["bytes"], "sha256": file["sha256"],
             "media_type": package.get_media_type(name), "address": f"{base}{name}"}
            for name, file in sorted(record.files.items())
        ]  # fmt: skip


def _shape() -> Shape:
    shape = shapes.row(RELEASE)
    shape["properties"]["files"] = _FILES
    return {**shape, "required": [item.name for item in RELEASE]}


class ReleaseList(ReleaseView):
    """Releases, newest first: states of the register as bundles of files that never change."""

    own_headers = ("Registry-Count",)

    def answer(self, request: Request, **kwargs: Any) -> HttpResponse | StreamingHttpResponse:
        records = list(Release.objects.order_by("-revision", "-pk"))
        times = dict(
            Revision.objects.filter(sequence__in=[record.revision for record in records]).values_list(
                "sequence", "time"
            )
        )
        found = [self.shown(record, times.get(record.revision)) for record in records]
        if not self.wants("json"):
            return self.export("releases", [_joined(each) for each in found], RELEASE, len(found))
        said = {"count": len(found), "next": None, "previous": None, "results": found}
        response = Response({**said, "citation": str(self.citation)})
        response["Registry-Count"] = str(len(found))
        return response

    def shape(self) -> Shape:
        return shapes.listed(_shape())


def _joined(shown: dict[str, Any]) -> dict[str, Any]:
    """A release as the row of a file: times as text, the names of its files joined by |."""
    times = {name: shown[name] and shown[name].isoformat().replace("+00:00", "Z")
             for name in ("time", "created")}  # fmt: skip
    return {**shown, **times, "files": "|".join(file["name"] for file in shown["files"])}


class ReleaseDetail(ReleaseView):
    """One release: its revision, its hashes, and its files; in CSV and the like the files."""

    own_problems = (404,)

    def answer(self, request: Request, name: str = "", **kwargs: Any) -> HttpResponse | StreamingHttpResponse:
        record = find(name)
        if not self.wants("json"):
            files = self.files(record)
            return self.export(f"release-{name}", files, FILE, len(files))
        time = Revision.objects.filter(sequence=record.revision).values_list("time", flat=True).first()
        return Response({**self.shown(record, time), "citation": str(self.citation)})

    def shape(self) -> Shape:
        shape = _shape()
        shape["properties"]["citation"] = shapes.CITATION
        return {**shape, "required": [*shape["required"], "citation"]}


class ReleaseComparison(ReleaseView):
    """What one release has more, less or otherwise than another: transfers, field by field."""

    own_problems = (404,)
    renderer_classes = [JSON, _CSV, Text]

    def answer(
        self, request: Request, name: str = "", other: str = "", **kwargs: Any
    ) -> HttpResponse | StreamingHttpResponse:
        before, after = find(name), find(other)
        found = (
            compare.list_changes(before.revision, after.revision) if request.method != "HEAD" else iter(())
        )
        if self.wants("json"):
            pieces: Iterator[Any] = _as_json(before, after, found, str(self.citation))
            return StreamingHttpResponse(pieces, content_type="application/json")
        if self.wants("txt"):
            pieces = (f"{line}\n" for line in compare.write_lines(found))
            return StreamingHttpResponse(pieces, content_type="text/plain; charset=utf-8")
        response = StreamingHttpResponse(self._csv(found), content_type=FORMATS["csv"].MEDIA_TYPE)
        response["Content-Disposition"] = f'attachment; filename="{name}-to-{other}.csv"'
        return response

    def _csv(self, found: Iterator[ComparedTransfer]) -> Iterator[bytes]:
        about = self._about("changes", compare.ITEMS, 0)
        return FORMATS["csv"].stream(
            (build_batch(lines, about.raw_schema) for lines in _in_batches(found)), about
        )

    def shape(self) -> Shape:
        state = shapes.row(RELEASE[:2]) | {"required": ["name", "revision"]}
        change = {
            "type": "object",
            "required": ["field", "before", "after"],
            "properties": {"field": STRING, "before": {}, "after": {}},
        }
        claims = {"type": "array", "items": STRING}
        difference: Shape = {
            "key": STRING,
            "change": {**STRING, "enum": [compare.ADDED, compare.WITHDRAWN, compare.CHANGED]},
            "changes": {"type": "array", "items": change},
            "claims_added": claims,
            "claims_removed": claims,
        }
        number = {"type": "integer", "minimum": 0}
        members: Shape = {
            "before": state,
            "after": state,
            "citation": shapes.CITATION,
            "results": {
                "type": "array",
                "items": {"type": "object", "required": list(difference), "properties": difference},
            },
            **dict.fromkeys((compare.ADDED, compare.WITHDRAWN, compare.CHANGED), number),
        }
        return {"type": "object", "required": list(members), "properties": members}


def _as_json(
    before: Release, after: Release, found: Iterator[ComparedTransfer], citation: str
) -> Iterator[bytes]:
    """One object, the differences as they are found and their numbers at the end."""
    said = {
        "before": {"name": before.name, "revision": before.revision},
        "after": {"name": after.name, "revision": after.revision},
        "citation": citation,
    }
    yield orjson.dumps(said)[:-1] + b',"results":['
    counted = {compare.ADDED: 0, compare.WITHDRAWN: 0, compare.CHANGED: 0}
    comma = b""
    for difference in found:
        counted[difference.change] += 1
        yield comma + orjson.dumps(difference)
        comma = b","
    yield b"]," + orjson.dumps(counted)[1:]


def _in_batches(found: Iterator[ComparedTransfer]) -> Iterator[list[tuple[Any, ...]]]:
    waiting: list[tuple[Any, ...]] = []
    for difference in found:
        waiting.extend(difference.list_rows())
        if len(waiting) >= _ROWS:
            yield waiting
            waiting = []
    if waiting:
        yield waiting
