"""Claims that are moved to another transfer: what goes along, what is asked, refused and taken back."""

import pytest

from tests.support import deals, factories
from transfers.curation import moving, workflow
from transfers.models import ReviewNote, Transfer

pytestmark = pytest.mark.django_db
State = Transfer.State


@pytest.fixture
def curator():
    return factories.user("curator", "carl")


@pytest.fixture
def transfer():
    return factories.transfer("wrong")


@pytest.fixture
def target():
    return factories.transfer("right")


def move(transfer, claims, target, user, reason="It speaks of the other deal", **options):
    return moving.move(
        transfer, [moving.name_claim(claim) for claim in claims], target, user, reason, **options
    )


def test_claims_of_all_kinds_are_moved(transfer, target, curator):
    claims = [make(transfer=transfer) for make in (factories.quantity, factories.date, factories.valuation)]
    stays = factories.quantity("delivered", transfer=transfer)
    move(transfer, claims, target, curator)
    assert target.claims() == claims
    assert transfer.claims() == [stays]


def test_a_moved_claim_keeps_what_it_says(transfer, target, curator):
    claim = factories.quantity(transfer=transfer, note="Of three ships", attributed_to="A minister")
    move(transfer, [claim], target, curator)
    moved = target.quantities.get()
    assert (moved.minimum, moved.note, moved.attributed_to) == (6, "Of three ships", "A minister")


def test_the_history_says_who_moved_it_and_why(transfer, target, curator):
    claim = factories.quantity(transfer=transfer)
    move(transfer, [claim], target, curator, "It speaks of the other deal")
    copy = claim.history.latest("history_id")
    assert (copy.history_user, copy.history_change_reason) == (curator, "It speaks of the other deal")


def test_both_conversations_say_it(transfer, target, curator):
    move(transfer, [factories.quantity(transfer=transfer)], target, curator, "Another deal")
    assert [note.text for note in ReviewNote.objects.filter(kind="move")] == [
        "1 claim to right: Another deal", "1 claim from wrong: Another deal",
    ]  # fmt: skip


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.PUBLISHED, State.WITHDRAWN])
def test_a_transfer_that_others_rely_on_is_asked_about(target, curator, state):
    transfer = factories.in_state(state)
    with pytest.raises(moving.Unconfirmed, match=transfer.key):
        move(transfer, transfer.claims(), target, curator)
    assert len(transfer.claims()) == 1


def test_the_target_is_asked_about_too(transfer, curator):
    target = factories.in_state(State.PUBLISHED)
    with pytest.raises(moving.Unconfirmed, match=target.key):
        move(transfer, [factories.quantity(transfer=transfer)], target, curator)


def test_both_transfers_become_drafts_once_that_is_confirmed(curator):
    transfer, target = factories.in_state(State.PUBLISHED), factories.in_state(State.PUBLISHED)
    move(transfer, transfer.claims(), target, curator, confirmed=True)
    assert set(Transfer.objects.values_list("state", flat=True)) == {State.DRAFT}


def test_what_is_public_stays(curator, target):
    transfer = factories.in_state(State.PUBLISHED)
    move(transfer, transfer.claims(), target, curator, confirmed=True)
    assert workflow.is_public(transfer)


def test_a_preference_gives_way_to_that_of_the_target(transfer, target, curator):
    factories.quantity(transfer=target, preferred=True)
    claim = factories.quantity(transfer=transfer, preferred=True)
    move(transfer, [claim], target, curator)
    claim.refresh_from_db()
    assert (claim.transfer, claim.preferred) == (target, False)


def test_a_claim_that_the_target_has_already_is_refused(transfer, target, curator):
    source = factories.source("gazette")
    claims = [factories.quantity(transfer=one, source=source, locator="¶1") for one in (transfer, target)]
    with pytest.raises(workflow.Refused, match="is recorded already"):
        move(transfer, claims[:1], target, curator)
    assert transfer.quantities.exists()


def test_one_claim_that_cannot_be_moved_keeps_the_others(transfer, target, curator):
    source = factories.source("gazette")
    claims = [factories.quantity(transfer=one, source=source, locator="¶1") for one in (transfer, target)]
    with pytest.raises(workflow.Refused):
        move(transfer, [factories.date(transfer=transfer), claims[0]], target, curator)
    assert transfer.dates.exists()


def test_a_claim_of_an_imported_deal_is_refused(target, curator):
    deal = deals.imported()
    with pytest.raises(workflow.Refused, match="imported deal"):
        move(deal.transfer, deal.transfer.claims()[:1], target, curator)


def test_a_claim_of_another_transfer_is_refused(transfer, target, curator):
    with pytest.raises(workflow.Refused, match="no longer a claim of wrong"):
        move(transfer, [factories.quantity(), factories.quantity(transfer=transfer)], target, curator)


@pytest.mark.parametrize("reason", ["", " "])
def test_a_move_without_a_reason_is_refused(transfer, target, curator, reason):
    with pytest.raises(workflow.Refused, match="needs a reason"):
        move(transfer, [factories.quantity(transfer=transfer)], target, curator, reason)


def test_a_move_to_the_transfer_itself_is_refused(transfer, curator):
    with pytest.raises(workflow.Refused, match="already"):
        move(transfer, [factories.quantity(transfer=transfer)], transfer, curator)


def test_a_reviewer_moves_nothing(transfer, target):
    with pytest.raises(workflow.Refused, match="not allowed"):
        move(transfer, [factories.quantity(transfer=transfer)], target, factories.user("reviewer"))


@pytest.mark.parametrize("place", ["wrong", "right"])
def test_a_move_is_undone_from_either_transfer(transfer, target, curator, place):
    factories.quantity(transfer=target, preferred=True)
    claims = [factories.quantity(transfer=transfer, preferred=True), factories.date(transfer=transfer)]
    move(transfer, claims, target, curator)
    moving.undo(ReviewNote.objects.get(transfer__key=place), curator, "A mistake")
    assert transfer.claims() == claims
    assert transfer.quantities.get().preferred


def test_a_claim_that_was_changed_since_is_not_moved_back(transfer, target, curator):
    claim = factories.quantity(transfer=transfer)
    move(transfer, [claim], target, curator)
    moved = target.quantities.get()
    moved.note = "A note"
    moved.save()
    note = ReviewNote.objects.first()
    assert not moving.can_undo(note)
    with pytest.raises(workflow.Refused, match="were changed since"):
        moving.undo(note, curator, "A mistake")


def test_a_move_is_undone_once(transfer, target, curator):
    move(transfer, [factories.quantity(transfer=transfer)], target, curator)
    note = ReviewNote.objects.first()
    moving.undo(note, curator, "A mistake")
    with pytest.raises(workflow.Refused, match="were changed since"):
        moving.undo(note, curator, "A mistake")


def test_an_undo_asks_about_a_transfer_that_others_rely_on(transfer, target, curator):
    move(transfer, [factories.quantity(transfer=transfer)], target, curator)
    Transfer.objects.filter(pk=target.pk).update(state=State.PUBLISHED)
    with pytest.raises(moving.Unconfirmed, match="right"):
        moving.undo(ReviewNote.objects.first(), curator, "A mistake")
