"""The years that a file says it covers, in each wording that was seen, and in none."""

from pathlib import Path

import pytest

from transfers.registers.reading import read_file
from transfers.registers.reading.preamble import parse_range, read_preamble

CASES = Path(__file__).parent / "cases"
ONLY = (
    "The 'Number delivered' and the 'Year(s) of deliveries' refer only to deliveries in the selected year(s)."
)


def get_years(register):
    return register.first_year, register.last_year, register.states_range, register.is_limited


@pytest.mark.parametrize(
    ("file", "years"),
    [
        ("range-2020-2022.csv", (2020, 2022, True, True)),
        ("range-older-wording.csv", (2020, 2022, True, True)),
        ("range-by-delivery-year.csv", (2020, 2022, True, True)),
        ("range-whole.csv", (None, None, True, False)),
        ("range-whole-by-delivery-year.csv", (None, None, True, False)),
    ],
)
def test_range_of_a_file_is_read(file, years):
    assert get_years(read_file(CASES / file)) == years


@pytest.mark.parametrize(
    ("sentence", "years"),
    [
        ("Deals for the year range '1990' to 'Not specified'", (1990, None)),
        ("Deals for the year range 'Not specified' to '1989'", (None, 1989)),
        ("Deals for year range 1950 to 2025", (1950, 2025)),
        ("Deals for year range ‘2020’ to ‘2022’", (2020, 2022)),
        ("Deals for the year range 2020–2022", (2020, 2022)),
        ("Deals in the years from 2020 to 2022", (2020, 2022)),
        ("Deals for the year range '2021'", (2021, 2021)),
    ],
)
def test_range_is_read_in_other_words(sentence, years):
    assert parse_range(sentence) == (*years, True, True)


@pytest.mark.parametrize(
    "sentence",
    [
        "Deals for the year range '2022' to '2020'",
        "Deals for the year range 'x' to 'y'",
        "Deals for the year range 2020 to 2022; deals for the year range 2000 to 2022",
        ONLY,
    ],
)
def test_range_that_cannot_be_read_is_limited_to_unknown_years(sentence):
    assert parse_range(sentence) == (None, None, True, True)


def test_numbers_of_all_years_are_not_limited_to_the_range():
    sentence = (
        "Deals for year range 2010 to 2020. Both columns refer to all deliveries since the contract began."
    )
    assert parse_range(sentence) == (2010, 2020, True, False)


def test_whole_range_is_whole_whatever_else_is_said():
    assert parse_range(f"Deals for the year range 'Not specified' to 'Not specified' {ONLY}") == (
        None,
        None,
        True,
        False,
    )


@pytest.mark.parametrize("sentence", ["", "TIVs are expressed in millions", "Prices of the year 1990"])
def test_file_without_a_range_states_none(sentence):
    assert parse_range(sentence) == (None, None, False, False)


def test_range_behind_a_long_list_of_parties_is_read():
    title = f"Transfers from {', '.join(['Erewhon'] * 200)}. Deals for the year range '2020' to '2022' "
    assert read_preamble([title, "Data generated: 4 March 2026"]).years[:2] == (2020, 2022)
