"""Text made comparable: Latin script, lower case, without what does not part two names. Pure."""

import re
from collections.abc import Collection
from unicodedata import normalize

from anyascii import anyascii
from rapidfuzz.distance import OSA

#: How much of a source may be repeated: words, and characters.
LONGEST_EXCERPT, LONGEST_EXCERPT_TEXT = 12, 200
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
#: Marks behind a word: they close a quotation, or are primes.
_OPENING, _CLOSING = r"(?<![a-z0-9+]){}(?=[a-z0-9])", r"(?<=[a-z0-9+]){}(?![a-z0-9])"
_QUOTE, _JOINT = re.compile(r"[\"'`]|<<|>>"), re.compile(r"[\s_-]+")
_JOINT_OF_LETTERS = re.compile(r"(?<![0-9])-|-(?![0-9])")


def _plain(text: str) -> str:
    return anyascii(normalize("NFC", text)).casefold()


def fold(text: str) -> str:
    """Return a name as one word: `С-400`, `s 400`, `S-400` → `s400`."""
    return _NOT_A_WORD.sub("", _plain(text))


def fold_exactly(text: str) -> str:
    """Return a designation with every sign that parts it from others: `GEM +` → `gem+`, `1-2` → `1-2`.

    Case, script and quotes part no two designations, nor do spaces and hyphens that are not between digits.
    A quote that nothing opened is a prime, which does: `Mk 2′`, `5"`.
    """
    if not fold(text):
        return ""
    plain = _plain(text).replace("''", '"')
    for mark, prime in (("'", "^"), ('"', "^^")):
        opened, closed = re.findall(_OPENING.format(mark), plain), re.findall(_CLOSING.format(mark), plain)
        if len(closed) > len(opened):
            plain = re.sub(_CLOSING.format(mark), prime, plain)
    return _JOINT_OF_LETTERS.sub("", _JOINT.sub("-", _QUOTE.sub("", plain)))


def fold_party(text: str) -> str:
    """Return a party's name as one word, however it is joined: `St Kitts-Nevis` → `saintkittsnevis`."""
    listed = ("saint" if word == "st" else word for word in split(text.replace("&", " and ")))
    return "".join(word for word in listed if word not in ("and", "the")) or fold(text)


def split(text: str) -> list[str]:
    """Return the words of a text: `Su-30MKI fighter` → `su`, `30mki`, `fighter`."""
    return [word for word in _NOT_A_WORD.split(_plain(text)) if word]


def correct_spelling(text: str, vocabulary: Collection[str]) -> str:
    """Return the text, in small letters, with misspelt words replaced by the one word that each is most like.

    A word of four letters and more may differ in one place, a longer one in two: `Febuary` → `february`.
    """
    return re.sub(r"[^\W\d_]{4,}", lambda match: _correct_word(match[0], vocabulary), text.casefold())


def _correct_word(word: str, vocabulary: Collection[str]) -> str:
    if word in vocabulary:
        return word
    distances = {other: OSA.distance(word, other) for other in vocabulary if len(other) > 3}
    least = min(distances.values(), default=len(word))
    nearest = [other for other, distance in distances.items() if distance == least]
    return nearest[0] if len(nearest) == 1 and least <= (1 if len(word) < 7 else 2) else word
