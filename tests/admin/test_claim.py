"""The claim made from a mark: on which transfer it is recorded, and the way back."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support import factories
from tests.support.articles import fill_in, get_claim_page, read_proposal
from transfers.models import ArticleText, Quantity, RegistryRow, Transfer

pytestmark = pytest.mark.django_db
TEXT = (
    "Russia agreed to sell six S-400 systems to Serbia in July 2019.\n\nKazakhstan ordered two S-400 systems."
)


@pytest.fixture
def curator(client):
    client.force_login(factories.user("curator"))
    return client


@pytest.fixture
def article():
    factories.party("RUS")
    factories.party("SRB")
    factories.party("KAZ", name="Kazakhstan")
    factories.system("s-400")
    return ArticleText.objects.create(source=factories.source("gazette"), text=TEXT)


@pytest.fixture
def address(article):
    return get_claim_page(article, "six")


def body(answer):
    return unescape(answer.content.decode())


def list_keys():
    """Return the keys of the transfers that claims were recorded on."""
    return [claim.transfer.key for claim in Quantity.objects.all()]


# What is preselected


def test_the_transfer_that_fits_in_everything_is_preselected(curator, address):
    transfer = factories.transfer("rus-srb-s-400-2018")
    assert read_proposal(curator, address)["target-target"] == str(transfer.pk)


def test_a_transfer_of_another_recipient_is_not_preselected(curator, article):
    factories.transfer("rus-srb-s-400-2018")
    assert "target-target" not in read_proposal(curator, get_claim_page(article, "two"))


def test_of_two_that_fit_none_is_preselected(curator, address):
    factories.transfer("rus-srb-s-400-2018")
    factories.transfer("rus-srb-s-400-2021")
    assert "target-target" not in read_proposal(curator, address)


def test_a_form_without_a_choice_records_nothing_and_asks(curator, article):
    factories.transfer("rus-srb-s-400-2018")
    page = get_claim_page(article, "two")
    answer = curator.post(page, fill_in(curator, page))
    assert "Select the transfer that the claim is recorded on." in body(answer)
    assert list_keys() == []


def test_each_candidate_says_what_fits_and_what_does_not(curator, article):
    factories.transfer("rus-srb-s-400-2018")
    text = body(curator.get(get_claim_page(article, "two")))
    assert "recipient Serbia ✗ – ¶2 says Kazakhstan" in text
    assert "supplier Russia ✓ – ¶1" in text
    assert "system S-400 ✓<" in text


def test_a_candidate_that_fits_says_why_it_is_not_preselected(curator, article):
    factories.transfer("rus-srb-s-400-2018")
    article.text = "The six S-400 systems of the deal of Russia and Serbia are new."
    article.save()
    assert "but nothing says who supplies whom" in body(curator.get(get_claim_page(article, "six")))


def test_a_transfer_of_another_time_is_not_preselected(curator, address):
    factories.date("delivered", "2009/2011", transfer=factories.transfer("rus-srb-s-400-2009"))
    assert "target-target" not in read_proposal(curator, address)
    assert "but its dates are 2009 to 2011" in body(curator.get(address))


def test_each_candidate_says_its_state_and_its_figures(curator, address):
    factories.quantity("delivered", 2, transfer=factories.published("rus-srb-s-400-2018"))
    text = body(curator.get(address))
    assert '<span>rus-srb-s-400-2018</span> <span class="tag">published</span>' in text
    assert "recorded: delivered 2 systems, ordered 6 systems" in text


def test_the_number_of_queries_does_not_grow_with_the_candidates(curator, address):
    def count_queries():
        with CaptureQueriesContext(connection) as queries:
            curator.get(address)
        return len(queries)

    factories.quantity(transfer=factories.transfer())
    count_queries()  # what is read once a process
    before = count_queries()
    for _ in range(5):
        factories.quantity(transfer=factories.transfer())
    assert count_queries() == before


# What is typed is what is meant


@pytest.fixture
def preselected():
    return factories.transfer("rus-srb-s-400-2018")


@pytest.fixture
def other():
    return factories.transfer("rus-tur-s-400-2017", recipient="TUR")


def test_another_transfer_that_is_typed_wins_over_the_preselected(curator, address, preselected, other):
    curator.post(address, fill_in(curator, address, **{"target-other": other.pk}))
    assert list_keys() == ["rus-tur-s-400-2017"]


def test_a_new_transfer_that_is_typed_wins_over_the_preselected(curator, address, preselected):
    form = fill_in(curator, address, **{"new-recipient": factories.party("KAZ").pk})
    curator.post(address, form)
    assert list_keys() == ["rus-kaz-s-400-2019"]


@pytest.mark.parametrize("selected", ["rus-tur-s-400-2017", "new"])
def test_a_choice_that_what_is_typed_contradicts_is_refused(curator, address, preselected, other, selected):
    third = factories.transfer("rus-ind-s-400-2018", recipient="IND")
    pk = Transfer.objects.filter(key=selected).values_list("pk", flat=True).first() or selected
    form = fill_in(curator, address, **{"target-target": pk, "target-other": third.pk})
    answer = curator.post(address, form)
    assert "Select the one that you mean, or clear the other." in body(answer)
    assert list_keys() == []


def test_another_and_a_new_transfer_at_once_are_refused(curator, address, preselected, other):
    typed = {"target-other": other.pk, "new-recipient": factories.party("KAZ").pk}
    answer = curator.post(address, fill_in(curator, address, **typed))
    assert "You chose another transfer and described a new one." in body(answer)
    assert list_keys() == []


def test_a_preselected_transfer_typed_once_more_is_that_transfer(curator, address, preselected):
    curator.post(address, fill_in(curator, address, **{"target-other": preselected.pk}))
    assert list_keys() == ["rus-srb-s-400-2018"]


def test_a_transfer_that_is_not_offered_cannot_be_selected(curator, address, preselected):
    stranger = factories.transfer("ind-tur-t-72-2018", supplier="IND", recipient="TUR", system="t-72")
    curator.post(address, fill_in(curator, address, **{"target-target": stranger.pk}))
    assert list_keys() == []


# A transfer that others rely on


@pytest.mark.parametrize("state", ["published", "in_review", "withdrawn"])
def test_a_transfer_that_others_rely_on_is_not_touched_without_a_question(curator, address, state):
    transfer = factories.in_state(state)
    answer = curator.post(address, fill_in(curator, address))
    transfer.refresh_from_db()
    assert "Confirm this, or choose another transfer." in body(answer)
    assert (transfer.state, Quantity.objects.count()) == (state, 1)


def confirm(transfer):
    return {f"target-confirm_{transfer.pk}_{transfer.state}": "on"}


def test_a_confirmed_claim_makes_a_published_transfer_a_draft(curator, address):
    transfer = factories.published()
    curator.post(address, fill_in(curator, address, **confirm(transfer)))
    transfer.refresh_from_db()
    assert transfer.state == "draft"
    assert RegistryRow.objects.current().filter(key=transfer.key).exists()


def test_the_question_says_that_the_public_row_stands(curator, address):
    factories.published("rus-srb-s-400-2018")
    text = body(curator.get(address))
    assert "With this claim it becomes a draft, to be reviewed again; what is public stays until then" in text


def test_another_transfer_that_is_published_is_asked_about(curator, address, preselected):
    other = factories.published("rus-tur-s-400-2017", recipient="TUR")
    form = fill_in(curator, address, **{"target-other": other.pk})
    text = body(curator.post(address, form))
    [name] = confirm(other)
    assert f'name="{name}"' in text
    curator.post(address, form | confirm(other))
    assert list_keys().count("rus-tur-s-400-2017") == 2


def test_a_confirmation_is_of_one_state_only(curator, address):
    transfer = factories.in_state("in_review")
    confirmed = confirm(transfer)
    Transfer.objects.update(state="published")
    curator.post(address, fill_in(curator, address, **confirmed))
    assert Quantity.objects.count() == 1


# What was recorded


def record(client, address, **values):
    """Record a claim; return it and the page that follows."""
    answer = client.post(address, fill_in(client, address, **values), follow=True)
    return Quantity.objects.latest("pk"), answer


def test_the_page_says_on_which_transfer_it_was_recorded(curator, address, preselected):
    _, answer = record(curator, address)
    text = re.sub(r"<[^>]+>|\s+", " ", body(answer))
    assert re.search(r"Recorded on\s+rus-srb-s-400-2018\s*: ordered 6 systems\.", text)


# A mark that is recorded already


def test_a_recorded_mark_shows_its_claim_and_no_form(curator, address, preselected):
    record(curator, address)
    text = body(curator.get(address))
    assert "ordered 6 systems" in text
    assert "claim-measure" not in text


def test_another_claim_of_a_recorded_mark_is_made_when_wanted(curator, address, preselected):
    record(curator, address)
    assert "claim-measure" in body(curator.get(f"{address}&again=1"))


def test_another_mark_of_the_paragraph_is_not_recorded(curator, article, address, preselected):
    record(curator, address)
    assert "claim-event" in body(curator.get(get_claim_page(article, "July 2019")))


# New transfers


def test_a_new_transfer_that_may_be_a_duplicate_is_asked_about(curator, address, preselected):
    answer = curator.post(address, fill_in(curator, address, **{"target-target": "new"}))
    assert "This may be recorded already" in body(answer)
    assert list_keys() == []


def test_a_new_transfer_that_is_confirmed_gets_a_key_of_its_own(curator, address):
    factories.transfer("rus-srb-s-400-2019")
    curator.post(address, fill_in(curator, address, **{"target-target": "new", "new-another": "on"}))
    assert list_keys() == ["rus-srb-s-400-2019-2"]


def test_a_key_of_another_form_is_refused_with_the_right_one(curator, address):
    answer = curator.post(address, fill_in(curator, address, **{"target-target": "new", "new-key": "foo"}))
    assert "foo is not a key of this transfer. Write rus-srb-s-400-2019" in body(answer)
    assert not Transfer.objects.exists()


def test_the_proposed_key_follows_the_parties(curator, address):
    typed = {"target-target": "new", "new-recipient": factories.party("KAZ").pk}
    curator.post(address, fill_in(curator, address, **typed))
    assert list_keys() == ["rus-kaz-s-400-2019"]


# What the last claim of the article leaves


def test_the_next_claim_is_proposed_with_what_was_entered_for_the_last(
    curator, article, address, preselected
):
    record(curator, address, **{"claim-attributed_to": "a minister", "claim-credibility": 3})
    values = read_proposal(curator, get_claim_page(article, "two"))
    assert [values[f"claim-{name}"] for name in ("attributed_to", "credibility", "measure")] == [
        "a minister", 3, "ordered",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("Russia delivered six S-400 systems to Serbia.", "delivered"),
        ("Russia will deliver six S-400 systems to Serbia.", None),
        ("The six S-400 systems of Serbia are Russian.", "ordered"),
    ],
    ids=["the sentence goes before the last claim", "what is planned", "the last claim"],
)
def test_the_measure_is_what_the_sentence_says_or_that_of_the_last_claim(
    curator, article, preselected, text, measure
):
    factories.transfer("rus-kaz-s-400-2019", recipient="KAZ")
    page = get_claim_page(article, "two")
    record(curator, page, **{"target-target": "new", "new-another": "on"})
    article.text = text
    article.save()
    assert read_proposal(curator, get_claim_page(article, "six")).get("claim-measure") == measure


def test_the_entries_of_somebody_else_are_not_proposed(client, curator, article, address, preselected):
    record(curator, address, **{"claim-attributed_to": "a minister"})
    client.force_login(factories.user("administrator"))
    assert "claim-attributed_to" not in read_proposal(client, get_claim_page(article, "two"))


def test_an_approximate_number_stays_approximate(curator, article):
    article.text = "Russia sold about 30 S-400 systems to Serbia."
    article.save()
    factories.transfer()
    page = get_claim_page(article, "30")
    assert read_proposal(curator, page)["claim-number"] == "~30"
    claim, answer = record(curator, page)
    assert claim.note == "The source says about."
    assert "ordered about 30 systems" in body(answer)


@pytest.mark.parametrize("junk", ["RUS", "-1", "9" * 30, "\x00", "²", "other\n"])
def test_junk_in_the_choice_is_answered_in_words(curator, address, preselected, junk):
    names = ("target-target", "initial-target-target", "target-other", "new-supplier", "initial-new-supplier")
    for name in names:
        answer = curator.post(address, fill_in(curator, address) | {"claim-credibility": "", name: junk})
        assert (answer.status_code, list_keys()) == (200, [])
