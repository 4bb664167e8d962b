"""Counts and sums of money in a text, in digits and in words."""

import re
from collections.abc import Iterator

from transfers.vocabulary import counts, currencies, numbers
from transfers.vocabulary.codes import CURRENCIES
from transfers.vocabulary.counts import LARGEST, Number

from .marks import APPROXIMATE, MONEY, NUMBER, Candidate

_WORDS = rf"(?:{numbers.WORDS}|half an?(?= ))"
_OF_MONEY_ONLY = frozenset({"m", "b", "k"})
_TO = r" to | or |(?(between) and |(?!))"
_NUMBER = re.compile(
    rf"(?P<between>\bbetween\s)?(?:(?P<sign>{currencies.SIGN}|\bRs\.?)\s?"
    rf"|(?<![\w.,/-])(?:(?P<code>[A-Z]{{3}})\s)?)(?<![.,/-])"
    rf"(?P<figure>(?P<low>{counts.DIGITS})(?:(?:[-–]|{_TO})(?:{currencies.SIGN})?{counts.DIGITS})?"
    rf"|(?P<word>{_WORDS})(?:(?:{_TO}){_WORDS})?)"
    rf"(?P<scale>(?:(?:[- ]|(?<=\d)){numbers.SCALE}\b){{0,3}})(?!\w|-\w|[.,:/]\d)",
    re.IGNORECASE,
)
_CURRENCY = re.compile(
    rf"\s(?:(?P<name>(?i:{currencies.NAME}))|(?P<code>[A-Z]{{3}}))\b|\s?(?P<sign>[€₽₹₺₩₪₴₸₫฿₦])"
)
#: Names of currencies that are words for other things: a sum in them is large, or it is none.
_OTHER_WORDS = frozenset(
    "pound pounds real reais sol won sum sums som soms sterling kip dong colon colones rand crown crowns lek"
    " gold pula birr dram drams dobra tala kina cedi lira".split()
)
_NO_COUNT = re.compile(
    r"\s?(?:%|percent\b|per cent\b|percentage\b|[ap]\.?m\b|UTC\b|GMT\b|hours?\b|km\b|kilomet|miles?\b"
    r"|met(?:er|re)s?\b|mm\b|years?\b|months?\b|weeks?\b|days?\b|minutes?\b|times?\b)"
)
_FURNITURE = re.compile(r"(?m)^\s*\d{1,3}[.)](?=\s)|\+?\d[\d() -]{7,20}\d|\b\d{1,2}:\d\d\b")
#: What stands before a figure and says how it is meant, as the reader of numbers knows it.
_QUALIFIER = re.compile(
    rf"(?<!\w)(?:(?:{counts.LEAST}|{counts.MOST}) )?(?:(?:{counts.ABOUT_WORDS} |[~≈] ?))?$", re.IGNORECASE
)
_REACH, _LARGE = 40, 1000


def find_figures(body: str) -> Iterator[Candidate]:
    """Yield sums of money, and counts with the unit that follows them."""
    for match in _FURNITURE.finditer(body):
        yield NUMBER, match.start(), match.end(), ()
    for match in _NUMBER.finditer(body):
        number = _parse(body, match)
        if number is None:
            continue
        start, end, currency = _find_sum(body, match, number)
        if currency is not None:
            yield MONEY, start, end, (*_format(number), currency, *_list_marks(number))
        elif (unit := _find_counted_unit(body, match, number)) is not None:
            yield NUMBER, start, end, (*_format(number), unit, *_list_marks(number))


def _parse(body: str, match: re.Match[str]) -> Number | None:
    """Return the number with the words before it; None where it cannot be read in one way."""
    figure = re.sub(currencies.SIGN, "", match["figure"]) + match["scale"]
    start = match.start("sign" if match["sign"] else "code" if match["code"] else "figure")
    qualifier = "between " if match["between"] else _get_qualifier(body[max(0, start - _REACH) : start])
    try:
        return counts.parse(qualifier + figure)
    except counts.NotANumber:
        return None


def _get_qualifier(before: str) -> str:
    match = _QUALIFIER.search(before)
    return match[0] if match else ""


