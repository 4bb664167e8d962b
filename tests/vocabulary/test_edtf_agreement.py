"""EDTF dates compared with each other, with the database's pattern and with the `edtf` package."""

import re
from datetime import date
from typing import NamedTuple

import edtf as oracle
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.edtf_texts import NEAR, TEXTS, VALID, mutated, refusal
from transfers.vocabulary.edtf import PATTERN, bounds, envelope, overlaps

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
    reckoned = "February [0-9]{4} has 28 days|the end .+ is before the|the winter of 9999"
    message = refusal(text)
    assert not message or re.search(reckoned, message) or not re.search(PATTERN, text)


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
    """Texts, described by a pattern, that the package reads otherwise or not at all."""

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
