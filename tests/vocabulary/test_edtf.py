"""EDTF dates: what is read, what is refused and how it is said, and agreement with the `edtf` package."""

import re
from datetime import date, timedelta
from typing import NamedTuple

import edtf as oracle
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from transfers.vocabulary.edtf import (
    PATTERN,
    EDTFError,
    bounds,
    envelope,
    overlaps,
    parse,
    validate,
)

MARKS = st.sampled_from(["", "", "?", "~", "%"])
SIGNS = "0123456789-/.?~%X{},x \nT:\u0661"


class Valid(NamedTuple):
    """A valid text and the bounds it should have, worked out without the module under test."""

    text: str
    first: date | None
    last: date | None


def last_day(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


@st.composite
def members(draw, low=1, high=9998):
    """A year, month, day or season, perhaps marked: all that may stand in an interval or a set."""
    day = draw(st.dates(date(low, 1, 1), date(high, 12, 31)))
    year, month, mark = day.year, day.month, draw(MARKS)
    season = draw(st.integers(21, 24))
    start = 3 * (season - 20)
    end = last_day(year, start + 2) if start < 12 else last_day(year + 1, 2)
    return draw(
        st.sampled_from(
            [
                Valid(f"{year:04}{mark}", date(year, 1, 1), date(year, 12, 31)),
                Valid(f"{year:04}-{month:02}{mark}", date(year, month, 1), last_day(year, month)),
                Valid(f"{day.isoformat()}{mark}", day, day),
                Valid(f"{year:04}-{season}{mark}", date(year, start, 1), end),
            ]
        )
    )


@st.composite
def unspecified(draw, low=100, high=9998):
    """A date whose last digits are not known."""
    day, mark = draw(st.dates(date(low, 1, 1), date(high, 12, 31))), draw(MARKS)
    year, month, decade, century = day.year, day.month, day.year // 10, day.year // 100
    whole = date(year, 1, 1), date(year, 12, 31)
    return draw(
        st.sampled_from(
            [
                Valid(f"{decade:03}X{mark}", date(decade * 10, 1, 1), date(decade * 10 + 9, 12, 31)),
                Valid(f"{century:02}XX{mark}", date(century * 100, 1, 1), date(century * 100 + 99, 12, 31)),
                Valid(f"{year:04}-XX{mark}", *whole),
                Valid(f"{year:04}-XX-XX{mark}", *whole),
                Valid(f"{year:04}-{month:02}-XX{mark}", date(year, month, 1), last_day(year, month)),
            ]
        )
    )


@st.composite
def closed_intervals(draw, low=1, high=9998):
    a, b = draw(members(low, high)), draw(members(low, high))
    if (b.first, b.last) < (a.first, a.last):
        a, b = b, a
    assume(a.last <= b.last)
    return Valid(f"{a.text}/{b.text}", a.first, b.last)


@st.composite
def open_intervals(draw, low=1, high=9998):
    one, gap = draw(members(low, high)), draw(st.sampled_from(["..", ""]))
    starts = Valid(f"{one.text}/{gap}", one.first, None)
    return draw(st.sampled_from([starts, Valid(f"{gap}/{one.text}", None, one.last)]))


@st.composite
def sets(draw, low=1, high=9998):
    found = draw(st.lists(members(low, high), min_size=1, max_size=4))
    text = ",".join(one.text for one in found)
    return Valid(f"{{{text}}}", min(one.first for one in found), max(one.last for one in found))


def valid(low=100, high=9998):
    return st.one_of(
        members(low, high),
        unspecified(low, high),
        closed_intervals(low, high),
        open_intervals(low, high),
        sets(low, high),
    )


VALID = valid()
TEXTS = VALID.map(lambda one: one.text)
NEAR = valid(2018, 2020).map(lambda one: one.text)  # few years, so that dates often meet


@st.composite
def mutated(draw):
    """A valid text with one to three characters put in, taken out or replaced."""
    signs = list(draw(TEXTS))
    for _ in range(draw(st.integers(1, 3))):
        place, width = draw(st.integers(0, len(signs))), draw(st.integers(0, 1))
        signs[place : place + width] = draw(st.text(SIGNS, max_size=1))
    return "".join(signs)


def refusal(text: str) -> str:
    """The message of the refusal of `text`, empty when it is read."""
    try:
        parse(text)
    except EDTFError as error:
        return str(error)
    return ""


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


# Comparison


@given(NEAR, NEAR)
def test_overlap_is_mutual(a, b):
    assert overlaps(a, b) == overlaps(b, a)


@given(NEAR, NEAR)
def test_overlap_is_a_common_day(a, b):
    (first_a, last_a), (first_b, last_b) = bounds(a), bounds(b)
    first = max(first_a or date.min, first_b or date.min)
    assert overlaps(a, b) == (first <= min(last_a or date.max, last_b or date.max))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("2019", "2019-12-31/2021", True),
        ("2019", "2020", False),
        ("../2019", "2019-12-31/..", True),
        ("../2018", "2019/", False),
    ],
)
def test_overlap_is_of_days(a, b, expected):
    assert overlaps(a, b) is expected


# Envelope


@given(st.lists(NEAR, min_size=1, max_size=4))
def test_envelope_holds_every_text(texts):
    whole = envelope(texts)
    first, last = bounds(whole) if whole else (None, None)
    for start, end in map(bounds, texts):
        assert first is None or (start is not None and first <= start)
        assert last is None or (end is not None and end <= last)


