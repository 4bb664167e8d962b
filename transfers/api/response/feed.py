"""The log as an Atom feed (RFC 4287): one entry a revision, with the address of the version it brought."""

import re
import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from django.http import HttpRequest

from transfers.api.request import paging
from transfers.publication.differences import Change
from transfers.publication.editions import Edition

from . import citations
from .output import LICENCE

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
LONGEST = 100
_ATOM = "http://www.w3.org/2005/Atom"
#: What XML 1.0 cannot hold.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DONE = {"publish": "published", "update": "changed", "withdraw": "withdrawn"}
#: When nothing was published yet, for want of a better time.
_NEVER = "1970-01-01T00:00:00Z"

ET.register_namespace("", _ATOM)


def written(request: HttpRequest, entries: list[dict[str, Any]], edition: Edition) -> bytes:
    """The feed of these entries, newest first, as they answer the request."""
    feed = ET.Element(f"{{{_ATOM}}}feed")
    address = request.build_absolute_uri()
    query = [pair for pair in paging.pairs(request.GET) if pair[0] != "format"]
    updated = edition.time.isoformat().replace("+00:00", "Z") if edition.time else _NEVER
    _add(feed, "id", _urn(f"changes?{urlencode(sorted(query))}"))
    _add(feed, "title", f"{citations.NAME}: changes")
    _add(feed, "updated", entries[0]["time"] if entries else updated)
    _add(_add(feed, "author"), "name", citations.NAME)
    _add(feed, "rights", LICENCE)
    _link(feed, "self", address, MEDIA_TYPE.split(";")[0])
    _link(feed, "alternate", request.build_absolute_uri(_with("/api/changes", query)), "application/json")
    for entry in entries:
        _entry(feed, entry, request.build_absolute_uri("/api/transfers/"))
    return ET.tostring(feed, encoding="utf-8", xml_declaration=True)


def _entry(feed: ET.Element, entry: dict[str, Any], base: str) -> None:
    node = _add(feed, "entry")
    _add(node, "id", _urn(entry["hash"]))
    _add(node, "title", f"{entry['key']}: {_DONE[entry['action']]}")
    _add(node, "updated", entry["time"])
    _add(node, "published", entry["time"])
    _link(node, "alternate", f"{base}{entry['key']}@{entry['revision']}", "application/json")
    _add(node, "summary", "\n".join(_told(entry)), type="text")


def _told(entry: dict[str, Any]) -> Iterable[str]:
    """Why, and what: a new version's fields are all new, so they are left to its address."""
    yield entry["reason"]
    if entry["action"] == "update":
        yield from (str(Change(**change)) for change in entry["changes"])
    for name, done in (("claims_added", "added"), ("claims_removed", "removed")):
        if entry[name]:
            yield f"claims {done}: {len(entry[name])}"


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    node = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    node.text = _ILLEGAL.sub("\ufffd", text) or None
    return node


def _link(parent: ET.Element, rel: str, address: str, media_type: str) -> None:
    _add(parent, "link", rel=rel, href=address, type=media_type)


def _urn(said: str) -> str:
    """A permanent identifier, the same on every server of this register."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'urn:{citations.NAME}:{said}')}"


def _with(path: str, query: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
