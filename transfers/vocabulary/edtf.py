"""Dates of the register: a strict subset of EDTF, read into the first and the last day they allow.

Source: Extended Date/Time Format (EDTF) Specification, Library of Congress, 4 February 2019
(https://www.loc.gov/standards/datetime/), which profiles ISO 8601-2:2019. Years are 0001 to 9999.

Level 0  ``2019``  ``2019-07``  ``2019-07-14``  and the interval ``2017/2020-02`` of two such dates.
Level 1  a mark at the end of a date: ``2019?`` uncertain, ``2019~`` approximate, ``2019%`` both; it
         never widens the bounds. Unspecified digits of a date that stands alone: ``201X`` ``20XX``
         ``2019-XX`` ``2019-XX-XX`` ``2019-07-XX``. An interval with one end open, ``2019/..`` ``../2019``,
         or unknown, ``2019/`` ``/2019``. Seasons in the place of a month: ``2019-21`` spring (March to
         May), ``-22`` summer (June to August), ``-23`` autumn (September to November), ``-24`` winter
         (December to February of the next year). Seasons are those of the northern hemisphere by
         convention, whatever the country; the specification leaves their months open.
Level 2  only the set of all members: ``{2012,2015-03?}``. Its bounds run from the first to the last
         member and include the gaps.

Everything else raises `EDTFError`, which says in words what is wrong and, where it can, what to write.
"""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

__all__ = [
    "LONGEST", "PATTERN", "EDTFError", "Edtf", "bounds", "ends", "envelope", "overlaps", "parse", "validate",
]  # fmt: skip

MONTHS = "January February March April May June July August September October November December".split()
Bounds = tuple[date | None, date | None]
Days = tuple[date, date]

_YEAR = "(000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])"
_MONTH = "(0[1-9]|1[0-2])"
_LONG, _SHORT = "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))", "((0[469]|11)-(0[1-9]|[12][0-9]|30))"
_DAY = f"({_LONG}|{_SHORT}|02-(0[1-9]|[12][0-9]))"
_ONE = f"({_YEAR}(-({_MONTH}|2[1-4]|{_DAY}))?[?~%]?)"
_DECADES = "((00[1-9]|0[1-9][0-9]|[1-9][0-9][0-9])X|(0[1-9]|[1-9][0-9])XX)"
_UNSPECIFIED = f"(({_DECADES}|{_YEAR}-(XX|XX-XX|{_MONTH}-XX))[?~%]?)"

PATTERN: str = rf"^({_ONE}|{_UNSPECIFIED}|{_ONE}/({_ONE}|\.\.)?|(\.\.)?/{_ONE}|\{{{_ONE}(,{_ONE})*\}})\Z"
r"""One anchored expression that means the same to `re.search` and to PostgreSQL's ``~``.

It accepts all that `parse` accepts. Of what `parse` refuses it lets through only 29 February of a common
year, an interval that ends before it starts, and the winter of 9999. It closes with ``\Z``, the end of the
string in both, because ``$`` would let Python accept a trailing newline.
"""


#: What a column of such a text holds: a set of every year from 1950 on, each with its mark.
LONGEST = 500


