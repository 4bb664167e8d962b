"""Keys of new transfers: what they are made of, and which are proposed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import factories
from transfers.curation import keys

DEAL = ("RUS", "SRB", "s-400")


@pytest.mark.parametrize(
    "key",
    ["rus-srb-s-400-2019", "rus-srb-s-400-2019-2", "rus-srb-s-400-1995-14", "rus-srb-s-400-undated"],
)
def test_a_key_names_parties_system_and_year(key):
    assert keys.is_key(key, *DEAL)


@pytest.mark.parametrize(
    "key",
    [
        "foo", "", "rus-srb-s-400", "srb-rus-s-400-2019", "RUS-SRB-s-400-2019", "rus-srb-s-300-2019",
        "rus-srb-s-400-19", "rus-srb-s-400-2019-1", "rus-srb-s-400-2019-02", "rus-srb-s-400-2019-",
        "rus-srb-s-400-2019-2\n", "rus-srb-s-400-2019-two", "xrus-srb-s-400-2019",
    ],
)  # fmt: skip
def test_another_text_is_no_key(key):
    assert not keys.is_key(key, *DEAL)


CODES = st.from_regex(r"\A[A-Z]{3}\Z") | st.from_regex(r"\AX-[A-Z0-9]{1,30}\Z")
SLUGS = st.from_regex(r"\A[a-z0-9]{1,40}(-[a-z0-9]{1,40})?\Z")


@given(CODES, CODES, SLUGS, st.none() | st.integers(1, 9999), st.integers(2, 500))
def test_what_is_proposed_is_a_key(supplier, recipient, system, year, number):
    stem = keys.build_stem(supplier, recipient, system, year)
    assert keys.is_key(stem, supplier, recipient, system)
    assert keys.is_key(f"{stem}-{number}", supplier, recipient, system)
    assert len(f"{stem}-{number}") <= 120


@pytest.mark.django_db
def test_a_key_that_is_taken_is_proposed_with_a_number():
    factories.transfer("rus-srb-s-400-2019")
    factories.transfer("rus-srb-s-400-2019-2")
    assert keys.propose(*DEAL, 2019) == "rus-srb-s-400-2019-3"


@pytest.mark.django_db
def test_a_key_that_was_public_is_not_proposed_again():
    factories.published("rus-srb-s-400-2019").delete()
    assert keys.propose(*DEAL, 2019) == "rus-srb-s-400-2019-2"


@pytest.mark.parametrize(
    ("dates", "year"),
    [(["2019-07"], 2019), (["2020", "2018/2019"], 2018), (["no date", "../2017"], 2017), ([], None)],
)
def test_the_year_of_a_key_is_the_first_of_the_dates(dates, year):
    assert keys.find_year(dates) == year
