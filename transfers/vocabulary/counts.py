"""Numbers as people write them: `6`, `5-7`, `at least 10`, `some 30`, `a dozen`, `about $400 million`. Pure.

One reader for the forms of the admin, the columns of spreadsheets and the figures of articles. What can be
read in one way only is read; everything else is refused in words, never guessed.

* A bound is the number that is printed: "more than 300" is 300 or more, as "at least 300" is, and "fewer
  than 10" is up to 10. No source prints 301, and a figure must be found in its source's words.
* An approximate number keeps its digits and gets a mark: the register's figures have no width for "about",
  and a width made up here would be a figure that no source gives. The mark ends up in the claim's note.
* A scale or a currency behind a range is that of both its ends: "between 21 and 23 billion roubles".
"""

import re
from decimal import Decimal
from typing import NamedTuple

from . import currencies, numbers, words
from .codes import CURRENCIES
from .numbers import format_number

#: The largest count that both databases keep.
LARGEST = 2_147_483_647
#: The first sum that the register's columns cannot hold: 18 digits, three of them behind the point.
_BEYOND = Decimal(10**15)
_LONGEST = 200
ABOUT = "The source says about."

DIGITS = r"(?:\d{1,3}(?:,\d{2,3}){0,5},\d{3}(?:\.\d{1,9})?(?![\d,.]\d)|\d{1,15}(?:\.\d{1,9})?)"
_GROUPED = r"\d{1,3}(?:[ '’]\d{3})+(?:\.\d{1,9})?"
_WORDS = rf"(?:zero|{numbers.WORDS}|half an?(?= ))"
_SIGNED = rf"(?:(?P<sign>{currencies.SIGN}|Rs\.?|(?-i:{currencies.CODE})) ?)?"
_NAMED = rf"(?: ?(?P<name>{currencies.SIGN}|(?-i:{currencies.CODE})|{currencies.NAME}))?"
_END = re.compile(
    rf"{_SIGNED}(?P<number>{_GROUPED}|{DIGITS}|{_WORDS})"
    rf"(?P<scale>(?:(?:[ -]|(?<=\d)){numbers.SCALE}\b){{0,3}}){_NAMED}",
    re.IGNORECASE | re.ASCII,
)
LEAST = (
    r"(?:(?:a )?minimum of|at least|(?:no|not) (?:fewer|less) than|(?:well )?(?:more than|over|above)"
    r"|upwards of|in excess of|exceeding)"
)
MOST = (
    r"(?:(?:a )?maximum of|at most|(?:no|not) more than|up to|as many as|as much as"
    r"|(?:well )?(?:fewer than|less than|under|below))"
)
ABOUT_WORDS = r"(?:about|around|approximately|approx\.|roughly|circa|some|an estimated|nearly|almost|ca?\.?)"
_AT_LEAST = re.compile(rf"(?:{LEAST} |[>≥]=? ?)(.+)|(.+?)(?: ?\+| plus| or more)", re.IGNORECASE)
_AT_MOST = re.compile(rf"(?:{MOST} |[<≤]=? ?)(.+)|(.+?) or (?:fewer|less)", re.IGNORECASE)
_ABOUT = re.compile(rf"(?:{ABOUT_WORDS} |ca?\. ?|[~≈] ?)(.+)|(.+?) or so", re.IGNORECASE)
_BETWEEN = re.compile(r"(between|from) (.+)", re.IGNORECASE)
_SEPARATORS = {"between": re.compile(" and ", re.IGNORECASE), "from": re.compile(" to ", re.IGNORECASE)}
_SEPARATOR = re.compile(" ?- ?| to | or ", re.IGNORECASE)
_FORMS = "write 6, 5-7, at least 10, up to 12 or about 30"
_VAGUE = re.compile(
    r"(?:a |an |the |many |several )?(?:few|several|many|couple|dozens|scores|hundreds|thousands|number)\b",
    re.IGNORECASE,
)


