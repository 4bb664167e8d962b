"""Reconcile in the admin: links are looked at, joined and declined."""

from dataclasses import replace

import pytest
from django.urls import reverse

from tests.support import deals, factories
from transfers.models import Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(client):
    client.force_login(factories.user("curator"))


def address(page):
    return reverse(f"admin:transfers_importbatch_{page}")


def body(answer):
    return answer.content.decode()


@pytest.fixture
def pair():
    """Return a deal and the transfer of an article that it may be."""
    deal = deals.imported()
    return deal, deals.described()


def decide(client, pair, decision, reason=""):
    deal, other = pair
    form = {"deal": deal.pk, "other": other.pk, "decision": decision, "reason": reason}
    return client.post(address("links"), form, follow=True)


def test_links_are_shown_with_their_figures(client, curator, pair):
    page = body(client.get(address("links")))
    assert "own and told" in page
    assert "compatible" in page


def test_a_joined_deal_is_one_of_the_other_transfer(client, curator, pair):
    decide(client, pair, "join", "The same six")
    assert [each.key for each in Transfer.objects.all()] == ["told"]


def test_a_join_without_a_reason_changes_nothing(client, curator, pair):
    assert "A join needs a reason" in body(decide(client, pair, "join"))
    assert Transfer.objects.count() == 2


def test_a_declined_link_is_not_shown_again(client, curator, pair):
    assert decide(client, pair, "decline").context["page"].paginator.count == 0


def test_a_group_is_joined_at_once_and_taken_back(client, curator):
    parts = [replace(deals.DEAL, lines=(14 + number,), ordered=count) for number, count in enumerate((3, 2))]
    parts = [deals.imported(deal, f"own-{number}") for number, deal in enumerate(parts)]
    other = deals.described()
    factories.quantity("ordered", 5, transfer=other)
    assert "Join all 2" in body(client.get(address("links")))
    form = {
        "deal": [deal.pk for deal in parts],
        "other": other.pk,
        "decision": "join",
        "reason": "One purchase",
    }
    assert "2 deals are parts of told now" in body(client.post(address("links"), form, follow=True))
    assert 'value="own-0,own-1"' in body(client.get(address("links"), {"joined": 1}))
    form = {"own": "own-0,own-1", "other": other.pk, "decision": "separate", "reason": "A mistake"}
    answer = client.post(f"{address('links')}?joined=1", form, follow=True)
    assert "Transfers of their own again: own-0, own-1." in body(answer)
    assert Transfer.objects.count() == 3


def test_an_unknown_name_is_told(client, curator, pair):
    answer = client.get(address("links"), {"recipient": "Atlantis"})
    assert "No recipient is known as" in body(answer)


def test_a_reviewer_sees_links_and_decides_none(client, pair):
    client.force_login(factories.user("reviewer"))
    assert 'value="join"' not in body(client.get(address("links")))
    assert decide(client, pair, "decline").status_code == 403
