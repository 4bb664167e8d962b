"""A newer edition of a register over an older one: what becomes a later claim, what vanished, what stays."""

from dataclasses import replace
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model

from tests.registers.test_importing import DEAL, KEY, bring, outcomes, row
from tests.support import factories, registers
from transfers.curation import workflow
from transfers.models import (
    ImportBatch,
    Proposal,
    Quantity,
    RegisterDeal,
    RegistryDelivery,
    Revision,
    Source,
    Transfer,
)
from transfers.publication import publish, verify
from transfers.registers.importing import sources

pytestmark = pytest.mark.django_db

LATER = "19 May 2027"
NOW = replace(DEAL, delivered=3, delivery_years=(2004, 2006, 2007), tiv_delivered=Decimal(240))


def test_change_becomes_a_later_claim_and_the_row_shows_it_undisputed():
    bring(DEAL, publish=True)
    done = bring(NOW, generated=LATER, publish=True)
    assert outcomes(done) == {"changed": 1}
    shown = row()
    assert (shown.quantity_delivered_min, shown.date_delivered, shown.tiv_delivered, shown.disputed) == (
        3, "{2004,2006,2007}", 240, None,
    )  # fmt: skip
    delivered = Quantity.objects.filter(measure="delivered").order_by("pk")
    assert list(delivered.values_list("minimum", "source__published")) == [
        (2, "2026-05-18"), (3, "2027-05-19"),
    ]  # fmt: skip
    assert list(verify.list_faults()) == []


def test_corrected_figure_takes_the_place_of_the_older_even_if_smaller():
    bring(DEAL, publish=True)
    bring(replace(DEAL, ordered=2, delivered=1), generated=LATER, publish=True)
    shown = row()
    assert (shown.quantity_ordered_max, shown.quantity_delivered_max, shown.disputed) == (2, 1, None)


def test_figure_that_stays_is_not_claimed_again():
    bring(DEAL)
    bring(NOW, generated=LATER)
    assert Quantity.objects.filter(measure="ordered").count() == 1


def test_changed_public_transfer_is_a_draft_until_it_is_published():
    bring(DEAL, publish=True)
    bring(NOW, generated=LATER)
    assert (Transfer.objects.get().state, row().quantity_delivered_min) == ("draft", 2)
    bring(NOW, generated=LATER, publish=True)
    assert row().quantity_delivered_min == 2  # a draft of what is public is for a curator to look at


def test_a_curators_draft_is_not_published_by_an_import():
    bring(DEAL, publish=True)
    transfer = Transfer.objects.get()
    workflow.reopen(transfer, get_user_model().objects.create_superuser("ada"), "Look again")
    Transfer.objects.filter(pk=transfer.pk).update(note="Mine")
    assert bring(NOW, generated=LATER, publish=True).revisions == 0
    assert Transfer.objects.get().note == "Mine"


def test_changed_comment_renews_comment_and_proposals():
    bring(DEAL)
    bring(replace(DEAL, comments="Aid"), generated=LATER)
    assert Transfer.objects.get().comment == "Aid"
    assert list(Proposal.objects.values_list("value", flat=True)) == ["gift"]


def test_curators_note_is_kept():
    bring(DEAL)
    Transfer.objects.update(note="First of class")
    bring(replace(DEAL, comments="Aid"), generated=LATER)
    assert Transfer.objects.get().note == "First of class"


def test_history_tells_of_the_comment_that_an_edition_changed():
    bring(DEAL)
    bring(replace(DEAL, comments="Aid"), generated=LATER)
    copies = Transfer.history.order_by("history_id").values_list("history_type", "comment")
    assert list(copies) == [("+", "First of class"), ("~", "Aid")]


def test_what_vanished_is_listed_and_left():
    bring(DEAL, replace(DEAL, year=2003, comments="Gone"), publish=True)
    other = replace(DEAL, year=2009, comments="Later one")
    done = bring(DEAL, other, generated=LATER, publish=True)
    assert done.batch.vanished == [KEY.replace("2001", "2003")]
    assert Transfer.objects.count() == 3
    assert row(KEY.replace("2001", "2003")).quantity_ordered_min == 3


def test_what_the_newer_file_does_not_cover_has_not_vanished():
    peru, early = replace(DEAL, recipient="Peru"), replace(DEAL, year=1990, comments="Early")
    bring(DEAL, peru, early)
    assert bring(DEAL, generated=LATER).batch.vanished == []


