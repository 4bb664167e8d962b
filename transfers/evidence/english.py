"""Numbers and sums of money that an excerpt prints; seeds/FORMAT.md lists what is understood."""

import re
from collections.abc import Iterator
from decimal import Decimal

from transfers.vocabulary import currencies, numbers

Match = re.Match[str]

_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
# Not in a designation: neither S-400 nor Mi-17V-5, S1 or 30mm holds a number.
_NUMBER = re.compile(
    rf"(?<![\w.,-])(?:(?P<low>{_DIGITS})(?:[-–](?P<high>{_DIGITS}))?|(?P<word>{numbers.WORDS}))(?![\w-])"
    rf"(?P<scale>(?: (?:{'|'.join(numbers.SCALES)})\b)*)",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?:(US\$|(?<![A-Z])[$€£¥₽₹])|\b([A-Z]{3}) ?)$")
_AFTER = re.compile(r" (?:(dollar|euro|ro?uble|rupee|yuan|yen)s?|([A-Z]{3}))\b")


def find_numbers(text: str) -> set[Decimal]:
    """Return every count that the text prints, as digits (`2,500`, `2.5 billion`, `5-7`) or in words."""
    return {number for match in _NUMBER.finditer(text) for number in _parse(match)}


def find_digits(text: str) -> set[Decimal]:
    """Return every number that the text prints as digits."""
    return {number for match in _NUMBER.finditer(text) if not match["word"] for number in _parse(match)}


def find_money(text: str) -> set[tuple[Decimal, str]]:
    """Return every sum that the text prints with its currency: `$2.5 billion`, `30 million euros`."""
    return {
        (number, currency)
        for match in _NUMBER.finditer(text)
        for currency in _find_currencies(text[: match.start()], text[match.end() :])
        for number in _parse(match)
    }


def _parse(match: Match) -> Iterator[Decimal]:
    for words in filter(None, match.group("low", "high", "word")):
        yield numbers.parse_number(words + match["scale"])


def _find_currencies(before: str, after: str) -> Iterator[str]:
    for match in (_BEFORE.search(before), _AFTER.match(after)):
        if match:
            yield match[2] or currencies.find_currency(match[1])
