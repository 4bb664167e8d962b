"""A curator settles what an ambiguous deal is; the answer is used at once and by later editions."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.registers.test_importing import DEAL, KEY, bring, outcomes, row
from tests.registers.test_renamed_editions import bring_case
from tests.support import factories
from transfers.curation.workflow import Refused
from transfers.models import (
    ImportBatch,
    Proposal,
    Quantity,
    RegisterDeal,
    RegistryRow,
    System,
    SystemAlias,
    Transfer,
)
from transfers.publication import publish, verify
from transfers.registers.importing import undo
from transfers.registers.reconciling import renaming, settling
from transfers.registers.reconciling.settling import NEW, PART, SAME, Answer

pytestmark = pytest.mark.django_db

LATER, LATEST = "19 May 2027", "20 May 2028"
WHOLE = replace(DEAL, ordered=9, comments="For the navy", delivered=0, delivery_years=(), tiv_delivered=None)
PARTS = [
    replace(WHOLE, ordered=count, comments=f"Type {count}", tiv_ordered=Decimal(80 * count))
    for count in (4, 5)
]


@pytest.fixture
def curator():
    return factories.user("curator")


@pytest.fixture
def split():
    """Import a deal, publish it, and import an edition that has two instead; return the ids of both."""
    bring(WHOLE, publish=True)
    bring(*PARTS, generated=LATER, publish=True)
    return list(RegisterDeal.objects.ambiguous().order_by("pk").values_list("pk", flat=True))


def publish_all():
    publish.publish(Transfer.objects.drafts(), "Looked at")


def list_ordered():
    rows = RegistryRow.objects.current().order_by("key")
    return [shown.quantity_ordered_max for shown in rows]


def test_nothing_ambiguous_is_public_twice(split):
    assert list_ordered() == [9]


def test_this_one_revises_the_deal(split, curator):
    whole = Transfer.objects.get()
    settling.settle([Answer(split[0], SAME, whole.pk)], curator)
    publish_all()
    assert (row().quantity_ordered_max, row().tiv_ordered, row().disputed) == (4, 320, None)
    assert [deal.outcome for deal in RegisterDeal.objects.order_by("pk")] == ["new", "ambiguous", "changed"]


def test_new_is_a_deal_of_its_own(split, curator):
    settling.settle([Answer(split[0], NEW)], curator)
    publish_all()
    assert list_ordered() == [9, 4]


def test_parts_take_the_place_of_what_is_split(split, curator):
    whole = Transfer.objects.get()
    settling.settle([Answer(pk, PART, whole.pk) for pk in split], curator)
    publish_all()
    assert list_ordered() == [4, 5]
    assert sum(shown.tiv_ordered for shown in RegistryRow.objects.current()) == 720
    assert list(verify.list_faults()) == []


def test_one_deal_is_not_two_of_one_edition(split, curator):
    whole = Transfer.objects.get()
    with pytest.raises(Refused, match="is another deal of this edition already"):
        settling.settle([Answer(pk, SAME, whole.pk) for pk in split], curator)
    assert RegisterDeal.objects.ambiguous().count() == 2


def test_deal_is_nothing_that_was_not_proposed(split, curator):
    other = factories.transfer("other", supplier="X-FRANCE", recipient="X-INDIA", system="nord-7")
    with pytest.raises(Refused, match="may be this one"):
        settling.settle([Answer(split[0], SAME, other.pk)], curator)


def test_deal_is_settled_once(split, curator):
    settling.settle([Answer(split[0], NEW)], curator)
    with pytest.raises(Refused, match="meanwhile"):
        settling.settle([Answer(split[0], NEW)], curator)


def test_who_may_not_edit_settles_nothing(split):
    with pytest.raises(Refused, match="not allowed"):
        settling.settle([Answer(split[0], NEW)], factories.user("viewer"))


@pytest.mark.parametrize("verdict", [SAME, PART])
def test_next_edition_does_not_ask_again(split, curator, verdict):
    whole = Transfer.objects.get()
    settling.settle([Answer(split[0], verdict, whole.pk), Answer(split[1], NEW)], curator)
    again = bring(*PARTS, replace(DEAL, year=2020, comments="Another"), generated=LATEST)
    assert outcomes(again) == {"unchanged": 2, "new": 1}


def test_earlier_edition_is_known_again_after_an_answer(split, curator):
    whole = Transfer.objects.get()
    settling.settle([Answer(pk, PART, whole.pk) for pk in split], curator)
    assert outcomes(bring(WHOLE, generated="1 June 2026")) == {"earlier": 1}


def test_edition_that_takes_a_split_back_is_known_again(split, curator):
    whole = Transfer.objects.get()
    settling.settle([Answer(pk, PART, whole.pk) for pk in split], curator)
    done = bring(WHOLE, generated=LATEST)
    assert (outcomes(done), done.plan.deals[0].before.transfer) == ({"changed": 1}, whole.pk)


def test_the_same_file_changes_nothing_after_an_answer(split, curator):
    settling.settle([Answer(pk, NEW) for pk in split], curator)
    again = bring(*PARTS, generated=LATER)
    assert (again.batch, outcomes(again)) == (None, {"unchanged": 2})


def test_import_counts_what_was_settled(split, curator):
    settling.settle([Answer(split[0], NEW)], curator)
    batch = ImportBatch.objects.first()
    assert (batch.counts["new"], batch.counts["ambiguous"], len(batch.left_out)) == (1, 1, 1)


@pytest.mark.parametrize("verdict", [SAME, PART, NEW])
def test_answer_can_be_taken_back(split, curator, verdict):
    whole = Transfer.objects.get()
    settling.settle([Answer(split[0], verdict, None if verdict == NEW else whole.pk)], curator)
    [settled] = RegisterDeal.objects.filter(batch=ImportBatch.objects.first()).exclude(outcome="ambiguous")
    settling.take_back([settled], curator, "A mistake")
    assert RegisterDeal.objects.ambiguous().count() == 2
    assert Transfer.objects.get().state == "published"
    assert list(Quantity.objects.filter(measure="ordered").values_list("minimum", flat=True)) == [9]
    assert Proposal.objects.open().of_deals().count() == 2


def test_answer_that_is_public_is_taken_back_by_who_may_publish(split, curator):
    settling.settle([Answer(split[0], NEW)], curator)
    publish_all()
    [settled] = RegisterDeal.objects.filter(batch=ImportBatch.objects.first(), outcome="new")
    with pytest.raises(Refused, match="not allowed"):
        settling.take_back([settled], curator, "A mistake")
    settling.take_back([settled], None, "A mistake")
    assert list_ordered() == [9]
    assert list(verify.list_faults()) == []


def test_answer_on_which_a_later_edition_rests_stays(split, curator):
    settling.settle([Answer(split[0], NEW)], curator)
    bring(replace(PARTS[0], delivered=1, delivery_years=(2027,)), generated=LATEST)
    [settled] = RegisterDeal.objects.filter(batch__generated__year=2027, outcome="new")
    with pytest.raises(Refused, match="take that back first"):
        settling.take_back([settled], curator, "A mistake")


def test_first_part_is_taken_back_with_the_others(split, curator):
    whole = Transfer.objects.get()
    settling.settle([Answer(pk, PART, whole.pk) for pk in split], curator)
    parts = list(RegisterDeal.objects.filter(batch=ImportBatch.objects.first()).order_by("pk"))
    with pytest.raises(Refused, match="together"):
        settling.take_back(parts[:1], curator, "A mistake")
    settling.take_back(parts, curator, "A mistake")
    assert (Transfer.objects.get().key, RegisterDeal.objects.ambiguous().count()) == (KEY, 2)


def test_import_with_answers_is_undone_as_a_whole(split, curator):
    whole = Transfer.objects.get()
    settling.settle([Answer(pk, PART, whole.pk) for pk in split], curator)
    undo.undo_import(ImportBatch.objects.first(), "A mistake")
    assert (Transfer.objects.get().key, Quantity.objects.filter(measure="ordered").count()) == (KEY, 1)
    assert list_ordered() == [9]


def test_renamed_deal_that_no_curator_saw_can_be_taken_back_and_is_asked_from_then_on(curator):
    bring(DEAL, publish=True)
    renamed = replace(DEAL, designation="Nord 7/Export", comments="For export")
    done = bring(renamed, generated=LATER)
    settling.take_back(list(done.batch.deals.all()), curator, "Another ship")
    assert RegisterDeal.objects.ambiguous().count() == 1
    again = bring(replace(renamed, delivered=3), generated=LATEST)
    assert outcomes(again) == {"ambiguous": 1}


def test_declined_rename_is_a_new_deal_and_not_proposed_again(curator):
    bring(DEAL)
    other = replace(DEAL, designation="Nord 7/Export", ordered=4)
    done = bring(other, generated=LATER)
    settling.decline(list(Proposal.objects.open().of_deals()), curator)
    assert (Transfer.objects.count(), done.batch.deals.get().outcome) == (2, "new")
    assert outcomes(bring(replace(other, delivered=3), generated=LATEST)) == {"changed": 1}


def test_split_of_the_cases_is_settled(curator):
    bring_case("edition-2024.csv")
    bring_case("edition-2026.csv")
    craft = RegisterDeal.objects.ambiguous().filter(transfer__key__contains="hentzau-2014").order_by("pk")
    assert [deal.stated["ordered"] for deal in craft] == [6, 7]
    whole = Transfer.objects.get(key__contains="hentzau-2014")
    settling.settle([Answer(deal.pk, PART, whole.pk) for deal in craft], curator)
    publish_all()
    rows = RegistryRow.objects.current().filter(key__contains="hentzau-2014").order_by("key")
    assert [shown.quantity_ordered_max for shown in rows] == [6, 7]


# The answers about an import that is undone


def undo_and_repeat(*deals, generated=LATER):
    """Undo the newest import and import the same file again; return the report."""
    undo.undo_import(ImportBatch.objects.order_by("pk").last(), "The wrong moment")
    return bring(*deals, generated=generated)


def list_settled():
    """Return what each deal of the newest import is, and the curators' answers about it."""
    return [
        (deal.outcome, sorted(deal.proposals.values_list("field", "decision")))
        for deal in ImportBatch.objects.order_by("pk").last().deals.order_by("pk")
    ]


