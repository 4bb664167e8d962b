"""What the recognition marks in a text, and what it leaves alone."""

import time
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transfers.evidence import articles
from transfers.evidence.recognition import recognise
from transfers.evidence.recognition.marks import (
    DATE,
    MONEY,
    NUMBER,
    PARTY,
    SYSTEM,
    choose_excerpt,
    split_paragraphs,
)

SYSTEMS = {
    "S-400": ["s-400"], "С-400": ["s-400"], "MiG-29": ["mig-29"], "Mi-17": ["mi-17"],
    "Mi-17V-5": ["mi-17v-5"], "Pantsir": ["pantsir"], "Pantsir-S1": ["pantsir-s1"],
    "T-72": ["t-72"], "Hip": ["mi-8"],
}  # fmt: skip
PARTIES = {
    "Russia": ["RUS"], "RUS": ["RUS"], "Serbia": ["SRB"], "Turkey": ["TUR"], "India": ["IND"], "IN": ["IND"],
    "United States": ["USA"], "US": ["USA"], "North Korea": ["PRK"], "Canada": ["CAN"], "CAN": ["CAN"],
}  # fmt: skip
DAY = date(2019, 10, 24)


def marks(text, kind, published=DAY):
    return [
        (mark.text, *mark.value) for mark in recognise(text, SYSTEMS, PARTIES, published) if mark.kind == kind
    ]


@pytest.mark.parametrize(
    "text", ["S-400", "s-400", "S400", "S 400", "S‑400", "С-400", "S-400s", "the S-400's radar", "(S-400)"]
)
def test_a_system_is_found_however_its_name_is_written(text):
    assert [value for _, value in marks(text, SYSTEM)] == ["s-400"]


@pytest.mark.parametrize(
    "text", ["S-4000", "RS-400", "T-72B", "Serbia's 400 men", "S, 400", "a hip", "S\n\n400", "MiG-290"]
)
def test_what_is_only_like_a_name_is_no_system(text):
    assert marks(text, SYSTEM) == []


@pytest.mark.parametrize(
    ("text", "slug"), [("Mi-17V-5", "mi-17v-5"), ("Mi-17", "mi-17"), ("Pantsir S1", "pantsir-s1")]
)
def test_the_longest_name_wins(text, slug):
    assert marks(text, SYSTEM) == [(text, slug)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Serbia's", "SRB"), ("SERBIA", "SRB"), ("Serbian", "SRB"), ("Russians", "RUS"), ("Turkish", "TUR"),
        ("Indian", "IND"), ("U.S.", "USA"), ("US-led", "USA"), ("American", "USA"), ("North Korean", "PRK"),
    ],
)  # fmt: skip
def test_a_party_is_found_by_name_and_adjective(text, code):
    assert [value for _, value in marks(text, PARTY)] == [code]


