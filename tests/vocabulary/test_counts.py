"""Counts as people write them: read in one way or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transfers.vocabulary.counts import LARGEST, NotANumber, Number, parse, render

COUNTS = st.integers(0, LARGEST)
NUMBERS = st.one_of(
    st.builds(lambda count, about: Number(count, count, about), COUNTS, st.booleans()),
    st.builds(lambda one, other: Number(min(one, other), max(one, other)), COUNTS, COUNTS),
    st.builds(lambda count: Number(count, None), COUNTS),
    st.builds(lambda count: Number(None, count), COUNTS),
)


@given(NUMBERS)
def test_what_is_written_is_read_back(number):
    assert parse(render(number)) == number


@pytest.mark.parametrize("text", ["6", " 6 ", "six", "Six", "6-6"])
def test_an_exact_count(text):
    assert parse(text) == Number(6, 6)


@pytest.mark.parametrize("text", ["250", "two hundred and fifty", "Two hundred fifty"])
def test_a_count_in_several_words(text):
    assert parse(text) == Number(250, 250)


@pytest.mark.parametrize("text", ["5-7", "5–7", "5 — 7", "5 to 7", "five to seven", "between 5 and 7"])
def test_a_range(text):
    assert parse(text) == Number(5, 7)


@pytest.mark.parametrize(
    "text", ["at least 10", "At least ten", "10+", ">= 10", ">=10", "≥ 10", "10 or more"]
)
def test_a_smallest_count(text):
    assert parse(text) == Number(10, None)


@pytest.mark.parametrize("text", ["up to 12", "at most twelve", "<= 12", "≤12", "no more than 12"])
def test_a_largest_count(text):
    assert parse(text) == Number(None, 12)


@pytest.mark.parametrize(
    "text", ["about 30", "~30", "ca. 30", "ca 30", "c. 30", "around 30", "some 30", "≈30"]
)
def test_an_approximate_count_is_exact_with_a_mark(text):
    assert parse(text) == Number(30, 30, is_approximate=True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "write 6, 5-7"),
        ("a few", "write 6, 5-7"),
        ("dozens", "write 6, 5-7"),
        ("1.5", "write 6, 5-7"),
        ("6 S-400", "write 6, 5-7"),
        ("more than 10", "at least 11"),
        ("fewer than 10", "up to 9"),
        ("7-5", "write 5-7"),
        ("1,200", "without separators: 1200"),
        ("about 5-7", "write a range without it"),
        ("-3", "not negative"),
        ("2147483648", "counts to 2147483647"),
        ("9" * 5000, "counts to 2147483647"),
        ("٣", "write 6, 5-7"),
    ],
)
def test_what_cannot_be_read_in_one_way_is_refused_in_words(text, message):
    with pytest.raises(NotANumber, match=message):
        parse(text)


@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        minimum, maximum, _ = parse(text)
    except NotANumber:
        return
    assert minimum is not None or maximum is not None
