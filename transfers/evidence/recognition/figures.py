"""Counts and sums of money in a text, in digits and in words."""

import re
from collections.abc import Iterator
from decimal import Decimal

from transfers.vocabulary import numbers
from transfers.vocabulary.codes import CURRENCIES
from transfers.vocabulary.counts import LARGEST

from .marks import MONEY, NUMBER, Candidate

_WORDS = rf"(?:{numbers.WORDS}|half an?(?= ))"
_DIGITS = r"(?:\d{1,3}(?:,\d{2,3}){1,5}(?:\.\d{1,9})?|\d{1,15}(?:\.\d{1,9})?)"
_OF_MONEY_ONLY = frozenset({"m", "b", "k"})
_NUMBER = re.compile(
    rf"(?:(?P<sign>{numbers.CURRENCY_SIGN}|\bRs\.?)\s?|(?<![\w.,/-])(?:(?P<code>[A-Z]{{3}})\s)?)(?<![.,/-])"
    rf"(?:(?P<low>{_DIGITS})(?:(?:[-–]| to | or )(?P<high>{_DIGITS}))?"
    rf"|(?P<word>{_WORDS})(?:(?: to | or )(?P<word2>{_WORDS}))?)"
    rf"(?P<scale>(?:[- ]?{numbers.SCALE}\b){{0,3}})(?!\w|-\w|[.,:/]\d)",
    re.IGNORECASE,
)
_CURRENCY = re.compile(
    r"\s(?:(?:US|U\.S\.|American)\s)?(?:(dollar|euro|ro?uble|rupee|yuan|yen|pound|lira)s?|([A-Z]{3}))\b"
)
_NO_COUNT = re.compile(
    r"\s?(?:%|percent\b|per cent\b|percentage\b|[ap]\.?m\b|UTC\b|GMT\b|hours?\b|km\b|kilomet|miles?\b"
    r"|met(?:er|re)s?\b|mm\b|years?\b|months?\b|weeks?\b|days?\b|minutes?\b|times?\b)"
)
_FURNITURE = re.compile(r"(?m)^\s*\d{1,3}[.)](?=\s)|\+?\d[\d() -]{7,20}\d|\b\d{1,2}:\d\d\b")
_LEAST = re.compile(r"(?i)\b(?:at least|more than|no fewer than|not less than|over)\s$")
_MOST = re.compile(r"(?i)\b(?:at most|up to|no more than|as many as|fewer than|less than)\s$")


def find_figures(body: str) -> Iterator[Candidate]:
    """Yield sums of money, and counts with the unit that follows them."""
    for match in _FURNITURE.finditer(body):
        yield NUMBER, match.start(), match.end(), ()
    for match in _NUMBER.finditer(body):
        low, high = _parse_range(match)
        start, end, currency = _find_sum(body, match)
        before = body[max(0, start - 16) : start]
        if currency:
            yield MONEY, start, end, (*_format_range(before, low, high), currency)
        elif (unit := _find_counted_unit(body, match, low, high)) is not None:
            yield NUMBER, start, end, (*_format_range(before, low, high), unit)


def _find_sum(body: str, match: re.Match[str]) -> tuple[int, int, str]:
    """Return where the figure starts and ends, its currency included, and that currency if there is one."""
    start = match.start("low" if match["low"] else "word")
    if currency := _find_currency(match["sign"], match["code"]):
        return match.start(), match.end(), currency
    after = _CURRENCY.match(body, match.end())
    if after and (currency := _find_currency(after[1], after[2])):
        return start, after.end(), currency
    return start, match.end(), ""


def _parse_range(match: re.Match[str]) -> tuple[Decimal, Decimal]:
    """Return the least and the greatest number that the digits or words name, with their scale."""
    first = match["low"] or match["word"]
    last = match["high"] or match["word2"] or first
    low, high = (numbers.parse_number(f"{end} {match['scale']}") for end in (first, last))
    return low, high


def _find_currency(word: str | None, code: str | None) -> str:
    if word:
        return numbers.find_currency(word)
    return code if code in CURRENCIES else ""


def _format_range(before: str, low: Decimal, high: Decimal) -> tuple[str, str]:
    """Return minimum and maximum as text, open where the words before say at least or at most."""
    least, most = (f"{value.normalize():f}" for value in sorted((low, high)))
    return ("" if _MOST.search(before) else least), ("" if _LEAST.search(before) else most)


def _find_counted_unit(body: str, match: re.Match[str], low: Decimal, high: Decimal) -> str | None:
    """Return the unit of a count, empty where none is named; None where the number counts no arms."""
    of_money = _OF_MONEY_ONLY & set(re.findall("[a-z]+", match["scale"].lower()))
    whole = low % 1 == 0 and high % 1 == 0 and max(low, high) <= LARGEST
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
