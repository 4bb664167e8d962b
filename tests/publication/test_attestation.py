"""In which of several currencies or units a row speaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.publication.test_figures import number, sale
from tests.support import factories
from transfers.publication.attestation import choose_word

UNNAMED = ["an unnamed source", "sources close to the deal", "Anonymous officials", "a diplomatic source"]
MINISTRY = {"attributed_to": "Ministry of Defence", "credibility": 3}


def dollars(**values):
    return number("deal_value", 400_000_000, currency="USD", source="a", **values)


def roubles(source="b", **values):
    return number("deal_value", 21 * 10**9, 23 * 10**9, currency="RUB", source=source, **values)


@pytest.mark.parametrize("name", UNNAMED)
def test_an_unnamed_source_does_not_hide_a_ministry(name):
    row = sale(
        dollars(**MINISTRY), roubles(attributed_to=name, published="2024"), roubles("c", attributed_to=name)
    )
    assert (row["deal_currency"], row["deal_value_min"]) == ("USD", 400_000_000)


@pytest.mark.parametrize(
    ("claims", "currency", "rule"),
    [
        ([dollars(**MINISTRY), roubles(preferred=True, attributed_to="a source")], "RUB", "preferred"),
        ([dollars(**MINISTRY), roubles(), roubles("c")], "USD", "best attested"),
        ([dollars(), roubles(attributed_to="a source")], "USD", "best attested"),
        ([dollars(publisher="not stated in the copy read"), roubles()], "RUB", "best attested"),
        (
            [dollars(credibility=2), roubles(credibility=3), roubles("c", credibility=3)],
            "USD",
            "best attested",
        ),
        (
            [dollars(credibility=2), roubles(credibility=2), roubles("c", credibility=4)],
            "RUB",
            "most sources",
        ),
        ([dollars(), roubles(published="2024")], "RUB", "latest"),
        ([dollars(), roubles()], None, ""),
    ],
)
def test_the_first_rule_that_tells_them_apart_decides(claims, currency, rule):
    choice = choose_word(claims, "currency")
    assert (choice.word, choice.rule) == (currency, rule)


def test_one_currency_needs_no_rule():
    assert choose_word([dollars(), dollars()], "currency") == ("USD", "", ())


def test_the_same_rule_chooses_the_unit():
    ministry = number("quantity_ordered", 6, unit="system", **MINISTRY)
    papers = [number("quantity_ordered", 2, unit="battery", source=source) for source in "bcd"]
    assert sale(ministry, *papers)["unit"] == "system"


CLAIMS = st.lists(
    st.builds(
        lambda currency, source, **values: number(
            "deal_value", 1, currency=currency, source=source, **values
        ),
        st.sampled_from(["USD", "RUB", "EUR"]),
        st.sampled_from("abcd"),
        attributed_to=st.sampled_from([None, "Ministry", "a source"]),
        credibility=st.integers(1, 6),
        published=st.sampled_from(["2019", "2020-01", "2024"]),
        preferred=st.booleans(),
    ),
    max_size=6,
)


@given(CLAIMS, st.randoms())
def test_the_choice_does_not_depend_on_the_order(claims, random):
    shuffled = random.sample(claims, len(claims))
    assert choose_word(claims, "currency") == choose_word(shuffled, "currency")


@given(CLAIMS)
def test_what_is_chosen_is_claimed_and_the_others_are_told(claims):
    choice = choose_word(claims, "currency")
    words = {claim.currency for claim in claims}
    assert {choice.word, *choice.others} - {None} == words
    assert choice.word is None or choice.word not in choice.others


@pytest.mark.django_db
def test_the_page_of_a_transfer_says_why_it_speaks_in_a_currency(admin_client):
    transfer = factories.transfer()
    factories.valuation(number=400_000_000, transfer=transfer, attributed_to="Ministry of Defence")
    factories.valuation(number=21 * 10**9, transfer=transfer, currency="RUB", attributed_to="a source")
    body = admin_client.get(f"/admin/transfers/transfer/{transfer.pk}/change/").content.decode()
    assert "Deal currency: USD, that of the best attested claim. Also claimed: RUB." in body
