"""Counts as people write them: read in one way or refused."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transfers.vocabulary import codes
from transfers.vocabulary.counts import LARGEST, NotANumber, Number, describe, parse, parse_count, render

COUNTS = st.integers(0, LARGEST)
ENDS = st.one_of(
    st.builds(lambda one, other: (min(one, other), max(one, other)), COUNTS, COUNTS),
    st.builds(lambda count: (count, count), COUNTS),
    st.builds(lambda count: (count, None), COUNTS),
    st.builds(lambda count: (None, count), COUNTS),
)
CURRENCIES = st.sampled_from(["", *sorted(codes.CURRENCIES)])
NUMBERS = st.builds(lambda ends, *marks: Number(*ends, *marks), ENDS, st.booleans(), CURRENCIES)


@given(NUMBERS)
def test_what_is_written_is_read_back(number):
    assert parse(render(number)) == number


@pytest.mark.parametrize("text", ["6", " 6 ", "six", "Six", "6-6", "half a dozen", "6."])
def test_an_exact_number(text):
    assert parse(text) == Number(6, 6)


@pytest.mark.parametrize(
    "text", ["1,500", "1500", "1 500", "1\u202f500", "1'500", "fifteen hundred", "1.5 thousand"]
)
def test_a_number_with_separators(text):
    assert parse(text) == Number(1500, 1500)


@pytest.mark.parametrize("text", ["250", "two hundred and fifty", "Two hundred fifty"])
def test_a_number_in_several_words(text):
    assert parse(text) == Number(250, 250)


@pytest.mark.parametrize(
    "text",
    ["5-7", "5–7", "5 — 7", "5 to 7", "five to seven", "between 5 and 7", "from five to seven", "5 or 7"],
)
def test_a_range(text):
    assert parse(text) == Number(5, 7)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("twenty-one to thirty", (21, 30)),
        ("two or three dozen", (24, 36)),
        ("two to three hundred", (200, 300)),
        ("90 to one hundred", (90, 100)),
        ("between 21 and 23 billion", (21 * 10**9, 23 * 10**9)),
        ("800 million to 1.2 billion", (8 * 10**8, 12 * 10**8)),
        ("between two hundred and fifty and three hundred", (250, 300)),
    ],
)
def test_a_scale_behind_a_range_is_that_of_both_ends(text, ends):
    assert parse(text) == Number(*ends)


@pytest.mark.parametrize(
    "text",
    ["at least 10", "At least ten", "10+", ">= 10", ">=10", "≥ 10", "10 or more", "more than 10", "over 10"],
)
def test_a_smallest_number_is_the_one_printed(text):
    assert parse(text) == Number(10, None)


@pytest.mark.parametrize(
    "text",
    ["up to 12", "at most twelve", "<= 12", "≤12", "no more than 12", "fewer than 12", "under a dozen"],
)
def test_a_largest_number_is_the_one_printed(text):
    assert parse(text) == Number(None, 12)


@pytest.mark.parametrize(
    "text",
    [
        "about 30",
        "~30",
        "ca. 30",
        "ca 30",
        "c. 30",
        "around 30",
        "some 30",
        "≈30",
        "roughly thirty",
        "30 or so",
    ],
)
def test_an_approximate_number_is_exact_with_a_mark(text):
    assert parse(text) == Number(30, 30, is_approximate=True)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("about 5-7", Number(5, 7, is_approximate=True)),
        ("up to about 30", Number(None, 30, is_approximate=True)),
        ("at least some 30", Number(30, None, is_approximate=True)),
    ],
)
def test_a_range_and_a_bound_may_be_approximate(text, number):
    assert parse(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("about $400 million", Number(400_000_000, 400_000_000, True, "USD")),
        ("between 21 and 23 billion roubles", Number(21 * 10**9, 23 * 10**9, False, "RUB")),
        ("$1-2 billion", Number(10**9, 2 * 10**9, False, "USD")),
        ("$1.5bn to $2bn", Number(15 * 10**8, 2 * 10**9, False, "USD")),
        ("RUB 21-23bn", Number(21 * 10**9, 23 * 10**9, False, "RUB")),
        ("half a billion US dollars", Number(500_000_000, 500_000_000, False, "USD")),
        ("5 million Norwegian kroner", Number(5_000_000, 5_000_000, False, "NOK")),
        ("Rs 5.43 lakh crore", Number(5_430_000_000_000, 5_430_000_000_000, False, "INR")),
        ("more than 2 bn EUR", Number(2 * 10**9, None, False, "EUR")),
    ],
)
def test_a_sum_has_its_currency(text, number):
    assert parse(text) == number


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "write 6, 5-7"),
        ("a few", "says no number"),
        ("dozens", "says no number"),
        ("6 S-400", "write 6, 5-7"),
        ("7-5", "write 5-7"),
        ("1,5", "write 1.5"),
        ("1.500.000", "write 1,500,000"),
        ("at least 5-7", "write 6, 5-7"),
        ("5 million dinars", "dinars is not one currency"),
        ("$5 to €6", "one figure has one currency"),
        ("-3", "not negative"),
        ("fourty", "did you mean forty"),
        ("5 milion dollers", "did you mean 5 million dollars"),
        ("9" * 16, "too large"),
        ("9" * 5000, "write 6, 5-7"),
        ("٣", "write 6, 5-7"),
    ],
    ids=lambda text: text[:20],
)
def test_what_cannot_be_read_in_one_way_is_refused_in_words(text, message):
    with pytest.raises(NotANumber, match=message):
        parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1.5", "not a whole number"),
        ("1.500", "write 1,500 if the point separates thousands"),
        ("$6", "a count has no currency"),
        ("2147483648", "counts to 2,147,483,647"),
    ],
)
def test_what_is_no_count_is_refused_in_words(text, message):
    with pytest.raises(NotANumber, match=message):
        parse_count(text)


@pytest.mark.parametrize(
    ("text", "proposal"),
    [("7-5", "5-7"), ("fourty", "forty"), ("1,5", "1.5"), ("6 S-400", ""), ("dozens", "")],
)
def test_what_was_probably_meant_is_proposed(text, proposal):
    with pytest.raises(NotANumber) as refusal:
        parse(text)
    assert refusal.value.proposal == proposal


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("six", "exactly 6"),
        ("some 30", "about 30"),
        ("more than 300", "300 or more"),
        ("up to 12", "up to 12"),
        ("between 21 and 23 billion roubles", "21,000,000,000 to 23,000,000,000 RUB"),
        ("420000000.000", "exactly 420,000,000"),
        ("12.500", "exactly 12.5"),
    ],
)
def test_a_number_says_what_it_means(text, meaning):
    assert describe(parse(text)) == meaning


@given(st.text())
@example("AK")
def test_any_text_is_read_or_refused(text):
    try:
        minimum, maximum, *_ = parse(text)
    except NotANumber:
        return
    assert minimum is not None or maximum is not None
