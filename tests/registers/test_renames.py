"""Deals under another designation: which are one, which may be, and which only look alike."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from tests.support import registers
from transfers.registers.matching import fold_names, match
from transfers.registers.reading.records import Deal
from transfers.registers.renames import are_related, match_renames

TANK = Deal(
    lines=(12,), supplier="Ruritania", recipient="Erewhon", designation="Zenda-3/LT-3",
    description="light tank", year=2015, ordered=12, delivered=12, delivery_years=(2016,), condition="new",
    comments="For guards", tiv_unit=Decimal("0.4"), tiv_ordered=Decimal("4.8"), tiv_delivered=Decimal("4.8"),
)  # fmt: skip


def compare(old, new):
    """Return the renames between two editions, and what the designations alone do not tell."""
    return match_renames(old, new, match(old, new), lambda deal: fold_names(deal)[:2])


def renamed(designation, **stated):
    return replace(TANK, designation=designation, **stated)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zenda-3/LT-3", "Zenda-3"), ("LT-3", "Zenda-3/LT-3"), ("S-400", "S-400 Triumf"),
        ("Zenda-3 (LT-3)", "LT-3"), ("Hentzau", "Hentzau Mk-2"), ("zenda 3", "Zenda-3/Export"),
    ],
)  # fmt: skip
def test_designation_of_which_a_part_stays_is_related(one, other):
    assert are_related(one, other)
    assert are_related(other, one)


@pytest.mark.parametrize(("one", "other"), [("Zenda-3", "Zenda-4"), ("Zenda-3", "Hentzau"), ("T-72", "T-7")])
def test_designation_of_which_no_part_stays_is_not(one, other):
    assert not are_related(one, other)


@pytest.mark.parametrize("designation", ["Zenda-3", "LT-3", "Zenda-3/LT-3 Guard", "Zenda-3/Export"])
def test_renamed_deal_is_the_same_deal(designation):
    assert compare([TANK], [renamed(designation)]).pairs == [(0, 0)]


def test_renamed_deal_is_the_same_under_a_new_description_and_comment():
    new = renamed("Zenda-3", description="tank", comments="For the guards")
    assert compare([TANK], [new]).pairs == [(0, 0)]


def test_renamed_deal_without_a_common_word_is_the_same_if_all_else_is():
    assert compare([TANK], [renamed("Rassendyll")]).pairs == [(0, 0)]


@pytest.mark.parametrize(
    "change", [{"comments": "For police"}, {"description": "tank"}, {"tiv_unit": Decimal("0.5")}]
)
def test_nothing_is_one_without_a_common_word_where_anything_else_differs(change):
    assert compare([TANK], [renamed("Rassendyll", **change)]).pairs == []


@pytest.mark.parametrize(
    "change",
    [
        {"year": 2016}, {"year_uncertain": True}, {"ordered": 13}, {"ordered_uncertain": True},
        {"condition": "second_hand"}, {"tiv_unit": Decimal("0.45")}, {"delivery_years": (2016, 2017)},
        {"delivered": 11}, {"delivered_uncertain": True}, {"recipient": "Lilliput"},
        {"supplier": "Blefuscu"}, {"description": "patrol craft"}, {"description": "unheard-of thing"},
    ],
)  # fmt: skip
def test_near_miss_is_never_paired(change):
    assert compare([TANK], [renamed("Zenda-3", **change)]).pairs == []


@pytest.mark.parametrize(
    "change",
    [{"year": 2016}, {"ordered": 13}, {"tiv_unit": Decimal("0.45")}, {"delivery_years": (2016, 2017)}],
)
def test_near_miss_of_a_related_designation_is_proposed(change):
    assert compare([TANK], [renamed("Zenda-3", **change)]).proposed == {0: [0]}


@pytest.mark.parametrize(
    "change",
    [
        {"description": "patrol craft", "tiv_unit": Decimal(7)}, {"recipient": "Lilliput"}, {"year": 2019},
        {"description": "patrol craft", "ordered": 1, "delivered": 1}, {"year": None},
    ],
)  # fmt: skip
def test_another_weapon_party_or_time_is_not_even_proposed(change):
    assert compare([TANK], [renamed("Zenda-3", **change)]).proposed == {}


@pytest.mark.parametrize("description", ["unheard-of thing", "patrol craft"])
def test_deal_that_differs_in_the_kind_of_weapon_alone_is_proposed(description):
    assert compare([TANK], [renamed("Zenda-3", description=description)]).proposed == {0: [0]}


@pytest.mark.parametrize("designations", [("Zenda-3", "Zenda-3 Guard"), ("Rassendyll", "Hentzau")])
def test_two_that_one_deal_may_be_are_proposed(designations):
    renames = compare([TANK], [renamed(designation) for designation in designations])
    assert (renames.pairs, renames.proposed) == ([], {0: [0], 1: [0]})


@pytest.mark.parametrize("designations", [("Zenda-3/B", "Zenda-3/C"), ("Rassendyll", "Hentzau")])
def test_one_that_two_deals_may_be_is_proposed(designations):
    renames = compare([renamed(designation) for designation in designations], [renamed("Zenda-3")])
    assert (renames.pairs, renames.proposed) == ([], {0: [0, 1]})


def test_related_deal_is_found_beside_another_with_the_same_figures():
    renames = compare([TANK, renamed("Rassendyll")], [renamed("Rassendyll"), renamed("Zenda-3")])
    assert renames.pairs == [(0, 1)]


def test_unrelated_deal_beside_another_with_the_same_figures_is_only_proposed():
    renames = compare([TANK, renamed("Rassendyll")], [renamed("Rassendyll"), renamed("Hentzau")])
    assert (renames.pairs, renames.proposed) == ([], {1: [0]})


def test_equal_deals_are_renamed_together():
    assert compare([TANK, TANK], [renamed("Zenda-3")] * 2).pairs == [(0, 0), (1, 1)]


def test_deal_that_says_too_little_is_never_paired():
    little = replace(TANK, ordered=None, delivered=0, delivery_years=(), tiv_unit=None)
    assert compare([little], [replace(little, designation="Zenda-3")]).pairs == []


def test_deal_of_another_layout_is_the_same_deal():
    other = renamed(
        "Zenda-3", identifier="7", category="Armoured vehicles", comments="", ordered=None, tiv_ordered=None
    )
    assert compare([TANK], [other]).pairs == [(0, 0)]
    assert compare([other], [TANK]).pairs == [(0, 0)]


def test_deals_of_two_ids_are_two():
    olds = [replace(TANK, identifier="7")]
    renames = compare(olds, [renamed("Zenda-3", identifier="8")])
    assert (renames.pairs, renames.proposed) == ([], {})


def test_renames_of_a_large_edition_are_found_and_none_is_wrong():
    random = Random(5)
    old = registers.deals(4000, seed=5)
    new = [
        replace(deal, designation=random.choice((f"{deal.designation}/Q-{number}", f"Quex-{number}")))
        if random.random() < 0.15
        else deal
        for number, deal in enumerate(old)
    ]
    renamed_deals = [index for index, deal in enumerate(new) if deal.designation != old[index].designation]
    renames = compare(old, new)
    assert [(one, other) for one, other in renames.pairs if old[one] != old[other]] == []
    paired = {other for _, other in renames.pairs}
    assert len(paired) > 0.95 * len(renamed_deals)
    assert [index for index in renamed_deals if index not in {*paired, *renames.proposed}] == []


def change(deal, number, random):
    """Return what a later edition has in the place of the deal: itself, changed, split or no more."""
    if random.random() < 0.15:
        designation = random.choice((f"{deal.designation}/Q-{number}", f"Quex-{number}"))
        deal = replace(deal, designation=designation)
    if random.random() < 0.1:
        deal = replace(deal, comments=f"{deal.comments} anew")
    happens = random.random()
    if happens < 0.02:
        return [replace(deal, ordered=None, tiv_ordered=None)]
    if happens < 0.05:
        return [replace(deal, delivered=deal.delivered + 1, delivery_years=(*deal.delivery_years, 2026))]
    if happens < 0.06 and deal.ordered and deal.ordered > 3:
        return [replace(deal, ordered=count, comments=f"Part {count}") for count in (1, deal.ordered - 1)]
    return [] if happens > 0.98 else [deal]


@pytest.mark.parametrize("seed", [11, 12])
def test_later_edition_with_many_changes_merges_nothing_wrong_and_doubles_nothing(seed):
    random = Random(seed)
    old = registers.deals(3000, seed=seed)
    changed = [(deal, number) for number, each in enumerate(old) for deal in change(each, number, random)]
    others = registers.deals(300, seed=seed + 100)
    new = [*(deal for deal, _ in changed), *others]
    matching = match(old, new)
    renames = match_renames(old, new, matching, lambda deal: fold_names(deal)[:2])
    pairs = {other: one for one, other in [*matching.pairs, *renames.pairs]}
    expected = {index: old[number] for index, (_, number) in enumerate(changed)}
    wrong = [index for index, one in pairs.items() if index not in expected or old[one] != expected[index]]
    undecided = {*matching.ambiguous, *renames.proposed}
    assert wrong == []
    assert [index for index in expected if index not in {*pairs, *undecided}] == []
    assert len(pairs) > 0.95 * len(expected)