#: Words of four letters and more that a number may hold, for what is misspelt.
_VOCABULARY = frozenset(
    word
    for text in (numbers.WORDS, numbers.SCALE, LEAST, MOST, ABOUT_WORDS, "between from zero more fewer less")
    for word in re.findall("[a-z]{3,}", text)
) | frozenset(word for name in currencies.list_names() for word in name.split())


class Number(NamedTuple):
    """Number; without a maximum it is at least the minimum, without a minimum at most the maximum."""

    minimum: Decimal | int | None
    maximum: Decimal | int | None
    is_approximate: bool = False
    currency: str = ""


class NotANumber(ValueError):
    """Text that is no number; the message is meant for the person who typed it.

    `proposal` is what was probably meant, where there is one such text.
    """

    def __init__(self, message: str, proposal: str = "") -> None:
        super().__init__(message)
        self.proposal = proposal


class _End(NamedTuple):
    """One end of a range as it is printed."""

    digits: str
    scale: str
    currency: str


def parse_count(text: str) -> Number:
    """Return a number of things: whole, not above the largest count, and no money."""
    number = parse(text)
    ends = [end for end in number[:2] if end is not None]
    if number.currency:
        raise NotANumber(f"{text[:60]!r}: a count has no currency")
    if max(ends) > LARGEST:
        raise NotANumber(f"{text[:20]!r}: the register counts to {LARGEST:,}")
    if any(end % 1 for end in ends):
        grouped = re.sub(r"(?<=\d)\.(?=\d{3}\b)", ",", text) if re.search(r"\d\.\d{3}\b", text) else ""
        hint = f"write {grouped} if the point separates thousands" if grouped else _FORMS
        raise NotANumber(f"{text[:60]!r} is not a whole number: {hint}", grouped)
    minimum, maximum = (None if end is None else int(end) for end in number[:2])
    return Number(minimum, maximum, number.is_approximate)


def parse(text: str) -> Number:
    """Return the number; raise NotANumber where it cannot be read in exactly one way."""
    if len(text) > _LONGEST:
        raise NotANumber(f"{text[:60]!r}...: {_FORMS}")
    plain = re.sub(r"[‐-―−]", "-", " ".join(text.split())).rstrip(".")
    rest, at_least = _strip(_AT_LEAST, plain)
    rest, at_most = _strip(_AT_MOST, rest)
    rest, is_approximate = _strip(_ABOUT, rest)
    ends = _parse_ends(rest)
    if not ends or (at_least and at_most) or ((at_least or at_most) and len(ends) > 1):
        raise _explain(text)
    named = {end.currency for end in ends} - {""}
    if len(named) > 1:
        raise NotANumber(f"{text[:60]!r}: one figure has one currency; write two claims")
    least, most = _measure(ends)
    if least > most:
        swapped = render(Number(most, least, is_approximate, *named))
        raise NotANumber(f"{text[:60]!r}: the first number is above the second: write {swapped}", swapped)
    if most >= _BEYOND:
        raise NotANumber(f"{text[:20]!r}: the number is too large")
    return Number(None if at_most else least, None if at_least else most, is_approximate, *named)


def render(number: Number) -> str:
    """Return a short text that `parse` reads as this number."""
    minimum, maximum, is_approximate, currency = number
    sign = ("~" if is_approximate else "") + (f"{currency} " if currency else "")
    if minimum is None:
        return "" if maximum is None else f"up to {sign}{format_number(maximum)}"
    if maximum is None:
        return f"{sign}{format_number(minimum)}+"
    if minimum == maximum:
        return f"{sign}{format_number(minimum)}"
    return f"{sign}{format_number(minimum)}-{format_number(maximum)}"


