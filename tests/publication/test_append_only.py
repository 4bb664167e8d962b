"""The published tables are append-only, whoever writes to them."""

import pytest
from django.db import IntegrityError, connection

from tests.support import factories
from transfers.models import RegistryClaim, RegistryRow, Revision
from transfers.publication import append_only, publish

pytestmark = pytest.mark.django_db
TABLES = [Revision, RegistryRow, RegistryClaim]


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("model", TABLES)
def test_nothing_is_deleted(model):
    factories.published()
    with pytest.raises(IntegrityError, match="append-only"):
        execute(f"DELETE FROM {model._meta.db_table}")


@pytest.mark.parametrize(
    ("model", "column", "value"),
    [(Revision, "reason", "'else'"), (RegistryRow, "note", "'else'"), (RegistryClaim, "minimum", "7")],
)
def test_nothing_is_changed(model, column, value):
    factories.published()
    with pytest.raises(IntegrityError, match="append-only"):
        execute(f"UPDATE {model._meta.db_table} SET {column} = {value}")


@pytest.mark.parametrize("model", [RegistryRow, RegistryClaim])
def test_a_version_ends_only_once(model):
    transfer = factories.published()
    publish.withdraw([transfer], "wrong")
    with pytest.raises(IntegrityError, match="append-only"):
        execute(f"UPDATE {model._meta.db_table} SET until = 9")


@pytest.mark.parametrize("model", [RegistryRow, RegistryClaim])
def test_an_ended_version_is_not_revived(model):
    transfer = factories.published()
    publish.withdraw([transfer], "wrong")
    with pytest.raises(IntegrityError, match="append-only"):
        execute(f"UPDATE {model._meta.db_table} SET until = NULL")


def test_no_statement_gets_round_the_triggers():
    factories.published()
    columns = "sequence, time, action, key, 'else', content, previous, hash"
    statement = {
        "sqlite": f"REPLACE INTO transfers_revision SELECT {columns} FROM transfers_revision",
        "postgresql": "TRUNCATE transfers_revision",
    }
    with pytest.raises(IntegrityError, match="append-only"):
        execute(statement[connection.vendor])


def test_a_missing_trigger_is_noticed():
    assert append_only.list_missing() == []
    append_only.remove()
    assert len(append_only.list_missing()) >= 8
