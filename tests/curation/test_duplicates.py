"""Transfers that may be one and the same."""

import pytest

from tests.support import factories
from transfers.curation.duplicates import Candidate, list_near

pytestmark = pytest.mark.django_db


def like(transfer, dates=None, system=None):
    """Somebody's new transfer between the same parties."""
    return Candidate(transfer.supplier_id, transfer.recipient_id, (system or transfer.system).pk, dates or {})


def test_equal_parties_and_system_are_near():
    transfer = factories.transfer()
    assert list_near(like(transfer)) == [transfer]


def test_a_transfer_is_not_near_itself():
    transfer = factories.transfer()
    parties = (transfer.supplier_id, transfer.recipient_id, transfer.system_id)
    assert list_near(Candidate(*parties, pk=transfer.pk)) == []


def test_another_recipient_is_another_transfer():
    factories.transfer(recipient="IND")
    transfer = factories.transfer(recipient="TUR")
    assert list_near(like(transfer)) == [transfer]


def test_a_way_back_is_another_transfer():
    transfer = factories.transfer()
    assert list_near(Candidate(transfer.recipient_id, transfer.supplier_id, transfer.system_id)) == []


def test_a_transfer_of_the_family_is_near_one_of_a_variant():
    family = factories.system("s-300")
    transfer = factories.transfer(system=family)
    assert list_near(like(transfer, system=factories.system("s-300pmu", variant_of=family))) == [transfer]


def test_a_transfer_of_a_variant_is_near_one_of_the_family():
    family = factories.system("s-300")
    transfer = factories.transfer(system=factories.system("s-300pmu", variant_of=family))
    assert list_near(like(transfer, system=family)) == [transfer]


def test_two_variants_of_a_family_are_not_near():
    family = factories.system("s-300")
    transfer = factories.transfer(system=factories.system("s-300pmu", variant_of=family))
    assert list_near(like(transfer, system=factories.system("s-300v", variant_of=family))) == []


@pytest.mark.parametrize(
    ("dates", "is_near"),
    [
        ({"agreed": ["2019-07"]}, True),
        ({"agreed": ["2018/2019"]}, True),
        ({"agreed": ["2018"]}, False),
        ({"agreed": ["2018", "2019"]}, True),
        ({"delivered": ["2019"]}, False),
        ({}, True),
        ({"agreed": ["no date"]}, True),
    ],
)
def test_dates_of_an_event_tell_transfers_apart(dates, is_near):
    transfer = factories.transfer()
    factories.date("agreed", "2019", transfer=transfer)
    assert bool(list_near(like(transfer, dates))) == is_near


def test_a_transfer_without_dates_is_near_one_with_dates():
    assert list_near(like(factories.transfer(), {"agreed": ["2019"]}))


@pytest.mark.parametrize("count", [1, 5])
def test_the_number_of_queries_does_not_grow(django_assert_num_queries, count):
    first, *_ = [factories.transfer() for _ in range(count)]
    candidate = like(first)
    with django_assert_num_queries(5):
        list_near(candidate)
