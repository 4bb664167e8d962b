"""What the check of the reading logs understands of an excerpt's words."""

from decimal import Decimal

import pytest

from transfers.evidence import english


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 more T-72 tanks", [30]),
        ("2,500 or 2.5 billion", [2500, 2_500_000_000]),
        ("5-7 or 8–9", [5, 7, 8, 9]),
        ("two of the six", [2, 6]),
        ("Thirty-one, twenty, a dozen, two hundred", [31, 20, 12, 200]),
        ("an S-400 battalion", [1]),
        ("S-400, Mi-17V-5, S1, 30mm, two-seat, phone", []),
        ("in 2019.", [2019]),
    ],
)
def test_numbers_of_a_text(text, expected):
    assert english.find_numbers(text) == {Decimal(number) for number in expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a $2.5 billion (€2.25 billion) deal", {(2_500_000_000, "USD"), (2_250_000_000, "EUR")}),
        ("30 million euros or 5 RUB", {(30_000_000, "EUR"), (5, "RUB")}),
        ("two billion roubles; USD 7; US$8", {(2_000_000_000, "RUB"), (7, "USD"), (8, "USD")}),
        ("A$5 and 6", set()),
    ],
)
def test_sums_of_a_text(text, expected):
    assert english.find_money(text) == expected
