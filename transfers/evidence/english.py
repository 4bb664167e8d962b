"""What the words of an excerpt say: counts, sums of money, and dates seen from the day of publication.

A small table each and no engine: FORMAT.md lists the words that are understood.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal

_ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_ONES += " seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBER_WORDS = {
    **{word: value for value, word in enumerate(_ONES.split(), 1)},
    **{word: value for value, word in zip(range(20, 100, 10), _TENS.split(), strict=True)},
    "a": 1,
    "an": 1,
}
SCALES = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
CURRENCIES = {
    **dict.fromkeys(("$", "US$", "dollar"), "USD"),
    **dict.fromkeys(("€", "euro"), "EUR"),
    **dict.fromkeys(("₽", "ruble", "rouble"), "RUB"),
    **dict.fromkeys(("₹", "rupee"), "INR"),
    **dict.fromkeys(("¥", "yen"), "JPY"),
    "£": "GBP",
    "yuan": "CNY",
}

_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_WORDS = (
    rf"(?:{_TENS.replace(' ', '|')})(?:-(?:{'|'.join(_ONES.split()[:9])}))?|{_ONES.replace(' ', '|')}|an?"
)
# Not in a designation: neither S-400 nor Mi-17V-5, S1 or 30mm holds a number.
_NUMBER = re.compile(
    rf"(?<![\w.,-])(?:(?P<low>{_DIGITS})(?:[-–](?P<high>{_DIGITS}))?|(?P<word>{_WORDS}))(?![\w-])"
    rf"(?P<scale>(?: (?:{'|'.join(SCALES)})\b)*)",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?:(US\$|(?<![A-Z])[$€£¥₽₹])|\b([A-Z]{3}) ?)$")
_AFTER = re.compile(r" (?:(dollar|euro|ro?uble|rupee|yuan|yen)s?|([A-Z]{3}))\b")


def numbers(text: str) -> set[Decimal]:
    """Every count that the text prints, as digits (`2,500`, `2.5 billion`, `5-7`) or in words."""
    return {value for found in _NUMBER.finditer(text) for value in _values(found)}


def digits(text: str) -> set[Decimal]:
    """Every number that the text prints as digits."""
    return {value for found in _NUMBER.finditer(text) if not found["word"] for value in _values(found)}


def years(text: str) -> set[Decimal]:
    """Every plain year that the text prints."""
    return {Decimal(found["year"]) for found in _PLAIN_YEAR.finditer(text)}


def money(text: str) -> set[tuple[Decimal, str]]:
    """Every sum that the text prints with its currency: `$2.5 billion`, `30 million euros`, `5 RUB`."""
    return {
        (value, currency)
        for found in _NUMBER.finditer(text)
        for currency in _currencies(text[: found.start()], text[found.end() :])
        for value in _values(found)
    }


def _values(found: re.Match[str]) -> Iterator[Decimal]:
    scale = Decimal(1)
    for word in re.findall(r"\w+", found["scale"].lower()):
        scale *= SCALES[word]
    if found["word"]:
        yield scale * sum(NUMBER_WORDS[word] for word in found["word"].lower().split("-"))
    for end in (found["low"], found["high"]):
        if end:
            yield scale * Decimal(end.replace(",", ""))


def _currencies(before: str, after: str) -> Iterator[str]:
    for found in (_BEFORE.search(before), _AFTER.match(after)):
        if found:
            yield found[2] or CURRENCIES[found[1]]


MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()

_SHORT_MONTHS = [name[:3] for name in MONTHS]
_MONTH = rf"\b(?P<month>{'|'.join(MONTHS)}|(?:{'|'.join(_SHORT_MONTHS)}|Sept)\b\.?)"
_DAYS = r"(?P<first>\d{1,2})(?:[-–](?P<last>\d{1,2}))?"
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)\b"
Match = re.Match[str]


def _days(found: Match, day: date, back: int = 0) -> Iterator[str]:
    """A day, or first and last day, of a month; without a year, from 9 months back to 3 months ahead."""
    month = _month_number(found)
    for number in (found["first"], found["last"]):
        if number:
            years = [int(found["year"])] if found["year"] else [day.year + step for step in (-1, 0, 1)]
            dates = [moment for year in years if (moment := _date(year, month, int(number)))]
            if dates:
                nearest = min(dates, key=lambda moment: abs(moment - (day - timedelta(days=91))))
                yield (nearest - timedelta(days=back)).isoformat()


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_number(found: Match) -> int:
    return _SHORT_MONTHS.index(found["month"][:3]) + 1


def _month(found: Match, day: date) -> Iterator[str]:
    """A month; without a year the latest that has begun."""
    month = _month_number(found)
    yield f"{found['year'] or day.year - (month > day.month)}-{month:02}"


def _weekday(found: Match, day: date) -> Iterator[str]:
    """The latest such day up to the publication."""
    yield (day - timedelta(days=(day.weekday() - WEEKDAYS.index(found["weekday"])) % 7)).isoformat()


def _weekend(found: Match, day: date) -> Iterator[str]:
    """The latest Saturday and Sunday that were over, or at Sunday, on the day of publication."""
    sunday = day - timedelta(days=(day.weekday() + 1) % 7)
    yield from ((sunday - timedelta(days=1)).isoformat(), sunday.isoformat())


def _past_years(found: Match, day: date) -> Iterator[str]:
    count = found["count"].lower()
    yield from (f"{day.year - int(NUMBER_WORDS.get(count) or count)}", f"{day.year}")


def _last_month(found: Match, day: date) -> Iterator[str]:
    yield (day.replace(day=1) - timedelta(days=1)).isoformat()[:7]


_COUNT = rf"(?P<count>\d{{1,2}}|{_ONES.replace(' ', '|')})"
#: Each form of a date in words with what it means, in the order in which they are looked for.
DATE_WORDS: tuple[tuple[re.Pattern[str], Callable[[Match, date], Iterator[str]]], ...] = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (rf"{_MONTH} {_DAYS}(?:, {_YEAR})? a day after\b", lambda found, day: _days(found, day, back=1)),
        (rf"{_MONTH} {_DAYS}\b(?:,? {_YEAR})?", _days),
        (rf"\b{_DAYS} {_MONTH}(?: {_YEAR})?", _days),
        (rf"{_MONTH}(?: {_YEAR})?(?!\w)", _month),
        (rf"\b(?P<weekday>{'|'.join(WEEKDAYS)})\b", _weekday),
        (r"(?i)\b(?:over|at|on|during) the weekend\b", _weekend),
        (rf"(?i)\bthe (?:past|last) {_COUNT} years\b", _past_years),
        (r"(?i)\blast year\b", lambda found, day: iter([f"{day.year - 1}"])),
        (r"(?i)\b(?:earlier )?this year\b", lambda found, day: iter([f"{day.year}"])),
        (r"(?i)\blast month\b", _last_month),
        (r"(?i)\b(?:earlier )?this month\b", lambda found, day: iter([day.isoformat()[:7]])),
        (r"(?i)\byesterday\b", lambda found, day: iter([(day - timedelta(days=1)).isoformat()])),
        (r"(?i)\btoday\b", lambda found, day: iter([day.isoformat()])),
    )
)
_PLAIN_YEAR = re.compile(rf"(?<![\w.,$€£-]){_YEAR}(?![\w,-])(?!\.\d)")


def dates(text: str, day: date) -> tuple[set[str], str]:
    """The dates that the text names, seen from this day of publication, and the text without their words.

    Dates are EDTF of the precision that the words have. Years printed as such stay in the rest, because
    they may be counts.
    """
    named: set[str] = set()
    for pattern, meaning in DATE_WORDS:
        for found in pattern.finditer(text):
            named.update(meaning(found, day))
        text = pattern.sub("…", text)
    return named | {found["year"] for found in _PLAIN_YEAR.finditer(text)}, text
