"""What comments may mean: accepted by a curator it is a fact with its history, declined it is nothing."""

from decimal import Decimal

import pytest

from tests.support import deals, factories
from transfers.curation.workflow import AllRefused, Refused
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


def accepted(deal, curator, field):
    decided = proposal(deal, field)
    proposing.accept(decided, curator)
    decided.refresh_from_db()
    return decided


@pytest.mark.parametrize("field", ["kind", "deal_value"])
def test_an_acceptance_taken_back_leaves_the_transfer_as_it_was(deal, field):
    deals.public(deal.transfer)
    curator = factories.user("curator")
    proposing.open_again(accepted(deal, curator, field), curator)
    transfer = Transfer.objects.get()
    values = Valuation.objects.filter(measure="deal_value").count()
    assert (transfer.state, transfer.kind, values) == ("published", "unspecified", 0)


@pytest.mark.parametrize("decide", [proposing.accept, proposing.decline])
def test_a_decision_taken_back_can_be_made_again(deal, decide):
    decided, curator = proposal(deal, "kind"), factories.user("curator")
    decide(decided, curator)
    proposing.open_again(decided, curator)
    assert Proposal.objects.open().get() == decided
    decide(decided, curator)


def test_what_was_changed_since_its_acceptance_is_not_taken_back(deal):
    curator = factories.user("curator")
    decided = accepted(deal, curator, "kind")
    transfer = Transfer.objects.get()
    transfer.kind = "gift"
    transfer.save()
    with pytest.raises(Refused, match="changed since"):
        proposing.open_again(decided, curator)
    assert (Transfer.objects.get().kind, Proposal.objects.get().decision) == ("gift", "accepted")


def test_a_claim_that_was_changed_since_is_not_taken_back(deal):
    curator = factories.user("curator")
    decided = accepted(deal, curator, "deal_value")
    claim = Valuation.objects.get(measure="deal_value")
    claim.note = "Checked against the contract"
    claim.save()
    with pytest.raises(Refused, match="changed since"):
        proposing.open_again(decided, curator)


def test_a_kind_that_was_there_before_its_acceptance_stays(deal):
    Transfer.objects.update(kind="lease")
    curator = factories.user("curator")
    proposing.open_again(accepted(deal, curator, "kind"), curator)
    assert (Transfer.objects.get().kind, Proposal.objects.get().decision) == ("lease", "open")


def test_a_transfer_that_was_edited_since_is_a_draft_once_an_acceptance_is_taken_back(deal):
    deals.public(deal.transfer)
    curator = factories.user("curator")
    decided = accepted(deal, curator, "kind")
    transfer = Transfer.objects.get()
    transfer.note = "Half a thought"
    transfer.save()
    deals.public(transfer)
    proposing.open_again(decided, curator)
    assert (Transfer.objects.get().kind, Transfer.objects.get().state) == ("unspecified", "draft")


def test_what_is_open_is_not_taken_back(deal):
    with pytest.raises(Refused, match="Nothing was decided"):
        proposing.open_again(proposal(deal), factories.user("curator"))


def test_where_one_proposal_is_refused_none_is_decided(deal):
    curator = factories.user("curator")
    decided, waiting = accepted(deal, curator, "kind"), proposal(deal)
    with pytest.raises(AllRefused, match="already"):
        proposing.decide_all([decided, waiting], proposing.accept, curator, "")
    waiting.refresh_from_db()
    assert waiting.decision == "open"