def test_ambiguous_deal_is_told_with_what_it_may_be_and_makes_no_transfer():
    split = replace(DEAL, ordered=9, comments="For the navy", delivered=0, delivery_years=())
    bring(split)
    parts = [replace(split, ordered=count, comments=f"Type {count}") for count in (4, 5)]
    done = bring(*parts, generated=LATER)
    assert outcomes(done) == {"ambiguous": 2}
    assert [why for _, _, why in done.plan.left_out()] == [
        f"It may be a deal that was imported before: {KEY}."
    ] * 2
    assert (done.revisions, Transfer.objects.count()) == (0, 1)
    deals = done.batch.deals.filter(outcome="ambiguous")
    assert [[proposal.transfer.key for proposal in deal.proposals.all()] for deal in deals] == [[KEY], [KEY]]


def test_ambiguous_deal_is_asked_once():
    split = replace(DEAL, ordered=9, comments="For the navy", delivered=0, delivery_years=())
    bring(split)
    part = replace(split, ordered=4, comments="Type 4")
    bring(part, replace(part, ordered=5, comments="Type 5"), generated=LATER)
    again = bring(part, replace(part, ordered=6, comments="Type 6"), generated="19 May 2028")
    assert [why.partition(f"{KEY}.")[2] for _, _, why in again.plan.left_out()] == [
        " It is waiting for a curator already.", "",
    ]  # fmt: skip
    assert Proposal.objects.filter(decision="open").count() == 3


def test_earlier_edition_after_a_later_one_claims_nothing():
    bring(NOW, generated=LATER, publish=True)
    done = bring(DEAL, publish=True)
    assert (outcomes(done), done.revisions) == ({"earlier": 1}, 0)
    assert Quantity.objects.filter(measure="delivered").count() == 1
    assert row().quantity_delivered_min == 3


def test_earlier_edition_brings_deals_that_the_later_one_lacks():
    bring(NOW, generated=LATER)
    done = bring(DEAL, replace(DEAL, year=1999, comments="Left out since"))
    assert outcomes(done) == {"new": 1, "earlier": 1}


def test_three_editions_show_the_newest():
    for number, generated in enumerate(("18 May 2025", "18 May 2026", LATER), 1):
        bring(replace(DEAL, delivered=number, ordered=number + 3), generated=generated, publish=True)
    shown = row()
    assert (shown.quantity_ordered_min, shown.quantity_delivered_max, shown.disputed) == (6, 3, None)
    assert (Transfer.objects.count(), shown.sources, Revision.objects.count()) == (1, 1, 3)


def test_another_source_is_a_dispute_that_a_newer_edition_leaves():
    bring(DEAL)
    transfer = Transfer.objects.get()
    factories.quantity("ordered", 5, transfer=transfer, unit="ship")
    publish.publish([transfer], "An article read")
    assert (row().quantity_ordered_min, row().quantity_ordered_max, row().disputed) == (
        3, 5, "quantity_ordered",
    )  # fmt: skip
    bring(replace(DEAL, ordered=4), generated=LATER, publish=True)
    shown = row()
    assert (shown.quantity_ordered_min, shown.quantity_ordered_max) == (4, 5)


# The two layouts


def test_layout_after_the_other_brings_the_order_that_the_other_cannot_state():
    bring(DEAL, by_year=True, publish=True)
    done = bring(DEAL, generated=LATER, publish=True)
    assert {change.field for change in done.plan.deals[0].changes} == {
        "ordered", "ordered_uncertain", "comments", "tiv_ordered",
    }  # fmt: skip
    shown = row()
    assert (shown.quantity_ordered_max, shown.tiv_ordered, shown.disputed) == (3, 240, None)
    assert Quantity.objects.filter(measure="delivered").count() == 1
    assert bring(DEAL, generated="18 May 2028").plan.counts()["unchanged"] == 1


def test_layout_by_year_brings_the_split_that_the_other_cannot_state():
    bring(DEAL, publish=True)
    done = bring(DEAL, by_year=True, generated=LATER, publish=True)
    assert {"number_by_year", "tiv_by_year"} <= {change.field for change in done.plan.deals[0].changes}
    assert [period.basis for period in RegistryDelivery.objects.current()] == ["stated", "stated"]


