"""Entering transfers: the resolved row, dates and counts as people write them, likely duplicates."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support import factories, forms
from transfers.admin.editing import dates
from transfers.models import Quantity, Transfer, TransferDate
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
    assert "Quantity ordered min</th><td>6</td>" in body


def test_a_choice_is_shown_in_words(admin_client):
    body = text(admin_client.get(address(factories.transfer(condition="second_hand"))))
    assert "Condition</th><td>second-hand</td>" in body


def test_a_disputed_figure_says_so_in_words(admin_client):
    transfer = factories.quantity().transfer
    factories.quantity(number=8, transfer=transfer)
    body = text(admin_client.get(address(transfer)))
    assert "Quantity ordered max</th><td>8</td> <td><strong>disputed</strong></td>" in body


def test_an_undisputed_row_says_nothing_of_a_dispute(admin_client):
    transfer = factories.quantity().transfer
    assert "<strong>disputed</strong>" not in text(admin_client.get(address(transfer)))


def test_what_publishing_would_change_is_shown(admin_client):
    transfer = factories.published()
    Transfer.objects.filter(pk=transfer.pk).update(location="Niš")
    assert "Location</th><td>Niš</td> <td></td> <td>empty</td>" in text(admin_client.get(address(transfer)))


def test_publishing_that_would_change_nothing_says_so(admin_client):
    assert "would change none of its fields" in text(admin_client.get(address(factories.published())))


def test_what_blocks_publication_is_listed(admin_client):
    body = text(admin_client.get(address(factories.transfer())))
    assert "<li>No claim: nothing is published without a source.</li>" in body


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
    ("typed", "meant"),
    [
        ("10/2019", "write 2019-10"),
        ("Oct 2019", "write 2019-10"),
        ("24 October 2019", "write 2019-10-24"),
        ("October 24, 2019", "write 2019-10-24"),
        ("24.10.2019", "write 2019-10-24"),
        ("05/06/2019", "write 2019-06-05 or 2019-05-06"),
        ("2019-10-23 to 2019-10-29", "write 2019-10-23/2019-10-29"),
        ("ca. 2018", "write 2018~"),
        ("2019-13", "13 is no month"),
    ],
)
def test_a_wrong_date_is_explained(typed, meant):
    assert meant in dates.find_fault(typed)


@pytest.mark.parametrize(
    ("date", "days"),
    [
        ("2019-07/..", "1 July 2019 or later"),
        ("../2019", "31 December 2019 or earlier"),
        ("2019-10-24", "24 October 2019"),
        ("2019", "1 January 2019 to 31 December 2019"),
        ("0987", "1 January 987 to 31 December 987"),
    ],
)
def test_a_date_says_which_days_it_means(date, days):
    assert dates.describe(date) == f"{date} means {days}"


def test_a_stored_date_stands_beside_its_meaning(admin_client):
    transfer = factories.date("agreed", "2019-07/..").transfer
    assert "2019-07/.. means 1 July 2019 or later" in text(admin_client.get(address(transfer)))


def test_the_date_of_a_source_is_explained_too(admin_client):
    body = text(admin_client.get(reverse("admin:transfers_source_change", args=[factories.source().pk])))
    assert "2019-10-24 means 24 October 2019" in body


def test_a_wrong_date_in_the_form_is_kept_and_explained(admin_client):
    transfer = factories.transfer()
    form = forms.open_form(admin_client, address(transfer))
    answer = admin_client.post(
        address(transfer), form | build_claim("dates", event="agreed", date="Oct 2019")
    )
    assert "write 2019-10" in text(answer)
    assert forms.read_form(answer)["dates-0-date"] == "Oct 2019"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("six", (6, 6)), ("5–7", (5, 7)), ("10+", (10, None)), ("up to 12", (None, 12)), ("~30", (30, 30))],
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


def test_a_count_that_cannot_be_read_is_explained(admin_client):
    transfer = factories.transfer()
    form = forms.open_form(admin_client, address(transfer))
    assert "at least 11" in text(admin_client.post(address(transfer), form | build_count("more than 10")))


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


KEY = "rus-srb-s-400-2015"


def build_new(client, transfer, **values):
    """Return the form of a new transfer like a stored one."""
    names = ("supplier", "recipient", "system")
    return forms.open_form(client, ADD) | {
        "key": KEY, **{name: getattr(transfer, f"{name}_id") for name in names}, **values,
    }  # fmt: skip


def test_a_likely_duplicate_is_asked_about(admin_client):
    transfer = factories.transfer()
    body = text(admin_client.post(ADD, build_new(admin_client, transfer)))
    assert f'<a href="{address(transfer)}">{transfer.key}</a>' in body
    assert Transfer.objects.count() == 1


def test_what_was_typed_survives_the_question(admin_client):
    form = build_new(admin_client, factories.transfer(), note="typed") | build_count("5-7")
    shown = forms.read_form(admin_client.post(ADD, form))
    assert (shown["note"], shown["quantities-0-number"]) == ("typed", "5-7")


def test_another_transfer_is_saved_once_that_is_said(admin_client):
    form = build_new(admin_client, factories.transfer())
    admin_client.post(ADD, forms.read_form(admin_client.post(ADD, form)) | {"another": "on"})
    assert Transfer.objects.filter(key=KEY).exists()


def test_dates_in_the_form_tell_transfers_apart(admin_client):
    transfer = factories.date("agreed", "2019").transfer
    admin_client.post(
        ADD, build_new(admin_client, transfer) | build_claim("dates", event="agreed", date="2015")
    )
    assert TransferDate.objects.filter(transfer__key=KEY).exists()


def test_a_stored_transfer_is_asked_about_when_its_recipient_changes(admin_client):
    factories.transfer("one", recipient="IND")
    other = factories.transfer("other", recipient="TUR")
    form = forms.open_form(admin_client, address(other)) | {"recipient": factories.party("IND").pk}
    assert "This may be recorded already" in text(admin_client.post(address(other), form))


def test_a_stored_transfer_is_not_asked_about_again(admin_client):
    factories.transfer()
    other = factories.transfer()
    admin_client.post(address(other), forms.open_form(admin_client, address(other)) | {"note": "new"})
    assert Transfer.objects.get(pk=other.pk).note == "new"


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
