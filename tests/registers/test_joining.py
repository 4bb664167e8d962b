"""Joining imported deals to transfers that other sources describe."""

from dataclasses import replace
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from tests.support import factories
from tests.support.deals import DEAL, NOTED, described, edition, imported, public
from transfers.curation.workflow import Refused
from transfers.models import Proposal, Quantity, RegisterDeal, RegistryRow, Transfer, history
from transfers.publication import verify
from transfers.registers.importing import write
from transfers.registers.reading import read_file
from transfers.registers.reconciling.comparisons import Verdict
from transfers.registers.reconciling.joining import decline, join
from transfers.registers.reconciling.links import build_summary, list_links

pytestmark = pytest.mark.django_db


def pairs(**scope):
    return [(link.own.key, link.other.key) for link in list_links(**scope)]


def is_public(key):
    return RegistryRow.objects.current().filter(key=key).exists()


def test_a_joined_deals_claims_are_the_other_transfers():
    other = described()
    join(imported(), other, None, "the same order")
    assert {claim.source.key for claim in other.quantities.all()} == {"sipri-2021"}
    assert other.dates.count() == 2


def test_all_editions_of_the_deal_are_joined():
    other, deal = described(), imported(source=edition("sipri-2020", "2020-03-09"))
    newer = imported(replace(DEAL, ordered=5))
    join(newer, other, None, "the same order")
    assert set(other.register_deals.values_list("pk", "joined_from")) == {(deal.pk, "own"), (newer.pk, "own")}
    assert other.quantities.count() == 2


def test_the_register_and_the_article_are_compared_once_joined():
    other = described()
    join(imported(), other, None, "the same order")
    summary = build_summary()
    assert [(each.transfer.key, len(each.deals)) for each in summary.joined] == [("told", 1)]
    assert [each.verdict for each in summary.joined[0].comparisons] == [
        Verdict.REGISTER_ONLY,
        Verdict.COMPATIBLE,
    ]
    assert (summary.links, summary.transfers_alone, summary.deals_alone) == ([], [], 0)


def test_the_move_of_a_claim_is_in_its_history():
    curator, other = factories.user("curator"), described()
    join(imported(), other, curator, "the same order")
    last = Quantity.history.first()
    assert (last.transfer_id, last.history_user, last.history_change_reason) == (
        other.pk,
        curator,
        "the same order",
    )


def test_an_own_transfer_that_was_never_public_is_deleted_with_history():
    join(imported(), described(), None, "the same order")
    assert not Transfer.objects.filter(key="own").exists()
    assert Transfer.history.filter(key="own").first().history_type == history.REMOVED


def test_an_own_transfer_that_was_public_is_withdrawn_with_the_others_key():
    deal = imported()
    public(deal.transfer)
    (revision,) = join(deal, described(), None, "the same order")
    assert (revision.key, revision.action, revision.reason) == (
        "own",
        "withdraw",
        "Joined with told: the same order",
    )
    assert Transfer.objects.get(key="own").state == "withdrawn"


def test_who_may_not_publish_cannot_join_what_is_public():
    deal, other = imported(), described()
    public(deal.transfer)
    with pytest.raises(Refused, match="may not withdraw its own transfer, which was public"):
        join(deal, other, factories.user("curator"), "the same order")
    assert (is_public("own"), other.quantities.count()) == (True, 0)


def test_who_may_not_change_cannot_join_or_decline():
    deal, other, reviewer = imported(), described(), factories.user("reviewer")
    with pytest.raises(Refused, match="not allowed to join"):
        join(deal, other, reviewer, "the same order")
    with pytest.raises(Refused, match="not allowed to decide"):
        decline(deal, other, reviewer)


def test_the_deals_comment_is_the_transfers():
    other = described()
    join(imported(), other, None, "the same order")
    other.refresh_from_db()
    assert (other.comment, other.quantities.get().note) == (NOTED, "")


def test_the_comments_of_all_parts_are_the_transfers():
    other = described()
    for number, comments in enumerate(("Aid", "Option on 4 more", "Aid")):
        deal = replace(DEAL, lines=(14 + number,), comments=comments)
        join(imported(deal, f"own-{number}"), other, None, "one of several")
    other.refresh_from_db()
    assert other.comment == "Aid; Option on 4 more"


