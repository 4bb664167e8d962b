"""Claims made from marks, taken back again while nobody built on them."""
# ruff: noqa: F811  # the fixtures of another module

import pytest
from django.urls import reverse

from tests.admin.test_claim import (  # noqa: F401
    address,
    article,
    body,
    confirm,
    curator,
    list_keys,
    preselected,
    record,
)
from tests.support import factories
from tests.support.articles import fill_in, get_claim_page
from transfers.models import Quantity, Transfer, TransferDate

pytestmark = pytest.mark.django_db


def undo(client, article, claim):
    page = reverse("admin:transfers_articletext_undo", args=[article.pk])
    return body(client.post(page, {"claim": f"quantity-{claim.pk}"}, follow=True))


def test_undo_removes_the_claim(curator, article, address, preselected):
    claim, _ = record(curator, address)
    assert "Undone: Recorded on rus-srb-s-400-2018: ordered 6 systems." in undo(curator, article, claim)
    assert list_keys() == []


@pytest.mark.parametrize("state", ["published", "in_review", "withdrawn"])
def test_undo_gives_the_transfer_its_state_back(curator, article, address, state):
    transfer = factories.in_state(state)
    claim, _ = record(curator, address, **confirm(transfer))
    undo(curator, article, claim)
    transfer.refresh_from_db()
    assert transfer.state == state


def test_undo_removes_the_transfer_that_was_made_for_the_claim(curator, article, address):
    claim, _ = record(curator, address, **{"target-target": "new"})
    undo(curator, article, claim)
    assert not Transfer.objects.exists()


def test_undo_stands_in_the_history(curator, article, address, preselected):
    claim, _ = record(curator, address)
    undo(curator, article, claim)
    copy = Quantity.history.first()
    assert (copy.history_type, copy.history_change_reason) == (
        "-", "Undone: Recorded on rus-srb-s-400-2018: ordered 6 systems.",
    )  # fmt: skip


def test_undo_is_refused_once_somebody_else_changed_the_transfer(curator, article, address):
    transfer = factories.published()
    claim, _ = record(curator, address, **confirm(transfer))
    transfer.refresh_from_db()
    factories.edit_as(factories.user("administrator"), transfer)
    assert "Somebody else changed the transfer" in undo(curator, article, claim)
    assert Quantity.objects.filter(pk=claim.pk).exists()


def test_undo_is_refused_once_the_claim_was_changed(curator, article, address, preselected):
    claim, _ = record(curator, address)
    claim.note = "changed"
    claim.save()
    assert "The claim was changed since it was recorded." in undo(curator, article, claim)


def test_undo_is_refused_once_the_transfer_has_gone_on(curator, article, address, preselected):
    claim, _ = record(curator, address)
    preselected.state = "in_review"
    preselected.save()
    assert "has gone on since" in undo(curator, article, claim)


def test_a_transfer_that_was_edited_further_stays_a_draft(curator, article, address):
    transfer = factories.published()
    claim, _ = record(curator, address, **confirm(transfer))
    page = get_claim_page(article, "July 2019")
    form = fill_in(curator, page, **{"claim-event": "agreed"})
    curator.post(page, form)
    undo(curator, article, claim)
    transfer.refresh_from_db()
    assert (transfer.state, Quantity.objects.count(), TransferDate.objects.count()) == ("draft", 1, 1)


def test_a_claim_of_somebody_else_is_not_undone(client, curator, article, address, preselected):
    claim, _ = record(curator, address)
    client.force_login(factories.user("administrator"))
    assert "Only whoever recorded a claim can undo it." in undo(client, article, claim)


def test_undo_is_offered_only_where_it_is_possible(client, curator, article, address, preselected):
    record(curator, address)
    assert 'value="Undo"' in body(curator.get(address))
    client.force_login(factories.user("administrator"))
    assert 'value="Undo"' not in body(client.get(address))


def test_undo_needs_a_post(curator, article):
    assert curator.get(reverse("admin:transfers_articletext_undo", args=[article.pk])).status_code == 405


@pytest.mark.parametrize("identifier", ["", "quantity-999", "quantity-x", "party-1", "quantity-" + "9" * 30])
def test_undo_of_what_is_not_there_is_answered_in_words(curator, article, identifier):
    page = reverse("admin:transfers_articletext_undo", args=[article.pk])
    assert "The claim is not there any more." in body(curator.post(page, {"claim": identifier}, follow=True))
