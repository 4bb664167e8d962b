"""What a file says of itself above its header: its title, when it was made, and which years it covers."""

import re
from datetime import datetime
from typing import NamedTuple

LONGEST = 300
_GENERATED = "data generated:"
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_TIME = r"(?:(?:,? |T)(\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([ap])\.?m\.?)?)?"
_BY_WORD = re.compile(rf"(\d{{1,2}}) ([a-z]{{3,9}})\.?,? (\d{{4}}){_TIME}", re.I | re.ASCII)
_BY_NUMBER = re.compile(rf"(\d{{4}})-(\d\d)-(\d\d){_TIME}", re.I | re.ASCII)
_FIRST = r"(\d{4}|not specified|unspecified)"
_LAST = r"(\d{4}|\d\d|not specified|unspecified|present|now|today)"
_TO = r"(?:\W+(?:to|until|till|through|thru|and)\W+(?:the )?(?:year )?|\W*[-–—/]\W*)"
_PAIR = rf"{_FIRST}{_TO}{_LAST}(?![-–—/,]?\w)"
_RANGE = re.compile(rf"\byears?\b(?:\(s\))?(?:\W+range)?(?:\W+(?:from|between))?\W+{_PAIR}", re.I | re.ASCII)
#: A range in other words, looked for where none is called one of years.
_SPAN = re.compile(
    r"\b(?:from|between|during|period|time ?(?:frame|span)|deliver\w+ (?:made )?in)\W+"
    rf"(?:the\W+)?(?:years?\W+)?{_PAIR}",
    re.I | re.ASCII,
)
_ONE_YEAR = re.compile(
    r"\b(?:year range|deliver\w+ (?:made )?(?:in|during))\W+(\d{4})(?!\w|\W*[-–—/&+])"
    r"(?!\W+(?:to|until|till|through|thru|and|or|up|onwards?|\d{4})\b)",
    re.I | re.ASCII,
)
#: Years that may be those of a file's numbers, in no words that can be read.
_UNCLEAR = re.compile(
    r"\byear range\b|\byears\W+\d{4}|\b(?:period|time ?frame)\W+\d{4}|\b\d{4} ?[-–—] ?\d{4}\b"
    r"|\bdeliver\w+ (?:made )?(?:in|from|since|until|before|after|between|during)\W+(?:the years? )?\d{4}",
    re.I | re.ASCII,
)
_ONLY = re.compile(
    r"\bonly to deliveries\b"
    r"|\b(?:deliver\w+ (?:made )?(?:in|within|during|for)|(?:limited|restricted) to) the"
    r" (?:selected|given|chosen) (?:years?\b|period|range)",
    re.I,
)
_ALL = re.compile(r"\brefer to all deliveries\b", re.I)


class YearRange(NamedTuple):
    """Years that a file says it covers, as the fields of `records.Register` of these names."""

    first_year: int | None = None
    last_year: int | None = None
    states_range: bool = False
    is_limited: bool = False


class Preamble(NamedTuple):
    """Title, time of making and years; what the file does not say is empty."""

    title: str = ""
    generated: datetime | None = None
    years: YearRange = YearRange()


def read_preamble(lines: list[str]) -> Preamble:
    """Return what the lines above the header say."""
    texts = [" ".join(line.strip(';, \t"').split()) for line in lines if not line.startswith("sep=")]
    moments = (text[len(_GENERATED) :].strip() for text in texts if text.casefold().startswith(_GENERATED))
    title = next(filter(None, texts), "")[:LONGEST]
    return Preamble(title, parse_moment(next(moments, "")[:LONGEST]), parse_range(" ".join(texts)))


def read_remarks(lines: list[str]) -> YearRange:
    """Return the years that lines below the table say, where they plainly speak of a range."""
    text = " ".join(lines)
    return parse_range(text) if _ONLY.search(text) or "year range" in text.casefold() else YearRange()


def parse_range(text: str) -> YearRange:
    """Return the years that the text says a file covers; of a range that cannot be read, that it is one."""
    bounds = _RANGE.findall(text) or _SPAN.findall(text) or [(year, year) for year in _ONE_YEAR.findall(text)]
    pairs = {(first.casefold(), _complete(first, last)) for first, last in bounds}
    says_only = _ONLY.search(text) is not None
    if len(pairs) != 1:
        is_limited = says_only or _UNCLEAR.search(text) is not None
        says_all = _ALL.search(text) is not None
        return YearRange(None, None, is_limited or says_all, is_limited)
    first, last = (int(bound) if bound.isdigit() else None for bound in pairs.pop())
    if first is not None and last is not None and first > last:
        return YearRange(None, None, True, True)
    is_whole = first is last is None or (_ALL.search(text) is not None and not says_only)
    return YearRange(first, last, True, not is_whole)


def _complete(first: str, last: str) -> str:
    """Return the last year with the century of the first where it has none."""
    return first[:2] + last if len(last) == 2 and last.isdigit() else last.casefold()


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