@given(st.lists(NEAR, min_size=1, max_size=4))
def test_envelope_is_the_smallest(texts):
    starts, ends = zip(*map(bounds, texts), strict=True)
    smallest = (None if None in starts else min(starts), None if None in ends else max(ends))
    whole = envelope(texts)
    assert (bounds(whole) if whole else (None, None)) == smallest


@given(st.lists(NEAR, min_size=1, max_size=4), st.randoms())
def test_envelope_has_no_order(texts, random):
    other = random.sample(texts, len(texts))
    assert envelope(other) == envelope(texts)


@given(st.lists(NEAR, min_size=1, max_size=4))
def test_envelope_with_itself_is_itself(texts):
    whole = envelope(texts)
    assert whole is None or envelope([whole]) == envelope([*texts, whole]) == whole


@given(TEXTS)
def test_envelope_of_one_text_is_that_text(text):
    assert envelope([text]) == text


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2017-01-01", "2020-12-31"], "2017/2020"),
        (["2019-10-01", "2019-10-29"], "2019-10-01/2019-10-29"),
        (["2019-01-01", "2019-03-31"], "2019-01/2019-03"),
        (["2019-01-01", "2019-12-31"], "2019"),
        (["2019-07-01", "2019-07-31"], "2019-07"),
        (["2019-01/2019-06", "2019-07/2019-12"], "2019"),
        (["2019-06-30", "2019-07-01/.."], "2019-06-30/.."),
        (["2019-07-01", "2019-08/.."], "2019-07/.."),
        (["../2018", "2019"], "../2019"),
        (["/2018", "2019-02-28"], "../2019-02"),
        (["2019~", "2019?"], "2019?"),
        (["2019-XX", "2019?", "2019-07"], "2019?"),
        (["2019/..", "2019/", "2020"], "2019/"),
        (["0001", "9999"], "0001/9999"),
        (["../2019", "2018/.."], None),
        ([], None),
    ],
)
def test_envelope_is_written_as_coarsely_as_it_can(texts, expected):
    assert envelope(texts) == expected


# The pattern of the database


@given(VALID)
def test_pattern_accepts_what_is_read(one):
    assert re.search(PATTERN, one.text)


@given(TEXTS)
def test_pattern_refuses_a_trailing_newline(text):
    assert not re.search(PATTERN, text + "\n")


@given(mutated())
def test_pattern_accepts_a_mutated_text_that_is_read(text):
    assert re.search(PATTERN, text) or refusal(text)


@settings(max_examples=500)
@given(mutated())
def test_pattern_lets_through_only_three_refusals(text):
    known = "February [0-9]{4} has 28 days|the end .+ is before the|the winter of 9999"
    message = refusal(text)
    assert not message or re.search(known, message) or not re.search(PATTERN, text)


NONSENSE = "2019-13 2019-00 2019-02-30 2019-04-31 2019-07-32 0000 000X 00XX ../.. / {} 2019?? x2019 2019,2020"


@pytest.mark.parametrize("text", NONSENSE.split())
def test_pattern_refuses(text):
    assert not re.search(PATTERN, text)


@pytest.mark.parametrize("text", ["2019-02-29", "2020/2019", "9999-24"])
def test_pattern_lets_through_what_needs_reckoning(text):
    assert re.search(PATTERN, text)


def test_pattern_escapes_only_what_python_and_postgresql_share():
    assert set(re.findall(r"\\.", PATTERN)) == {r"\.", r"\{", r"\}", r"\Z"}


def test_pattern_has_no_python_extension():
    assert not re.search(r"\(\?|[*+?]\?|[*+?]\+", PATTERN)


# Agreement with the edtf package


class Difference(NamedTuple):
    """Texts, named by a pattern, that the package reads otherwise or not at all."""

    pattern: str
    example: str
    reason: str


DIFFERENCES = [
    Difference(r"/$|^/", "2019/", "package: an unknown end lies ten years off; here: no bound"),
    Difference(r"-24[?~%]?$", "2019-24", "package: winter is December alone; here: to the end of February"),
    Difference(r"^[0-9]{4}-2[1-4][?~%]$", "2019-21?", "package: a season on its own takes no mark"),
    Difference(r"[{,][0-9]{4}-2[1-4][?~%,}]", "{2012,2019-21}", "package: a season is no member of a set"),
    Difference(r"^\{[^,]*\}$", "{2012}", "package: a set has two members at least"),
]


def oracle_bounds(text: str) -> tuple[date | None, date | None] | None:
    try:
        read = oracle.parse_edtf(text)
    except oracle.EDTFParseException:
        return None
    ends = (read.lower_strict(), read.upper_strict())
    return tuple(None if isinstance(end, float) else date(*end[:3]) for end in ends)


@settings(max_examples=250, deadline=None)
@given(TEXTS)
def test_bounds_agree_with_the_edtf_package(text):
    assume(not any(re.search(difference.pattern, text) for difference in DIFFERENCES))
    assert bounds(text) == oracle_bounds(text)


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.example)
def test_excluded_forms_do_differ(difference):
    assert bounds(difference.example) != oracle_bounds(difference.example)


BEYOND = "2020/2019 201X-07 201X/2020 {201X,2025} [2012,2015] 2019-10-24T12:00:00"


@pytest.mark.parametrize("text", BEYOND.split())
def test_forms_beyond_the_register_are_refused(text):
    assert oracle.is_valid_edtf(text)
    assert refusal(text)
