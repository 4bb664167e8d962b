"""Whole answers as files: in any export format or as a citation; a long one is streamed."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from anyascii import anyascii
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from pyarrow import RecordBatch
from rest_framework.request import Request

from transfers.api.errors import BadParameters, ParameterError, Problem
from transfers.exports import formats, queries, streaming
from transfers.exports.formats.table import About
from transfers.exports.kept import Busy
from transfers.exports.streaming import Stream
from transfers.vocabulary.fields import Field

from . import citations, ranges
from .negotiation import EXCEL

logger = logging.getLogger("django.request")

#: Function that builds the raw batches of a file from its description.
Batches = Callable[[About], Iterator[RecordBatch]]
Rows = QuerySet | list[dict] | Batches
_NO_ROOM = (
    "This server cannot keep a large file now. Please tell the maintainers, or ask for fewer rows at a time:"
    f" {formats.SMALL:,} need no file."
)
_BUSY = "The server is sending as many large answers as it can; try again in some seconds."


@dataclass(frozen=True)
class File:
    """Whole answer to a request, as a file in the negotiated format."""

    request: Request
    citation: citations.Citation
    name: str
    items: tuple[Field, ...]
    count: int
    #: The answer's ETag, which names a large file where it is kept.
    etag: str = '""'

    @property
    def form(self) -> str:
        """Return the name of the format."""
        return self.request.accepted_renderer.format

    def build_response(self, rows: Rows, now: QuerySet | None = None) -> HttpResponse | StreamingHttpResponse:
        """Build the response; `now` are the same rows until the next revision, and are quicker to read."""
        if self.form not in citations.FORMATS:
            response = self._build_export(rows, now)
        else:
            response = HttpResponse(self.citation.write(self.form), citations.FORMATS[self.form])
        response["Content-Disposition"] = f'attachment; filename="{self._build_file_name()}"'
        response["Registry-Count"] = str(self.count)
        return response

    def describe(self) -> About:
        """Describe the file by the time of its edition, so that one question gives the same bytes."""
        edition = self.citation.edition
        time = edition.time.astimezone(UTC) if edition.time else datetime(1970, 1, 1, tzinfo=UTC)
        return About(
            columns=queries.build_columns(self.items),
            name=self.name,
            query=self.request.build_absolute_uri(),
            revision=edition.sequence,
            time=time.isoformat().replace("+00:00", "Z"),
            licence=self.citation.licence,
            citation=str(self.citation),
            count=self.count,
            excel=EXCEL[self.request.query_params.get("excel", "0")],
        )

    def _build_export(self, rows: Rows, now: QuerySet | None) -> HttpResponse | StreamingHttpResponse:
        _check_size(self.form, self.count)
        about, media_type = self.describe(), self._media_type
        if self.count <= formats.SMALL or isinstance(rows, list):
            content = b"".join(self._write(rows, about))
            return self._build_response(len(content), lambda wanted: content[wanted.start : wanted.stop])
        if isinstance(rows, QuerySet):
            return self._build_kept(rows if now is None else now, rows, about)
        if self.request.method == "HEAD":
            return StreamingHttpResponse((), content_type=media_type)
        return StreamingHttpResponse(stream(self._write(rows, about)), content_type=media_type)

    def _build_kept(
        self, now: QuerySet, exact: QuerySet, about: About
    ) -> HttpResponse | StreamingHttpResponse:
        """Build the response with a kept file; its first reader gets it while it is written."""
        name = f"{self.etag.strip(chr(34))}.{self.form}"
        try:
            reader = streaming.open_file(now, exact, self.items, about, self.form, name)
            size = reader.get_size()
            if size is None and self.request.method == "GET" and "Range" not in self.request.headers:
                with suppress(Busy):
                    response = StreamingHttpResponse(Stream(reader.follow()), content_type=self._media_type)
                    response["Accept-Ranges"] = "bytes"
                    return response
            size = reader.wait_for_size()
        except Busy:
            raise Problem(503, _BUSY) from None
        except OSError as error:  # a folder that cannot be written, a disk that is full
            logger.error("A large file cannot be kept in EXPORTS_DIR: %s", error)
            raise Problem(503, _NO_ROOM) from error
        return self._build_response(size, lambda wanted: ranges.Part(lambda: reader, wanted))

    def _build_response(
        self, size: int, read: Callable[[range], bytes | ranges.Part]
    ) -> HttpResponse | StreamingHttpResponse:
        return ranges.build_response(self.request, size, (self.etag,), self._media_type, read)

    @property
    def _media_type(self) -> str:
        return formats.FORMATS[self.form].MEDIA_TYPE

    def _write(self, rows: Rows, about: About) -> Iterator[bytes]:
        batches = rows(about) if callable(rows) else queries.read_batches(rows, self.items, about)
        return formats.FORMATS[self.form].stream(batches, about)

    def _build_file_name(self) -> str:
        query = self.request.query_params.items()
        question = "_".join(f"{key}-{value}" for key, value in query if key != "format")
        words = re.sub(r"[^A-Za-z0-9._-]+", "-", anyascii(question))[:80].strip("-")
        today = datetime.now(UTC).date().isoformat()
        return f"{'_'.join(part for part in (self.name, words, today) if part)}.{self.form}"


def stream(pieces: Iterator[Any]) -> Stream:
    """Return the pieces as an answer sends them while they are made; raise a 503 if too many are sent so."""
    try:
        return Stream(pieces)
    except Busy:
        raise Problem(503, _BUSY) from None


def _check_size(form: str, count: int) -> None:
    most = formats.get_row_limit(form)
    if most is not None and count > most:
        others = [name for name in formats.FORMATS if formats.get_row_limit(name) is None]
        detail = f"The answer has {count:,} rows, but {form} can have at most {most:,}."
        detail += f" Choose from: {', '.join(others)}."
        raise BadParameters(ParameterError("format", "too_many_rows", detail, others))
