"""Words that a program damaged, since it read or wrote letters in a wrong encoding, or lost them.

A damaged word has a sign where a letter should be, or a capital behind a small letter. What it should be is a
guess, which a message repeats and nothing else uses.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from unicodedata import category

from .records import Unreadable

#: Encodings that are taken for Windows' western one: their names, as Python and as people know them.
_TAKEN = {"mac_roman": "Mac Roman", "cp850": "CP850"}
_RUN = re.compile(r"[^\x00-\x7f]+")
_WORD = re.compile(r'[^ \t\n\x1f,;"]+')
#: What two or three signs may be, if they are one sign of UTF-8: letters of Europe, dashes, quotation marks.
_USUAL = re.compile("[\u00a0-\u017f\u0400-\u04ff\u2010-\u2122\ufffd]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
#: A letter as HTML, a program's text, an address or a mail writes it.
_CODE = re.compile(
    r"&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8}\d?);|\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|N\{)|(?:[%=][89A-F][0-9A-F]){2}",
    re.I,
)
_DASH_IN_WORD = re.compile(r"[a-z][–—][a-z]")
_LARGE_NUMBER = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.I)
#: Signs that may stand between letters, behind a word, or before one.
_BETWEEN = frozenset("’‘ʼ´–—‐‑·\u00a0")
_BEHIND = frozenset("”“’»›™®©°…²³¹ªº\u00a0–—·*")
_BEFORE = frozenset("“‘„«‹¿¡°©•£€\u00a0–—·…ªº²³¹")
#: Signs of Windows' western encoding that stand at the places of usual letters in others.
_UNSURE = re.compile("[A-Za-z][ŠŒŽšœž\u00a0]|[ŠŒŽšœž][a-z]")
#: Letters by their category that are no letters of words.
_NO_LETTERS = frozenset("Ÿƒˆ˜")


def find_damage(name: str) -> str:
    """Return what is wrong with a name, as the rest of a sentence; nothing where it may be right."""
    if "\n" in name:
        return "which runs over several lines"
    if _CONTROL.search(name):
        return "which has a sign that nobody sees"
    if "?" in name:
        return "in which a question mark may stand for a letter that was lost"
    if _CODE.search(name):
        return "in which a code stands for a letter"
    if _LARGE_NUMBER.fullmatch(name):
        return "which a spreadsheet took for a number"
    return find_wrong_letters(name)


@lru_cache(maxsize=4096)
def find_wrong_letters(name: str) -> str:
    """Return what is wrong with a name's letters, as the rest of a sentence, or nothing."""
    if name.isascii():
        return ""
    if "\ufffd" in name:
        return "which is damaged"
    if (once := decode_twice(name)) != name:
        return f"which is UTF-8 that was encoded twice and may be {once!r}"
    if is_odd(name) or _DASH_IN_WORD.search(name):
        guesses = _guess(name)
        if not guesses:
            return "which has a sign where a letter should be"
        encoding, guess = guesses[0]
        return f"which is {_TAKEN[encoding]} that was read as another encoding and may be {guess!r}"
    return ""


def mark_damage(text: str) -> str:
    """Return a text with U+FFFD for the letters of words that are damaged."""
    return text if text.isascii() else _WORD.sub(lambda match: _mark_word(match.group()), text)


def _mark_word(word: str) -> str:
    is_damaged = not word.isascii() and (is_odd(word) or decode_twice(word) != word)
    return _RUN.sub("\ufffd", word) if is_damaged else word


def decode_twice(text: str) -> str:
    """Return the text without a second encoding of its UTF-8; the same text where it has none."""
    return _RUN.sub(lambda match: _decode_run(match.group()), text)


def _decode_run(run: str) -> str:
    try:
        decoded = b"".join(map(_encode_sign, run)).decode("utf-8")
    except UnicodeError:
        return run
    return decoded if _USUAL.fullmatch(decoded) else run


def _encode_sign(sign: str) -> bytes:
    return sign.encode("latin-1" if "\x80" <= sign <= "\x9f" else "cp1252")


