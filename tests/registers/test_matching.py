"""Which deal of one edition is which of another: the rule's ties, and what holds for any two editions."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import registers
from transfers.registers.comparison import FieldChange, list_changes
from transfers.registers.matching import STATED_BY_BOTH, match
from transfers.registers.reading import delivery_years, trade_register
from transfers.registers.reading.records import STATED, Deal

DEAL = Deal(
    lines=(12,), supplier="Russia", recipient="India", designation="Ka-31", description="AEW helicopter",
    year=2009, ordered=5, delivered=2, delivery_years=(2012,), condition="new", comments="For Navy",
    tiv_unit=Decimal("6.5"), tiv_ordered=Decimal("32.5"), tiv_delivered=Decimal("13"),
)  # fmt: skip
ANOTHER_VALUE = {
    "description": "ASW helicopter", "year": 2011, "year_uncertain": True, "ordered": 9,
    "ordered_uncertain": True, "delivered": 5, "delivered_uncertain": True, "delivery_years": (2012, 2013),
    "delivery_years_uncertain": True, "condition": "second_hand", "comments": "", "tiv_unit": None,
    "tiv_ordered": Decimal(50), "tiv_delivered": Decimal(0), "identifier": "",
    "category": "Aircraft", "sipri_estimate": Decimal(7), "local_production": True,
}  # fmt: skip


def deal(**stated):
    return replace(DEAL, **stated)


#: Deals that are much alike, with and without IDs.
DEALS = st.lists(
    st.builds(
        deal,
        designation=st.sampled_from(["Ka-31", "KA 31", "Mi-17"]),
        year=st.sampled_from([None, 2005, 2009, 2010, 2012]),
        ordered=st.sampled_from([None, 2, 5]),
        comments=st.sampled_from(["", "Aid", "For Navy"]),
        delivery_years=st.sampled_from([(), (2012,)]),
        identifier=st.sampled_from(["", "", "1", "2"]),
    ),
    max_size=9,
)


def stated(deal):
    return repr([getattr(deal, name) for name in STATED])


def by_statement(old, new, matching):
    """Return the matching by what the deals state, whatever their places."""
    return (
        Counter((stated(old[one]), stated(new[other])) for one, other in matching.pairs),
        Counter(stated(new[index]) for index in matching.added),
        Counter(stated(old[index]) for index in matching.vanished),
        Counter(
            (stated(new[index]), *sorted(stated(old[each]) for each in candidates))
            for index, candidates in matching.ambiguous.items()
        ),
    )


@given(DEALS, st.randoms())
def test_an_edition_is_itself_in_any_order(deals, random):
    again = random.sample(deals, len(deals))
    matching = match(deals, again)
    assert len(matching.pairs) == len(deals)
    assert all(deals[one] == again[other] for one, other in matching.pairs)


@given(DEALS, DEALS)
def test_every_deal_is_told_once(old, new):
    matching = match(old, new)
    news = [*(other for _, other in matching.pairs), *matching.added, *matching.ambiguous]
    candidates = {each for several in matching.ambiguous.values() for each in several}
    olds = [*(one for one, _ in matching.pairs), *matching.vanished, *candidates]
    assert sorted(news) == list(range(len(new)))
    assert sorted(olds) == list(range(len(old)))
    assert all(matching.ambiguous.values())


@given(DEALS, DEALS, st.randoms())
def test_the_order_of_the_files_does_not_matter(old, new, random):
    one, other = random.sample(old, len(old)), random.sample(new, len(new))
    assert by_statement(old, new, match(old, new)) == by_statement(one, other, match(one, other))


@pytest.mark.parametrize("field", ANOTHER_VALUE)
def test_a_deal_with_one_changed_field_is_the_same_deal(field):
    others = [deal(designation="Mi-17", comments="For Army"), deal(year=1990, ordered=40, comments="Aid")]
    changed = deal(**{field: ANOTHER_VALUE[field]})
    assert sorted(match([DEAL, *others], [*others, changed]).pairs) == [(0, 2), (1, 0), (2, 1)]


def test_every_field_that_is_stated_was_changed_above():
    assert {*ANOTHER_VALUE, "supplier", "recipient", "designation"} == set(STATED)


@pytest.mark.parametrize("printed", ["KA-31", "Ka 31", "Ka31"])
def test_a_name_printed_otherwise_is_the_same_name(printed):
    assert match([DEAL], [deal(designation=printed)]).pairs == [(0, 0)]


def test_a_caller_says_which_names_are_the_same():
    assert match([DEAL], [deal(recipient="Bharat")]).pairs == []
    assert match([DEAL], [deal(recipient="Bharat")], group=lambda deal: deal.supplier).pairs == [(0, 0)]


def test_of_equal_deals_that_became_more_the_rest_is_added():
    matching = match([DEAL, DEAL], [DEAL, DEAL, DEAL])
    assert (matching.pairs, matching.added) == ([(0, 0), (1, 1)], [2])


def test_of_equal_deals_that_became_fewer_the_rest_has_vanished():
    matching = match([DEAL, DEAL, DEAL], [DEAL])
    assert (matching.pairs, matching.vanished) == ([(0, 0)], [1, 2])


def test_batches_told_apart_by_their_deliveries_keep_their_places():
    first, second = deal(delivery_years=(2010,)), deal(delivery_years=(2014,))
    now = [replace(second, delivered=3), replace(first, delivered=5)]
    assert match([first, second], now).pairs == [(1, 0), (0, 1)]


def test_a_corrected_year_is_not_mistaken_for_the_new_deal_of_the_old_year():
    corrected, another = deal(year=2010), deal(ordered=30, comments="For Army", delivery_years=(2015,))
    matching = match([DEAL], [another, corrected])
    assert (matching.pairs, matching.added) == ([(0, 1)], [0])


def test_a_number_and_comments_that_speak_for_two_deals_are_ambiguous():
    by_number = deal(comments="Ex-stock", delivered=3)
    by_comments = deal(ordered=30, delivered=3)
    assert match([DEAL], [by_number, by_comments]).ambiguous == {0: [0], 1: [0]}


def test_a_deal_that_was_split_is_ambiguous_and_has_not_vanished():
    matching = match([deal(ordered=10)], [deal(ordered=4, comments="a"), deal(ordered=6, comments="b")])
    assert (matching.ambiguous, matching.vanished, matching.added) == ({0: [0], 1: [0]}, [], [])


def test_a_deal_of_another_decade_is_another_deal():
    matching = match(
        [deal(comments="", delivery_years=())], [deal(year=2019, comments="", delivery_years=())]
    )
    assert (matching.pairs, matching.added, matching.vanished) == ([], [0], [0])


def test_deals_without_a_year_are_near_any():
    assert match([deal(year=None)], [deal(year=2012, delivered=5)]).pairs == [(0, 0)]
    assert match([deal(year=None)], [deal(year=None, ordered=9, comments="")]).pairs == [(0, 0)]


def test_the_year_alone_does_not_pair_deals_that_were_delivered_years_apart():
    matching = match([DEAL], [deal(ordered=9, comments="For Army", delivery_years=(2016,))])
    assert matching.ambiguous == {0: [0]}


def test_an_id_decides_whatever_changed():
    old = [deal(identifier="7"), deal(identifier="8")]
    new = [deal(identifier="8"), deal(identifier="7", supplier="Ukraine", year=1990, ordered=1, comments="")]
    assert match(old, new).pairs == [(1, 0), (0, 1)]


def test_two_ids_are_two_deals():
    matching = match([deal(identifier="7")], [deal(identifier="8")])
    assert (matching.added, matching.vanished) == ([0], [0])


def test_deals_of_two_layouts_are_matched_by_what_both_state():
    deals = registers.deals(300, seed=5)
    news = [registers.by_year(each, number) for number, each in enumerate(deals, 1)]
    Random(1).shuffle(news)
    matching = match(deals, news)
    right = sum(deals[one] == deals[int(news[other].identifier) - 1] for one, other in matching.pairs)
    assert right == len(matching.pairs) > 270


def test_what_several_editions_left_is_matched_by_id_and_by_names():
    old = [deal(identifier="7"), deal(designation="Mi-17")]
    new = [deal(designation="Mi-17", identifier="9"), deal(identifier="7", year=2000)]
    assert match(old, new).pairs == [(1, 0), (0, 1)]


def test_differences_are_told_in_the_register_s_order_with_marks_of_doubt():
    assert list_changes(DEAL, deal(comments="", year_uncertain=True, lines=(99,))) == [
        FieldChange("year_uncertain", False, True),
        FieldChange("comments", "For Navy", ""),
    ]


def test_both_layouts_have_columns_for_what_both_state():
    trade = {column.field for column in trade_register.COLUMNS} | {"delivery_years_uncertain"}
    joined = "delivered delivered_uncertain delivery_years delivery_years_uncertain tiv_delivered".split()
    by_year = {column.field for column in delivery_years.COLUMNS} | set(joined)
    assert set(STATED_BY_BOTH) == trade & by_year


def test_a_value_with_more_zeros_is_no_difference():
    assert list_changes(DEAL, deal(tiv_unit=Decimal("6.50"))) == []


def test_only_the_fields_asked_for_are_compared():
    assert list_changes(DEAL, deal(comments="", identifier="7")) == []
