"""Dates as people write them: read in one way or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.edtf_texts import TEXTS
from transfers.vocabulary import edtf
from transfers.vocabulary.written_dates import NotADate, describe, parse


@given(TEXTS)
def test_a_date_in_edtf_stays_as_it_is(text):
    assert parse(text) == text


@pytest.mark.parametrize(
    "text",
    ["31.12.2019", "31/12/2019", "12/31/2019", "31 December 2019", "Dec. 31st, 2019", "on 31 Dec 2019"],
)
def test_a_day(text):
    assert parse(text) == "2019-12-31"


@pytest.mark.parametrize("text", ["10/2019", "10.2019", "Oct 2019", "october, 2019", "in late October 2019"])
def test_a_month(text):
    assert parse(text) == "2019-10"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("early 2019", "2019-01/2019-06"),
        ("mid-2019", "2019-04/2019-09"),
        ("late 2019", "2019-07/2019-12"),
        ("the end of 2019", "2019-10/2019-12"),
        ("Q2 2019", "2019-04/2019-06"),
        ("the second half of 2019", "2019-07/2019-12"),
        ("spring 2024", "2024-21"),
        ("the autumn of 2019", "2019-23"),
        ("winter 2019/20", "2019-24"),
        ("the 1990s", "199X"),
    ],
)
def test_a_part_of_a_year_is_as_wide_as_its_words(text, date):
    assert parse(text) == date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("since 2019", "2019/.."),
        ("2019 or later", "2019/.."),
        ("after 2019", "2019/.."),
        ("by the end of 2026", "../2026"),
        ("by 2026", "../2026"),
        ("before 2026", "../2026"),
        ("by mid-2026", "../2026-09"),
        ("until October 2019", "../2019-10"),
    ],
)
def test_a_bound_is_the_date_printed(text, date):
    assert parse(text) == date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024 or 2025", "2024/2025"),
        ("between 2017 and 2020", "2017/2020"),
        ("2017–2020", "2017/2020"),
        ("October to December 2019", "2019-10/2019-12"),
        ("24-29 October 2019", "2019-10-24/2019-10-29"),
        ("24 October to 3 November 2019", "2019-10-24/2019-11-03"),
        ("2024 and 2025", "{2024,2025}"),
        ("2012, 2013 and 2015", "{2012,2013,2015}"),
    ],
)
def test_several_dates(text, date):
    assert parse(text) == date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("about 2019", "2019~"),
        ("ca. 2018", "2018~"),
        ("probably 2019", "2019?"),
        ("around 2017-2019", "2017~/2019~"),
    ],
)
def test_an_approximate_date_keeps_its_mark(text, date):
    assert parse(text) == date


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("05/06/2019", "write 2019-06-05 or 2019-05-06"),
        ("winter 2019", "which winter"),
        ("31 June 2019", "June 2019 has 30 days"),
        ("last year", "needs the year"),
        ("on Thursday", "needs the year"),
        ("2019-13", "13 is no month"),
        ("", "empty"),
        ("soon", "needs its year"),
    ],
)
def test_what_cannot_be_read_in_one_way_is_refused_in_words(text, message):
    with pytest.raises(NotADate, match=message) as refusal:
        parse(text)
    assert refusal.value.proposal == ""


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        ("Febuary 2020", "2020-02"),
        ("24 Octobr 2019", "2019-10-24"),
        ("sumer 2019", "2019-22"),
        ("2019-7", "2019-07"),
        ("2019/20", "2019/2020"),
    ],
)
def test_what_was_probably_meant_is_proposed(text, proposal):
    with pytest.raises(NotADate) as refusal:
        parse(text)
    assert refusal.value.proposal == proposal


@pytest.mark.parametrize(
    ("date", "days"),
    [
        ("2019-07/..", "1 July 2019 or later"),
        ("../2019", "31 December 2019 or earlier"),
        ("2019-10-24", "24 October 2019"),
        ("2019~", "about 1 January 2019 to 31 December 2019"),
        ("0987", "1 January 987 to 31 December 987"),
        ("soon", ""),
    ],
)
def test_a_date_says_which_days_it_means(date, days):
    assert describe(date) == days


@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        edtf.validate(parse(text))
    except NotADate:
        return
