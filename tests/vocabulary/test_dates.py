"""Dates in English, seen from the day of publication."""

from datetime import date

import pytest

from transfers.vocabulary import dates


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
        ("in the past three years", {"2016-10", "2019-10"}),
        ("the last 5 years", {"2014-10", "2019-10"}),
        ("from 2012 to 2015", {"2012", "2015"}),
        ("in late 2019", {"2019-07", "2019-12"}),
        ("by the end of 2019", {"2019"}),
        ("since spring 2018", {"2018-21"}),
        ("in spring 2018 or late 2017", {"2018-21", "2017-07", "2017-12"}),
        ("last month", {"2019-09"}),
        ("this month", {"2019-10"}),
        ("yesterday", {"2019-10-23"}),
        ("2,019 tanks may come for $2019", set()),
    ],
)
def test_dates_of_a_text(text, expected):
    assert dates.find_dates(text, date(2019, 10, 24))[0] == expected
