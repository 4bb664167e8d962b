"""Imported deals beside transfers that other sources describe: links, and ruling them out."""

from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support import factories
from tests.support.deals import DEAL, described, edition, imported
from transfers.curation.workflow import Refused
from transfers.models import ImportBatch, Proposal, RegisterDeal, RegistryRow
from transfers.registers.reading.records import Deal
from transfers.registers.reconciling.comparisons import Verdict
from transfers.registers.reconciling.joining import decline, join
from transfers.registers.reconciling.links import build_summary, list_links
from transfers.registers.reconciling.stored import UnknownName

pytestmark = pytest.mark.django_db

FIXTURES = [f"fixtures/{name}.yaml" for name in ("parties", "systems", "sources", "transfers")]
TURKEY = Deal(
    (3,), "Russia", "Turkey", "S-400", year=2017, ordered=4, delivered=4, delivery_years=(2019, 2020)
)
SERBIA = Deal((9,), "Russia", "Serbia", "Pantsir-S1", year=2019, ordered=6, delivery_years=(2020,))


def pairs(**scope):
    return [(link.own.key, link.other.key) for link in list_links(**scope)]


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
    deal, other, curator = imported(), described(), factories.user("curator")
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
    (dispute,) = link.disputes
    assert str(dispute) == "quantity_ordered: dispute: 4 system against 6 system"


def test_the_summary_has_what_only_one_side_has():
    imported()
    described()
    imported(replace(DEAL, lines=(15,)), key="lone-deal", system="su-35")
    described("lone-transfer", system="t-72")
    summary = build_summary()
    assert [each.key for each in summary.transfers_alone] == ["lone-transfer"]
    assert summary.deals_alone == 1
    ((own, locator),) = summary.iterate_deals_alone()
    assert (own.key, locator) == ("lone-deal", "line 15")


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


# The shipped articles


def test_the_shipped_articles_beside_the_register():
    call_command("loaddata", *FIXTURES)
    imported(TURKEY, "turkey")
    imported(SERBIA, "serbia", system="pantsir-s1", recipient="SRB")
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
