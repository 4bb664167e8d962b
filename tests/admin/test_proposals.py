"""Proposals of comments decided in bulk: chosen by filters, shown first, made and taken back together."""

import re
from html import unescape

import pytest
from django.urls import reverse

from tests.support import deals, factories
from transfers.models import Proposal, Transfer

pytestmark = pytest.mark.django_db
LIST = reverse("admin:transfers_proposal_changelist")


@pytest.fixture
def curator(client):
    user = factories.user("curator")
    client.force_login(user)
    return user


@pytest.fixture
def proposed():
    """Return twelve open proposals of kinds, and one of a value."""
    deal = deals.imported()
    fields = {"transfer": deal.transfer, "deal": deal}
    for number in range(12):
        Proposal.objects.create(field="kind", value="lease", excerpt=f"Lease {number}", **fields)
    return Proposal.objects.create(
        field="deal_value", minimum=230_000_000, currency="EUR", excerpt="EUR230 m", **fields
    )


def post(client, action, query="?field=kind", **data):
    """Select the first listed proposal and then all that the filters leave, as the list's link does."""
    first = Proposal.objects.filter(field="kind").first()
    data |= {"action": action, "_selected_action": [first.pk], "select_across": "1"}
    return client.post(f"{LIST}{query}", data, follow=True)


def test_what_the_filters_leave_is_shown_before_it_is_decided(client, curator, proposed):
    page = post(client, "accept").content.decode()
    assert "The first 10 of 12" in page
    assert ("Lease 9" in page, "Lease 10" in page, "EUR230 m" in page) == (True, False, False)
    assert Proposal.objects.open().count() == 13


def test_transfers_that_become_drafts_are_counted_first(client, curator, proposed):
    deals.public(proposed.transfer)
    page = post(client, "accept").content.decode()
    assert "drafts afterwards: <strong>1</strong> transfer." in page


def test_confirmed_decisions_are_made_of_all_that_the_filters_leave(client, curator, proposed):
    post(client, "accept", confirmed="Accept 12")
    assert list(Proposal.objects.open()) == [proposed]
    assert Transfer.objects.get().kind == "lease"


def test_decisions_made_together_are_taken_back_together(client, curator, proposed):
    page = post(client, "accept", confirmed="Accept 12").content.decode()
    query = unescape(re.search(r'href="(\?decided=[^"]+)"', page).group(1))
    assert "12 proposals" in client.get(f"{LIST}{query}").content.decode()
    post(client, "open_again", query, confirmed="Take back 12")
    assert (Proposal.objects.open().count(), Transfer.objects.get().kind) == (13, "unspecified")


def test_more_than_can_be_decided_at_once_are_to_be_narrowed(client, curator, proposed, monkeypatch):
    monkeypatch.setattr("transfers.admin.imports.proposals.MOST", 11)
    assert "narrow them to 11 by the filters" in post(client, "decline", confirmed="Decline").content.decode()
    assert Proposal.objects.open().count() == 13


def test_who_may_not_change_transfers_decides_nothing(client, proposed):
    client.force_login(factories.user("reviewer"))
    post(client, "decline", confirmed="Decline")
    assert Proposal.objects.open().count() == 13


def test_where_one_of_the_selected_is_refused_the_page_says_why_and_none_is_decided(
    client, curator, proposed
):
    Proposal.objects.filter(field="kind").update(decision="accepted")
    page = post(client, "accept", "", confirmed="Accept 13").content.decode()
    assert ("accepted already" in page, "None of the selected" in page) == (True, True)
    assert list(Proposal.objects.open()) == [proposed]
