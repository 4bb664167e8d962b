"""What a file says of itself above its header: its title, and when it was made."""

import re
from datetime import datetime
from typing import NamedTuple

LONGEST = 300
_GENERATED = "data generated:"
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_TIME = r"(?:(?:,? |T)(\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([ap])\.?m\.?)?)?"
_BY_WORD = re.compile(rf"(\d{{1,2}}) ([a-z]{{3,9}})\.?,? (\d{{4}}){_TIME}", re.I | re.ASCII)
_BY_NUMBER = re.compile(rf"(\d{{4}})-(\d\d)-(\d\d){_TIME}", re.I | re.ASCII)


class Preamble(NamedTuple):
    """Title and time of making; what the file does not say is empty."""

    title: str = ""
    generated: datetime | None = None


def read_preamble(lines: list[str]) -> Preamble:
    """Return what the lines above the header say."""
    texts = [" ".join(line.rstrip(";, \t").split())[:LONGEST] for line in lines]
    moments = (text[len(_GENERATED) :].strip() for text in texts if text.casefold().startswith(_GENERATED))
    return Preamble(next(filter(None, texts), ""), parse_moment(next(moments, "")))


def parse_moment(text: str) -> datetime | None:
    """Return the time of a text such as `18 May 2026 2:29:20 PM`; None if it has no single reading."""
    if match := _BY_WORD.fullmatch(text):
        day, word, year, *time = match.groups()
        month = _MONTHS.index(word[:3].casefold()) + 1 if word[:3].casefold() in _MONTHS else 0
    elif match := _BY_NUMBER.fullmatch(text):
        year, number, day, *time = match.groups()
        month = int(number)
    else:
        return None
    hour, minute, second, half = int(time[0] or 0), int(time[1] or 0), int(time[2] or 0), time[3]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "Pp" else 0)
    try:
        return datetime(int(year), month, int(day), hour, minute, second)
    except ValueError:
        return None
