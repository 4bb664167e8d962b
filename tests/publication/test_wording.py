"""Rows and claims in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transfers.publication import wording
from transfers.vocabulary import fields

ROW = dict.fromkeys(fields.list_names(fields.ROW)) | {
    "key": "a", "supplier": "RUS", "supplier_name": "Russia", "recipient": "SRB", "recipient_name": "Serbia",
    "system": "s-400", "system_name": "S-400", "quantity_ordered_min": 6, "quantity_ordered_max": 6,
}  # fmt: skip
CLAIM = dict.fromkeys(fields.list_names(fields.CLAIM)) | {
    "claim": "1", "measure": "quantity_ordered", "minimum": 6.0, "maximum": 6.0, "unit": "system",
    "source": "gazette", "locator": "¶1", "preferred": False,
}  # fmt: skip


def list_texts(before, after):
    return [str(difference) for difference in wording.list_differences(before, after)]


def tell_claims(before, after):
    return [str(difference) for difference in wording.list_claim_differences(before, after)]


@pytest.mark.parametrize(
    ("minimum", "maximum", "text"),
    [(6, 6, "6"), (6, 8, "6 to 8"), (1500, None, "at least 1,500"), (None, 8, "up to 8"), (None, None, "")],
)
def test_a_range_is_told_as_one_figure(minimum, maximum, text):
    assert wording.describe_range(minimum, maximum) == text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"quantity_ordered_max": 8}, "Quantity ordered: 6 to 8 instead of 6"),
        ({"quantity_ordered_min": None, "quantity_ordered_max": None}, "Quantity ordered: no longer 6"),
        ({"date_agreed": "2019-10"}, "Date agreed: 2019-10 (new)"),
        ({"recipient": "IND", "recipient_name": "India"}, "Recipient: India (IND) instead of Serbia (SRB)"),
        ({"disputed": "quantity_ordered|deal_value"}, "Disputed: quantity ordered, deal value (new)"),
        ({"tiv_ordered": 2.5}, "TIV of the order: 2.5 (new)"),
        ({"kind": "gift"}, "Kind: gift (new)"),
    ],
)
def test_a_changed_field_is_told_in_words(change, text):
    assert list_texts(ROW, ROW | change) == [text]


def test_money_is_told_with_its_currency():
    value = {"deal_value_min": 420_000_000, "deal_value_max": 420_000_000, "deal_currency": "USD"}
    assert list_texts(ROW, ROW | value) == ["Deal value: USD 420,000,000 (new)"]


def test_another_currency_is_another_value():
    value = {"deal_value_min": 5, "deal_value_max": 5, "deal_currency": "USD"}
    assert list_texts(ROW | value, ROW | value | {"deal_currency": "EUR"}) == [
        "Deal value: EUR 5 instead of USD 5"
    ]


def test_a_row_that_is_not_public_is_new_in_all_it_says():
    assert all(text.endswith("(new)") for text in list_texts(None, ROW))


@given(st.sampled_from(sorted(set(ROW) - {"revision", "updated"})))
def test_equal_rows_differ_in_nothing(name):
    assert list_texts(ROW, dict(ROW)) == []
    assert list_texts({**ROW, name: ROW[name]}, ROW) == []


def test_claims_that_come_and_go_are_told():
    other = CLAIM | {"claim": "2", "minimum": 8.0, "maximum": 8.0, "locator": "¶2"}
    assert tell_claims([CLAIM], [other]) == [
        "Claim of quantity ordered: no longer 6 system, gazette ¶1",
        "Claim of quantity ordered: 8 system, gazette ¶2 (new)",
    ]


def test_a_changed_claim_is_told_by_what_changed():
    assert tell_claims([CLAIM], [CLAIM | {"minimum": 7.0, "maximum": 7.0}]) == [
        "Claim of quantity ordered, gazette ¶1, figure: 7 system instead of 6 system"
    ]
    assert tell_claims([CLAIM], [CLAIM | {"preferred": True}]) == [
        "Claim of quantity ordered, gazette ¶1, preferred: yes instead of no"
    ]


#: Derived from others, or identifying the claim, so that another value is another claim.
NOT_COMPARED = {"claim", "transfer", "measure", "revision", "currency"}
COMPARED = [
    name for name in CLAIM if name not in NOT_COMPARED and not name.endswith(("_earliest", "_latest"))
]


@pytest.mark.parametrize("name", COMPARED)
def test_every_field_of_a_claim_is_compared(name):
    changed = CLAIM | {
        name: {"credibility": 3, "preferred": True, "minimum": 5.0, "maximum": 9.0}.get(name, "X")
    }
    assert len(tell_claims([CLAIM], [changed])) == 1
