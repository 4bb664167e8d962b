"""What a figure measures by the words nearest to it."""

from datetime import date

import pytest

from transfers.evidence.recognition import recognise
from transfers.evidence.recognition.measures import find_measure


def find(text, words):
    marks = recognise(text, {}, {}, date(2020, 2, 28))
    return find_measure(text, next(mark for mark in marks if mark.text.lower() == words.lower()))


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("Serbia ordered six tanks.", "ordered"),
        ("Serbia received six tanks.", "delivered"),
        ("Of ten ordered, six tanks were delivered.", "delivered"),
        ("It confirmed receiving two of the six ordered tanks.", "ordered"),
        ("It confirmed receiving six of the ten ordered tanks.", "delivered"),
        ("The army signed a contract for six tanks.", "ordered"),
        ("It sent six launchers to the drill.", "deployed"),
        ("Serbia ordered ten. The six tanks are green. Ten were delivered.", ""),
        ("Serbia has six tanks.", ""),
        ("Serbia will receive six tanks.", "due"),
        ("Six tanks are to be delivered.", "due"),
    ],
)
def test_a_count_measures_what_the_nearest_words_say(text, measure):
    assert find(text, "six") == measure


@pytest.mark.parametrize(
    "text",
    [
        "Serbia plans to order six tanks.",
        "Serbia may receive six tanks.",
        "The six tanks were not delivered.",
        "They delivered six ordered tanks.",
    ],
    ids=["planned", "possible", "denied", "two alike"],
)
def test_nothing_is_said_of_what_may_not_be_or_is_named_twice(text):
    assert find(text, "six") is None


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("The deal was signed in May 2019.", "agreed"),
        ("The first two tanks arrived in May 2019.", "delivered"),
        ("The ministry said in May 2019 that it has bought tanks.", "announced"),
        ("Deliveries were suspended in May 2019.", "suspended"),
        ("The order was cancelled in May 2019.", "cancelled"),
        ("The tanks will be delivered in May 2019.", "due"),
        ("The war began in May 2019.", ""),
    ],
)
def test_a_date_is_of_the_event_that_the_nearest_words_name(text, event):
    assert find(text, "May 2019") == event


def test_what_was_reported_later_in_the_sentence_may_have_happened_at_the_date():
    text = "It delivered six of the new tanks to Serbia in May 2019, a minister said."
    assert find(text, "May 2019") is None
