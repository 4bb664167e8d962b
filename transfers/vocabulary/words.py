"""Text made comparable: letters and digits only, Latin script, lower case. Pure."""

import re
from unicodedata import normalize

from anyascii import anyascii

#: How much of a source may be repeated: words, and characters.
LONGEST_EXCERPT, LONGEST_EXCERPT_TEXT = 12, 200
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def _plain(text: str) -> str:
    return anyascii(normalize("NFC", text)).casefold()


def fold(text: str) -> str:
    """Return a name as one word: `С-400`, `s 400`, `S-400` → `s400`."""
    return _NOT_A_WORD.sub("", _plain(text))


def split(text: str) -> list[str]:
    """Return the words of a text: `Su-30MKI fighter` → `su`, `30mki`, `fighter`."""
    return [word for word in _NOT_A_WORD.split(_plain(text)) if word]
