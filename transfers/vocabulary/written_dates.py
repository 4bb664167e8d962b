"""Dates as people write them, as EDTF: `31.12.2019`, `late 2019`, `since 2019`, `by the end of 2026`. Pure.

One reader for the forms of the admin, the columns of spreadsheets and the dates of articles that name their
year; words that are seen from the day of publication (last year, on Thursday) are read by `dates`. What can
be read in one way only is read; everything else is refused in words, never guessed.

* A part of a year is kept as wide as its words can be: `early` is January to June, `mid` April to
  September, `late` July to December, the `beginning` its first quarter and the `end` its last. A part of a
  month is the month.
* A bound is the date that is printed: "before 2020" is ../2020, as "by 2020" is.
* A choice, "2024 or 2025", is the interval that holds it; "2024 and 2025" is the set of both.
* "About" is EDTF's mark ~, "probably" its mark ?.
"""

import re
from collections.abc import Callable, Iterator

from . import edtf
from .words import correct_spelling

#: A winter needs both its years: that of 2019 may begin or end in it.
_SEASONS = {"spring": "21", "summer": "22", "autumn": "23", "fall": "23"}
#: First and last month of a part of a year.
_PARTS = {
    **dict.fromkeys(("early", "first half of", "h1"), ("01", "06")),
    **dict.fromkeys(("mid", "middle of"), ("04", "09")),
    **dict.fromkeys(("late", "second half of", "h2"), ("07", "12")),
    **dict.fromkeys(("beginning of", "start of", "first quarter of", "q1"), ("01", "03")),
    **dict.fromkeys(("second quarter of", "q2"), ("04", "06")),
    **dict.fromkeys(("third quarter of", "q3"), ("07", "09")),
    **dict.fromkeys(("end of", "end", "fourth quarter of", "last quarter of", "q4"), ("10", "12")),
}
_OF_MONTHS = r"(?:early|mid|middle of|late|beginning of|start of|end of)"

YEAR = r"(?:1[89]|20)\d\d"
MONTH = rf"(?:{'|'.join(edtf.MONTHS)}|(?:{'|'.join(name[:3] for name in edtf.MONTHS)}|Sept)\b\.?)"
_DAYS = r"(?P<first>\d{1,2})(?:st|nd|rd|th)?(?: ?[-–] ?(?P<last>\d{1,2})(?:st|nd|rd|th)?)?"
_PART = "|".join(sorted(_PARTS, key=len, reverse=True))
_PART_OF_YEAR = rf"(?:the )?(?P<part>{_PART})[ -](?P<year>{YEAR})"
_SEASON_OF_YEAR = rf"(?:the )?(?P<season>{'|'.join(_SEASONS)}) (?:of )?(?P<year>{YEAR})"

_SINCE = r"(?:since|from|after|starting(?: in| from)?|as of)"
_UNTIL = r"(?:by|until|till|before|up to|(?:no|not) later than)"
_ABOUT = r"(?:about|around|approximately|roughly|circa|ca?\.?|~)"
_PERHAPS = r"(?:probably|possibly|perhaps|maybe|likely)"
_RELATIVE = re.compile(
    r"(?i)\b(?:last|this|next|past|ago|yesterday|today|tomorrow|now|recently|\w+day)\b(?!.*\b(?:1[89]|20)\d\d\b)"
)

Ends = tuple[str, str]


class NotADate(ValueError):
    """Text that is no date; the message is meant for the person who typed it.

    `proposal` is the EDTF that was probably meant, where there is one.
    """

    def __init__(self, message: str, proposal: str = "") -> None:
        super().__init__(message)
        self.proposal = proposal


def parse(text: str) -> str:
    """Return the date as EDTF; raise NotADate where it cannot be read in exactly one way."""
    stripped = text.strip()
    try:
        edtf.validate(stripped)
    except edtf.EDTFError as error:
        if len(stripped) > 100:
            raise NotADate(str(error)) from error
        plain = _normalise(stripped)
        if date := _parse_phrase(plain):
            return date
        raise _explain(stripped, plain, error) from error
    return stripped


def describe(date: str) -> str:
    """Return the days that an EDTF date allows, in words; empty if it is none."""
    try:
        first, last = edtf.bounds(date)
    except edtf.EDTFError:
        return ""
    days = [f"{day.day} {edtf.MONTHS[day.month - 1]} {day.year}" if day else "" for day in (first, last)]
    about = "about " if re.search("[~%]", date) else ""
    if not days[0]:
        return f"{about}{days[1]} or earlier"
    if not days[1]:
        return f"{about}{days[0]} or later"
    return about + (days[0] if first == last else f"{days[0]} to {days[1]}")


def _normalise(text: str) -> str:
    plain = re.sub(r"[‐-―−]", "-", " ".join(text.split())).rstrip(".,;")
    return re.sub(r"(?i)^(?:in|on|at|during)(?: the)? (?=\S)", "", plain)


