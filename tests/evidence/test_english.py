"""What the check of the reading logs understands of an excerpt's words."""

from datetime import date
from decimal import Decimal

import pytest

from transfers.evidence import english as words


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
    assert words.numbers(text) == {Decimal(number) for number in expected}


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
    assert words.money(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on Thursday", {"2019-10-24"}),
        ("began on Wednesday", {"2019-10-23"}),
        ("on Friday", {"2019-10-18"}),
        ("over the weekend", {"2019-10-19", "2019-10-20"}),
        ("in July", {"2019-07"}),
        ("in December", {"2018-12"}),
        ("in October", {"2019-10"}),
        ("October 2017", {"2017-10"}),
        ("on Oct. 24-29", {"2019-10-24", "2019-10-29"}),
        ("until October 29", {"2019-10-29"}),
        ("3 January", {"2020-01-03"}),
        ("Jan. 3, 2018", {"2018-01-03"}),
        ("29 February 2016", {"2016-02-29"}),
        ("February 31", set()),
        ("March 1 a day after", {"2019-02-28"}),
        ("last year", {"2018"}),
        ("earlier this year", {"2019"}),
        ("in the past three years", {"2016", "2019"}),
        ("the last 5 years", {"2014", "2019"}),
        ("from 2012 to 2015", {"2012", "2015"}),
        ("last month", {"2019-09"}),
        ("this month", {"2019-10"}),
        ("yesterday", {"2019-10-23"}),
        ("2,019 tanks may come for $2019", set()),
    ],
)
def test_dates_of_a_text(text, expected):
    assert words.dates(text, date(2019, 10, 24))[0] == expected
