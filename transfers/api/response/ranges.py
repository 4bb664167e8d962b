"""Parts of a file: Range and If-Range (RFC 9110, 14), for bytes that never change under their ETag."""

import io
import re
from collections.abc import Callable
from typing import Any

from django.http import FileResponse, HttpResponse
from rest_framework.request import Request

from transfers.api import errors

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class Part(io.RawIOBase):
    """Part of a file as a file, which the server sends when its reader is ready for more.

    It is opened when it is first read: some answers are not sent after all.
    """

    def __init__(self, open_file: Callable[[], Any], wanted: range):
        super().__init__()
        self._open, self._wanted, self._place = open_file, wanted, 0
        self._file: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: len(self._wanted)}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: Any) -> int:
        left = max(0, len(self._wanted) - self._place)
        self._file = self._file or self._open()
        self._file.seek(self._wanted.start + self._place)
        read = self._file.readinto(memoryview(buffer)[:left])
        self._place += read
        return int(read)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()


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
    read: Callable[[range], bytes | Part],
) -> HttpResponse | FileResponse:  # fmt: skip
    """Build 200 with the whole or 206 with the wanted part, which `read` reads; or 416."""
    part = read_range(request, size, versions)
    if part is not None and not part:
        detail = f"The range begins after the end of the file, which has {size} bytes."
        return errors.problem(416, detail, {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    wanted = range(size) if part is None else part
    content = read(wanted) if request.method == "GET" else b""
    kind: Any = HttpResponse if isinstance(content, bytes) else FileResponse
    response = kind(content, content_type=media_type, status=200 if part is None else 206)
    response["Accept-Ranges"] = "bytes"
    response["Content-Length"] = str(len(wanted))
    if part is not None:
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return response