def _find_sum(body: str, match: re.Match[str], number: Number) -> tuple[int, int, str | None]:
    """Return where the figure starts and ends, its currency included, and that currency.

    The currency is None where none is printed, and empty where its name is that of several.
    """
    start = match.start("figure")
    if match["sign"] or match["code"] in CURRENCIES:
        before = match.start("sign" if match["sign"] else "code")
        return before, match.end(), match["code"] or currencies.find_currency(match["sign"])
    after = _CURRENCY.match(body, match.end())
    if after and after["code"] and after["code"] not in CURRENCIES:
        after = None
    if (
        after
        and (after["name"] or "").casefold() in _OTHER_WORDS
        and (number.maximum or number.minimum or 0) < _LARGE
    ):
        after = None
    if after is None:
        return start, match.end(), None
    return start, after.end(), after["code"] or currencies.find_currency(after["name"] or after["sign"])


def _format(number: Number) -> tuple[str, str]:
    """Return minimum and maximum as text, empty where they are open."""
    minimum, maximum = ("" if end is None else f"{end.normalize():f}" for end in number[:2])  # type: ignore[union-attr]
    return minimum, maximum


def _list_marks(number: Number) -> tuple[str, ...]:
    return (APPROXIMATE,) if number.is_approximate else ()


def _find_counted_unit(body: str, match: re.Match[str], number: Number) -> str | None:
    """Return the unit of a count, empty where none is named; None where the number counts no arms."""
    of_money = _OF_MONEY_ONLY & set(re.findall("[a-z]+", match["scale"].lower()))
    ends = [end for end in number[:2] if end is not None]
    whole = not any(end % 1 for end in ends) and max(ends) <= LARGEST
    if of_money or not whole or _NO_COUNT.match(body, match.end()):
        return None
    is_article = match["word"] and match["word"].lower() in ("a", "an", "one") and not match["scale"]
    unit = _find_unit(body[match.end() : match.end() + 120], 4 if is_article else 9)
    return None if is_article and not unit else unit


#: What sources print, and the register's unit for it; a division is what others print as battalion.
UNITS = {
    "system": "system", "battery": "battery", "batteries": "battery", "battalion": "battalion",
    "division": "battalion", "regiment": "regiment", "launcher": "launcher", "aircraft": "aircraft",
    "jet": "aircraft", "helicopter": "aircraft", "plane": "aircraft", "airplane": "aircraft",
    "fighter": "aircraft", "drone": "aircraft", "bomber": "aircraft", "uav": "aircraft",
    "gunship": "aircraft",
    "vehicle": "vehicle", "tank": "vehicle", "carrier": "vehicle", "truck": "vehicle", "missile": "missile",
    "rocket": "missile", "ship": "ship", "warship": "ship", "frigate": "ship", "corvette": "ship",
    "submarine": "ship", "destroyer": "ship", "boat": "ship", "vessel": "ship", "gun": "gun",
    "howitzer": "gun", "mortar": "gun", "radar": "radar", "engine": "engine", "satellite": "satellite",
}  # fmt: skip
_TOKEN = re.compile(r"\s?,?\s?([\w'’./-]+)")
_ENDS_PHRASE = frozenset(
    "and or as in from to with for while after before at on by but that which who is are was were will would"
    " has have had said of the a an its".split()
)
_PARTITIVE = re.compile(r"\s(?:more\s)?of\s(?:the|its|their|these|those)\b(?:\s(?:\w+)(?=\s))?")


def _find_unit(after: str, reach: int) -> str:
    """Return the register's unit for the noun that a number counts, within so many words; or nothing."""
    skipped = _PARTITIVE.match(after)
    at, unit = skipped.end() if skipped else 0, ""
    for _ in range(reach):
        token = _TOKEN.match(after, at)
        word = token[1].rstrip(".'’").lower() if token else ""
        noun = UNITS.get(word) or (UNITS.get(word[:-1]) if word.endswith("s") else None)
        if token is None or word in _ENDS_PHRASE or (unit and not noun):
            return unit
        unit, at = noun or "", token.end()
        if noun and (word not in UNITS or token[1][-1] in ".'’"):  # a plural ends the noun
            return unit
    return unit