def test_layout_that_does_not_split_takes_no_split_back():
    bring(DEAL, by_year=True, publish=True)
    before = [(each.period, each.number_min) for each in RegistryDelivery.objects.current()]
    bring(DEAL, generated=LATER, publish=True)
    assert [(each.period, each.number_min) for each in RegistryDelivery.objects.current()] == before
    assert len(before) == 2


def test_two_layouts_of_one_register_do_not_double_its_deals():
    written = registers.deals(40, seed=9)
    first = bring(*written, publish=True)
    before = Transfer.objects.count()
    done = bring(*written, by_year=True, publish=True)
    assert first.plan.counts()["new"] == before
    assert (Transfer.objects.count(), outcomes(done).get("new", 0)) == (before, 0)
    assert ImportBatch.objects.count() == 2
    assert list(verify.list_faults()) == []


def test_layout_without_comments_leaves_the_comment():
    bring(DEAL)
    bring(replace(NOW, delivery_years=(2004, 2006)), by_year=True, generated=LATER)
    assert (Transfer.objects.get().comment, Quantity.objects.filter(measure="delivered").count()) == (
        "First of class", 2,
    )  # fmt: skip


def test_layout_after_the_other_is_compared_with_its_own_last_edition():
    bring(DEAL)
    bring(replace(DEAL, delivered=3, delivery_years=(2004, 2006)), by_year=True, generated="18 May 2027")
    newest = replace(DEAL, ordered=6, delivered=3, comments="Aid")
    done = bring(newest, generated="18 May 2028", publish=True)
    assert {each.field for each in done.plan.deals[0].changes} >= {"ordered", "comments"}
    assert "delivered" not in {each.field for each in done.plan.deals[0].changes}
    shown = row()
    assert (shown.comment, shown.quantity_ordered_max, shown.quantity_delivered_max) == ("Aid", 6, 3)


def test_same_file_after_the_other_layout_changes_nothing():
    bring(DEAL)
    bring(replace(DEAL, delivered=3), by_year=True)
    sources = Source.objects.count()
    assert bring(DEAL, publish=True).batch is None
    assert (Source.objects.count(), Quantity.objects.filter(measure="ordered").count()) == (sources, 1)


def test_identifier_keeps_a_deal_whose_figures_all_changed():
    first = replace(DEAL, recipient="Peru")
    bring(first, by_year=True)
    moved = replace(first, year=2012, delivered=7, delivery_years=(2014,), tiv_unit=Decimal(5))
    done = bring(moved, by_year=True, generated=LATER)
    assert outcomes(done) == {"changed": 1}


def test_comment_of_a_joined_deal_leaves_the_other_transfer():
    bring(DEAL)
    RegisterDeal.objects.update(joined_from="own")
    Transfer.objects.update(comment="")
    bring(replace(DEAL, comments="Aid"), generated=LATER)
    assert Transfer.objects.get().comment == ""


# Comments that were notes

moving = import_module("transfers.migrations.0015_move_comments")


def test_comment_that_an_import_entered_as_a_note_moves():
    bring(DEAL)
    Transfer.objects.update(note="First of class", comment="")
    moving.move_comments(apps, None)
    transfer = Transfer.objects.get()
    assert (transfer.note, transfer.comment) == ("", "First of class")
    assert transfer.history.first().history_change_reason == moving.REASON


@pytest.mark.parametrize("note", ["First of class.", "Mine"])
def test_note_that_a_curator_wrote_does_not_move(note):
    bring(DEAL)
    Transfer.objects.update(note=note, comment="")
    moving.move_comments(apps, None)
    assert (Transfer.objects.get().note, Transfer.objects.get().comment) == (note, "")


def test_comments_move_back():
    bring(DEAL)
    moving.move_back(apps, None)
    assert (Transfer.objects.get().note, Transfer.objects.get().comment) == ("First of class", "")


def test_migration_gives_editions_that_were_imported_before_their_terms():
    bring(DEAL)
    Source.objects.update(terms="")
    other = factories.source("paper", terms="")
    import_module("transfers.migrations.0024_terms_of_editions").set_terms(apps, None)
    edition = Source.objects.exclude(pk=other.pk).get()
    assert edition.terms == edition.history.first().terms == sources.TERMS
    other.refresh_from_db()
    assert other.terms == ""
