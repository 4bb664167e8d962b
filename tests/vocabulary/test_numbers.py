"""Numbers in English."""

import re
from decimal import Decimal

import pytest

from transfers.vocabulary import numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,500", 1500),
        ("2.5 billion", 2_500_000_000),
        ("1.2b", 1_200_000_000),
        ("2.25", Decimal("2.25")),
        ("zero", 0),
        ("Thirty-one", 31),
        ("a dozen", 12),
        ("half a dozen", 6),
        ("half a billion", 500_000_000),
        ("two hundred and fifty", 250),
        ("a hundred thousand", 100_000),
        ("three thousand two hundred and six", 3206),
        ("five thousand million", 5_000_000_000),
        ("30 crore", 300_000_000),
    ],
)
def test_a_number_is_read(text, expected):
    assert numbers.parse_number(text) == expected


@pytest.mark.parametrize(
    "text", ["six", "sixteen", "sixty six", "two hundred and fifty", "a thousand and one"]
)
def test_words_are_matched_whole(text):
    assert re.fullmatch(numbers.WORDS, text)


@pytest.mark.parametrize("text", ["one two", "six seven", "any", "half", "half a", "hundred"])
def test_words_that_are_no_number(text):
    assert not re.fullmatch(numbers.WORDS, text)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (420_000_000, "420,000,000"),
        (Decimal("420000000.000"), "420,000,000"),
        (Decimal("2.250"), "2.25"),
        (1500.0, "1,500"),
        (0.5, "0.5"),
        (1e20, "100,000,000,000,000,000,000"),
        (10, "10"),
        (0, "0"),
    ],
)
def test_a_number_is_written_for_people(number, text):
    assert numbers.format_number(number) == text