def is_odd(text: str) -> bool:
    """Return whether a sign stands where a letter should, or a letter's case does not fit its word."""
    padded = f" {text} "
    return any(
        not sign.isascii() and _is_odd_sign(before, sign, after, text)
        for before, sign, after in zip(padded, padded[1:], padded[2:], strict=False)
    )


def _is_odd_sign(before: str, sign: str, after: str, text: str) -> bool:
    kind = category(sign)
    near = before.isalpha() or after.isalpha()
    if kind in {"Cc", "Cf", "Co", "Cn", "Cs"}:
        return True
    if sign in _NO_LETTERS or "\u2200" <= sign <= "\u25ff":
        return near
    if kind[0] == "L" and sign not in "ªº":
        if not "\u00c0" <= sign <= "\u017f":
            return False
        return before.islower() if sign.isupper() else before.isupper() and after.isupper()
    if kind[0] in "MZ":
        return False
    if before.isalpha() and after.isalpha():
        is_opened = sign == "‘" and before.islower() and after.islower()
        return sign not in _BETWEEN or is_opened
    if before.islower() and not after.isalnum():
        return sign not in _BEHIND
    is_quoted = sign == "‚" and not {"‘", "’"}.isdisjoint(text)
    return after.islower() and not before.isalnum() and sign not in _BEFORE and not is_quoted


@lru_cache(maxsize=4096)
def _guess(word: str) -> list[tuple[str, str]]:
    """Return the encodings in which the word has a letter for each odd sign, with the word in them."""
    try:
        content = word.encode("cp1252", "surrogateescape")
    except UnicodeEncodeError:
        return []
    guesses = [(encoding, content.decode(encoding)) for encoding in _TAKEN]
    return [(encoding, guess) for encoding, guess in guesses if _fits(guess)]


def _fits(guess: str) -> bool:
    """Return whether all signs but ASCII are letters, capitals only at a word's begin or beside capitals."""
    padded = f" {guess} "
    return not is_odd(guess) and all(
        sign.isascii() or (sign.isalpha() and not (sign.isupper() and before.isalpha() and after.islower()))
        for before, sign, after in zip(padded, padded[1:], padded[2:], strict=False)
    )


def check_words(lines: Iterable[str], is_certain: bool) -> None:
    """Raise Unreadable, naming the encoding, for text most words of which are right in another one.

    `is_certain`: whether the text cannot be in another encoding, though it may have been read as one before.
    """
    words = [
        (number, word)
        for number, line in enumerate(lines, 1)
        if not line.isascii()
        for word in _WORD.findall(line)
        if not word.isascii()
    ]
    sound = sum(_is_sound(word) for _, word in words)
    unsure = [(number, word) for number, word in words if _UNSURE.search(word)]
    for candidates in (
        [place for place in words if _is_taken(place[1])],
        [] if is_certain or sound else unsure,
    ):
        votes = Counter(encoding for _, word in candidates for encoding, _ in _guess(word))
        for encoding, count in votes.most_common(1):
            if count > sound:
                raise Unreadable(_describe_encoding(encoding, candidates))


@lru_cache(maxsize=4096)
def _is_taken(word: str) -> bool:
    return is_odd(word) and decode_twice(word) == word


@lru_cache(maxsize=4096)
def _is_sound(word: str) -> bool:
    """Return whether the word has a letter that other encodings would not have at that place."""
    return not is_odd(word) and len(word) > 1 and any("\u00c0" <= sign <= "\u00ff" for sign in word)


def _describe_encoding(encoding: str, places: list[tuple[int, str]]) -> str:
    number, word, guess = next(
        (number, word, dict(_guess(word))[encoding])
        for number, word in places
        if encoding in dict(_guess(word))
    )
    shown = re.sub("[\udc80-\udcff]", "\ufffd", word)[:30]
    return (
        f"The file is in {_TAKEN[encoding]}, or was read as that once: line {number} has {shown!r}, which may"
        f" be {guess[:30]!r}. Download it again, or save it as 'CSV UTF-8'."
    )
