"""Indexes of published versions while many of them end at once."""

import pytest
from django.db import IntegrityError, connection, transaction

from tests.support import factories
from transfers.models import RegistryClaim, RegistryRow, inserts
from transfers.publication import indexing, publish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch):
    monkeypatch.setattr(indexing, "MANY", 2)


def list_indexes():
    """Return the definitions of the indexes, by table and name."""
    with connection.cursor() as cursor:
        return {
            model: connection.introspection.get_constraints(cursor, model._meta.db_table)
            for model in (RegistryRow, RegistryClaim)
        }


def test_after_many_withdrawals_each_index_is_as_it_was():
    transfers = [factories.published() for _ in range(3)]
    before = list_indexes()
    publish.withdraw(transfers, "wrong")
    assert list_indexes() == before


def test_an_error_leaves_each_index_as_it_was():
    factories.published()
    before = list_indexes()
    with pytest.raises(RuntimeError), transaction.atomic(), indexing.put_off_indexes(2):
        raise RuntimeError
    assert list_indexes() == before


@pytest.mark.parametrize(("ending", "share"), [(1, 0), (2, 3)], ids=["few", "a small share"])
def test_few_withdrawals_leave_the_indexes_there(monkeypatch, ending, share):
    monkeypatch.setattr(indexing, "SHARE", share)
    factories.published()
    before = list_indexes()
    with indexing.put_off_indexes(ending):
        assert list_indexes() == before


def test_many_withdrawals_are_written_without_the_indexes_where_that_locks_no_reader_out():
    factories.published()
    with indexing.put_off_indexes(2):
        names = {name for indexes in list_indexes().values() for name in indexes}
    asked = {"row_system", "claim_source"}
    assert asked & names == (set() if connection.vendor == "sqlite" else asked)
    assert {"row_current_key", "claim_current_transfer"} <= names


def test_versions_that_are_current_twice_after_many_withdrawals_undo_them():
    row = RegistryRow.objects.filter(key=factories.published().key)
    with pytest.raises(IntegrityError), transaction.atomic(), indexing.put_off_indexes(2):
        inserts.insert(RegistryRow, row.values())
    assert row.count() == 1