@pytest.mark.parametrize("text", ["they told us", "IN ALL", "CAN it", "can", "in"])
def test_codes_that_are_words_are_no_party(text):
    assert marks(text, PARTY) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("six systems", ("6", "6", "system")),
        ("two dozen T-72 tanks", ("24", "24", "vehicle")),
        ("half a dozen jets", ("6", "6", "aircraft")),
        ("twenty-one missiles", ("21", "21", "missile")),
        ("two hundred launchers", ("200", "200", "launcher")),
        ("2,500 vehicles", ("2500", "2500", "vehicle")),
        ("5-7 helicopters", ("5", "7", "aircraft")),
        ("at least 30 ships", ("30", "", "ship")),
        ("up to four missiles", ("", "4", "missile")),
        ("a division of its S-400 systems", ("1", "1", "battalion")),
        ("a Pantsir missile system battery", ("1", "1", "battery")),
        ("12 men", ("12", "12", "")),
        ("more than 300 missiles", ("300", "", "missile")),
        ("two or three dozen tanks", ("24", "36", "vehicle")),
    ],
)
def test_a_count_has_its_unit(text, value):
    assert [mark[1:] for mark in marks(text, NUMBER)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "S-400", "MiG-29", "Mi-17V-5", "28.7 percent", "30%", "in 2019", "at 18:30",
        "1830 UTC", "+381 11 123 4567",
        "1. Skip", "24th", "a deal", "6 pm", "https://x.org/10/24", "30mm", "two-thirds", "three years ago",
    ],
)  # fmt: skip
def test_what_counts_nothing_is_no_number(text):
    assert marks(text, NUMBER) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$2.5 billion", ("2500000000", "2500000000", "USD")),
        ("€2.25 billion", ("2250000000", "2250000000", "EUR")),
        ("2.5 bn dollars", ("2500000000", "2500000000", "USD")),
        ("$906m", ("906000000", "906000000", "USD")),
        ("Rs 5.43 lakh crore", ("5430000000000", "5430000000000", "INR")),
        ("USD 5 million", ("5000000", "5000000", "USD")),
        ("5,000 RUB", ("5000", "5000", "RUB")),
        ("two billion euros", ("2000000000", "2000000000", "EUR")),
        ("more than $2 million", ("2000000", "", "USD")),
        ("between 21 and 23 billion roubles", ("21000000000", "23000000000", "RUB")),
        ("between $21 and $23 billion", ("21000000000", "23000000000", "USD")),
        ("at least 300 million tenge", ("300000000", "", "KZT")),
        ("about 5,000 zlotys", ("5000", "5000", "PLN")),
        ("5 million dinars", ("5000000", "5000000", "")),
        ("5 million Serbian dinars", ("5000000", "5000000", "RSD")),
    ],
)
def test_a_sum_has_its_currency(text, value):
    assert [mark[1:] for mark in marks(text, MONEY)] == [value]


@pytest.mark.parametrize("text", ["two won medals", "500 real threats", "three sum up", "1,50 euros"])
def test_a_word_that_may_be_a_currency_is_none_after_a_small_number(text):
    assert marks(text, MONEY) == []


@pytest.mark.parametrize("text", ["some 30 tanks", "about $400 million", "up to about 30", "nearly 500 men"])
def test_an_approximate_figure_is_marked_as_such(text):
    assert [mark.is_approximate for mark in recognise(text, SYSTEMS, PARTIES, DAY)] == [True]


def test_a_sum_is_marked_with_its_currency():
    assert [mark[0] for mark in marks("paid $2.5 billion (2 million euros) now", MONEY)] == [
        "$2.5 billion",
        "2 million euros",
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("in July", "2019-07"), ("last year", "2018"), ("October 24-29", "2019-10-24/2019-10-29"),
        ("2019", "2019"), ("over the weekend", "2019-10-19/2019-10-20"), ("earlier this year", "2019"),
        ("in the past three years", "2016-10/2019-10"), ("by the end of 2019", "../2019"),
        ("since 2016", "2016/.."),
        ("2017-2020", "2017/2020"), ("between 2017 and 2020", "2017/2020"), ("summer 2019", "2019-22"),
        ("the 1990s", "199X"), ("2019-10-24", "2019-10-24"), ("on Thursday", "2019-10-24"),
        ("two years ago", "2017"), ("late 2019", "2019-07/2019-12"), ("mid-2019", "2019-04/2019-09"),
        ("31.12.2018", "2018-12-31"), ("2024 or 2025", "2024/2025"), ("2017 and 2018", "{2017,2018}"),
        ("October 2018", "2018-10"), ("before March 2018", "../2018-03"), ("in winter 2018", "2018"),
        ("between March and May 2018", "2018-03/2018-05"), ("3 May to 4 June 2018", "2018-05-03/2018-06-04"),
        ("23 October 2018", "2018-10-23"), ("in 2015, it", "2015"),
    ],
)  # fmt: skip
def test_a_date_is_seen_from_the_publication(text, value):
    assert [mark[1] for mark in marks(text, DATE)] == [value]


def test_dates_that_make_no_interval_together_are_marked_apart():
    text = "in spring 2018 or late 2017, in Q3 2018 and early 2019"
    assert [value for _, value in marks(text, DATE)] == [
        "2018-21", "2017-07/2017-12", "2018-07/2018-09", "2019-01/2019-06",
    ]  # fmt: skip


