"""Verification names whatever was altered behind the register's back."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.support import factories
from tests.support.servers import manage
from transfers.models import Revision
from transfers.publication import append_only, publish, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    """Two transfers, the first published, changed and published again, the second withdrawn."""
    first = factories.published("rus-srb-s-400-2019")
    first.quantities.update(minimum=7, maximum=7)
    publish.publish([first], "corrected")
    second = factories.published("rus-ind-s-400-2018", recipient="IND")
    publish.withdraw([second], "a misreading")


def tamper(*statements):
    """Alter the tables with raw SQL, as somebody with the database's password could."""
    append_only.remove()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    append_only.install()


def test_an_untouched_register_has_no_faults(register):
    assert list(verify.list_faults()) == []


def test_the_command_names_the_head(register):
    out = StringIO()
    call_command("verify", stdout=out)
    assert "4 revisions, all as published; head " in out.getvalue()


def test_an_empty_register_verifies():
    out = StringIO()
    call_command("verify", stdout=out)
    assert out.getvalue() == "Nothing is published yet.\n"


ALTERATIONS = {
    "a figure of a row": (
        "UPDATE transfers_registryrow SET quantity_ordered_min = 70 WHERE until IS NULL",
        "row rus-srb-s-400-2019 of revision 2",
    ),
    "a figure of a past row": (
        "UPDATE transfers_registryrow SET quantity_ordered_min = 60 WHERE revision = 1",
        "row rus-srb-s-400-2019 of revision 1",
    ),
    "a hidden field of a row": (
        "UPDATE transfers_registryrow SET system_family = 'else' WHERE revision = 1",
        "row rus-srb-s-400-2019 of revision 1",
    ),
    "a row's time": (
        "UPDATE transfers_registryrow SET updated = '2001-01-01 00:00:00' WHERE revision = 1",
        "row rus-srb-s-400-2019 of revision 1",
    ),
    "a claim": (
        "UPDATE transfers_registryclaim SET excerpt = 'else' WHERE revision = 2",
        "row rus-srb-s-400-2019 of revision 2",
    ),
    "a claim's end": (
        "UPDATE transfers_registryclaim SET until = 4 WHERE revision = 1",
        "row rus-srb-s-400-2019 of revision 2",
    ),
    "a removed claim": (
        "DELETE FROM transfers_registryclaim WHERE revision = 2",
        "row rus-srb-s-400-2019 of revision 2",
    ),
    "a removed row": (
        "DELETE FROM transfers_registryrow WHERE revision = 1",
        "row rus-srb-s-400-2019 of revision 1",
    ),
    "a hidden row": (
        "UPDATE transfers_registryrow SET until = 4 WHERE revision = 2",
        "row rus-srb-s-400-2019 of revision 2",
    ),
    "a revived row": (
        "UPDATE transfers_registryrow SET until = NULL WHERE revision = 3",
        "row rus-ind-s-400-2018 of revision 3",
    ),
    "a revived claim": (
        "UPDATE transfers_registryclaim SET until = NULL WHERE revision = 3",
        "row rus-ind-s-400-2018 of revision 4",
    ),
    "a claim of an unknown revision": (
        "UPDATE transfers_registryclaim SET revision = 99, until = 100 WHERE revision = 1",
        "of rus-srb-s-400-2019: its revisions are not in the log",
    ),
    "a reason": (
        "UPDATE transfers_revision SET reason = 'else' WHERE sequence = 2",
        "revision 2 (rus-srb-s-400-2019)",
    ),
    "a revision's time": (
        "UPDATE transfers_revision SET time = '2001-01-01 00:00:00' WHERE sequence = 4",
        "revision 4 (rus-ind-s-400-2018)",
    ),
    "a content hash": (
        f"UPDATE transfers_revision SET content = '{'0' * 64}' WHERE sequence = 1",
        "revision 1 (rus-srb-s-400-2019)",
    ),
    "a chain hash": (
        f"UPDATE transfers_revision SET hash = '{'0' * 64}' WHERE sequence = 2",
        "revision 3 (rus-ind-s-400-2018)",
    ),
    "a removed revision": (
        "DELETE FROM transfers_revision WHERE sequence = 2",
        "revision 2: missing from the log",
    ),
    "a removed head": (
        "DELETE FROM transfers_revision WHERE sequence = 4",
        "row rus-ind-s-400-2018 of revision 3",
    ),
}


@pytest.mark.parametrize(("statement", "named"), ALTERATIONS.values(), ids=ALTERATIONS)
def test_an_alteration_is_named(register, statement, named):
    tamper(statement)
    assert any(named in fault for fault in verify.list_faults())


def test_an_added_row_is_named(register):
    transfer = factories.published("usa-tur-f-35-2019", supplier="USA", recipient="TUR")
    tamper(f"DELETE FROM transfers_revision WHERE key = '{transfer.key}'")
    assert f"row {transfer.key} of revision 5: no such revision of it in the log" in list(
        verify.list_faults()
    )


def test_a_missing_trigger_is_named(register):
    append_only.remove()
    assert any(
        fault.startswith("trigger transfers_revision_no_delete: missing") for fault in verify.list_faults()
    )


def test_the_command_names_the_fault_and_fails(register):
    tamper("UPDATE transfers_registryrow SET note = 'else' WHERE revision = 1")
    errors = StringIO()
    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify", stderr=errors)
    assert "row rus-srb-s-400-2019 of revision 1" in errors.getvalue()


def test_a_log_continues_every_head_that_it_had(register):
    for revision in Revision.objects.all():
        out = StringIO()
        call_command("verify", "--since", revision.hash, stdout=out)
        assert f"The log continues revision {revision.sequence}, " in out.getvalue()


def test_a_log_does_not_continue_a_head_that_it_never_had(register):
    kept = Revision.objects.last().hash
    tamper("DELETE FROM transfers_revision WHERE sequence = 4")
    errors = StringIO()
    with pytest.raises(CommandError):
        call_command("verify", "--since", kept, stderr=errors)
    assert f"the head {kept}: no revision has it" in errors.getvalue()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="A copy is a file with SQLite only.")
def test_a_copy_is_verified_without_writing_to_it(register, tmp_path):
    copy = tmp_path / "copy.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)
        cursor.execute("VACUUM INTO %s", [str(copy)])
    before = copy.read_bytes()
    assert manage(copy, "verify").stdout.startswith("4 revisions, all as published")
    assert copy.read_bytes() == before
