"""/api/releases: what there is, one release with its files, the files themselves, and two compared."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import orjson
from django.http import StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from transfers.api.errors import Problem
from transfers.api.response import files, shapes
from transfers.api.response.output import EVERY_FORMAT, JSON, build_format
from transfers.api.response.shapes import STRING, Shape
from transfers.availability import replicas
from transfers.exports.formats import FORMATS
from transfers.exports.formats.table import build_batch
from transfers.models import Release, Revision
from transfers.releases import compare, package
from transfers.releases.compare import ComparedTransfer
from transfers.vocabulary.fields import Field, Type
from transfers.vocabulary.names import format_suggestions, suggest

from .base import Answer, RegistryView

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
_CSV = next(renderer for renderer in EVERY_FORMAT if renderer.format == "csv")
_ROWS = 2_000


def get_release(name: str) -> Release:
    """Return the release of this name; raise a 404 that names those perhaps meant."""
    record = Release.objects.filter(name=name).first()
    if record is None:
        replicas.ask_another()  # it may be made just now
        names = Release.objects.values_list("name", flat=True)
        raise build_absence(f"There is no release '{name}'.", name, names)
    return record


def build_absence(detail: str, name: str, candidates: Any) -> Problem:
    """Build a 404 that names what was perhaps meant."""
    near = suggest(name, candidates)
    return Problem(404, f"{detail}{format_suggestions(near)}", suggestions=near)


class ReleaseView(RegistryView):
    """Resource that rests on the releases that there are, and not on the newest revision alone."""

    renderer_classes = EVERY_FORMAT

    def list_grounds(self) -> list[str]:
        newest = Release.objects.order_by("-pk").values_list("digest", flat=True).first() or ""
        return [self.request.path, newest]  # the whole path: the name of a release may have dots

    def build_row(self, record: Release, time: Any) -> dict[str, Any]:
        """Return the release as JSON shows it."""
        computed = {"time": time, "files": self.list_files(record)}
        return {
            item.name: computed[item.name] if item.name in computed else getattr(record, item.name)
            for item in RELEASE
        }

    def list_files(self, record: Release) -> list[dict[str, Any]]:
        base = self.request.build_absolute_uri(f"/api/releases/{record.name}/")
        return [
            {"name": name, "bytes": file["bytes"], "sha256": file["sha256"],
             "media_type": package.get_media_type(name), "address": f"{base}{name}"}
            for name, file in sorted(record.files.items())
        ]  # fmt: skip


def _build_shape() -> Shape:
    shape = shapes.build_whole_row(RELEASE)
    shape["properties"]["files"] = shapes.build_array(shapes.build_whole_row(FILE))
    return shape


class ReleaseList(ReleaseView):
    """Releases, newest first: states of the register as bundles of files that never change."""

    own_headers = ("Registry-Count",)

    def answer(self, request: Request, **kwargs: Any) -> Answer:
        records = list(Release.objects.order_by("-revision", "-pk"))
        revisions = Revision.objects.filter(sequence__in=[record.revision for record in records])
        times = dict(revisions.values_list("sequence", "time"))
        rows = [self.build_row(record, times.get(record.revision)) for record in records]
        if not self.wants("json"):
            return self.export("releases", [_join(row) for row in rows], RELEASE, len(rows))
        body = {"count": len(rows), "next": None, "previous": None, "results": rows}
        response = Response({**body, "citation": str(self.citation)})
        response["Registry-Count"] = str(len(rows))
        return response

    def shape(self) -> Shape:
        return shapes.build_list(_build_shape())


def _join(row: dict[str, Any]) -> dict[str, Any]:
    """Return a release as the row of a file: times as text, the names of its files joined by |."""
    times = {name: row[name] and row[name].isoformat().replace("+00:00", "Z") for name in ("time", "created")}
    return {**row, **times, "files": "|".join(file["name"] for file in row["files"])}


class ReleaseDetail(ReleaseView):
    """One release: its revision, its hashes, and its files; in CSV and the like the files."""

    own_problems = (404,)

    def answer(self, request: Request, name: str = "", **kwargs: Any) -> Answer:
        record = get_release(name)
        if not self.wants("json"):
            rows = self.list_files(record)
            return self.export(f"release-{name}", rows, FILE, len(rows))
        time = Revision.objects.filter(sequence=record.revision).values_list("time", flat=True).first()
        return Response({**self.build_row(record, time), "citation": str(self.citation)})

    def shape(self) -> Shape:
        shape = _build_shape()
        shape["properties"]["citation"] = shapes.CITATION
        return {**shape, "required": [*shape["required"], "citation"]}


class ReleaseComparison(ReleaseView):
    """What one release has more, less or otherwise than another: transfers, field by field."""

    own_problems = (404,)
    renderer_classes = [JSON, _CSV, build_format("txt", "text/plain")]

    def answer(self, request: Request, name: str = "", other: str = "", **kwargs: Any) -> Answer:
        before, after = get_release(name), get_release(other)
        is_head = request.method == "HEAD"
        differences = iter(()) if is_head else compare.list_changes(before.revision, after.revision)
        if self.wants("json"):
            pieces: Iterator[Any] = _write_json(before, after, differences, str(self.citation))
            return StreamingHttpResponse(files.stream(pieces), content_type="application/json")
        if self.wants("txt"):
            pieces = (f"{line}\n" for line in compare.write_lines(differences))
            return StreamingHttpResponse(files.stream(pieces), content_type="text/plain; charset=utf-8")
        stream = files.stream(self._write_csv(differences))
        response = StreamingHttpResponse(stream, content_type=FORMATS["csv"].MEDIA_TYPE)
        response["Content-Disposition"] = f'attachment; filename="{name}-to-{other}.csv"'
        return response

    def _write_csv(self, differences: Iterator[ComparedTransfer]) -> Iterator[bytes]:
        about = files.File(self.request, self.citation, "changes", compare.ITEMS, 0).describe()
        batches = (build_batch(lines, about.raw_schema) for lines in _batch_lines(differences))
        return FORMATS["csv"].stream(batches, about)

    def shape(self) -> Shape:
        state = shapes.build_whole_row(RELEASE[:2])
        claims = shapes.build_array(STRING)
        kinds = (compare.ADDED, compare.WITHDRAWN, compare.CHANGED)
        difference: Shape = {
            "key": STRING,
            "change": {**STRING, "enum": [*kinds]},
            "changes": shapes.CHANGES,
            "claims_added": claims,
            "claims_removed": claims,
        }
        members: Shape = {
            "before": state,
            "after": state,
            "citation": shapes.CITATION,
            "results": shapes.build_array(shapes.build_object(difference)),
            **{kind: {"type": "integer", "minimum": 0} for kind in kinds},
        }
        return shapes.build_object(members)


def _write_json(
    before: Release, after: Release, differences: Iterator[ComparedTransfer], citation: str
) -> Iterator[bytes]:
    """Yield one object, the differences as they come and their numbers at the end."""
    head = {
        "before": {"name": before.name, "revision": before.revision},
        "after": {"name": after.name, "revision": after.revision},
        "citation": citation,
    }
    yield orjson.dumps(head)[:-1] + b',"results":['
    counts = dict.fromkeys((compare.ADDED, compare.WITHDRAWN, compare.CHANGED), 0)
    comma = b""
    for difference in differences:
        counts[difference.change] += 1
        yield comma + orjson.dumps(difference)
        comma = b","
    yield b"]," + orjson.dumps(counts)[1:]


def _batch_lines(differences: Iterator[ComparedTransfer]) -> Iterator[list[tuple[Any, ...]]]:
    rows = chain.from_iterable(difference.list_rows() for difference in differences)
    while batch := list(islice(rows, _ROWS)):
        yield batch
