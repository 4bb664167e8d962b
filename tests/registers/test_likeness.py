"""How well a register's deal fits a transfer, and where the two differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transfers.publication.figures import Claim, resolve
from transfers.registers.importing import sources
from transfers.registers.reconciling.comparisons import Verdict, compare_figures
from transfers.registers.reconciling.likeness import TransferFacts, compute_likeness
from transfers.vocabulary import measures


def claim(measure, number=None, *, high=None, register=False, published="2019-10-24", **values):
    origin = sources.REGISTER if register else None
    top = number if high is None else high
    return Claim(measure, "a-source", published, "A", number, top, origin_of=origin, **values)


def ordered(number, unit="system", **values):
    return claim("quantity_ordered", number, unit=unit, **values)


def delivered(number, published):
    return claim("quantity_delivered", number, unit="system", published=published)


def agreed(date):
    return claim("date_agreed", date=date)


def came(date):
    return claim("date_delivered", date=date)


def value(currency):
    return claim("deal_value", 3, currency=currency)


def facts(*claims, **values):
    names = {"supplier": "RUS", "recipient": "TUR", "system": "s-400", "line": frozenset({"s-400"})}
    return TransferFacts(**names | values, claims=claims)


def score(deal, other):
    likeness = compute_likeness(deal, other)
    return likeness and likeness.score


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (agreed("2018"), agreed("2018-10"), "ordered in 2018; sources say agreed 2018-10"),
        (agreed("2017"), agreed("2019"), "ordered in 2017 against agreed 2019, 2 years apart"),
        (ordered(5), ordered(5), "5 system ordered by both"),
        (ordered(12), ordered(10), "12 system ordered against 10 system"),
        (ordered(6), ordered(5, high=7), "6 system ordered may be the others' 5-7 system"),
        (ordered(2, "battery"), ordered(5), "ordered is not comparable: 2 battery against 5 system"),
        (came("2019/2020"), came("2019-07/.."), "delivery 2019/2020 overlaps 2019-07/.."),
        (came("2020/2021"), came("2019-07/.."), "delivery 2020/2021 lies in 2019-07/.."),
        (came("2020"), came("2020-02-22"), "delivery 2020 holds 2020-02-22"),
        (
            delivered(6, "2022"),
            delivered(2, "2020"),
            "6 system delivered; others count 2 system at another time",
        ),
    ],
)
def test_a_likeness_says_why(one, other, reason):
    assert compute_likeness(facts(one), facts(other)).reasons == ("same system", reason)


@pytest.mark.parametrize(
    ("deal", "other"),
    [
        (facts(), facts(recipient="SRB")),
        (facts(), facts(supplier="USA")),
        (facts(), facts(supplier="TUR", recipient="RUS")),
        (facts(), facts(system="s-300", line=frozenset({"s-300"}))),
        (
            facts(system="s-300v", line=frozenset({"s-300v", "s-300"})),
            facts(system="s-300p", line=frozenset({"s-300p", "s-300"})),
        ),
        (facts(agreed("2017")), facts(agreed("2021"))),
        (facts(came("2010/2012")), facts(came("2016-01"))),
        (facts(agreed("2017")), facts(came("2013"))),
        (facts(agreed("1990")), facts(came("2011/.."))),
    ],
)
def test_what_cannot_be_one_has_no_likeness(deal, other):
    assert (compute_likeness(deal, other), compute_likeness(other, deal)) == (None, None)


@pytest.mark.parametrize(
    ("deal", "other"),
    [
        (facts(agreed("2017")), facts(agreed("2020"))),
        (facts(came("2010/2012")), facts(came("2015"))),
        (facts(agreed("2017"), came("2018")), facts(agreed("2017-12"), came("2024"))),
        (facts(agreed("2017")), facts(came("2014/..")),),
        (facts(agreed("1991")), facts(came("2011"))),
    ],
)  # fmt: skip
def test_dates_within_the_tolerance_do_not_exclude(deal, other):
    assert compute_likeness(deal, other) is not None


def test_a_deployment_is_like_no_deal():
    deal, other = facts(agreed("2019"), ordered(1)), facts(agreed("2019"), ordered(1), kind="deployment")
    assert (compute_likeness(deal, other), compute_likeness(other, deal)) == (None, None)


def test_the_system_itself_is_liker_than_its_family():
    variant = facts(system="pantsir-s1", line=frozenset({"pantsir-s1", "pantsir"}))
    family = facts(system="pantsir", line=frozenset({"pantsir"}))
    assert score(variant, variant) > score(variant, family) > 0


@pytest.mark.parametrize(
    ("near", "far"), [(agreed("2018-03"), agreed("2019")), (agreed("2019"), agreed("2020"))]
)
def test_a_nearer_date_is_liker(near, far):
    deal = facts(agreed("2018-10"))
    assert score(deal, facts(near)) > score(deal, facts(far))


def test_a_nearer_number_is_liker():
    deal = facts(ordered(12))
    assert score(deal, facts(ordered(12))) > score(deal, facts(ordered(10))) > score(deal, facts(ordered(2)))


YEARS = st.sampled_from([None, "2017", "2018", "2018-10", "2019", "2019-07/..", "2016/2020", "../2018"])
NUMBERS = st.one_of(st.none(), st.integers(0, 20))
STATED = st.tuples(YEARS, NUMBERS, YEARS, NUMBERS)


def list_claims(stated):
    order, number, delivery, count = stated
    return [
        *([agreed(order)] if order else []),
        *([ordered(number)] if number is not None else []),
        *([came(delivery)] if delivery else []),
        *([delivered(count, "2020")] if count is not None else []),
    ]


@given(STATED, STATED)
def test_a_score_is_a_part_of_one_and_the_same_either_way(one, other):
    deal, others = facts(*list_claims(one)), facts(*list_claims(other))
    assert score(deal, others) == score(others, deal)
    assert score(deal, others) is None or 0 <= score(deal, others) <= 1


@given(STATED, STATED, st.integers(0, 3))
def test_more_agreement_never_lowers_the_score(one, other, aspect):
    before = score(facts(*list_claims(one)), facts(*list_claims(other)))
    agreeing = (*other[:aspect], one[aspect], *other[aspect + 1 :])
    after = score(facts(*list_claims(one)), facts(*list_claims(agreeing)))
    if one[aspect] is not None and before is not None:
        assert after is not None
        assert after >= before


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        (ordered(5), ordered(5), Verdict.SAME),
        (agreed("2018?"), agreed("2018"), Verdict.SAME),
        (agreed("2018"), agreed("2018-10"), Verdict.COMPATIBLE),
        (ordered(5), claim("quantity_ordered", 4, high=6, unit="system"), Verdict.COMPATIBLE),
        (ordered(4, high=6), ordered(5, high=7), Verdict.DISPUTE),
        (agreed("2017/2019"), agreed("2018/2020"), Verdict.DISPUTE),
        (delivered(6, "2022"), delivered(2, "2020"), Verdict.LATER),
        (delivered(2, "2020"), delivered(6, "2022"), Verdict.LATER),
        (delivered(2, "2022"), delivered(6, "2020"), Verdict.DISPUTE),
        (ordered(12), ordered(10), Verdict.DISPUTE),
        (ordered(2, "battery"), ordered(2), Verdict.NOT_COMPARABLE),
        (value("USD"), value("EUR"), Verdict.NOT_COMPARABLE),
        (claim("tiv_unit", 1.5), claim("tiv_unit", 1.5), Verdict.SAME),
    ],
)  # fmt: skip
def test_a_figure_beside_a_figure(one, other, verdict):
    assert [each.verdict for each in compare_figures([one], [other])] == [verdict]


DATED = ["2018", "2018-05", "2017/2020", "2018/..", "../2019", "2019/2021", "{2017,2019}"]
RANGED = [(5, 5), (6, 6), (5, 7), (6, 8), (5, None), (None, 6)]
FIGURES = {
    **{measure: [{"date": text} for text in DATED] for measure in measures.DATES},
    "quantity_ordered": [{"minimum": low, "maximum": high, "unit": "system"} for low, high in RANGED],
    "tiv_unit": [{"minimum": low, "maximum": high} for low, high in RANGED],
}


@given(st.sampled_from(sorted(FIGURES)), st.data())
def test_figures_are_in_dispute_side_by_side_where_they_are_in_a_row(measure, data):
    values = st.sampled_from(FIGURES[measure])
    ours, theirs = (Claim(measure, key, "2020", key, **data.draw(values)) for key in "ab")
    (figure,) = compare_figures([ours], [theirs])
    assert (figure.verdict == Verdict.DISPUTE) is bool(resolve("sale", [ours, theirs])["disputed"])


def test_figures_are_compared_in_the_unit_that_both_know():
    (figure,) = compare_figures([ordered(5)], [ordered(2, "battery"), ordered(3, "battery"), ordered(5)])
    assert (figure.verdict, figure.others.text) == (Verdict.SAME, "5 system")


def test_only_the_registers_newest_edition_is_compared():
    editions = [ordered(4, register=True, published="2019"), ordered(5, register=True, published="2021")]
    assert [each.register.text for each in compare_figures(editions, [ordered(5)])] == ["5 system"]


def test_what_one_side_says_is_told_as_that():
    figures = compare_figures([ordered(5)], [agreed("2018")])
    assert {figure.measure: figure.verdict for figure in figures} == {
        "quantity_ordered": Verdict.REGISTER_ONLY,
        "date_agreed": Verdict.OTHERS_ONLY,
    }