def test_a_comment_of_a_curator_stays_and_the_deals_is_kept_in_the_first_claim_that_moves():
    other = described(comment="Entered by hand")
    join(imported(), other, None, "the same order")
    other.refresh_from_db()
    assert (other.comment, other.quantities.get().note) == (
        "Entered by hand",
        f"The register's comment: {NOTED}",
    )
    assert not other.dates.filter(note__contains=NOTED).exists()


def test_a_curators_note_of_the_deal_is_kept_in_the_first_claim_that_moves():
    other, deal = described(), imported()
    Transfer.objects.filter(key="own").update(note="Read twice")
    join(deal, other, None, "the same order")
    assert other.quantities.get().note == "Noted of own: Read twice"


def test_a_preference_that_would_clash_is_dropped():
    other, deal = described(), imported()
    factories.quantity("ordered", 6, transfer=other, preferred=True)
    deal.transfer.quantities.update(preferred=True)
    deal.transfer.dates.update(preferred=True)
    join(deal, other, None, "the same order")
    assert other.quantities.get(preferred=True).minimum == 6
    assert other.dates.get(preferred=True).source.key == "sipri-2021"


def test_a_claim_of_the_same_place_is_refused_and_nothing_moves():
    other, deal = described(), imported()
    clash = {"source": edition(), "locator": deal.locator}
    factories.date("agreed", "2018", transfer=other, **clash)
    with pytest.raises(Refused, match="told has a claim of the same place"):
        join(deal, other, None, "the same order")
    assert deal.transfer.quantities.count() == 1


def test_what_only_the_deal_says_of_kind_and_condition_is_taken_over():
    other = described(kind="gift")
    join(imported(replace(DEAL, condition="second_hand"), kind="sale"), other, None, "the same order")
    other.refresh_from_db()
    assert (other.kind, other.condition) == ("gift", "second_hand")


def test_what_a_comment_may_mean_goes_along():
    deal, other = imported(), described()
    Proposal.objects.create(transfer=deal.transfer, deal=deal, field="kind", value="loan")
    decline(deal, other, None)
    public(deal.transfer)
    join(deal, other, None, "the same order after all")
    assert [(each.transfer, each.field) for each in Proposal.objects.all()] == [(other, "kind")]


def test_the_other_transfer_is_a_draft_afterwards_and_stands_in_public_as_it_was():
    other = public(described())
    assert join(imported(), other, factories.user("curator"), "the same order") == []
    other.refresh_from_db()
    assert (other.state, RegistryRow.objects.current().get().quantity_ordered_min) == ("draft", None)


def test_the_other_transfer_is_published_in_the_same_step_on_demand():
    other = public(described())
    revisions = join(imported(), other, None, "the same order", publish_again=True)
    assert [(each.key, each.action) for each in revisions] == [("told", "update")]
    assert RegistryRow.objects.current().get().quantity_ordered_min == 4


def test_an_unfinished_draft_is_not_published():
    other = public(described())
    Transfer.objects.update(state="draft")
    assert join(imported(), other, None, "the same order", publish_again=True) == []


@pytest.mark.parametrize("own_edits", [False, True])
def test_who_joins_publishes_only_where_authors_may(settings, own_edits):
    settings.PUBLISH_OWN = own_edits
    deal, other, administrator = imported(), public(described()), factories.user("administrator")
    if own_edits:
        assert join(deal, other, administrator, "the same order", publish_again=True)
    else:
        with pytest.raises(Refused, match="somebody else must publish it"):
            join(deal, other, administrator, "the same order", publish_again=True)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"recipient": "SRB"}, "different parties"),
        ({"system": "su-35"}, "neither is a variant"),
    ],
)
def test_what_cannot_be_one_is_not_joined(values, reason):
    with pytest.raises(Refused, match=reason):
        join(imported(), described(**values), None, "the same order")


