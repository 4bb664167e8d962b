"""The page of the work by week and person."""

import pytest
from django.urls import reverse

from tests.support import factories
from transfers.curation import workflow

pytestmark = pytest.mark.django_db
PAGE = "admin:transfers_transfer_dashboard"


def test_the_page_says_who_did_what_and_what_waits(client):
    curator = factories.user("curator", "carl")
    transfer = factories.quantity().transfer
    workflow.move(transfer, "submit", curator, "Read")
    client.force_login(curator)
    body = client.get(reverse(PAGE)).content.decode()
    assert '<th scope="row">carl</th>' in body
    assert transfer.key in body
    assert "The oldest waits for less than a day." in body


def test_the_page_of_an_empty_register(admin_client):
    body = admin_client.get(reverse(PAGE)).content.decode()
    assert "Nothing waits for a review." in body


@pytest.mark.parametrize(("role", "status"), [("curator", 200), ("reviewer", 200), ("nobody", 403)])
def test_the_page_is_for_those_who_may_look_at_transfers(client, role, status):
    client.force_login(factories.user(role))
    assert client.get(reverse(PAGE)).status_code == status


def test_the_front_page_leads_there(client):
    client.force_login(factories.user("reviewer"))
    assert reverse(PAGE) in client.get(reverse("admin:index")).content.decode()