@pytest.mark.parametrize("verdicts", [(SAME, NEW), (NEW, SAME), (NEW, NEW), (PART, PART)])
def test_answers_are_used_when_the_undone_edition_is_imported_again(split, curator, verdicts):
    whole = Transfer.objects.get()
    answers = [
        Answer(pk, verdict, None if verdict == NEW else whole.pk)
        for pk, verdict in zip(split, verdicts, strict=True)
    ]
    settling.settle(answers, curator)
    publish_all()
    before = list_ordered(), sorted(list_settled())
    done = undo_and_repeat(*PARTS)
    assert done.plan.counts()["ambiguous"] == 0
    publish_all()
    assert (list_ordered(), sorted(list_settled())) == before


def test_answers_survive_two_undoings_and_can_still_be_taken_back(split, curator):
    whole = Transfer.objects.get()
    settling.settle([Answer(split[0], SAME, whole.pk), Answer(split[1], NEW)], curator)
    undo_and_repeat(*PARTS)
    done = undo_and_repeat(*PARTS)
    assert outcomes(done) == {"changed": 1, "new": 1}
    settling.take_back(list(done.batch.deals.all()), curator, "A mistake")
    assert RegisterDeal.objects.ambiguous().count() == 2
    assert Proposal.objects.open().count() == 2


