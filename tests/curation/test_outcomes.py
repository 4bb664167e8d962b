"""Which figures of an article its claims and declined readings are of."""

import pytest

from tests.support import factories
from transfers.curation.outcomes import find_marks, list_claims, list_outcomes
from transfers.evidence.articles import find_excerpt
from transfers.models import ArticleText, SourceReading

pytestmark = pytest.mark.django_db
TEXT = """Serbia took two of the six S-400 systems in October 2019.

It paid $5 million
for two radars, and took two more."""


@pytest.fixture
def article():
    source = factories.source("gazette", published="2019-11-02")
    return ArticleText.objects.create(source=source, text=TEXT)


def read_states(article):
    outcomes = list_outcomes(article, find_marks(article), list_claims(article.source))
    return [(outcome.mark.text, outcome.state) for outcome in outcomes if outcome.state != "open"]


def record(article, excerpt, number, locator="¶1", **values):
    return factories.quantity(
        "delivered", number, source=article.source, locator=locator, excerpt=excerpt, **values
    )


def test_of_two_counts_in_one_excerpt_the_one_that_agrees_is_recorded(article):
    record(article, "took two of the six S-400 systems", 6)
    assert read_states(article) == [("six", "recorded")]


def test_the_only_count_of_an_excerpt_is_recorded_whatever_was_made_of_it(article):
    record(article, "of the six S-400 systems", 5)
    assert read_states(article) == [("six", "recorded")]


def test_a_date_that_a_count_speaks_of_is_recorded_with_it(article):
    record(article, "six S-400 systems in October 2019", 6, as_of="2019-10")
    assert read_states(article) == [("six", "recorded"), ("October 2019", "recorded")]


def test_an_excerpt_of_another_paragraph_records_nothing_here(article):
    record(article, "of the six S-400 systems", 6, locator="¶2")
    assert read_states(article) == []


def test_an_excerpt_is_found_over_a_line_end_and_left_out_words(article):
    factories.valuation(
        source=article.source, number=5_000_000, locator="¶2", excerpt="paid $5 million for … radars"
    )
    assert read_states(article) == [("$5 million", "recorded")]


def test_words_left_out_of_an_excerpt_are_not_declined(article):
    SourceReading.objects.create(
        source=article.source, locator="¶2", excerpt="paid … for two radars", declined="No transfer."
    )
    assert read_states(article) == [("two", "declined")]


def test_a_claim_of_another_source_records_nothing(article):
    factories.quantity(locator="¶1", excerpt="of the six S-400 systems")
    assert read_states(article) == []


def test_an_excerpt_with_many_gaps_is_sought_in_a_long_text_at_once():
    text = "one and another " * 30_000
    assert find_excerpt(text, [1], "one … and … another … one … and … nowhere") == []
