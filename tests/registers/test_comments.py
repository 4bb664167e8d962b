"""What a deal's comment may mean: kinds and sums, and what is left alone."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transfers.models import Transfer
from transfers.registers.reading.comments import find_meanings
from transfers.vocabulary import codes

M, B = 10**6, 10**9


def sums(comment):
    return [(p.minimum, p.maximum, p.currency) for p in find_meanings(comment) if p.field == "deal_value"]


def kinds(comment):
    return [(p.value, p.ambiguous) for p in find_meanings(comment) if p.field == "kind"]


@pytest.mark.parametrize(
    ("comment", "low", "high", "currency"),
    [
        ("$1.2 b deal", 1200 * M, 1200 * M, "USD"),
        ("$230 m", 230 * M, 230 * M, "USD"),
        ("US$3 b", 3 * B, 3 * B, "USD"),
        ("EUR230 m deal", 230 * M, 230 * M, "EUR"),
        ("EUR450 million", 450 * M, 450 * M, "EUR"),
        ("USD 12 million", 12 * M, 12 * M, "USD"),
        ("GBP1.1-1.3 b", 1100 * M, 1300 * M, "GBP"),
        ("$100-200 m", 100 * M, 200 * M, "USD"),
        ("$900 m-1.1 b", 900 * M, 1100 * M, "USD"),
        ("$230–$280 m", 230 * M, 280 * M, "USD"),
        ("INR3.4b", 3400 * M, 3400 * M, "INR"),
        ("SEK500 m; for coast guard", 500 * M, 500 * M, "SEK"),
        ("c. $1 b", B, B, "USD"),
        ("A$40 m", 40 * M, 40 * M, "AUD"),
        ("$450,000 deal", 450_000, 450_000, "USD"),
        ("up to $2.5 b", None, 2500 * M, "USD"),
        ("at least €4 m", 4 * M, None, "EUR"),
        ("Deal\nworth\n$5 m", 5 * M, 5 * M, "USD"),
    ],
)
def test_a_sum_is_read_in_whole_units_of_its_currency(comment, low, high, currency):
    [meaning] = find_meanings(comment)
    assert (meaning.minimum, meaning.maximum, meaning.currency) == (low, high, currency)
    assert not meaning.ambiguous


def test_a_sum_told_in_two_currencies_is_proposed_twice_and_clear():
    meanings = find_meanings("EUR450 m ($600 m) deal")
    assert [(each.currency, each.ambiguous) for each in meanings] == [("EUR", False), ("USD", False)]


@pytest.mark.parametrize(
    "comment",
    [
        "Part of $1.2 b deal",
        "Part of larger deal; $1.2 b",
        "$1.2 b deal incl training",
        "$1.2 b for 30, of which 10 for Army",
        "Possibly $20 m",
        "$20 m aid",
        "Modernized before delivery for $20 m",
        "$1.2 b deal with offsets",
    ],
)
def test_a_sum_that_may_cover_more_or_something_else_is_ambiguous(comment):
    assert [each.ambiguous for each in find_meanings(comment) if each.field == "deal_value"] == [True]


def test_a_sum_that_is_said_twice_is_proposed_once():
    assert sums("$20 m deal; of $20 m") == [(20 * M, 20 * M, "USD")]


def test_two_sums_in_one_currency_make_each_other_ambiguous():
    assert [each.ambiguous for each in find_meanings("$20 m; later $30 m")] == [True, True]


@pytest.mark.parametrize(
    "comment",
    [
        "$300 m offsets", "offsets worth $300 m", "financed by loan of $75 m", "Financed by $200 m loan",
        "payment for debt of $800 m", "$20 m each", "$5", "$1,2 b", "$10-5 m", "$100,000-200,000", "TOP 20 m",
        "12 m boats", "XXX5 m", "USD 2010 prices", "$0 m", "excl $20 m of spares", "$5 m-£6 m", "€5 mx",
    ],
)  # fmt: skip
def test_no_price_is_made_of_other_sums(comment):
    assert sums(comment) == []


@pytest.mark.parametrize(
    ("comment", "kind"),
    [
        ("Aid", "gift"),
        ("Second-hand; gift", "gift"),
        ("Donated by Norway", "gift"),
        ("Gift from stocks no longer needed", "gift"),
        ("5-year lease", "lease"),
        ("Leased for training of crews", "lease"),
        ("On loan until 2012", "loan"),
        ("Loan; returned 2010", "loan"),
        ("Produced under licence as HX-2", "licensed_production"),
        ("Produced under Polish license", "licensed_production"),
        ("Licensed production", "licensed_production"),
        ("Assembled from kits in Egypt", "licensed_production"),
        ("Local production", "licensed_production"),
    ],
)
def test_a_kind_is_told_in_so_many_words(comment, kind):
    assert kinds(comment) == [(kind, False)]


@pytest.mark.parametrize(
    ("comment", "kind"),
    [
        ("Financed by US aid", "gift"),
        ("Financed by FMF", "gift"),
        ("'FMF' aid", "gift"),
        ("Possibly aid", "gift"),
        ("Originally leased, bought 2010", "lease"),
        ("Incl 20 assembled/produced in Turkey", "licensed_production"),
    ],
)
def test_a_kind_that_is_doubted_or_paid_for_by_others_is_ambiguous(comment, kind):
    assert kinds(comment) == [(kind, True)]


def test_two_kinds_make_each_other_ambiguous():
    assert kinds("Aid; lease") == [("gift", True), ("lease", True)]


@pytest.mark.parametrize(
    "comment",
    [
        "", "Not under licence", "Not produced under licence", "Aid not yet agreed", "No aid", "Lend-lease",
        "Released 2010", "Financed by loan", "Bank loan", "Loan from supplier", "$20 m loan", "Training aid",
        "From French production line", "Paid in oil", "Raided", "Unlicensed production",
    ],
)  # fmt: skip
def test_no_kind_is_made_of_other_words(comment):
    assert kinds(comment) == []


def test_an_excerpt_is_of_a_few_words_around_what_it_carries():
    comment = (
        "For use on frigates built by own yards with much foreign help and a deal of $20 m signed in May"
    )
    [meaning] = find_meanings(comment)
    assert len(meaning.excerpt.split()) <= 12
    assert "$20 m" in meaning.excerpt
    assert meaning.excerpt in comment


PIECES = (
    "$ EUR 1.2 100-200 , ; m b incl part of aid lease on loan produced under licence from kits not ( ) \n\n ."
).split(" ")
TEXTS = st.one_of(
    st.text(), st.lists(st.sampled_from(PIECES)).map(" ".join), st.text(alphabet="$1,.-mbEUR ;")
)


@given(TEXTS)
def test_any_comment_is_read_into_proposals_that_a_claim_can_hold(comment):
    for meaning in find_meanings(comment):
        assert len(meaning.excerpt.split()) <= 12
        assert 0 < len(meaning.excerpt) <= 200
        if meaning.field == "kind":
            assert meaning.value in Transfer.Kind
        else:
            figures = [each for each in (meaning.minimum, meaning.maximum) if each is not None]
            assert figures == sorted(figures)
            assert figures[0] > Decimal(0)
            assert meaning.currency in codes.CURRENCIES