def test_declined_rename_stays_declined(curator):
    bring(DEAL)
    other = replace(DEAL, designation="Nord 7/Export", ordered=4)
    bring(other, generated=LATER)
    settling.decline(list(Proposal.objects.open().of_deals()), curator)
    assert outcomes(undo_and_repeat(other)) == {"new": 1}


def test_accepted_rename_stays_accepted(curator):
    bring(DEAL)
    other = replace(DEAL, designation="Nord 7/Export", ordered=4)
    bring(other, generated=LATER)
    [proposal] = Proposal.objects.open().of_deals()
    renaming.accept([proposal], curator)
    assert outcomes(undo_and_repeat(other)) == {"changed": 1}
    [again] = Proposal.objects.of_deals()
    assert (again.decision, again.decided_by, again.deal.outcome) == ("accepted", curator, "changed")


def test_what_nobody_answered_is_asked_again(split):
    done = undo_and_repeat(*PARTS)
    assert done.plan.counts()["ambiguous"] == 2
    assert Proposal.objects.open().count() == 2


def test_answers_about_an_undone_import_hold_for_another_edition_too(split, curator):
    settling.settle([Answer(pk, NEW) for pk in split], curator)
    undo.undo_import(ImportBatch.objects.order_by("pk").last(), "The wrong file")
    assert outcomes(bring(*PARTS, generated=LATEST)) == {"new": 2}


