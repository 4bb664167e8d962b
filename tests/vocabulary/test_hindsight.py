"""An event is not later than the source that tells it as past."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.edtf_texts import TEXTS
from transfers.vocabulary import edtf
from transfers.vocabulary.hindsight import ANNOUNCED, find_fault

PAST = st.sampled_from(["date_agreed", "date_delivered", "date_suspended", "quantity_delivered"])


@pytest.mark.parametrize(
    ("when", "published"),
    [
        ("2019-10-24", "2019-10-24"),
        ("2019", "2019-10-24"),
        ("2019-10", "2019-10-24"),
        ("2019-07/..", "2019-10-24"),
        ("2017-02/2020-02", "2020-02-23/2020-02-28"),
        ("2017/2018", "2019-10-24"),
        ("{2017,2019}", "2019-10-24"),
        ("2030", "2019/.."),
        ("no date", "2019"),
    ],
)
def test_an_event_that_may_be_past_is_told_as_past(when, published):
    assert find_fault("date_delivered", when, published) == ""


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("2019-10-25", "2019-10-25 is later than its source, which is of 2019-10-24."),
        ("2020", "is later than its source"),
        ("2019-11/..", "is later than its source"),
        ("2019-10-23/2019-10-29", "is later than its source"),
        ("{2017,2020}", "is later than its source"),
        ("2017/2019", "ends after its source, which is of 2019-10-24: write 2017/2019-10."),
        ("../2019", "write ../2019-10."),
    ],
)
def test_an_event_that_is_later_is_not_told_as_past(when, message):
    assert message in find_fault("date_delivered", when, "2019-10-24")


@pytest.mark.parametrize("when", ["2026", "../2026", "2019-10-23/2019-10-29"])
def test_what_is_due_or_announced_may_be_later(when):
    assert find_fault("date_due", when, "2019-10-24") == ""
    assert find_fault("date_deployed", when, "2019-10-24", note=f"A drill. {ANNOUNCED}") == ""


@given(PAST, TEXTS, TEXTS)
def test_what_ends_before_its_source_is_never_refused(measure, when, published):
    last, latest = edtf.bounds(when)[1], edtf.bounds(published)[1]
    if last and latest and last <= latest:
        assert find_fault(measure, when, published) == ""


@given(PAST, TEXTS, TEXTS)
def test_what_begins_after_its_source_is_always_refused(measure, when, published):
    first, latest = edtf.bounds(when)[0], edtf.bounds(published)[1]
    if first and latest and first > latest:
        assert find_fault(measure, when, published)
