"""Parts of a file: Range and If-Range (RFC 9110, 14), for bytes that never change under their ETag."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from django.http import HttpResponse, StreamingHttpResponse
from rest_framework.request import Request

from transfers.api import errors

_PIECE = 1 << 18
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def read_range(request: Request, size: int, versions: tuple[str, ...]) -> range | None:
    """Return the wanted part, empty if it begins after the end of the file; None means the whole.

    `versions` are the file's ETag and time, as If-Range names them. The whole is the answer to several
    parts, to a range that cannot be read, and to one of another version. WhiteNoise's own reading of ranges
    knows no If-Range, and refuses a range of one byte.
    """
    match = _RANGE.fullmatch(request.headers.get("Range", ""))
    is_same = request.headers.get("If-Range", versions[0]) in versions
    if match is None or not any(match.groups()) or request.method == "HEAD" or not is_same:
        return None
    first, last = match.groups()
    if not first:  # the last so many bytes
        return range(max(size - int(last), 0), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def build_response(
    request: Request, size: int, versions: tuple[str, ...], media_type: str,
    read: Callable[[range], bytes | Iterator[bytes]],
) -> HttpResponse | StreamingHttpResponse:  # fmt: skip
    """Build 200 with the whole or 206 with the wanted part, which `read` reads; or 416."""
    part = read_range(request, size, versions)
    if part is not None and not part:
        detail = f"The range begins after the end of the file, which has {size} bytes."
        return errors.problem(416, detail, {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    wanted = range(size) if part is None else part
    content = read(wanted) if request.method == "GET" else b""
    kind = HttpResponse if isinstance(content, bytes) else StreamingHttpResponse
    response = kind(content, content_type=media_type, status=200 if part is None else 206)
    response["Accept-Ranges"] = "bytes"
    response["Content-Length"] = str(len(wanted))
    if part is not None:
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return response


def read_pieces(file: BinaryIO, wanted: range, close: Callable[[], object]) -> Iterator[bytes]:
    """Yield a part of the file in pieces, then close it; also where nobody wants the rest."""
    try:
        file.seek(wanted.start)
        for start in range(wanted.start, wanted.stop, _PIECE):
            yield file.read(min(_PIECE, wanted.stop - start))
    finally:
        close()


def open_pieces(path: Path, wanted: range) -> Iterator[bytes]:
    """Yield a part of the file at a path; it is open only while somebody reads."""
    file = path.open("rb")
    yield from read_pieces(file, wanted, file.close)
