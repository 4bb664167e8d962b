"""Entering transfers: the resolved row, dates and counts as people write them, likely duplicates."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support import factories, forms
from transfers.models import Quantity, Transfer, TransferDate, Valuation
from transfers.vocabulary.counts import ABOUT

pytestmark = pytest.mark.django_db
ADD = reverse("admin:transfers_transfer_add")


def address(transfer):
    return reverse("admin:transfers_transfer_change", args=[transfer.pk])


def text(answer):
    return " ".join(answer.content.decode().split())


def build_claim(kind, **values):
    """Return one claim as a form posts it."""
    typed = {"source": factories.source("gazette").pk, "locator": "¶1", "excerpt": "words", "credibility": 2}
    posted = {f"{kind}-0-{name}": value for name, value in (typed | values).items()}
    return posted | {f"{kind}-TOTAL_FORMS": 1}


def build_count(number, **values):
    return build_claim("quantities", measure="ordered", unit="system", number=number, **values)


def test_the_row_is_shown_as_it_would_be_published(admin_client):
    transfer = factories.quantity().transfer
    body = text(admin_client.get(address(transfer)))
    assert "Quantity ordered</th> <td>6</td>" in body


def test_a_choice_is_shown_in_words(admin_client):
    body = text(admin_client.get(address(factories.transfer(condition="second_hand"))))
    assert "Condition</th> <td>second-hand</td>" in body


def test_a_disputed_figure_says_so_in_words(admin_client):
    transfer = factories.quantity().transfer
    factories.quantity(number=8, transfer=transfer)
    body = text(admin_client.get(address(transfer)))
    assert 'Quantity ordered</th> <td>6 to 8 <span class="tag tag-warning">disputed</span></td>' in body
    assert "Sources differ: Quantity ordered." in body


def test_an_undisputed_row_says_nothing_of_a_dispute(admin_client):
    transfer = factories.quantity().transfer
    body = text(admin_client.get(address(transfer)))
    assert "disputed</span>" not in body
    assert "Sources differ" not in body


def test_what_publishing_would_change_is_shown(admin_client):
    transfer = factories.published()
    Transfer.objects.filter(pk=transfer.pk).update(location="Niš")
    body = text(admin_client.get(address(transfer)))
    assert 'Location</th> <td>Niš <span class="quiet-text">public now: empty</span></td>' in body


def test_publishing_that_would_change_nothing_says_so(admin_client):
    assert "would change none of the public facts" in text(admin_client.get(address(factories.published())))


def test_what_blocks_publication_is_listed(admin_client):
    body = text(admin_client.get(address(factories.transfer())))
    assert "Cannot be published: No claim: nothing is published without a source." in body


def test_a_transfer_that_cannot_be_settled_says_why(admin_client):
    transfer = factories.date("agreed", "2019-02-29").transfer
    assert "February 2019 has 28 days" in text(admin_client.get(address(transfer)))


def count_queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_the_page_takes_as_many_queries_however_many_transfers_there_are(admin_client):
    transfer = factories.quantity().transfer
    count_queries(admin_client, address(transfer))
    few = count_queries(admin_client, address(transfer))
    for _ in range(20):
        factories.quantity()
    assert count_queries(admin_client, address(transfer)) == few


@pytest.mark.parametrize(
    ("kind", "written", "meaning"),
    [
        ("date", "2019-07/..", "2019-07/.. means 1 July 2019 or later"),
        ("date", "late 2019", "2019-07/2019-12 means 1 July 2019 to 31 December 2019"),
        ("count", "a dozen", "means exactly 12"),
        ("sum", "about $400 million", "means about 400,000,000 USD"),
    ],
)
def test_a_field_says_what_its_text_means(admin_client, kind, written, meaning):
    answer = admin_client.get("/admin/meaning/", {"kind": kind, "text": written})
    assert answer.json() == {"text": meaning, "fault": "", "proposal": ""}


def test_a_field_says_what_a_misspelt_text_may_mean(admin_client):
    answer = admin_client.get("/admin/meaning/", {"kind": "date", "text": "Febuary 2020"}).json()
    assert (answer["text"], answer["proposal"]) == ("", "2020-02")


def test_nothing_written_means_nothing(admin_client):
    assert not any(admin_client.get("/admin/meaning/", {"kind": "count"}).json().values())


@pytest.mark.parametrize("query", [{}, {"kind": "x", "text": "6"}, {"kind": "date", "text": "9" * 501}])
def test_a_meaning_of_another_kind_is_refused(admin_client, query):
    assert admin_client.get("/admin/meaning/", query).status_code == 400


def test_the_meaning_is_told_to_staff_only(client):
    assert client.get("/admin/meaning/", {"kind": "count", "text": "6"}).status_code == 302


def test_a_stored_date_stands_beside_its_meaning(admin_client):
    transfer = factories.date("agreed", "2019-07/..").transfer
    assert "2019-07/.. means 1 July 2019 or later" in text(admin_client.get(address(transfer)))


def test_the_date_of_a_source_is_explained_too(admin_client):
    body = text(admin_client.get(reverse("admin:transfers_source_change", args=[factories.source().pk])))
    assert "2019-10-24 means 24 October 2019" in body


def post(client, transfer, *claims):
    """Post the form of the transfer with these claims added."""
    form = forms.open_form(client, address(transfer))
    for claim in claims:
        form |= claim
    return client.post(address(transfer), form)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("2019-07/..", "2019-07/.."),
        ("31.12.2018", "2018-12-31"),
        ("late 2018", "2018-07/2018-12"),
        ("about 2018", "2018~"),
        ("by the end of 2018", "../2018"),
    ],
)
def test_a_date_is_kept_as_edtf_however_it_is_written(admin_client, typed, stored):
    post(admin_client, factories.transfer(), build_claim("dates", event="agreed", date=typed))
    assert TransferDate.objects.get().date == stored


def test_another_spelling_of_a_date_is_no_edit(admin_client):
    claim = factories.date("agreed", "2019-10")
    form = forms.open_form(admin_client, address(claim.transfer))
    admin_client.post(address(claim.transfer), form | {"dates-0-date": "October 2019"})
    assert claim.history.count() == 1


def test_a_date_that_can_be_read_in_two_ways_is_refused(admin_client):
    transfer = factories.transfer()
    answer = post(admin_client, transfer, build_claim("dates", event="agreed", date="05/06/2018"))
    assert "write 2018-06-05 or 2018-05-06" in text(answer)
    assert forms.read_form(answer)["dates-0-date"] == "05/06/2018"


def test_a_misspelt_date_is_refused_once_with_what_it_may_mean(admin_client):
    answer = post(
        admin_client, factories.transfer(), build_claim("dates", event="agreed", date="Febuary 2018")
    )
    assert "did you mean February 2018, which is 2018-02? Save again to take it" in text(answer)
    assert not TransferDate.objects.exists()


def test_a_misspelt_date_is_taken_once_it_is_confirmed(admin_client):
    transfer = factories.transfer()
    answer = post(admin_client, transfer, build_claim("dates", event="agreed", date="Febuary 2018"))
    admin_client.post(address(transfer), forms.read_form(answer))
    assert TransferDate.objects.get().date == "2018-02"


def test_another_misspelling_is_not_confirmed_by_the_first(admin_client):
    transfer = factories.transfer()
    answer = post(admin_client, transfer, build_claim("dates", event="agreed", date="Febuary 2018"))
    answer = admin_client.post(address(transfer), forms.read_form(answer) | {"dates-0-date": "Janury 2018"})
    assert "did you mean January 2018" in text(answer)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("six", (6, 6)),
        ("5–7", (5, 7)),
        ("10+", (10, None)),
        ("up to 12", (None, 12)),
        ("~30", (30, 30)),
        ("1,500", (1500, 1500)),
        ("more than 300", (300, None)),
    ],
)
def test_a_count_is_typed_in_one_field(admin_client, typed, stored):
    transfer = factories.transfer()
    form = forms.open_form(admin_client, address(transfer))
    admin_client.post(address(transfer), form | build_count(typed))
    assert Quantity.objects.values_list("minimum", "maximum").get() == stored


def test_an_approximate_count_says_so_in_its_note_once(admin_client):
    transfer = factories.transfer()
    form = forms.open_form(admin_client, address(transfer))
    admin_client.post(address(transfer), form | build_count("about 30", note=f"A round figure. {ABOUT}"))
    assert Quantity.objects.get().note == f"A round figure. {ABOUT}"


def test_a_count_that_is_exact_after_all_loses_its_note(admin_client):
    claim = factories.quantity(number=30, note=f"Of the ministry. {ABOUT}")
    form = forms.open_form(admin_client, address(claim.transfer))
    assert form["quantities-0-number"] == "~30"
    admin_client.post(address(claim.transfer), form | {"quantities-0-number": "30"})
    assert Quantity.objects.get().note == "Of the ministry."


def test_a_count_that_cannot_be_read_is_explained(admin_client):
    answer = post(admin_client, factories.transfer(), build_count("dozens"))
    assert "says no number" in text(answer)


def build_value(number, **values):
    return build_claim("valuations", measure="deal_value", number=number, **values)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("about $400 million", (400_000_000, 400_000_000, "USD", ABOUT)),
        ("between 21 and 23 billion roubles", (21 * 10**9, 23 * 10**9, "RUB", "")),
        ("more than 2 bn EUR", (2 * 10**9, None, "EUR", "")),
    ],
)
def test_a_value_is_typed_with_its_currency_in_one_field(admin_client, typed, stored):
    post(admin_client, factories.transfer(), build_value(typed))
    assert Valuation.objects.values_list("minimum", "maximum", "currency", "note").get() == stored


def test_a_currency_in_the_number_agrees_with_that_of_its_field(admin_client):
    answer = post(admin_client, factories.transfer(), build_value("$400 million", currency="EUR"))
    assert "The number is in USD, but the currency is EUR." in text(answer)


def test_a_value_that_is_not_whole_is_refused_in_words(admin_client):
    answer = post(admin_client, factories.transfer(), build_value("2.5 USD"))
    assert "entered in whole units" in text(answer)


def test_a_value_with_more_decimals_than_are_kept_is_refused(admin_client):
    answer = post(
        admin_client, factories.transfer(), build_claim("valuations", measure="tiv_unit", number="1.23456")
    )
    assert "no more than 3 decimal places" in text(answer)


def test_a_stored_value_is_shown_as_people_write_it(admin_client):
    transfer = factories.valuation(number=420_000_000).transfer
    assert forms.open_form(admin_client, address(transfer))["valuations-0-number"] == "420,000,000"


def test_another_spelling_of_a_value_is_no_edit(admin_client):
    claim = factories.valuation(number=420_000_000)
    form = forms.open_form(admin_client, address(claim.transfer))
    admin_client.post(address(claim.transfer), form | {"valuations-0-number": "$420 million"})
    assert claim.history.count() == 1


def test_a_stored_count_is_shown_in_its_field(admin_client):
    transfer = factories.quantity(minimum=5, maximum=7).transfer
    assert forms.open_form(admin_client, address(transfer))["quantities-0-number"] == "5-7"


def test_another_spelling_of_a_count_is_no_edit(admin_client):
    claim = factories.quantity()
    form = forms.open_form(admin_client, address(claim.transfer))
    admin_client.post(address(claim.transfer), form | {"quantities-0-number": "six"})
    assert claim.history.count() == 1


def test_a_count_edited_on_its_own_page(admin_client):
    claim = factories.quantity()
    url = reverse("admin:transfers_quantity_change", args=[claim.pk])
    admin_client.post(url, forms.open_form(admin_client, url) | {"number": "at least 7"})
    assert Quantity.objects.values_list("minimum", "maximum").get() == (7, None)


@pytest.mark.parametrize("state", ["published", "in_review"])
def test_an_edit_makes_a_draft_of_what_was_reviewed(admin_client, state):
    transfer = factories.quantity().transfer
    Transfer.objects.filter(pk=transfer.pk).update(state=state)
    form = forms.open_form(admin_client, address(transfer)) | {"quantities-0-number": "7"}
    admin_client.post(address(transfer), form)
    assert Transfer.objects.get(pk=transfer.pk).state == "draft"


def test_a_preference_that_is_given_up_leaves_history(admin_client):
    transfer = factories.transfer()
    first = factories.quantity(transfer=transfer, preferred=True)
    factories.quantity(number=8, transfer=transfer)
    form = forms.open_form(admin_client, address(transfer))
    del form["quantities-0-preferred"]
    admin_client.post(address(transfer), form | {"quantities-1-preferred": "on"})
    assert list(first.history.values_list("preferred", flat=True)) == [False, True]


def test_the_preference_moves_from_a_claim_that_is_deleted(admin_client):
    transfer = factories.transfer()
    factories.quantity(number=8, transfer=transfer)
    factories.quantity(transfer=transfer, preferred=True)
    form = forms.open_form(admin_client, address(transfer))
    changes = {"quantities-0-preferred": "on", "quantities-1-DELETE": "on"}
    admin_client.post(address(transfer), form | changes)
    assert list(transfer.quantities.values_list("minimum", "preferred")) == [(8, True)]


@pytest.mark.parametrize("name", ["TOTAL_FORMS", "INITIAL_FORMS"])
@pytest.mark.parametrize("value", ["1000000000", "-1", "", "x", "9" * 5000, "²", "\x00"])
def test_a_garbled_number_of_claims_is_an_error_and_no_crash(admin_client, name, value):
    claim = factories.quantity()
    form = forms.open_form(admin_client, address(claim.transfer)) | {f"dates-{name}": value, "note": "mine"}
    answer = admin_client.post(address(claim.transfer), form)
    assert answer.status_code in (200, 302)


def test_who_may_only_look_sees_no_question_for_a_reason(client):
    user = User.objects.create_user("reader", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    body = text(client.get(address(factories.quantity().transfer)))
    assert 'name="why"' not in body
    assert "As it would be published" in body


def test_an_event_after_its_source_is_refused_in_its_field(admin_client):
    answer = post(admin_client, factories.transfer(), build_claim("dates", event="agreed", date="2019-10-25"))
    assert "2019-10-25 is later than its source, which is of 2019-10-24." in text(answer)
    assert not TransferDate.objects.exists()


def test_a_delivery_that_is_due_may_be_after_its_source(admin_client):
    post(admin_client, factories.transfer(), build_claim("dates", event="due", date="by the end of 2026"))
    assert TransferDate.objects.get().date == "../2026"
