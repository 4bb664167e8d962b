"""Dates of a text in English, seen from the day of publication, as EDTF: `in July`, `last year`. Pure."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from . import numbers, written_dates
from .edtf import MONTHS

Match = re.Match[str]
#: Function from a match and the day of publication to an EDTF date, or to the two ends of an interval.
Meaning = Callable[[Match, date], Iterator[str]]

_SHORT_MONTHS = [name[:3].lower() for name in MONTHS]
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()

_MONTH = rf"\b(?P<month>{'|'.join(MONTHS)}|(?:{'|'.join(name[:3] for name in MONTHS)}|Sept)\b\.?)"
_DAYS = r"(?P<first>\d{1,2})(?:st|nd|rd|th)?(?:[-–](?P<last>\d{1,2}))?"
_Y = r"(?:1[89]|20)\d\d"
_YEAR = rf"(?P<year>{_Y})\b"
_COUNT = rf"(?P<count>\d{{1,2}}|{numbers.SIMPLE})"
_PLAIN_YEAR = re.compile(rf"(?<![\w.,$€£-]){_YEAR}(?![\w,-])(?!\.\d)")


def _resolve_days(match: Match, day: date, back: int = 0) -> Iterator[str]:
    """Yield a day, or first and last day, of a month; without a year, 9 months back to 3 months ahead."""
    month = _get_month(match)
    for number in filter(None, (match["first"], match["last"])):
        years = [int(match["year"])] if match["year"] else [day.year + step for step in (-1, 0, 1)]
        days = [moment for year in years if (moment := _build_date(year, month, int(number)))]
        if days:
            nearest = min(days, key=lambda moment: abs(moment - (day - timedelta(days=91))))
            yield (nearest - timedelta(days=back)).isoformat()


def _build_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _get_month(match: Match) -> int:
    return _SHORT_MONTHS.index(match["month"][:3].lower()) + 1


def _resolve_month(match: Match, day: date) -> Iterator[str]:
    """Yield a month; without a year the latest that has begun."""
    month = _get_month(match)
    yield f"{match['year'] or day.year - (month > day.month)}-{month:02}"


def _resolve_weekday(match: Match, day: date) -> Iterator[str]:
    """Yield the latest such day up to the publication."""
    yield (day - timedelta(days=(day.weekday() - _WEEKDAYS.index(match["weekday"])) % 7)).isoformat()


def _resolve_weekend(match: Match, day: date) -> Iterator[str]:
    """Yield the latest Saturday and Sunday that were over, or at Sunday, on the day of publication."""
    sunday = day - timedelta(days=(day.weekday() + 1) % 7)
    yield from ((sunday - timedelta(days=1)).isoformat(), sunday.isoformat())


def _resolve_past_years(match: Match, day: date) -> Iterator[str]:
    """Yield the month so many years ago and that of the publication, with which they end."""
    years = int(numbers.parse_number(match["count"]))
    yield from (f"{day.year - years:04}-{day.month:02}", f"{day.year:04}-{day.month:02}")


def _resolve_years_ago(match: Match, day: date) -> Iterator[str]:
    yield f"{day.year - int(numbers.parse_number(match['count'])):04}"


def _resolve_last_month(match: Match, day: date) -> Iterator[str]:
    yield (day.replace(day=1) - timedelta(days=1)).isoformat()[:7]


def _resolve_phrase(match: Match, _: date) -> Iterator[str]:
    """Yield the date that the words name with its year; nothing where they name none."""
    try:
        yield written_dates.parse(match[0])
    except written_dates.NotADate:
        return


def _resolve_ends(match: Match, day: date) -> Iterator[str]:
    """Yield the ends of the date without their marks; an open end is none."""
    for text in _resolve_phrase(match, day):
        yield from (end.rstrip("?~%") for end in re.split("[/{},]", text) if end not in ("", ".."))


Forms = tuple[tuple[re.Pattern[str], Meaning], ...]


def _compile(*forms: tuple[str, Meaning]) -> Forms:
    return tuple((re.compile(pattern), meaning) for pattern, meaning in forms)


_WITH_MONTH = _compile(
    (rf"{_MONTH} {_DAYS}\b(?:,? {_YEAR})?", _resolve_days),
    (rf"\b{_DAYS}\.? {_MONTH}(?:,? {_YEAR})?", _resolve_days),
    (rf"{_MONTH}(?:,? {_YEAR})?(?!\w)", _resolve_month),
)
_DAY_BEFORE = _compile((rf"{_MONTH} {_DAYS}(?:, {_YEAR})? a day after\b", partial(_resolve_days, back=1)))
_SEEN_FROM_DAY = (
    *_WITH_MONTH,
    *_compile(
        (rf"\b(?P<weekday>{'|'.join(_WEEKDAYS)})\b", _resolve_weekday),
        (r"(?i)\b(?:over|at|on|during) the weekend\b", _resolve_weekend),
        (rf"(?i)\bthe (?:past|last) {_COUNT} years\b", _resolve_past_years),
        (r"(?i)\blast year\b", lambda match, day: iter([f"{day.year - 1}"])),
        (r"(?i)\b(?:earlier )?this year\b", lambda match, day: iter([f"{day.year}"])),
        (r"(?i)\blast month\b", _resolve_last_month),
        (r"(?i)\b(?:earlier )?this month\b", lambda match, day: iter([day.isoformat()[:7]])),
        (r"(?i)\byesterday\b", lambda match, day: iter([(day - timedelta(days=1)).isoformat()])),
        (r"(?i)\btoday\b", lambda match, day: iter([day.isoformat()])),
    ),
)
#: Each form of a date that a reading log may rest on, in the order in which they are looked for.
FORMS: Forms = (
    *_DAY_BEFORE,
    (written_dates.PHRASE, _resolve_ends),
    (written_dates.POINT, _resolve_ends),
    *_SEEN_FROM_DAY,
)
#: Forms that a curator sees proposed: those of reading logs, and some that logs need not know.
PROPOSED_FORMS: Forms = (
    *_DAY_BEFORE,
    (written_dates.PHRASE, _resolve_phrase),
    (written_dates.POINT, _resolve_phrase),
    *_compile(
        (rf"(?i)\b{_COUNT} years ago\b", _resolve_years_ago),
        (r"(?i)\bnext year\b", lambda match, day: iter([f"{day.year + 1:04}"])),
    ),
    *_SEEN_FROM_DAY,
)


def find_dates(text: str, day: date) -> tuple[set[str], str]:
    """Return the dates that the text names, seen from this day of publication, and the rest of the text.

    Dates are EDTF of the precision that the words have. Years printed as such stay in the rest, because
    they may be counts.
    """
    dates: set[str] = set()
    for pattern, meaning in FORMS:
        for match in pattern.finditer(text):
            dates.update(meaning(match, day))
        text = pattern.sub(_leave_years, text)
    return dates | set(find_years(text)), text


def _leave_years(match: Match) -> str:
    """Return what stays of a date in the rest of its text.

    A year that stands alone may be a count; of words that make no date together, each may make one.
    """
    is_apart = match.re is written_dates.PHRASE and not any(_resolve_phrase(match, date.max))
    return match[0] if is_apart or re.fullmatch(_Y, match[0]) else "…"


def find_years(text: str) -> list[str]:
    """Return every plain year that the text prints."""
    return _PLAIN_YEAR.findall(text)
