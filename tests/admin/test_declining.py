"""Statements of an article that become no claim: declined with a reason, seen as such, opened again."""

from html import unescape

import pytest
from django.urls import reverse

from tests.support import factories
from tests.support.articles import fill_in, get_claim_page
from transfers.models import ArticleText, Quantity, SourceReading

pytestmark = pytest.mark.django_db
TEXT = (
    "Serbia ordered six S-400 systems from Russia in 2018.\n\nIt has 40 tanks, which is too few, they say.\n"
)


@pytest.fixture
def curator(client):
    client.force_login(factories.user("curator"))
    return client


@pytest.fixture
def article():
    factories.transfer()
    return ArticleText.objects.create(source=factories.source("gazette", published="2019-11-02"), text=TEXT)


def page(name, article):
    return reverse(f"admin:transfers_articletext_{name}", args=[article.pk])


def body(answer):
    return unescape(answer.content.decode())


def decline(client, article, words="40 tanks", **values):
    address = f"{page('decline', article)}?mark={article.text.index(words)}"
    form = client.get(address).context["decline"]
    proposed = {field.html_name: field.value() for field in form if field.value()}
    return client.post(address, proposed | {"decline-declined": "No transfer."} | values, follow=True)


def test_a_declined_figure_is_kept_with_its_place_and_reason(curator, article):
    decline(curator, article)
    reading = SourceReading.objects.get()
    assert (reading.source, reading.locator, reading.declined) == (article.source, "¶2", "No transfer.")
    assert reading.excerpt == "has 40 tanks, which is too few, they say"
    assert reading.read_by.username == "a curator"


def test_the_words_proposed_hold_no_other_figure(curator, article):
    decline(curator, article, "six")
    assert "2018" not in SourceReading.objects.get().excerpt


def test_after_declining_comes_the_next_open_figure(curator, article):
    answer = decline(curator, article)
    assert answer.request["QUERY_STRING"] == f"mark={TEXT.index('six')}"


def test_a_declined_figure_looks_declined_and_counts_as_done(curator, article):
    decline(curator, article)
    answer = body(curator.get(page("change", article)))
    assert 'class="mark-number is-declined"' in answer
    assert "No transfer." in answer
    article.refresh_from_db()
    assert (article.open_figures, article.done_figures) == (2, 1)


def test_an_article_is_done_when_each_figure_is_recorded_or_declined(curator, article):
    decline(curator, article)
    decline(curator, article, "2018")
    curator.post(get_claim_page(article, "six"), fill_in(curator, get_claim_page(article, "six")))
    article.refresh_from_db()
    assert article.open_figures == 0
    assert "This article is done." in body(curator.get(page("change", article)))


def test_a_reason_is_needed(curator, article):
    answer = decline(curator, article, **{"decline-declined": ""})
    assert "Nothing was declined" in body(answer)
    assert not SourceReading.objects.exists()


@pytest.mark.parametrize(
    ("excerpt", "message"),
    [
        ("40 ships", "does not stand in paragraph 2"),
        ("It has 40 tanks, which is too few, they say.", "is a whole sentence"),
    ],
)
def test_the_excerpt_is_a_few_words_of_the_paragraph(curator, article, excerpt, message):
    assert message in body(decline(curator, article, **{"decline-excerpt": excerpt}))
    assert not SourceReading.objects.exists()


def test_words_that_a_claim_was_recorded_from_are_not_declined(curator, article):
    factories.quantity(source=article.source, locator="¶2", excerpt="has 40 tanks")
    answer = decline(curator, article, **{"decline-excerpt": "has 40 tanks"})
    assert "A claim was recorded from just these words." in body(answer)


def test_words_without_a_figure_are_declined_by_their_paragraph(curator, article):
    address = f"{page('decline', article)}?paragraph=1"
    values = {"decline-excerpt": "systems from Russia", "decline-declined": "No figure.",
              "decline-finding": "They are Russian."}  # fmt: skip
    curator.post(address, values)
    assert SourceReading.objects.get().locator == "¶1"


@pytest.mark.parametrize("query", ["paragraph=9", "paragraph=x", "mark=0", ""])
def test_a_place_that_is_not_there_is_not_found(curator, article, query):
    assert curator.get(f"{page('decline', article)}?{query}").status_code == 404


def test_a_declined_figure_is_opened_again(curator, article):
    decline(curator, article)
    reading = SourceReading.objects.get()
    curator.post(page("reopen", article), {"reading": reading.pk})
    article.refresh_from_db()
    assert 'class="mark-number is-declined"' not in body(curator.get(page("change", article)))
    decline(curator, article)
    assert SourceReading.objects.get().declined == "No transfer."


def test_the_page_of_a_declined_figure_says_why_and_offers_the_way_back(curator, article):
    decline(curator, article)
    answer = body(curator.get(get_claim_page(article, "40 tanks")))
    assert "No transfer." in answer
    assert page("reopen", article) in answer


def test_a_reviewer_declines_nothing(client, article):
    client.force_login(factories.user("reviewer"))
    address = f"{page('decline', article)}?paragraph=1"
    assert client.get(address).status_code == 403
    assert client.post(page("reopen", article), {"reading": "1"}).status_code == 403


def test_a_reading_outlives_the_text(curator, article):
    decline(curator, article)
    article.delete()
    assert SourceReading.objects.exists()


def test_declining_records_no_claim(curator, article):
    decline(curator, article)
    assert not Quantity.objects.exists()
