"""The JSON envelope of the database's web site: `{"bytes": "<the CSV in base64>"}`, read as the CSV in it."""

import base64
import binascii
import codecs
import json
from typing import Any

from .records import Unreadable
from .text import check_data

_KEY = "bytes"
_BLANK = b" \t\r\n"
#: A rich text file begins like an envelope, and has a sentence of its own.
_RICH_TEXT = b"{\\rtf"


def is_envelope(data: bytes) -> bool:
    """Return whether the file begins like an object of JSON, which no CSV of a register does."""
    start = data.removeprefix(codecs.BOM_UTF8).lstrip(_BLANK)[: len(_RICH_TEXT)]
    return start.startswith(b"{") and start != _RICH_TEXT


def open_data(data: bytes) -> bytes:
    """Return the file without its envelope; raise Unreadable for what is plainly no text."""
    check_data(data)
    content = unwrap(data)
    check_data(content)
    return content


def unwrap(data: bytes) -> bytes:
    """Return the CSV in the envelope, or the file itself where it is no envelope."""
    if not is_envelope(data):
        return data
    content = _decode(_load_object(data).get(_KEY))
    if is_envelope(content):
        raise Unreadable(
            "The file is an envelope in an envelope: unpack the outer one and import what is in it."
        )
    return content


def _load_object(data: bytes) -> dict[str, Any]:
    """Return the object of JSON; raise Unreadable where the text is none, or names a key twice."""
    try:
        return dict(json.loads(data.removeprefix(codecs.BOM_UTF8), object_pairs_hook=_build_object))
    except UnicodeDecodeError:
        raise Unreadable("The file begins like JSON, but is not UTF-8.") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Unreadable(f"The file begins like JSON, but cannot be read as JSON from {place} on.") from None
    except (ValueError, RecursionError):
        raise Unreadable("The file begins like JSON, but cannot be read as JSON.") from None


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if [name for name, _ in pairs].count(_KEY) > 1:
        raise Unreadable(f"The file is JSON in which the key '{_KEY}' appears twice.")
    return dict(pairs)


def _decode(text: Any) -> bytes:
    """Return the bytes of a text in base64; raise Unreadable where there is none."""
    if text is None:
        raise Unreadable(f"The file is JSON without the key '{_KEY}', which an envelope has.")
    if not isinstance(text, str):
        raise Unreadable(f"The key '{_KEY}' of the envelope does not hold a text.")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable(
            f"The key '{_KEY}' of the envelope does not hold base64, or not all of it."
        ) from None