def _parse_phrase(text: str) -> str:
    """Return the EDTF of a date, or of an interval or a set of them; empty where it is none."""
    for pattern, build in _PHRASES:
        if (match := pattern.fullmatch(text)) and (date := _validate(build(match))):
            return date
    return _parse_pair(text) or _parse_set(text)


def _validate(date: str) -> str:
    try:
        edtf.validate(date)
    except edtf.EDTFError:
        return ""
    return date


def _mark(sign: str) -> Callable[[re.Match[str]], str]:
    """Return a function that puts the mark of EDTF at each end of the date in words."""

    def build(match: re.Match[str]) -> str:
        date = _parse_phrase(match[1])
        return "" if re.search(r"[?~%{]", date) else re.sub(r"(?<=[0-9X])(?=/|$)", sign, date)

    return build


def _open_end(match: re.Match[str]) -> str:
    start, _ = _split_ends(_parse_point(match[1]))
    return f"{start}/.." if start else ""


def _open_start(match: re.Match[str]) -> str:
    text = re.sub(rf"(?i)^(?:the )?(?:end of|end|late)[ -](?={YEAR}|{MONTH})", "", match[1])
    _, end = _split_ends(_parse_point(text))
    return f"../{end}" if end else ""


def _split_ends(date: str) -> Ends:
    start, _, end = date.partition("/")
    return start, end or start


def _parse_pair(text: str) -> str:
    """Return the interval of two dates; the first may leave its year to the second."""
    separator = r" ?- ?| to | or |/"
    if match := re.fullmatch(r"(?i)(between|from) (.+)", text):
        separator, text = {"between": " and "}.get(match[1].lower(), " to "), match[2]
    for place in re.finditer(rf"(?i){separator}", text):
        before, after = text[: place.start()], text[place.end() :]
        _, end = _split_ends(_parse_point(after))
        start, _ = _split_ends(_parse_point(before) or _parse_point(f"{before} {end[:4]}"))
        if start and end and (date := _validate(f"{start}/{end}")):
            return date
    return ""


def _parse_set(text: str) -> str:
    """Return the set of the dates of a list: `2012, 2013 and 2015`."""
    words = re.split(r"(?i),? and |, ", text)
    members = [_parse_point(word) for word in words]
    return _validate(f"{{{','.join(members)}}}") if len(members) > 1 and all(members) else ""


def _parse_point(text: str) -> str:
    """Return the EDTF of one day, month, season or year, or of a part of one; empty where it is none."""
    if re.fullmatch(rf"{YEAR}(?:-\d\d(?:-\d\d)?)?", text):
        return _validate(text)
    for pattern, build in _POINTS:
        if match := pattern.fullmatch(text):
            return _validate(build(match))
    return ""


def _get_month(name: str) -> str:
    return f"{[month[:3] for month in edtf.MONTHS].index(name[:3].capitalize()) + 1:02}"


def _build_days(match: re.Match[str]) -> str:
    month = f"{match['year']}-{_get_month(match['month'])}"
    return "/".join(f"{month}-{day:0>2}" for day in match.group("first", "last") if day)


def _build_from_numbers(match: re.Match[str]) -> str:
    """Return the one date of numbers with the year last; nothing where day and month may be swapped."""
    dates = list_readings(match[0])
    return dates[0] if len(dates) == 1 else ""


def list_readings(text: str) -> list[str]:
    """Return the dates that numbers with the year last may mean; with dots the day comes first."""
    match = re.fullmatch(rf"(?:(\d{{1,2}})([./-]))?(\d{{1,2}})[./-]({YEAR})", text)
    if match is None:
        return []
    first, sign, second, year = match.groups()
    orders = [(second, first), (first, second)][: 1 if sign == "." else 2] if first else [(second,)]
    dates = ["-".join([year, *(part.zfill(2) for part in parts)]) for parts in orders]
    months = [date for date in dict.fromkeys(dates) if date[5:7] <= "12"]
    return [date for date in months if _validate(date)]


def _build_part(match: re.Match[str]) -> str:
    first, last = _PARTS[match["part"].lower()]
    return f"{match['year']}-{first}/{match['year']}-{last}"


_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def _compile(*rules: tuple[str, Callable[[re.Match[str]], str]]) -> Iterator[_Rule]:
    for pattern, build in rules:
        yield re.compile(pattern, re.IGNORECASE | re.ASCII), build


