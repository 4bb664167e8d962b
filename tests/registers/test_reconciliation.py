"""Imported deals beside transfers that other sources describe: links, joining, declining."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support import factories
from tests.support.deals import DEAL, NOTED, described, edition, imported, public
from transfers.curation.workflow import Refused
from transfers.models import ImportBatch, Proposal, Quantity, RegisterDeal, RegistryRow, Transfer, history
from transfers.registers.reading.records import Deal
from transfers.registers.reconciling.comparisons import Verdict
from transfers.registers.reconciling.joining import decline, join
from transfers.registers.reconciling.links import build_summary, list_links
from transfers.registers.reconciling.stored import UnknownName

pytestmark = pytest.mark.django_db


def pairs(**scope):
    return [(link.own.key, link.other.key) for link in list_links(**scope)]


def user(role):
    made = User.objects.create_user(role)
    made.groups.add(Group.objects.get(name=role))
    return made


def is_public(key):
    return RegistryRow.objects.current().filter(key=key).exists()


def test_a_deal_is_proposed_to_what_an_article_describes():
    deal = imported()
    described()
    (link,) = list_links()
    assert (link.deal, link.own.key, link.other.key, link.rivals) == (deal, "own", "told", ())
    verdicts = {figure.measure: figure.verdict for figure in link.likeness.comparisons}
    assert verdicts == {"quantity_ordered": Verdict.REGISTER_ONLY, "date_agreed": Verdict.COMPATIBLE}
    assert link.disputes == []


@pytest.mark.parametrize(
    "values", [{"recipient": "IND"}, {"system": "s-300"}, {"date": "2009"}, {"state": "withdrawn"}]
)
def test_what_cannot_be_the_deal_is_not_proposed(values):
    imported()
    described(**values)
    assert pairs() == []


def test_a_deployment_is_never_proposed_nor_joined():
    deal, visit = imported(), described(kind="deployment")
    assert pairs() == []
    with pytest.raises(Refused, match="told is a deployment"):
        join(deal, visit, None, "the same")


def test_a_deal_that_a_curator_made_a_deployment_is_not_proposed():
    imported(kind="deployment")
    described()
    assert pairs() == []


def test_a_transfer_that_only_the_register_describes_is_not_proposed():
    imported()
    imported(replace(DEAL, lines=(15,)), key="second")
    assert pairs() == []


def test_a_deal_of_an_undone_import_is_not_proposed():
    imported()
    described()
    ImportBatch.objects.update(undone="2021-04-01T00:00:00Z")
    assert pairs() == []


def test_a_variant_is_proposed_for_its_family():
    family = factories.system("pantsir")
    factories.system("pantsir-s1", variant_of=family)
    imported(system="pantsir")
    described(system="pantsir-s1")
    assert pairs() == [("own", "told")]


def test_several_candidates_are_all_listed_best_first_and_are_rivals():
    imported()
    described("good")
    described("worse", date="2020")
    assert [(link.other.key, link.rivals) for link in list_links()] == [
        ("good", ("worse",)),
        ("worse", ("good",)),
    ]


def test_a_declined_pair_is_not_proposed_again():
    deal, other = imported(), described()
    described("third")
    decline(deal, other, None, "another order")
    assert pairs() == [("own", "third")]


def test_who_declined_is_kept():
    deal, other, curator = imported(), described(), user("curator")
    decline(deal, other, curator)
    assert Proposal.objects.get(field="no_link").decided_by == curator


def test_names_narrow_what_is_proposed():
    imported()
    described()
    assert pairs(system="S 400", recipient="turkey", supplier="rus") == [("own", "told")]
    assert pairs(recipient="SRB") == []


def test_an_unknown_name_is_refused_with_a_suggestion():
    factories.system("s-400")
    with pytest.raises(UnknownName, match=r"No system is known as 'S-40O'. Did you mean"):
        list_links(system="S-40O")


def test_a_register_of_many_deals_takes_no_more_queries():
    described()
    imported()
    with CaptureQueriesContext(connection) as few:
        list_links()
    for number in range(20):
        imported(replace(DEAL, lines=(20 + number,)), key=f"own-{number}")
        described(f"told-{number}")
    with CaptureQueriesContext(connection) as many:
        assert len(list_links()) == 21 * 21
    assert len(many) == len(few)


def test_disputes_are_told_with_both_values():
    imported()
    factories.quantity("ordered", 6, transfer=described())
    (link,) = list_links()
    assert [str(figure) for figure in link.disputes] == [
        "quantity_ordered: dispute: 4 system against 6 system"
    ]


def test_the_summary_has_what_only_one_side_has():
    imported()
    described()
    imported(replace(DEAL, lines=(15,)), key="lone-deal", system="su-35")
    described("lone-transfer", system="t-72")
    summary = build_summary()
    assert [each.key for each in summary.transfers_alone] == ["lone-transfer"]
    assert summary.deals_alone == 1
    assert [(each.key, locator) for each, locator in summary.iterate_deals_alone()] == [
        ("lone-deal", "line 15")
    ]


def test_a_deployment_lacks_no_deal():
    described(kind="deployment")
    imported(kind="deployment")
    assert (build_summary().transfers_alone, build_summary().deals_alone) == ([], 0)


def test_an_earlier_edition_that_came_late_is_not_what_the_register_says():
    newer = imported()
    described()
    late = imported(replace(DEAL, lines=(99,)), source=edition("sipri-2020", "2020-03-09"))
    RegisterDeal.objects.filter(pk=late.pk).update(outcome="earlier")
    assert [link.deal for link in list_links()] == [newer]


# Joining


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
    curator, other = user("curator"), described()
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
        join(deal, other, user("curator"), "the same order")
    assert (is_public("own"), other.quantities.count()) == (True, 0)


def test_who_may_not_change_cannot_join_or_decline():
    deal, other, reviewer = imported(), described(), user("reviewer")
    with pytest.raises(Refused, match="not allowed to join"):
        join(deal, other, reviewer, "the same order")
    with pytest.raises(Refused, match="not allowed to decide"):
        decline(deal, other, reviewer)


def test_the_deals_comment_is_kept_in_the_first_claim_that_moves():
    other = described()
    join(imported(), other, None, "the same order")
    assert other.quantities.get().note == f"The register's comment: {NOTED}"
    assert not other.dates.filter(note__contains=NOTED).exists()


def test_a_comment_that_the_other_has_is_not_said_twice():
    other = described(note=f"A note. {NOTED}.")
    join(imported(), other, None, "the same order")
    assert other.quantities.get().note == ""


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
    assert join(imported(), other, user("curator"), "the same order") == []
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
    deal, other, administrator = imported(), public(described()), user("administrator")
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


def test_a_second_deal_is_less_like_a_transfer_that_has_one():
    second = imported(replace(DEAL, lines=(15,)), key="second")
    other = described()
    (alone,) = list_links()
    join(imported(), other, None, "the same order")
    (link,) = list_links()
    assert link.deal == second
    assert link.likeness.reasons[-1] == "another deal is joined to it already, line 14 of r.csv"
    assert link.likeness.score < alone.likeness.score


# The shipped articles


def test_the_shipped_articles_beside_the_register():
    call_command(
        "loaddata", *(f"fixtures/{name}.yaml" for name in ("parties", "systems", "sources", "transfers"))
    )
    turkey = Deal(
        (3,), "Russia", "Turkey", "S-400", year=2017, ordered=4, delivered=4, delivery_years=(2019, 2020)
    )
    serbia = Deal((9,), "Russia", "Serbia", "Pantsir-S1", year=2019, ordered=6, delivery_years=(2020,))
    imported(turkey, "turkey")
    imported(serbia, "serbia", system="pantsir-s1", recipient="SRB")
    links = {link.own.key: (link.other.key, link.likeness.reasons) for link in list_links()}
    assert links == {
        "turkey": (
            "rus-tur-s-400-2019",
            (
                "same system",
                "ordered in 2017 against agreed 2019, 2 years apart",
                "delivery 2019/2020 overlaps 2019-07/..",
            ),
        ),
        "serbia": (
            "rus-srb-pantsir-s1-2019",
            (
                "same system",
                "ordered in 2019; sources say agreed 2019",
                "6 system ordered by both",
                "delivery 2020 holds 2020-02-22/2020-02-23",
            ),
        ),
    }