def describe(number: Number) -> str:
    """Return the number in words: `exactly 6`, `about 30`, `300 or more`, `21 to 23 USD`."""
    minimum, maximum, is_approximate, currency = number
    about, unit = "about " if is_approximate else "", f" {currency}" if currency else ""
    if minimum is None:
        return f"up to {about}{format_number(maximum or 0)}{unit}"
    if maximum is None:
        return f"{about}{format_number(minimum)}{unit} or more"
    if minimum == maximum:
        return f"{about or 'exactly '}{format_number(minimum)}{unit}"
    return f"{about}{format_number(minimum)} to {format_number(maximum)}{unit}"


def _strip(pattern: re.Pattern[str], text: str) -> tuple[str, bool]:
    match = pattern.fullmatch(text)
    return (match[1] or match[2], True) if match else (text, False)


def _parse_ends(text: str) -> list[_End]:
    """Return the one number of the text or the two of a range; nothing where they cannot be read."""
    if match := _END.fullmatch(text):
        return [_parse_end(match)]
    separator = _SEPARATOR
    if match := _BETWEEN.fullmatch(text):
        separator, text = _SEPARATORS[match[1].casefold()], match[2]
    places = [place.span() for place in separator.finditer(text)]
    halves = [(_END.fullmatch(text[:start]), _END.fullmatch(text[end:])) for start, end in places]
    ranges = [(first, last) for first, last in halves if first and last]
    return [_parse_end(half) for half in ranges[0]] if len(ranges) == 1 else []


def _parse_end(match: re.Match[str]) -> _End:
    codes = {_find_currency(word) for word in match.group("sign", "name") if word}
    if len(codes) > 1 or "" in codes:
        word = match["name"] or match["sign"]
        raise NotANumber(f"{match[0][:60]!r}: {word} is not one currency: write its code, such as RSD")
    digits = re.sub(r"(?<=\d)[ '’,](?=\d)", "", match["number"])
    return _End(digits, match["scale"], "".join(codes))


def _find_currency(word: str) -> str:
    return word if word in CURRENCIES else currencies.find_currency(word)


def _measure(ends: list[_End]) -> tuple[Decimal, Decimal]:
    """Return the two ends; one without a scale has that of the other, unless it is too large for it."""
    first, last = ends[0], ends[-1]
    most = numbers.parse_number(f"{last.digits}{last.scale}")
    least = numbers.parse_number(f"{first.digits}{first.scale}")
    shared = last.scale if not first.scale and (least < 10 or least < 1000 <= _get_size(last.scale)) else ""
    return numbers.parse_number(f"{first.digits}{shared or first.scale}"), most


def _get_size(scale: str) -> Decimal:
    return numbers.parse_number(f"1{scale}")


def _explain(text: str) -> NotANumber:
    """Return why the text is no number, with what was probably meant."""
    plain, shown = " ".join(text.split()), repr(text[:60])
    if _VAGUE.match(plain):
        return NotANumber(f"{shown} says no number: leave the claim out, or write the number it means")
    if match := re.fullmatch(r"(\d{1,3}(?:\.\d{3}){2,})", plain):
        grouped = match[1].replace(".", ",")
        return NotANumber(f"{shown}: commas separate thousands: write {grouped}", grouped)
    if re.fullmatch(r"\d+,\d{1,2}", plain):
        pointed = plain.replace(",", ".")
        return NotANumber(f"{shown}: a comma separates thousands: write {pointed}", pointed)
    if re.fullmatch(r"[0-9,]{16,}", plain):
        return NotANumber(f"{shown}: the number is too large")
    if re.fullmatch(r"-[0-9].*", plain):
        return NotANumber(f"{shown}: a number is not negative")
    spelling = words.correct_spelling(plain, _VOCABULARY)
    if spelling != plain.casefold() and _is_number(spelling):
        return NotANumber(f"{shown}: did you mean {spelling}?", spelling)
    return NotANumber(f"{shown}: {_FORMS}")


def _is_number(text: str) -> bool:
    try:
        parse(text)
    except NotANumber:
        return False
    return True