def test_the_day_before_has_a_mark_of_its_own():
    assert marks("on February 23 a day after rain", DATE, date(2020, 2, 28)) == [
        ("February 23", "2020-02-23"),
        ("a day after", "2020-02-22"),
    ]


@pytest.mark.parametrize("text", ["It may. May it?", "February 31", "2019-13-45", "March on"])
def test_words_and_days_that_are_no_date_are_left(text):
    assert marks(text, DATE) == []


def test_without_a_publication_only_dates_with_a_year_are_marked():
    assert marks("last year, in July 2018", DATE, None) == [("July 2018", "2018-07")]


def test_a_mark_names_its_paragraph():
    recognised = recognise("Serbia\n \nsix tanks\n\n\nIndia", SYSTEMS, PARTIES, DAY)
    assert [mark.paragraph for mark in recognised] == [1, 2, 3]


def test_an_excerpt_holds_its_mark_within_twelve_words():
    text = "Word " * 20 + "six tanks " + "word " * 20
    mark = recognise(text, SYSTEMS, PARTIES, DAY)[0]
    words = choose_excerpt(text, mark)
    assert "six" in words.split()
    assert len(words.split()) == 12


def test_an_excerpt_stays_in_its_sentence_and_is_not_the_whole_of_it():
    text = "They waited long. Then six tanks arrived. Nobody counted."
    assert choose_excerpt(text, recognise(text, SYSTEMS, PARTIES, DAY)[0]) == "six tanks arrived"


def test_an_excerpt_stays_apart_from_marks_that_are_given():
    text = "In 2019 they bought six tanks and nine ships for the war."
    year, six, nine = (mark for mark in recognise(text, SYSTEMS, PARTIES, DAY) if mark.kind in (DATE, NUMBER))
    assert choose_excerpt(text, six, [year, nine]) == "they bought six tanks and"


PHRASES = [
    "S-400",
    "six ",
    "$2.5 billion",
    "Serbia's",
    " 2019",
    "\n\n",
    "Oct. 24-29",
    "a ",
    "-",
    " to ",
    "٣",
    "9",
]
PIECES = st.lists(st.one_of(st.sampled_from(PHRASES), st.text(max_size=3)))
TEXTS = st.one_of(st.text(max_size=80), PIECES.map("".join))


@given(TEXTS)
def test_marks_stand_in_order_apart_and_as_printed(text):
    recognised = recognise(text, SYSTEMS, PARTIES, DAY)
    assert all(text[mark.start : mark.end] == mark.text != "" for mark in recognised)
    assert all(one.end <= other.start for one, other in pairwise(recognised))


@given(TEXTS)
def test_the_same_text_has_the_same_marks(text):
    assert recognise(text, SYSTEMS, PARTIES, DAY) == recognise(text, SYSTEMS, PARTIES, DAY)


@given(TEXTS)
def test_an_excerpt_is_short_whatever_the_text(text):
    for mark in recognise(text, SYSTEMS, PARTIES, DAY):
        assert len(choose_excerpt(text, mark)) <= 200


@given(TEXTS)
def test_paragraphs_are_those_of_the_reading_logs(text):
    mine = [" ".join(text[each.start : each.end].split()) for each in split_paragraphs(text)]
    assert mine == articles.list_paragraphs(text)


@pytest.mark.parametrize(
    "unit", ["1", "1,", "a ", "1 ", "1-", "$", "two to ", "S-", "October ", "six S 400s. "]
)
def test_the_time_grows_with_the_length(unit):
    def seconds(length):
        text = unit * (length // len(unit))
        start = time.process_time()
        recognise(text, SYSTEMS, PARTIES, DAY)
        return time.process_time() - start

    seconds(2000)
    linear, quadratic = 16, 256
    assert linear < 100 < quadratic
    # The lesser of two: a busy machine makes a measurement longer, never shorter.
    assert min(seconds(32_000) for _ in range(2)) < 100 * max(seconds(2_000), 0.005)


def test_the_letters_of_a_name_are_no_number():
    assert recognise("Soldiers carried an AK and a BM of old.", SYSTEMS, PARTIES, DAY) == []
