"""What comments may mean: accepted by a curator it is a fact with its history, declined it is nothing."""

from decimal import Decimal

import pytest
from django.urls import reverse

from tests.support import deals, factories
from transfers.curation.workflow import Refused
from transfers.models import Proposal, Transfer, Valuation
from transfers.registers.reconciling import proposing

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal():
    return deals.imported()


def proposal(deal, field="deal_value", **values):
    fields = {"value": "lease"} if field == "kind" else {"minimum": 230_000_000, "currency": "EUR"}
    fields |= {"excerpt": "EUR230 m deal", **values}
    return Proposal.objects.create(transfer=deal.transfer, deal=deal, field=field, **fields)


def test_an_accepted_value_is_a_claim_of_the_edition(deal):
    proposing.accept(proposal(deal, maximum=250_000_000), factories.user("curator"))
    claim = Valuation.objects.get(measure="deal_value")
    assert (claim.source, claim.locator, claim.excerpt) == (deal.batch.source, "line 14", "EUR230 m deal")
    assert (claim.minimum, claim.maximum, claim.currency) == (230_000_000, Decimal(250_000_000), "EUR")


@pytest.mark.parametrize(("doubtful", "credibility"), [(False, 4), (True, 5)])
def test_a_value_that_may_pay_for_more_is_less_credible(deal, doubtful, credibility):
    proposing.accept(proposal(deal, doubtful=doubtful), factories.user("curator"))
    assert Valuation.objects.get(measure="deal_value").credibility == credibility


def test_an_excerpt_is_twelve_words_at_most(deal):
    proposing.accept(proposal(deal, excerpt="word " * 20), factories.user("curator"))
    assert len(Valuation.objects.get(measure="deal_value").excerpt.split()) == 12


def test_an_accepted_kind_is_the_transfers(deal):
    proposing.accept(proposal(deal, "kind"), factories.user("curator"))
    assert Transfer.objects.get().kind == "lease"


@pytest.mark.parametrize("field", ["kind", "deal_value"])
def test_what_was_public_is_a_draft_then_and_history_says_why(deal, field):
    deals.public(deal.transfer)
    curator = factories.user("curator")
    transfer = proposing.accept(proposal(deal, field), curator)
    copy = Transfer.history.latest("history_id")
    assert transfer.state == "draft"
    assert (copy.history_user, "EUR230 m deal" in copy.history_change_reason) == (curator, True)


def test_a_declined_proposal_changes_nothing(deal):
    before = Transfer.history.count()
    proposing.decline(proposal(deal, "kind"), factories.user("curator"))
    assert (Transfer.objects.get().kind, Transfer.history.count()) == ("unspecified", before)


@pytest.mark.parametrize(
    ("decide", "decision"), [(proposing.accept, "accepted"), (proposing.decline, "declined")]
)
def test_a_decision_is_kept_with_user_and_time_and_stands(deal, decide, decision):
    decided, curator = proposal(deal, "kind"), factories.user("curator")
    decide(decided, curator)
    decided.refresh_from_db()
    assert (decided.decision, decided.decided_by, decided.decided is None) == (decision, curator, False)
    with pytest.raises(Refused, match="already"):
        decide(decided, curator)


def test_a_reviewer_decides_nothing(deal):
    with pytest.raises(Refused, match="not allowed"):
        proposing.accept(proposal(deal), factories.user("reviewer"))


def test_a_value_that_is_claimed_already_is_refused_and_stays_open(deal):
    proposing.accept(proposal(deal), factories.user("curator"))
    again = proposal(deal)
    with pytest.raises(Refused, match="recorded already"):
        proposing.accept(again, factories.user("administrator"))
    again.refresh_from_db()
    assert again.decision == "open"


def act(client, action, *proposals):
    form = {"action": action, "_selected_action": [each.pk for each in proposals]}
    return client.post(reverse("admin:transfers_proposal_changelist"), form, follow=True).content.decode()


def test_selected_proposals_are_accepted_or_declined(client, deal):
    client.force_login(factories.user("curator"))
    assert "2 proposals are accepted." in act(client, "accept", proposal(deal), proposal(deal, "kind"))
    assert "1 proposals are declined." in act(client, "decline", proposal(deal))


def test_all_of_the_selected_are_decided_or_none(client, deal):
    client.force_login(factories.user("curator"))
    assert "None of the selected" in act(client, "accept", proposal(deal), proposal(deal))
    assert set(Proposal.objects.values_list("decision", flat=True)) == {"open"}


def test_a_reviewer_is_offered_no_decision(client, deal):
    client.force_login(factories.user("reviewer"))
    act(client, "accept", proposal(deal, "kind"))
    assert Transfer.objects.get().kind == "unspecified"
