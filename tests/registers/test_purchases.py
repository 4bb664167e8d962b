"""Several deals that together are one purchase: proposed as a group, joined, and taken back."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import factories
from tests.support.deals import DEAL, NOTED, described, edition, imported, public
from transfers.curation.workflow import Refused
from transfers.models import Quantity, RegisterDeal, RegistryRow, Transfer, TransferDate
from transfers.publication import verify
from transfers.registers.importing import write
from transfers.registers.reading import read_file
from transfers.registers.reconciling import purchases
from transfers.registers.reconciling.comparisons import Verdict
from transfers.registers.reconciling.joining import decline, join, join_all
from transfers.registers.reconciling.links import build_summary, list_links, list_proposed
from transfers.registers.reconciling.purchases import MOST_PARTS, list_part_sums
from transfers.registers.reconciling.separating import get_joined, separate

CASES = Path(__file__).parent / "cases"


def order(*counts, **values):
    """Import deals of these numbers."""
    return [
        imported(replace(DEAL, lines=(14 + number,), ordered=count, **values), f"own-{number}")
        for number, count in enumerate(counts)
    ]


def report(count, measure="ordered", **values):
    """Add a transfer of which an article gives this number."""
    other = described(date="2018", **values)
    factories.quantity(measure, count, transfer=other)
    return other


def list_groups(**scope):
    return [purchase.keys for purchase in list_proposed(**scope)[1]]


def dump():
    """Return what is curated of every transfer, and of which deals."""
    transfers = Transfer.objects.order_by("key").values_list("key", "kind", "condition", "comment", "note")
    claims = [
        (claim.transfer.key, claim.source.key, claim.locator, claim.part, claim.note, claim.preferred)
        for model in (Quantity, TransferDate)
        for claim in model.objects.select_related("transfer", "source").order_by("pk")
    ]
    deals = RegisterDeal.objects.order_by("pk").values_list("transfer__key", "joined_from")
    return list(transfers), claims, list(deals)


# Sums


@given(st.lists(st.integers(0, 9), max_size=9), st.integers(1, 30))
def test_every_way_to_make_a_sum_of_few_parts_is_found_once(numbers, total):
    ways = list(list_part_sums(numbers, total))
    assert len(set(ways)) == len(ways)
    assert all(2 <= len(way) <= MOST_PARTS and sum(numbers[place] for place in way) == total for way in ways)
    subsets = (
        [place for place in range(len(numbers)) if bits >> place & 1] for bits in range(2 ** len(numbers))
    )
    expected = {
        tuple(places)
        for places in subsets
        if 2 <= len(places) <= MOST_PARTS and sum(numbers[place] for place in places) == total
    }
    assert set(ways) == expected


# Proposals


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("counts", "number", "groups"),
    [
        ((3, 2), 5, ["own-0,own-1"]),
        ((3, 2, 9), 5, ["own-0,own-1"]),
        ((1, 2, 3), 6, ["own-0,own-1,own-2"]),
        ((3, 3, 2, 2), 4, ["own-2,own-3"]),
        ((3, 2), 6, []),
        ((5, 3, 2), 5, []),
        ((6, 6, 6, 6, 6, 6), 36, []),
    ],
)
def test_deals_whose_numbers_add_up_are_proposed_together(counts, number, groups):
    order(*counts)
    report(number)
    assert list_groups() == groups


@pytest.mark.django_db
def test_a_group_is_compared_as_one_and_is_liker_than_each_of_its_deals():
    order(3, 2)
    report(5)
    links, (group,) = list_proposed()
    figures = {figure.measure: figure.verdict for figure in group.likeness.comparisons}
    assert figures["quantity_ordered"] == Verdict.SAME
    assert group.likeness.reasons[:2] == ("3 + 2 make its number", "same system")
    assert all(link.likeness.score < group.likeness.score for link in links)


@pytest.mark.django_db
def test_other_ways_to_make_the_number_are_rivals():
    order(3, 2, 2)
    report(5)
    first, second = list_proposed()[1]
    assert (first.keys, first.rivals) == ("own-0,own-1", ("own-0,own-2",))
    assert (second.keys, second.rivals) == ("own-0,own-2", ("own-0,own-1",))


@pytest.mark.django_db
def test_many_ways_are_cut_and_counted():
    order(*[1] * 16)
    report(5)
    groups = list_proposed()[1]
    assert len(groups) == purchases.PROPOSED
    assert groups[0].rivals[-1] == "at least 27 other ways"


@pytest.mark.django_db
@pytest.mark.parametrize("recipient", ["IND", "SRB"])
def test_deals_of_other_parties_make_no_group(recipient):
    order(3, 2)
    report(5, recipient=recipient)
    assert list_groups() == []


@pytest.mark.django_db
def test_a_variant_is_a_part_of_what_is_told_of_its_family():
    family = factories.system("mi-17")
    factories.system("mi-17v-5", variant_of=family)
    for number, (count, system) in enumerate([(3, "mi-17"), (2, "mi-17v-5")]):
        deal = replace(DEAL, lines=(14 + number,), ordered=count)
        imported(deal, f"own-{number}", system=system)
    report(5, system="mi-17")
    assert list_groups() == ["own-0,own-1"]


@pytest.mark.django_db
def test_deals_of_other_years_make_no_group():
    first, _ = order(3, 2)
    first.transfer.dates.update(date="2009")
    report(5)
    assert list_groups() == []


@pytest.mark.django_db
def test_what_was_delivered_counts_where_nobody_states_the_order():
    order(3, 2, delivered=1, delivery_years=(2019,))
    report(2, "delivered")
    assert list_groups() == ["own-0,own-1"]


@pytest.mark.django_db
def test_a_range_is_made_by_no_group():
    order(3, 2)
    other = report(5)
    other.quantities.update(maximum=7)
    assert list_groups() == []


@pytest.mark.django_db
def test_a_deal_that_was_ruled_out_is_in_no_group():
    first, _ = order(3, 2)
    decline(first, report(5), None, "another order")
    assert list_groups() == []


@pytest.mark.django_db
def test_a_deployment_is_no_purchase():
    order(3, 2)
    report(5, kind="deployment")
    assert list_groups() == []


@pytest.mark.django_db
def test_a_second_deal_that_makes_the_number_is_as_like_as_both_together():
    first, _ = order(3, 2)
    other = report(5)
    (group,) = list_proposed()[1]
    join(first, other, None, "one of two")
    (link,) = list_links()
    assert (link.own.key, link.likeness.score) == ("own-1", group.likeness.score)
    assert link.likeness.reasons[-1] == "it adds to what is joined to it already, line 14 of r.csv"


@pytest.mark.django_db
def test_deals_that_make_the_number_with_one_that_is_joined_are_a_group():
    first, *_ = order(1, 2, 3)
    join(first, report(6), None, "one of three")
    assert list_groups() == ["own-1,own-2"]


@pytest.mark.django_db
def test_the_case_of_two_deals_is_one_purchase():
    factories.system("mi-17v-5", name="Mi-17V-5", category="aircraft")
    other = described(system="mi-17v-5", recipient="SRB", date="2017/2018")
    factories.quantity("ordered", 5, unit="aircraft", transfer=other)
    write.import_register(
        read_file(CASES / "two-deals-one-purchase.csv"), file_name="r.csv", reason="Edition"
    )
    (group,) = list_proposed()[1]
    assert [deal.stated["ordered"] for deal in group.deals] == [2, 3]
    join_all(group.deals, other, None, "one purchase")
    public(other)
    row = RegistryRow.objects.current().get(key="told")
    assert (row.quantity_ordered_min, row.quantity_ordered_max, row.tiv_ordered, row.disputed) == (
        5,
        5,
        5,
        None,
    )


@pytest.mark.django_db
def test_what_a_group_links_is_not_alone():
    order(3, 2)
    report(5)
    summary = build_summary()
    assert (summary.transfers_alone, summary.deals_alone, list(summary.iterate_deals_alone())) == ([], 0, [])


# Joining a group, and taking it back


@pytest.mark.django_db
def test_a_group_that_is_taken_back_is_as_it_was():
    deals = order(3, 2, condition="second_hand")
    other = report(5)
    before = dump()
    join_all(deals, other, None, "one purchase")
    assert Transfer.objects.count() == 1
    separate(get_joined(["own-0", "own-1"], other), None, "a mistake")
    assert dump() == before
    assert list_groups() == ["own-0,own-1"]


@pytest.mark.django_db
def test_one_part_is_taken_back_and_the_other_stays():
    deals = order(3, 2)
    other = report(5)
    join_all(deals, other, None, "one purchase")
    separate(get_joined(["own-1"], other), None, "another order")
    other.refresh_from_db()
    assert other.comment == NOTED
    assert {quantity.minimum for quantity in other.quantities.all()} == {3, 5}
    assert Transfer.objects.get(key="own-1").quantities.get().minimum == 2


@pytest.mark.django_db
def test_what_was_public_is_a_draft_under_its_key_and_the_log_is_whole():
    deals = order(3, 2)
    other = public(report(5))
    for deal in deals:
        public(deal.transfer)
    join_all(deals, other, None, "one purchase", publish_again=True)
    (own, _) = separate(get_joined(["own-0", "own-1"], other), None, "a mistake")
    other.refresh_from_db()
    assert (own.key, own.state, other.state) == ("own-0", "draft", "draft")
    for transfer in (own, other):
        public(transfer)
    rows = RegistryRow.objects.current().values_list("key", "quantity_ordered_min")
    assert dict(rows) == {"own-0": 3, "told": 5}
    assert list(verify.list_faults()) == []


@pytest.mark.django_db
def test_what_a_later_edition_states_goes_with_its_deal():
    deal, *_ = order(3)
    other = report(5)
    join(deal, other, None, "the same")
    later = edition("sipri-2022", "2022-03-14")
    newer = imported(replace(DEAL, ordered=4), "newer", source=later)
    newer.transfer.quantities.update(transfer=other, part="own-0")
    RegisterDeal.objects.filter(pk=newer.pk).update(transfer=other, joined_from="own-0", outcome="changed")
    separate(get_joined(["own-0"], other), None, "a mistake")
    own = Transfer.objects.get(key="own-0")
    assert [quantity.minimum for quantity in own.quantities.order_by("pk")] == [3, 4]
    assert own.register_deals.count() == 2


@pytest.mark.django_db
def test_taking_back_needs_a_reason_a_join_and_permission():
    deals = order(3)
    other = report(5)
    with pytest.raises(Refused, match="is not joined to told"):
        get_joined(["own-0"], other)
    join_all(deals, other, None, "the same")
    joined = get_joined(["own-0"], other)
    with pytest.raises(Refused, match="needs a reason"):
        separate(joined, None, " ")
    with pytest.raises(Refused, match="not allowed to take joins back"):
        separate(joined, factories.user("reviewer"), "a mistake")
    separate(joined, None, "a mistake")
    with pytest.raises(Refused, match="taken back"):
        separate(joined, None, "a mistake")


@pytest.mark.django_db
def test_a_group_of_which_one_cannot_be_joined_is_not_joined():
    deals = order(3, 2)
    other = report(5)
    factories.date("delivered", "2019", transfer=deals[1].transfer)
    with pytest.raises(Refused, match="own-1 has claims of other sources"):
        join_all(deals, other, None, "one purchase")
    assert other.quantities.count() == 1
