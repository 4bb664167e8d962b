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


@pytest.fixture
def pairs():
    """Return three deals, each with the transfer of an article that it plainly is."""
    source = deals.edition()
    for number, recipient in enumerate(("TUR", "IND", "SRB")):
        deals.imported(
            replace(deals.DEAL, lines=(14 + number,)), f"own-{number}", recipient=recipient, source=source
        )
        told = deals.described(f"told-{number}", recipient=recipient)
        factories.quantity("ordered", 4, transfer=told)


def join_together(client, query="?least_score=0.5", reason="The same deals"):
    """Join what the page shows."""
    page = client.get(f"{address('joining')}{query}")
    form = {"pairs": page.context["pairs"], "reason": reason}
    return client.post(f"{address('joining')}{query}", form, follow=True)


def keys():
    return [transfer.key for transfer in Transfer.objects.order_by("key")]


def test_links_that_nothing_speaks_against_are_joined_together(client, curator, pairs):
    assert "3 deals were joined" in body(join_together(client))
    assert keys() == ["told-0", "told-1", "told-2"]


def test_what_was_joined_together_is_taken_back_together(client, curator, pairs):
    join_together(client)
    answer = client.post(address("joining"), {"separate": "1", "reason": "A mistake"}, follow=True)
    assert "3 deals are transfers of their own again" in body(answer)
    assert keys() == ["own-0", "own-1", "own-2", "told-0", "told-1", "told-2"]


def test_a_link_with_a_figure_in_dispute_is_not_joined_with_others(client, curator, pairs):
    factories.quantity("ordered", 9, transfer=Transfer.objects.get(key="told-1"))
    Transfer.objects.get(key="told-1").quantities.filter(minimum=4).delete()
    join_together(client)
    assert keys() == ["own-1", "told-0", "told-1", "told-2"]


def test_a_link_that_has_a_rival_is_not_joined_with_others(client, curator, pairs):
    factories.quantity("ordered", 4, transfer=deals.described("rival", recipient="IND"))
    join_together(client)
    assert keys() == ["own-1", "rival", "told-0", "told-1", "told-2"]


def test_the_rule_reaches_no_further_than_its_score_and_names(client, curator, pairs):
    assert client.get(address("joining"), {"least_score": "1"}).context["count"] == 0
    assert client.get(address("joining"), {"least_score": "0.5", "recipient": "IND"}).context["count"] == 1


def test_links_that_changed_since_they_were_seen_are_not_joined(client, curator, pairs):
    form = {"pairs": "1-2", "reason": "The same deals"}
    answer = client.post(f"{address('joining')}?least_score=0.5", form, follow=True)
    assert "changed since you opened the page" in body(answer)
    assert len(keys()) == 6


def test_the_best_are_joined_where_the_rule_finds_more_than_one_step_takes(
    client, curator, pairs, monkeypatch
):
    monkeypatch.setattr("transfers.admin.imports.joining.MOST", 2)
    query = {"least_score": "0.5"}
    assert "of which the best 2 are joined in one step" in body(client.get(address("joining"), query))
    assert "2 deals were joined" in body(join_together(client))
    assert client.get(address("joining"), query).context["found"] == 1


def test_nothing_is_joined_together_without_a_reason(client, curator, pairs):
    assert "A join needs a reason" in body(join_together(client, reason=""))
    assert len(keys()) == 6


def test_a_reviewer_joins_nothing_together(client, pairs):
    client.force_login(factories.user("reviewer"))
    assert client.get(address("joining")).status_code == 403
