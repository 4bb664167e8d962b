"""Answers that were given, so that the next who asks the same of this process gets the same at once.

The ETag stands for all that an answer rests on but the day, which its citation names.
"""

from datetime import UTC, datetime

from django.core.cache import caches
from django.http import HttpResponse
from django.http.response import HttpResponseBase

#: Bytes of the largest answer that is kept; the setting CACHES says how many are.
_LARGEST = 1 << 18
_SECONDS = 86_400


def find(etag: str) -> HttpResponse | None:
    """Return the answer that was given today under this ETag; None if none is kept."""
    given = caches["answers"].get(_build_key(etag))
    return HttpResponse(given[1], headers=given[0]) if given else None


def keep(response: HttpResponseBase, seconds: float = _SECONDS) -> None:
    """Keep an answer for so long, once it is rendered, if it is a whole one of a moderate size."""
    if not isinstance(response, HttpResponse) or response.status_code != 200 or "ETag" not in response:
        return
    if len(response.content) <= _LARGEST:
        given = dict(response.headers), response.content
        caches["answers"].set(_build_key(response["ETag"]), given, timeout=seconds)


def _build_key(etag: str) -> str:
    return f"{datetime.now(UTC).date()}:{etag}"