# Questions that a newer edition closes


def test_question_closes_when_a_newer_edition_states_the_deal_otherwise(split):
    done = bring(WHOLE, generated=LATEST)
    assert outcomes(done) == {"unchanged": 1}
    assert not RegisterDeal.objects.ambiguous().exists()
    assert not Proposal.objects.open().exists()


def test_question_stays_open_when_a_newer_edition_states_the_deal_in_the_same_words(split):
    bring(PARTS[0], generated=LATEST)
    assert [deal.stated["ordered"] for deal in RegisterDeal.objects.ambiguous()] == [4]


def test_question_stays_open_beside_an_edition_of_others(split):
    bring(replace(DEAL, recipient="Egypt"), generated=LATEST)
    assert RegisterDeal.objects.ambiguous().count() == 2


def test_question_stays_open_beside_an_older_edition(split):
    bring(WHOLE, generated="1 May 2020")
    assert RegisterDeal.objects.ambiguous().count() == 2


def test_question_is_open_again_when_the_newer_edition_is_undone(split):
    done = bring(WHOLE, generated=LATEST)
    undo.undo_import(done.batch, "The wrong file")
    assert RegisterDeal.objects.ambiguous().count() == 2
    assert Proposal.objects.open().count() == 2


# Deals of which a name has become unclear


@pytest.fixture
def unclear():
    """Import a deal, and give another system its name."""
    bring(DEAL, publish=True)
    factories.system("nord-8", category="ships", description="frigate", aliases=("Nord 7",))
    System.objects.filter(slug="nord-7").update(provisional=False)


def test_deal_of_an_unclear_name_that_is_stated_as_before_is_unchanged(unclear):
    done = bring(DEAL, generated=LATER, publish=True)
    assert (outcomes(done), done.plan.vanished) == ({"unchanged": 1}, [])


def test_deal_of_an_unclear_name_has_its_candidates(unclear, curator):
    done = bring(replace(DEAL, delivered=3), generated=LATER, publish=True)
    [planned] = done.plan.deals
    assert (outcomes(done), [one.key for one in planned.candidates]) == ({"ambiguous": 1}, [KEY])
    assert planned.reason.startswith("'Nord 7' may be one of nord-7, nord-8. It may be a deal")
    [deal] = RegisterDeal.objects.ambiguous()
    with pytest.raises(Refused, match="A new deal needs clear names"):
        settling.settle([Answer(deal.pk, NEW)], curator)
    settling.settle([Answer(deal.pk, SAME, Transfer.objects.get().pk)], curator)
    publish_all()
    assert (row().quantity_delivered_max, row().system, row().disputed) == (3, "nord-7", None)


def test_new_deal_of_an_unclear_name_is_imported_once_the_name_is_clear(unclear):
    other = replace(DEAL, year=2020, ordered=9, comments="Others", delivery_years=(2022,))
    done = bring(DEAL, other, generated=LATER)
    assert outcomes(done) == {"unchanged": 1, "ambiguous": 1}
    assert not RegisterDeal.objects.ambiguous().exists()
    SystemAlias.objects.all().delete()
    assert outcomes(bring(DEAL, other, generated=LATER)) == {"unchanged": 1, "new": 1}
