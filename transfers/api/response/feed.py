"""Log as an Atom feed (RFC 4287): one entry a revision, with the address of the version it brought."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.feedgenerator import Atom1Feed

from transfers.api.request import paging
from transfers.publication.differences import Change
from transfers.publication.editions import Edition

from . import citations
from .output import LICENCE

MEDIA_TYPE = Atom1Feed.content_type
LONGEST = 100
#: What XML 1.0 cannot contain.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DONE = {"publish": "published", "update": "changed", "withdraw": "withdrawn"}
#: Time of a register without a revision. Times are in UTC and have no zone, so that Django writes a Z.
_NEVER = datetime(1970, 1, 1)


class ChangeFeed(Atom1Feed):
    """Atom feed with summaries of plain text, which an edition of the register dates if it has no entry."""

    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else self.feed["edition_time"]

    def add_item_elements(self, handler: Any, item: Any) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("summary", _ILLEGAL.sub("\ufffd", item["summary"]), {"type": "text"})


def write_feed(request: HttpRequest, entries: list[dict[str, Any]], edition: Edition) -> str:
    """Write the feed of these entries, newest first, as they answer the request."""
    query = [pair for pair in paging.list_pairs(request.GET) if pair[0] != "format"]
    feed = ChangeFeed(
        title=f"{citations.NAME}: changes",
        link=request.build_absolute_uri(f"/api/changes{'?' if query else ''}{urlencode(query)}"),
        description=None,
        author_name=citations.NAME,
        feed_url=request.build_absolute_uri(),
        feed_copyright=LICENCE,
        feed_guid=_build_urn(f"changes?{urlencode(sorted(query))}"),
        edition_time=edition.time.astimezone(UTC).replace(tzinfo=None) if edition.time else _NEVER,
    )
    for entry in entries:
        _add_entry(feed, entry, request.build_absolute_uri("/api/transfers/"))
    return feed.writeString("utf-8")


def _add_entry(feed: ChangeFeed, entry: dict[str, Any], base: str) -> None:
    time = datetime.fromisoformat(entry["time"]).replace(tzinfo=None)
    feed.add_item(
        title=f"{entry['key']}: {_DONE[entry['action']]}",
        link=f"{base}{entry['key']}@{entry['revision']}",
        description=None,  # type: ignore[arg-type]
        unique_id=_build_urn(entry["hash"]),
        pubdate=time,
        updateddate=time,
        summary="\n".join(_list_lines(entry)),
    )


def _list_lines(entry: dict[str, Any]) -> Iterator[str]:
    """Yield why and what; the fields of a first version are all new, so they are left to its address."""
    yield entry["reason"]
    if entry["action"] == "update":
        yield from (str(Change(**change)) for change in entry["changes"])
    for name, verb in (("claims_added", "added"), ("claims_removed", "removed")):
        if entry[name]:
            yield f"claims {verb}: {len(entry[name])}"


def _build_urn(name: str) -> str:
    """Build a permanent identifier, the same on every server of this register."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'urn:{citations.NAME}:{name}')}"
