"""Pages on which claims are moved from one transfer to another."""

import pytest
from django.urls import reverse

from tests.support import factories, forms
from transfers.curation import moving
from transfers.models import ReviewNote, Transfer

pytestmark = pytest.mark.django_db


def page(name, *arguments):
    return reverse(f"admin:transfers_transfer_{name}", args=arguments)


@pytest.fixture
def curator(client):
    client.force_login(factories.user("curator"))
    return client


def test_chosen_claims_are_moved(curator):
    claim, target = factories.quantity(), factories.transfer()
    form = {"claims": [moving.name_claim(claim)], "target": target.pk, "reason": "Another deal"}
    curator.post(page("move", claim.transfer.pk), form)
    assert target.quantities.get() == claim


def test_a_published_transfer_is_moved_from_after_a_question(curator):
    transfer, target = factories.published(), factories.transfer()
    form = {
        "claims": [moving.name_claim(transfer.claims()[0])], "target": target.pk, "reason": "Another deal",
    }  # fmt: skip
    body = curator.post(page("move", transfer.pk), form).content.decode()
    assert f"This makes a draft of {transfer.key}, which is published." in body
    assert transfer.quantities.exists()
    curator.post(page("move", transfer.pk), form | {"confirmed": "on"})
    assert target.quantities.exists()


def test_the_page_says_what_each_claim_is(curator):
    claim = factories.quantity(source="gazette", locator="¶2")
    body = curator.get(page("move", claim.transfer.pk)).content.decode()
    assert "Quantity ordered: 6 system, gazette ¶2" in body


def test_the_button_that_leads_there_saves_first(curator):
    claim = factories.quantity()
    form = forms.open_form(curator, page("change", claim.transfer.pk))
    answer = curator.post(page("change", claim.transfer.pk), form | {"note": "A note", "_step": "move"})
    assert answer.url == page("move", claim.transfer.pk)
    assert Transfer.objects.get().note == "A note"


def test_a_move_is_taken_back(curator):
    claim, target = factories.quantity(), factories.transfer()
    form = {"claims": [moving.name_claim(claim)], "target": target.pk, "reason": "Another deal"}
    curator.post(page("move", claim.transfer.pk), form)
    note = ReviewNote.objects.get(transfer=target)
    assert page("unmove", target.pk, note.pk) in curator.get(page("change", target.pk)).content.decode()
    curator.post(page("unmove", target.pk, note.pk), {"reason": "A mistake"})
    assert not target.quantities.exists()


@pytest.mark.parametrize(
    "junk", [{"claims": ["x"]}, {"target": "x"}, {"target": "9" * 40}, {"reason": ""}, {"claims": []}]
)
def test_junk_moves_nothing(curator, junk):
    claim, target = factories.quantity(), factories.transfer()
    form = {"claims": [moving.name_claim(claim)], "target": target.pk, "reason": "Another deal"}
    answer = curator.post(page("move", claim.transfer.pk), form | junk)
    assert answer.status_code == 200
    assert not target.quantities.exists()


@pytest.mark.parametrize("note", [99, 10**18 - 1])
def test_a_move_that_never_was_is_not_found(curator, note):
    assert curator.get(page("unmove", factories.transfer().pk, note)).status_code == 404


def test_who_may_not_change_transfers_moves_nothing(client):
    client.force_login(factories.user("reviewer"))
    assert client.get(page("move", factories.transfer().pk)).status_code == 403