def test_a_deal_is_joined_once():
    deal = imported()
    join(deal, described(), None, "the same order")
    with pytest.raises(Refused, match="The deal of own is joined to told already"):
        join(deal, described("third"), None, "the same order")


def test_a_deal_is_not_joined_to_itself_nor_to_another_deal():
    deal = imported()
    second = imported(replace(DEAL, lines=(15,)), key="second").transfer
    for other, reason in ((deal.transfer, "own transfer"), (second, "described by the register alone")):
        with pytest.raises(Refused, match=reason):
            join(deal, other, None, "the same order")


def test_an_own_transfer_with_other_sources_is_not_taken_apart():
    deal, other = imported(), described()
    factories.date("delivered", "2019", transfer=deal.transfer)
    assert pairs() == []
    with pytest.raises(Refused, match="own has claims of other sources"):
        join(deal, other, None, "the same order")


def test_a_join_needs_a_reason():
    with pytest.raises(Refused, match="needs a reason"):
        join(imported(), described(), None, " ")


def test_a_second_deal_that_makes_no_number_is_less_like_a_transfer_that_has_one():
    second = imported(replace(DEAL, lines=(15,)), key="second")
    other = described()
    (alone,) = list_links()
    join(imported(), other, None, "the same order")
    (link,) = list_links()
    assert link.deal == second
    assert link.likeness.reasons[-1] == "another deal is joined to it already, line 14 of r.csv"
    assert link.likeness.score < alone.likeness.score


def purchase(*counts):
    """Join deals of these numbers to one transfer of which an article gives the sum, and publish it."""
    other = described(date="2018")
    factories.quantity("ordered", sum(counts), transfer=other)
    for number, count in enumerate(counts):
        deal = replace(DEAL, lines=(14 + number,), ordered=count, delivered=count, tiv_ordered=Decimal(count))
        join(imported(deal, f"own-{number}"), other, None, "one of several")
    return public(other)


def get_purchase():
    shown = RegistryRow.objects.current().get(key="told")
    return shown.quantity_ordered_min, shown.quantity_ordered_max, shown.tiv_ordered, shown.disputed


@pytest.mark.parametrize("counts", [(3, 2), (2, 3), (4, 4), (1, 2, 3), (5,)])
def test_several_deals_of_one_purchase_add_up(counts):
    purchase(*counts)
    assert get_purchase() == (sum(counts), sum(counts), sum(counts), None)


def test_two_deals_of_the_case_make_one_purchase():
    factories.system("mi-17v-5", name="Mi-17V-5", category="aircraft")
    other = described(system="mi-17v-5", recipient="SRB", date="2017/2018")
    factories.quantity("ordered", 5, unit="aircraft", transfer=other)
    register = read_file(Path(__file__).parent / "cases" / "two-deals-one-purchase.csv")
    write.import_register(register, file_name="r.csv", reason="Edition")
    for deal in RegisterDeal.objects.filter(transfer__system=other.system).exclude(transfer=other):
        join(deal, other, None, "one purchase")
    public(other)
    assert get_purchase() == (5, 5, 5, None)


def test_claims_of_a_joined_deal_name_it_as_their_part():
    other = purchase(3, 2)
    assert set(other.quantities.exclude(part="").values_list("part", flat=True)) == {"own-0", "own-1"}


def test_public_claims_of_parts_make_the_public_row():
    purchase(3, 2)
    assert list(verify.list_faults()) == []


def test_parts_that_do_not_add_up_to_what_others_say_are_disputed():
    other = purchase(3, 2)
    other.quantities.filter(part="").update(minimum=7, maximum=7)
    public(other)
    assert get_purchase() == (5, 7, 5, "quantity_ordered")


def test_joined_parts_are_compared_as_their_sum():
    purchase(3, 2)
    [joined] = build_summary().joined
    assert joined.comparisons[0].verdict == Verdict.SAME


def test_migration_makes_deals_joined_before_parts():
    other = purchase(3, 2)
    other.quantities.update(part="")
    import_module("transfers.migrations.0017_parts").set_parts(apps, None)
    assert set(other.quantities.values_list("part", flat=True)) == {"", "own-0", "own-1"}
