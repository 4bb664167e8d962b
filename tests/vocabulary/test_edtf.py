"""EDTF dates: what is read, what is refused and how it is said."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.edtf_texts import SIGNS, TEXTS, VALID, closed_intervals, members, mutated, refusal
from transfers.vocabulary.edtf import bounds, overlaps, parse, validate

# What is read


@given(VALID)
def test_text_is_kept_as_written(one):
    assert parse(one.text).text == one.text


@given(VALID)
def test_bounds_follow_the_date_parts(one):
    assert bounds(one.text) == (one.first, one.last)


@given(VALID)
def test_earliest_is_not_after_latest(one):
    when = parse(one.text)
    assert None in (when.earliest, when.latest) or when.earliest <= when.latest


@given(TEXTS)
def test_one_bound_is_always_known(text):
    assert bounds(text) != (None, None)


@given(TEXTS)
def test_interval_is_what_has_a_slash(text):
    assert parse(text).is_interval == ("/" in text)


@given(members())
def test_mark_does_not_move_the_bounds(one):
    assert bounds(one.text.rstrip("?~%")) == bounds(one.text)


@given(closed_intervals())
def test_interval_runs_from_its_start_to_its_end(one):
    start, end = one.text.split("/")
    assert bounds(one.text) == (bounds(start)[0], bounds(end)[1])


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019-21", date(2019, 3, 1), date(2019, 5, 31)),
        ("2019-22", date(2019, 6, 1), date(2019, 8, 31)),
        ("2019-23", date(2019, 9, 1), date(2019, 11, 30)),
        ("2019-24", date(2019, 12, 1), date(2020, 2, 29)),
        ("2020-24", date(2020, 12, 1), date(2021, 2, 28)),
    ],
)
def test_seasons_are_northern(text, first, last):
    assert bounds(text) == (first, last)


@pytest.mark.parametrize(("year", "days"), [(2019, 28), (2020, 29), (1900, 28), (2000, 29)])
def test_february_follows_the_leap_years(year, days):
    assert bounds(f"{year}-02-XX") == (date(year, 2, 1), date(year, 2, days))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("0001", date.min, date(1, 12, 31)),
        ("9999", date(9999, 1, 1), date.max),
        ("9999-12", date(9999, 12, 1), date.max),
        ("999X", date(9990, 1, 1), date.max),
        ("99XX", date(9900, 1, 1), date.max),
        ("001X", date(10, 1, 1), date(19, 12, 31)),
        ("01XX", date(100, 1, 1), date(199, 12, 31)),
    ],
)
def test_first_and_last_years_are_read(text, first, last):
    assert bounds(text) == (first, last)


def test_interval_ends_may_differ_in_precision():
    assert bounds("2019/2020-02-22") == (date(2019, 1, 1), date(2020, 2, 22))


def test_set_bounds_include_the_gap():
    assert overlaps("{2012,2015}", "2013")


def test_set_needs_no_order():
    assert bounds("{2015,2012}") == bounds("{2012,2015}")


def test_validate_is_silent_on_a_date():
    assert validate("2019") is None


# What is refused


@given(st.one_of(st.text(), st.text(SIGNS), mutated()))
def test_any_text_is_read_or_refused(text):
    refusal(text)


@given(st.one_of(st.text(max_size=20), mutated()))
def test_refusal_names_the_text(text):
    message = refusal(text)
    assert not message or len(text) > 100 or message.startswith(repr(text))


@settings(max_examples=300)
@given(st.one_of(st.text(SIGNS), mutated()))
def test_advice_can_be_followed(text):
    _, _, advice = refusal(text).partition(": write ")
    for offer in advice.split(" or ") if advice and advice[0] in "0123456789{./" else []:
        validate(offer.split()[0])


def test_refusal_is_a_value_error():
    with pytest.raises(ValueError, match="no month"):
        validate("2019-13")


def test_refusal_of_a_long_text_is_short():
    assert len(refusal("2019," * 100_000)) < 200


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("", "the date is empty"),
        (" ", "the date is empty"),
        ("n.d.", "a date needs its year"),
        ("..", "a date needs its year"),
        ("2019 ", "no spaces: write 2019"),
        ("2019\n", "no spaces: write 2019"),
        ("2019 / 2020", "no spaces: write 2019/2020"),
        ("{2012, 2015}", "no spaces: write {2012,2015}"),
        ("2019-10-24T12:00:00Z", "a time of day is not kept: write 2019-10-24"),
        ("2019-10-24 12:00", "a time of day is not kept: write 2019-10-24"),
        ("2019/07", "write 2019-07 for July 2019"),
        ("2009/10", "write 2009-10 for October 2009 or 2009/2010"),
        ("2019/20", "both ends of an interval are whole dates: write 2019/2020"),
        ("2019-07-14/15", "write 2019-07-14/2019-07-15"),
        ("2019/13", "both ends of an interval are whole dates"),
        ("20190714", "hyphens stand between year, month and day: write 2019-07-14"),
        ("2019.07.14", "write 2019-07-14"),
        ("2019/07/14", "write 2019-07-14"),
        ("2019-7-4", "months and days have two digits, after hyphens: write 2019-07-04"),
        ("2019/7/4", "write 2019-07-04"),
        ("24.10.2019", "dates are written year first: 2019-10-24"),
        ("10/24/2019", "dates are written year first: 2019-10-24"),
        ("03-2019", "dates are written year first: 2019-10-24"),
        ("October 2019", "dates are written year first: 2019-10-24"),
        ("24 Oct 2019", "dates are written year first: 2019-10-24"),
        ("spring 2019", "2019-21 is spring 2019"),
        ("2019-Q1", "a quarter is written as its months"),
        ("2019-13", "13 is no month"),
        ("2019-13/2020", "13 is no month"),
        ("2019-20", "20 is no month (01 to 12) and no season (21 spring to 24 winter): write 2019/2020"),
        ("2019-25", "25 is no month"),
        ("2019-00", "00 is no month"),
        ("2019-13-XX", "13 is no month"),
        ("2019-00-00", ": write 2019"),
        ("2019-07-00", "00 is no day: write 2019-07 for July 2019"),
        ("2019-02-29", "February 2019 has 28 days"),
        ("2019-02-30", "February 2019 has 28 days"),
        ("2020-02-30", "February 2020 has 29 days"),
        ("2019-04-31", "April 2019 has 30 days"),
        ("2019/2020-06-31", "June 2020 has 30 days"),
        ("{2012,2015-02-30}", "February 2015 has 28 days"),
        ("2019-07-32", "July 2019 has 31 days"),
        ("2019-21-05", "21 is a season and has no days"),
        ("9999-24", "the winter of 9999 ends after the last year"),
        ("0000", "years run from 0001 to 9999"),
        ("000X", "years run from 0001 to 9999"),
        ("00XX", "years run from 0001 to 9999"),
        ("19", "years have four digits"),
        ("12019", "years have four digits"),
        ("-0044", "years have four digits"),
        ("Y20190", "years have four digits"),
        ("201x", "a digit that is not known is a capital X: write 201X"),
        ("199u", "write 199X"),
        ("20??", "write 20XX"),
        ("2019-xx-xx", "write 2019-XX-XX"),
        ("2010s", "a decade is written with X: write 201X"),
        ("2XXX", "X stands only for the last digits"),
        ("XXXX", "X stands only for the last digits"),
        ("201X-07", "X stands only for the last digits"),
        ("2019-XX-07", "X stands only for the last digits"),
        ("2019-21-XX", "X stands only for the last digits of a date on its own"),
        ("201X/2020", "X stands only for the last digits of a date on its own"),
        ("{201X,2025}", "X stands only for the last digits of a date on its own"),
        ("~2019", "a mark stands at the end: write 2019~"),
        ("c. 2019", "an approximate date ends with ~: write 2019~"),
        ("circa 2019-07", "write 2019-07~"),
        ("2019?~", "a mark ? ~ % stands once"),
        ("2019?-07", "a mark ? ~ % stands once, at the end"),
        ("2019/..?", "a mark ? ~ % stands once, at the end"),
        ("{2012,2015}?", "a set holds whole dates"),
        ("2019-2020", "an interval is written with /: write 2019/2020"),
        ("2019 \u2013 2020", "an interval is written with /: write 2019/2020"),
        ("2019-07 to 2020-01", "an interval is written with /: write 2019-07/2020-01"),
        ("2019..2020", "write 2019/2020"),
        ("2019/2020/2021", "an interval has one / between its two ends"),
        ("2020/2019", "the end 2019 is before the start 2020"),
        ("2019-07-14/2019-07-13", "the end 2019-07-13 is before the start 2019-07-14"),
        ("2019/2019-06", "the end 2019-06 is before the end of 2019"),
        ("2019-06/2019-05?", "the end 2019-05? is before the start 2019-06"),
        ("2019..", "an open end is written /..: write 2019/.."),
        ("2019-", "an open end is written /..: write 2019/.."),
        ("2019/open", "an open end is written ..: write 2019/.."),
        ("2019/unknown", "an unknown end is left empty: write 2019/"),
        ("../..", "one end of an interval must be known"),
        ("/", "one end of an interval must be known"),
        ("../", "one end of an interval must be known"),
        ("/..", "one end of an interval must be known"),
        ("{}", "a set holds whole dates"),
        ("{2012,}", "a set holds whole dates"),
        ("{2012/2015}", "a set holds whole dates"),
        ("{2012..2015}", "write 2012/2015"),
        ("2012, 2015", "a set of dates stands in braces, with commas: write {2012,2015}"),
        ("[2012,2015]", "a choice of dates is not kept"),
        ("\u0662\u0660\u0661\u0669", "only the plain digits 0-9"),
        ("\uff12\uff10\uff11\uff19", "only the plain digits 0-9"),
        ("2019-07-14abc", "the forms are 2019, 2019-07"),
    ],
)
def test_refusal_helps_the_curator(text, fragment):
    assert fragment in refusal(text)
