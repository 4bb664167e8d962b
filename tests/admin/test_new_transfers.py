"""New transfers in the admin: whether they are recorded already, and their permanent keys."""

import pytest

from tests.admin.test_entry import ADD, address, build_claim, build_count, text
from tests.support import factories, forms
from transfers.models import Transfer, TransferDate

pytestmark = pytest.mark.django_db
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


def post_key(client, key, **posted):
    """Post a new transfer from Russia to Turkey with this key; return the page that follows."""
    transfer = factories.transfer("rus-tur-s-400-2017", recipient="TUR")
    transfer.delete()
    return text(client.post(ADD, build_new(client, transfer, key=key) | posted))


@pytest.mark.parametrize("key", ["foo", "rus-srb-s-400-2019", "RUS-TUR-s-400-2019", "rus-tur-s-400"])
def test_a_key_of_another_form_is_refused_with_the_right_one(admin_client, key):
    body = post_key(admin_client, key, **build_claim("dates", event="agreed", date="2019"))
    assert "Write rus-tur-s-400-2019, or the same with another year." in body
    assert not Transfer.objects.exists()


def test_a_key_is_made_of_the_first_date_where_none_is_typed(admin_client):
    post_key(admin_client, "", **build_claim("dates", event="agreed", date="October 2019"))
    assert Transfer.objects.get().key == "rus-tur-s-400-2019"


def test_a_key_without_a_year_to_be_made_of_is_asked_for(admin_client):
    body = post_key(admin_client, "")
    assert (
        "No date says the year of the key. Write rus-tur-s-400-undated, or the same with another year."
        in body
    )


def test_a_stored_transfer_keeps_a_key_of_another_form(admin_client):
    transfer = factories.transfer("an-older-key")
    admin_client.post(address(transfer), forms.open_form(admin_client, address(transfer)) | {"note": "new"})
    assert Transfer.objects.get(key="an-older-key").note == "new"
