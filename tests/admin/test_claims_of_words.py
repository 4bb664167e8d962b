"""Claims of several figures at once, of words that no program marked, and of words that carry no figure."""

from html import unescape

import pytest
from django.urls import reverse

from tests.support import factories
from tests.support.articles import fill_in, get_claim_page, tick
from transfers.models import ArticleText, Quantity, Transfer, TransferDate

pytestmark = pytest.mark.django_db
TEXT = (
    "Russia agreed to sell six S-400 systems to Serbia in July 2019. A handful came early, says Belgrade.\n\n"
    "Serbia ordered two S-400 systems."
)
KEY = "rus-srb-s-400-2018"


@pytest.fixture
def curator(client):
    client.force_login(factories.user("curator"))
    return client


@pytest.fixture
def article():
    factories.party("RUS"), factories.party("SRB"), factories.system("s-400")
    return ArticleText.objects.create(source=factories.source("gazette"), text=TEXT)


@pytest.fixture
def address(article):
    return get_claim_page(article, "six")


def body(answer):
    return unescape(answer.content.decode())


def undo(client, article, answer):
    """Undo what the page says was recorded."""
    recorded = client.get(answer["Location"]).context["recorded"]
    client.post(reverse("admin:transfers_articletext_undo", args=[article.pk]), {"claim": recorded.id})


# Several at once


def test_the_open_figures_of_the_paragraph_are_offered_and_no_others(curator, address):
    beside = curator.get(address).context["maker"].beside
    assert [part.mark.text for part in beside] == ["July 2019"]


def test_a_ticked_figure_is_recorded_on_the_same_transfer(curator, address):
    factories.transfer(KEY)
    curator.post(address, tick(curator, address, "July 2019", event="agreed"))
    assert [claim.transfer.key for claim in (Quantity.objects.get(), TransferDate.objects.get())] == [
        KEY,
        KEY,
    ]


def test_a_figure_that_is_not_ticked_is_not_recorded(curator, address):
    factories.transfer(KEY)
    curator.post(address, fill_in(curator, address))
    assert (Quantity.objects.count(), TransferDate.objects.count()) == (1, 0)


def test_where_one_figure_is_wrong_none_is_recorded(curator, address):
    factories.transfer(KEY)
    answer = curator.post(address, tick(curator, address, "July 2019", event="agreed", date="Juli"))
    assert "Nothing was recorded" in body(answer)
    assert (Quantity.objects.count(), TransferDate.objects.count()) == (0, 0)


def test_the_page_says_all_that_was_recorded(curator, address):
    factories.transfer(KEY)
    answer = curator.post(address, tick(curator, address, "July 2019", event="agreed"), follow=True)
    assert "ordered 6 systems, agreed 2019-07" in body(answer)


def test_an_undo_takes_back_all_that_was_recorded_at_once(curator, article, address):
    factories.transfer(KEY)
    undo(curator, article, curator.post(address, tick(curator, address, "July 2019", event="agreed")))
    assert (Quantity.objects.count(), TransferDate.objects.count()) == (0, 0)
    assert Transfer.objects.get().key == KEY


def test_an_undo_takes_back_the_transfer_that_was_made_for_them(curator, article, address):
    form = tick(curator, address, "July 2019", event="agreed") | {"target-target": "new"}
    answer = curator.post(address, form)
    assert Transfer.objects.get().key == "rus-srb-s-400-2019"
    undo(curator, article, answer)
    assert not Transfer.objects.exists()


# Words that carry the figure


def test_an_excerpt_that_does_not_stand_in_the_paragraph_is_refused(curator, address):
    factories.transfer(KEY)
    answer = curator.post(address, fill_in(curator, address, **{"claim-excerpt": "sell six S-500 systems"}))
    assert "'sell six S-500 systems' does not stand in paragraph 1." in body(answer)
    assert not Quantity.objects.exists()


@pytest.mark.parametrize("locator", ["page 3", "¶9", "¶0"])
def test_a_locator_that_names_no_paragraph_of_the_text_is_refused(curator, address, locator):
    factories.transfer(KEY)
    answer = curator.post(address, fill_in(curator, address, **{"claim-locator": locator}))
    assert "names no paragraph of the text, which has 2" in body(answer)
    assert not Quantity.objects.exists()


def test_a_figure_that_the_words_do_not_print_is_asked_about(curator, address):
    factories.transfer(KEY)
    answer = curator.post(address, fill_in(curator, address, **{"claim-number": "7"}))
    assert "The excerpt does not print 7." in body(answer)
    assert not Quantity.objects.exists()


def test_a_figure_that_a_person_finds_in_the_words_is_recorded(curator, address):
    factories.transfer(KEY)
    form = fill_in(curator, address, **{"claim-number": "7", "claim-carried": "on"})
    curator.post(address, form)
    assert Quantity.objects.get().minimum == 7


# Words without a mark


def choose(article, **query):
    address = reverse("admin:transfers_articletext_claim", args=[article.pk])
    query = {"paragraph": "1", "kind": "number", "words": "A handful"} | query
    return address + "?" + "&".join(f"{name}={value}" for name, value in query.items())


def test_the_page_of_a_paragraph_offers_to_make_a_claim_of_its_words(curator, article):
    address = reverse("admin:transfers_articletext_decline", args=[article.pk])
    assert "Make a claim" in body(curator.get(f"{address}?paragraph=1"))


def test_a_claim_is_made_from_words_that_no_program_marked(curator, article):
    factories.transfer(KEY)
    address = choose(article)
    form = fill_in(curator, address) | {
        "claim-measure": "delivered", "claim-number": "3-6", "claim-carried": "on",
        "claim-excerpt": "A handful came early", "claim-unit": "system",
    }  # fmt: skip
    curator.post(address, form)
    claim = Quantity.objects.get()
    assert (claim.measure, claim.minimum, claim.maximum, claim.locator) == ("delivered", 3, 6, "¶1")


@pytest.mark.parametrize(
    "query", [{"words": "A dozen"}, {"paragraph": "2"}, {"paragraph": "9" * 5000}, {"kind": "party"}],
    ids=["other words", "another paragraph", "no number", "another kind"],
)  # fmt: skip
def test_words_that_do_not_stand_there_lead_back_with_a_reason(curator, article, query):
    answer = curator.get(choose(article, **query))
    assert answer.status_code == 302
    messages = [str(message) for message in answer.wsgi_request._messages]
    assert "do not stand in" in next(iter(messages), "")