class EDTFError(ValueError):
    """Text that is no date of the register; the message is meant for the person who typed it.

    `offers` are the dates that may be meant, as EDTF.
    """

    def __init__(self, message: str = "", offers: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.offers = tuple(offers)


@dataclass(frozen=True, slots=True)
class Edtf:
    """Date with its text and the first and the last day it allows.

    A bound is None at an open or unknown end; one bound at least is known.
    """

    text: str
    earliest: date | None
    latest: date | None

    @property
    def is_interval(self) -> bool:
        """Return whether the date is written with two ends."""
        return "/" in self.text


@lru_cache(maxsize=8192)
def parse(text: str) -> Edtf:
    """Return the date; raise `EDTFError` where the text is not exactly one of the forms of this module."""
    try:
        return Edtf(text, *_parse_bounds(text))
    except EDTFError as error:
        raise _build_error(text, str(error)) from None


def validate(text: str) -> None:
    """Raise `EDTFError` when `parse` would."""
    parse(text)


def bounds(text: str) -> Bounds:
    """Return the first and the last day that the text allows, None where it is open or unknown."""
    when = parse(text)
    return when.earliest, when.latest


def ends(text: str) -> tuple[Bounds, Bounds]:
    """Return the days that what the text tells may have begun on, and those that it may have ended on."""
    when = parse(text)
    if "/" not in text and not text.startswith("{"):
        return (when.earliest, when.latest), (when.earliest, when.latest)
    members = text.split("/") if "/" in text else text[1:-1].split(",")
    days: list[Bounds] = [(None, None) if member in ("", "..") else _parse_date(member) for member in members]
    if "/" in text:
        return days[0], days[1]
    return min(days), max(days, key=lambda day: day[1] or date.max)


def overlaps(a: str, b: str) -> bool:
    """Return whether some day lies in the bounds of both."""
    (first_a, last_a), (first_b, last_b) = bounds(a), bounds(b)
    return (first_a or date.min) <= (last_b or date.max) and (first_b or date.min) <= (last_a or date.max)


def envelope(texts: Iterable[str]) -> str | None:
    """Return the text of the smallest bounds that hold all the texts, whatever their order.

    A text that has just these bounds is returned as it stands (the shortest, then the first of the
    alphabet). Otherwise both ends are written to the same precision, the coarsest that keeps the bounds:
    ``2017/2020``, ``2019-10-01/2019-10-29``, ``2019`` for its twelve months, ``2019-07/..``.
    None when nothing bounds them: both ends would be open, or there are no texts.
    """
    spans = {text: bounds(text) for text in texts}
    starts, ends = [first for first, _ in spans.values()], [last for _, last in spans.values()]
    earliest = None if None in starts else min(filter(None, starts), default=None)
    latest = None if None in ends else max(filter(None, ends), default=None)
    if earliest is None and latest is None:
        return None
    same = [text for text, days in spans.items() if days == (earliest, latest)]
    return min(same, key=lambda text: (len(text), text)) if same else _compress(earliest, latest)


def _compress(earliest: date | None, latest: date | None) -> str:
    for length in (4, 7, 10):
        start, end = (day.isoformat()[:length] if day else ".." for day in (earliest, latest))
        text = start if start == end else f"{start}/{end}"
        if bounds(text) == (earliest, latest):
            break
    return text


_match_date = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?[?~%]?").fullmatch
_match_unspecified = re.compile(
    r"(?:([0-9]{3}X|[0-9]{2}XX)|([0-9]{4})-XX(?:-XX)?|([0-9]{4}-[01][0-9])-XX)[?~%]?"
).fullmatch


def _parse_bounds(text: str) -> Bounds:
    if "/" in text:
        return _parse_interval(text)
    if text.startswith("{") and text.endswith("}"):
        firsts, lasts = zip(*map(_parse_date, text[1:-1].split(",")), strict=True)
        return min(firsts), max(lasts)
    return _parse_unspecified(text) if "X" in text else _parse_date(text)


def _parse_interval(text: str) -> Bounds:
    start, _, end = text.partition("/")
    earliest, start_last = (None, None) if start in ("", "..") else _parse_date(start)
    end_first, latest = (None, None) if end in ("", "..") else _parse_date(end)
    if earliest and start_last and end_first and latest:
        if end_first < earliest:
            raise EDTFError(f"the end {end} is before the start {start}")
        if latest < start_last:
            raise EDTFError(f"the end {end} is before the end of {start}; write both as exactly")
    elif not (earliest or latest):
        raise EDTFError("one end of an interval must be known; a date of which nothing is known is left out")
    return earliest, latest


def _parse_date(text: str) -> Days:
    """Return the days of a year, month, day or season; `_build_error` words an empty error."""
    match = _match_date(text)
    if match is None:
        raise EDTFError
    year, month, day = match.groups()
    try:
        if day:
            first = last = date(int(year), int(month), int(day))
        elif month:
            first, last = _parse_month(int(year), int(month))
        else:
            first, last = date(int(year), 1, 1), date(int(year), 12, 31)
    except ValueError:
        raise EDTFError(_explain(year, month, day)) from None
    return first, last


def _parse_month(year: int, month: int) -> Days:
    start, length = (3 * (month - 20), 3) if month > 20 else (month, 1)
    first = date(year, start, 1)
    over, end = divmod(start + length - 2, 12)
    return first, date(year + over, end + 1, calendar.monthrange(year + over, end + 1)[1])


def _parse_unspecified(text: str) -> Days:
    match = _match_unspecified(text)
    if match is None:
        raise EDTFError
    years, year, month = match.groups()
    low, high = (years.replace("X", "0"), years.replace("X", "9")) if years else (year or month,) * 2
    return _parse_date(low)[0], _parse_date(high)[1]


_SEASONS = ("21", "22", "23", "24")
_FORMS = "the forms are 2019, 2019-07, 2019-07-14, 2017/2020, 2019-07/.. and 201X"
_YEAR_LAST = r"(?i)jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|^([0-9]{1,2}[./-]){1,2}[0-9]{4}$"
_HYPHENS = "hyphens stand between year, month and day"
_TO = r" ?(?:--?|[\u2013\u2014]|\.\.| to ) ?"

# Pattern, replacement, reason: counts only when the text so rewritten is a date that can be read.
_REWRITINGS = (
    (r"[T ][0-9]{2}:.*$", "", "a time of day is not kept"),
    (r"\s+", "", "a date has no spaces"),
    (r"^([0-9]{4})[/.]?([0-9]{2})$", r"\1-\2", _HYPHENS),
    (r"^([0-9]{4})[/.]?([0-9]{2})[/.]?([0-9]{2})$", r"\1-\2-\3", _HYPHENS),
    (r"(?<=[0-9])[-/.]([1-9])(?![0-9])", r"-0\1", "months and days have two digits, after hyphens"),
    (r"(-00)+$", "", "a month or day that is not known is left out"),
    (r"^(.*?)([0-9]{2})[-/]([0-9]{2})$", r"\1\2/\1\3", "both ends of an interval are whole dates"),
    (rf"^{{?([0-9-]+){_TO}([0-9-]+)}}?$", r"\1/\2", "an interval is written with /"),
    (r"^(.*[0-9])(?:-|\.\.)$", r"\1/..", "an open end is written /.."),
    (r"(?i)\b(?:open|now|present|ongoing)$", "..", "an open end is written .."),
    (r"(?i)\bunknown\b", "", "an unknown end is left empty"),
    (r"[xu?*]", "X", "a digit that is not known is a capital X"),
    (r"^([0-9]{3})0'?s$", r"\1X", "a decade is written with X"),
    (r"^([?~%])(.+)$", r"\2\1", "a mark stands at the end"),
    (r"(?i)^(?:ca?|circa|about|around)\b\.? ?(.+)$", r"\1~", "an approximate date ends with ~"),
    (r"^{?([0-9-]+)[,;] ?([0-9-]+)}?$", r"{\1,\2}", "a set of dates stands in braces, with commas"),
)
_REMARKS = (
    (r"^\s*$", "the date is empty"),
    (_YEAR_LAST, "dates are written year first: 2019-10-24"),
    (r"(?i)spring|summer|autumn|fall|winter", "a season follows its year: 2019-21 is spring 2019"),
    (r"(?i)q[1-4]", "a quarter is written as its months: 2019-01/2019-03"),
    (r"[^\x00-\x7f]", "only the plain digits 0-9 and the signs - / . ? ~ % X { } , can stand in a date"),
    (r"X", "X stands only for the last digits of a date on its own: 201X, 20XX, 2019-XX or 2019-07-XX"),
    (r"\[", "a choice of dates is not kept: write an interval that holds them"),
    (r"[{}]", "a set holds whole dates with commas and no spaces: {2012,2015-03}"),
    (r"^[^0-9]*$", "a date needs its year"),
    (r"/.*/", "an interval has one / between its two ends"),
    (r"^[-Yy]|[0-9]{5}|^[0-9]{1,3}(?![0-9])", "years have four digits, 0001 to 9999"),
    (r"[?~%]", "a mark ? ~ % stands once, at the end of a date"),
    (r"/", "both ends of an interval are whole dates: 2019-07/2020"),
)


def _build_error(text: str, reason: str) -> EDTFError:
    if len(text) > 100:
        return EDTFError(f"{text[:40]!r}...: {reason or _FORMS}")
    offers = [(new, why) for pattern, by, why in _REWRITINGS if _is_date(new := re.sub(pattern, by, text))]
    if not reason:
        remarks = (remark for pattern, remark in _REMARKS if re.search(pattern, text))
        reason = offers[0][1] if offers else next(remarks, _FORMS)
    dates = dict.fromkeys(new for new, _ in offers)
    written = " or ".join(map(_spell_month, dates))
    return EDTFError(f"{text!r}: {reason}" + (f": write {written}" if written else ""), dates)


def _is_date(text: str) -> bool:
    try:
        _parse_bounds(text)
    except EDTFError:
        return False
    return True


def _spell_month(text: str) -> str:
    month = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text)
    return f"{text} for {MONTHS[int(month[2]) - 1]} {month[1]}" if month else text


def _explain(year: str, month: str | None, day: str | None) -> str:
    if year == "0000":
        return "years run from 0001 to 9999"
    if day and month in _SEASONS:
        return f"{month} is a season and has no days"
    if month not in _SEASONS and not 1 <= int(month or 1) <= 12:
        return f"{month} is no month (01 to 12) and no season (21 spring to 24 winter)"
    if not (month and day):
        return "the winter of 9999 ends after the last year, 9999"
    if day == "00":
        return "00 is no day"
    return f"{MONTHS[int(month) - 1]} {year} has {calendar.monthrange(int(year), int(month))[1]} days"
