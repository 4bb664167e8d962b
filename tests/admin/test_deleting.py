"""Deleting in the admin: what goes is shown, and a reason is asked for and kept."""

import pytest
from django.urls import reverse

from tests.support import factories
from transfers.models import Quantity, Transfer

pytestmark = pytest.mark.django_db
LIST = "/admin/transfers/quantity/"


@pytest.fixture
def curator(client):
    client.force_login(factories.user("curator"))
    return client


def select(client, claim, **form):
    return client.post(LIST, {"action": "delete_selected", "_selected_action": claim.pk, "index": 0, **form})


def test_a_list_of_claims_to_delete_names_transfer_figure_and_source(curator):
    claim = factories.quantity(transfer=factories.transfer("a-transfer"), excerpt="six of them")
    body = select(curator, claim).content.decode()
    for text in ("a-transfer", "6 system", claim.source.key, "six of them", "Reason for deleting"):
        assert text in body


def test_selected_claims_are_deleted_with_the_reason(curator):
    claim = factories.quantity(transfer=factories.published())
    select(curator, claim, post="yes", reason="Counted twice")
    assert not Quantity.objects.filter(pk=claim.pk).exists()
    assert Quantity.history.filter(history_type="-").get().history_change_reason == "Counted twice"
    assert Transfer.objects.get().state == "draft"


def test_selected_claims_stay_without_a_reason(curator):
    claim = factories.quantity()
    assert select(curator, claim, post="yes", reason=" ").status_code == 302
    assert Quantity.objects.get() == claim


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_record_stays_without_a_reason(curator, reason):
    transfer = factories.transfer()
    url = reverse("admin:transfers_transfer_delete", args=[transfer.pk])
    answer = curator.post(url, {"post": "yes", "reason": reason}, follow=True)
    assert "Deleting needs a reason" in answer.content.decode()
    assert Transfer.objects.get() == transfer


def test_a_record_is_deleted_with_the_reason(curator):
    transfer = factories.transfer()
    curator.post(
        reverse("admin:transfers_transfer_delete", args=[transfer.pk]), {"post": "yes", "reason": "A slip"}
    )
    assert Transfer.history.filter(history_type="-").get().history_change_reason == "A slip"