_POINTS: tuple[_Rule, ...] = tuple(
    _compile(
        (rf"(?P<month>{MONTH}) {_DAYS},? (?P<year>{YEAR})", _build_days),
        (rf"(?:the )?{_DAYS}\.?(?: of)?[ -](?P<month>{MONTH}),?[ -](?P<year>{YEAR})", _build_days),
        (
            rf"(?:(?:the )?{_OF_MONTHS}[ -])?(?P<month>{MONTH}),?(?: of)?[ -](?P<year>{YEAR})",
            lambda match: f"{match['year']}-{_get_month(match['month'])}",
        ),
        (rf"(?:the )?winter (?:of )?(?P<year>{YEAR})[/-]\d\d(?:\d\d)?", lambda match: f"{match['year']}-24"),
        (_SEASON_OF_YEAR, lambda match: f"{match['year']}-{_SEASONS[match['season'].lower()]}"),
        (_PART_OF_YEAR, _build_part),
        (rf"(?P<year>{YEAR})[ -]?(?P<part>[hq][1-4])", _build_part),
        (
            rf"(?:the )?(?:(?:early|mid|late)[ -])?(?P<decade>{YEAR[:-2]})0'?s",
            lambda match: f"{match['decade']}X",
        ),
        (r"[\d./-]+", _build_from_numbers),
    )
)
_PHRASES: tuple[_Rule, ...] = tuple(
    _compile(
        (rf"{_ABOUT} ?(.+)", _mark("~")),
        (rf"{_PERHAPS} (?:in )?(.+)", _mark("?")),
        (rf"{_UNTIL} (.+)", _open_start),
        (rf"{_SINCE} (.+?)(?: on(?:wards?)?)?", _open_end),
        (r"(.+?)(?:,? (?:and|or) (?:later|after)| onwards?)", _open_end),
        (r"(.+?),? (?:and|or) (?:earlier|before)", _open_start),
        (r"(.+)", lambda match: _parse_point(match[1])),
    )
)
#: The last of them is no words, and in a text may be anything.
_POINT = "|".join(re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern) for pattern, _ in _POINTS[:-1])
_IN_TEXT = (
    rf"(?:{_POINT}|\d{{1,2}}\.\d{{1,2}}\.{YEAR}|{YEAR}-\d\d-\d\d"
    rf"|(?<![\w.,$€£]){YEAR}(?!\w|,\d|\.\d|\s(?:UTC|GMT|hours)\b))"
)
#: Start of an interval that leaves its year to the end: between March and May 2020.
_START = rf"(?:{MONTH}(?: \d{{1,2}})?|\d{{1,2}} {MONTH})"
#: A date with its year as it stands in a text, whole and each point of it; `parse` reads them.
POINT = re.compile(rf"(?<![\w-]){_IN_TEXT}(?!\w|-\d)", re.IGNORECASE | re.ASCII)
PHRASE = re.compile(
    rf"(?<![\w-])(?:(?:between|from) (?:{_IN_TEXT}|{_START}) (?:and|to) {_IN_TEXT}"
    rf"|{_START}(?: ?[-–] ?| to ){_IN_TEXT}"
    rf"|(?:(?:{_UNTIL}|since|after) (?:(?:the )?end of )?)?{_IN_TEXT}"
    rf"(?:(?: ?[-–] ?| to | or | and ){_IN_TEXT})?)"
    r"(?!\w|-\d)",
    re.IGNORECASE | re.ASCII,
)
_VOCABULARY = frozenset(
    word
    for text in (MONTH, _PART, _SINCE, _UNTIL, _ABOUT, _PERHAPS, *_SEASONS, "winter", "between")
    for word in re.findall("[a-z]{3,}", text.lower())
)


def _explain(text: str, plain: str, error: edtf.EDTFError) -> NotADate:
    """Return why the text is no date, with what was probably meant."""
    if dates := list_readings(plain):
        return NotADate(f"{text!r}: day and month may be swapped: write {' or '.join(dates)}")
    spelling = correct_spelling(plain, _VOCABULARY)
    if spelling != plain.casefold() and (date := _parse_phrase(spelling)):
        return NotADate(f"{text!r}: did you mean {_capitalise(spelling)}, which is {date}?", date)
    for pattern, build in _POINTS[:2]:
        if match := pattern.fullmatch(plain):
            return NotADate(_get_fault(build(match)) or str(error))
    if match := re.fullmatch(rf"(?i)(?:the )?winter (?:of )?({YEAR})", plain):
        before = f"{int(match[1]) - 1}-24"
        return NotADate(
            f"{text!r}: which winter? {before} ends in {match[1]}, {match[1]}-24 begins in it: write one"
        )
    if _RELATIVE.search(plain):
        return NotADate(f"{text!r}: the register needs the year; write the date that the words mean")
    return NotADate(str(error), error.offers[0] if len(error.offers) == 1 else "")


def _get_fault(date: str) -> str:
    try:
        edtf.validate(date)
    except edtf.EDTFError as error:
        return str(error)
    return ""


def _capitalise(text: str) -> str:
    return re.sub(rf"(?i)\b{MONTH}", lambda match: match[0].capitalize(), text)
