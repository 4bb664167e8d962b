"""Counts as people write them: `6`, `5-7`, `at least 10`, `up to 12`, `about 30`, `six`. Pure.

What can be read in one way only is read; everything else is refused in words, never guessed. An
approximate count is an exact one with a mark: the register's figures have no width for "about", and a
width made up here would be a figure that no source gives. The mark ends up in the claim's note.
"""

import re
from typing import NamedTuple

from . import numbers

#: The largest count that both databases keep.
LARGEST = 2_147_483_647
ABOUT = "The source says about."

_N = rf"([0-9]+|zero|{numbers.WORDS}(?: (?:{'|'.join(numbers.SCALES)}))*)"
_EXACT = re.compile(_N)
_RANGE = re.compile(rf"{_N} ?(?:-|\bto\b) ?{_N}|between {_N} and {_N}")
_AT_LEAST = re.compile(rf"(?:at least |>= ?|≥ ?){_N}|{_N} ?\+|{_N} or more")
_AT_MOST = re.compile(rf"(?:up to |at most |no more than |<= ?|≤ ?){_N}|{_N} or (?:fewer|less)")
_ABOUT = re.compile(rf"(?:about |around |approximately |circa |some |ca?\. ?|ca |[~≈] ?){_N}")
_ABOVE = re.compile(rf"(?:more than |over |above |> ?){_N}")
_BELOW = re.compile(rf"(?:less than |fewer than |under |below |< ?){_N}")
_FORMS = "write 6, 5-7, at least 10, up to 12 or about 30"


class Number(NamedTuple):
    """Count; without a maximum it is at least the minimum, without a minimum at most the maximum."""

    minimum: int | None
    maximum: int | None
    is_approximate: bool = False


class NotANumber(ValueError):
    """Text that is no count; the message is meant for the person who typed it."""


def parse(text: str) -> Number:
    """Return the count; raise NotANumber where it cannot be read in exactly one way."""
    plain = re.sub(r"[‐-―−]", "-", " ".join(text.split()).casefold())
    if match := _EXACT.fullmatch(plain):
        return Number(count := _parse_counts(match)[0], count)
    if match := _RANGE.fullmatch(plain):
        minimum, maximum = _parse_counts(match)
        if minimum > maximum:
            raise NotANumber(f"{text!r}: the first number is above the second: write {maximum}-{minimum}")
        return Number(minimum, maximum)
    if match := _AT_LEAST.fullmatch(plain):
        return Number(_parse_counts(match)[0], None)
    if match := _AT_MOST.fullmatch(plain):
        return Number(None, _parse_counts(match)[0])
    if match := _ABOUT.fullmatch(plain):
        return Number(count := _parse_counts(match)[0], count, is_approximate=True)
    raise NotANumber(f"{text[:60]!r}: {_explain(plain)}")


def render(number: Number) -> str:
    """Return the shortest of the texts that `parse` reads as this count."""
    minimum, maximum, is_approximate = number
    if minimum is None and maximum is None:
        return ""
    if maximum is None:
        return f"{minimum}+"
    if minimum is None:
        return f"up to {maximum}"
    if minimum == maximum:
        return f"~{minimum}" if is_approximate else str(minimum)
    return f"{minimum}-{maximum}"


def _parse_counts(match: re.Match[str]) -> list[int]:
    return [_parse_count(group) for group in match.groups() if group is not None]


def _parse_count(text: str) -> int:
    number = numbers.parse_number(text)
    if number > LARGEST:
        raise NotANumber(f"{text[:20]}: the register counts to {LARGEST}")
    return int(number)


def _explain(text: str) -> str:
    if match := _ABOVE.fullmatch(text):
        return f"write what it means, at least {_parse_counts(match)[0] + 1}"
    if (match := _BELOW.fullmatch(text)) and _parse_counts(match)[0] > 0:
        return f"write what it means, up to {_parse_counts(match)[0] - 1}"
    if re.fullmatch(r"[0-9]{1,3}([,. '’][0-9]{3})+", text):
        return f"a number is written without separators: {re.sub(r'[^0-9]', '', text)}"
    if re.fullmatch(r"-[0-9]+", text):
        return "a count is not negative"
    if re.match(r"about|around|approximately|circa|some|ca?\b|[~≈]", text):
        return "only one number can be about; write a range without it"
    return _FORMS
