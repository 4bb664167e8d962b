"""Numbers by year as text, `2015: 3; 2016?: 4; undated: 2`: how a figure splits over the years. No Django."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

UNDATED = "undated"
EXAMPLE = "2015: 3; 2016?: 4; undated: 2"
#: What a column of such a text holds: some fifty years with their numbers.
LONGEST = 1000
_PART = re.compile(r"((?!0000)[0-9]{4}\??|undated): ([0-9]{1,15}(?:\.[0-9]{1,3})?)", re.ASCII)


class Share(NamedTuple):
    """What of a figure is of one year; `year` is EDTF, such as `2016?`, or None where it is not known."""

    year: str | None
    number: Decimal


def format_split(shares: Iterable[Share]) -> str:
    """Return the shares as text, one for each year, in order; what has no year comes last."""
    numbers: dict[str, Decimal] = {}
    for year, number in shares:
        numbers[year or UNDATED] = numbers.get(year or UNDATED, Decimal(0)) + number
    return "; ".join(f"{year}: {_format(numbers[year])}" for year in sorted(numbers))


def parse_split(text: str) -> list[Share]:
    """Return the shares of a text; raise ValueError for one that is no list of years and numbers."""
    shares = []
    for part in text.split("; "):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"'{part[:40]}' is no year with its number: write {EXAMPLE}")
        year = None if match[1] == UNDATED else match[1]
        shares.append(Share(year, Decimal(match[2])))
    if len({year for year, _ in shares}) < len(shares):
        raise ValueError("a year stands only once")
    return shares


def _format(number: Decimal) -> str:
    """Return the number without an empty fraction or an exponent."""
    return f"{number.normalize():f}"
