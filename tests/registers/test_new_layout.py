"""A layout of a register added by its recipe: this module is the layout, and LAYOUTS gets its line."""

import sys
from io import StringIO
from operator import itemgetter

import pytest
from django.core.management import call_command
from django.db import connection

from tests.registers.test_bundle import empty
from transfers.models import ImportBatch, RegistryRow, Revision, Source, Transfer
from transfers.publication import verify
from transfers.registers import reading
from transfers.registers.importing import bundles
from transfers.registers.importing.undo import undo_import
from transfers.registers.reading import Deal, Refused, bundle, cells, read_register
from transfers.registers.reading.cells import RecordFault, RegisterColumn
from transfers.releases import build, state
from transfers.vocabulary.choices import Layout

pytestmark = pytest.mark.django_db
NAME = "invented_ledger"
TITLE = "an invented ledger"
SOURCE_TITLE = "Invented ledger of arms"
SPLIT = ""
COLUMNS = (
    RegisterColumn("supplier", "Seller", cells.parse_name),
    RegisterColumn("recipient", "Buyer", cells.parse_name),
    RegisterColumn("designation", "Weapon", cells.parse_name),
    RegisterColumn("description", "Kind", cells.parse_text),
    RegisterColumn("year", "Signed in", cells.parse_year),
    RegisterColumn("ordered", "Pieces", cells.parse_whole),
    RegisterColumn("delivered", "Handed over", cells.parse_whole),
)


def read_deals(rows, header):
    pick = itemgetter(*header.places(COLUMNS))
    deals, refused = [], []
    for row in rows:
        try:
            if row.fault:
                raise RecordFault(row.fault)
            deals.append(Deal(lines=row.lines, **cells.parse_cells(COLUMNS, pick(row.cells))))
        except RecordFault as fault:
            refused.append(Refused(row.lines, f"{row.where}: {fault}.", row.text))
    return deals, refused


HEADER = "Buyer,Seller,Weapon,Kind,Signed in,Pieces,Handed over"
FIRST = f"""Invented ledger for the year range 'Not specified' to 'Not specified'
Data generated: 1 May 2025
{HEADER}
Freedonia,Sylvania,Duck 7,frigate,2001,3,2
Freedonia,Sylvania,Duck 8,tank,2002,30,30
Freedonia,Sylvania,Duck 9,tank,2003,many,
Freedonia,Sylvania,Duck 10,SAM system,2004,4,0
"""
SECOND = f"""Invented ledger for the year range 'Not specified' to 'Not specified'
Data generated: 1 May 2026
{HEADER}
Freedonia,Sylvania,Duck 7,frigate,2001,3,3
Freedonia,Sylvania,Duck 8,tank,2002,30,30
Freedonia,Sylvania,Duck 11,UAV,2004,6,
"""
KEY = "x-sylvania-x-freedonia-duck-7-2001"


@pytest.fixture
def listed(monkeypatch):
    monkeypatch.setattr(reading, "LAYOUTS", (*reading.LAYOUTS, sys.modules[__name__]))


@pytest.fixture
def stored(listed):
    """Let the database store the layout, as the migration of its name among the choices does."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE transfers_importbatch DROP CONSTRAINT importbatch_layout_is_known")
            yield
        else:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            yield
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


@pytest.fixture
def editions(tmp_path):
    paths = tmp_path / "first.csv", tmp_path / "second.csv"
    for path, text in zip(paths, (FIRST, SECOND), strict=True):
        path.write_text(text)
    return paths


def run(command, *arguments, **options):
    out = StringIO()
    call_command(command, *map(str, arguments), stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def test_the_stored_layouts_are_those_with_a_reader_and_the_bundle():
    assert [layout.NAME for layout in reading.LAYOUTS] + [Layout.BUNDLE] == Layout.values


def test_every_layout_has_what_a_layout_needs():
    for layout in (*reading.LAYOUTS, sys.modules[__name__]):
        assert all([layout.NAME, layout.TITLE, layout.SOURCE_TITLE])
        assert {column.field for column in layout.COLUMNS} >= {"supplier", "recipient", "designation"}
        assert callable(layout.read_deals)
        assert layout.SPLIT in {"", *(column.heading for column in layout.COLUMNS)}


def test_its_file_is_told_from_others_by_its_header(listed):
    register = read_register(FIRST.encode())
    assert (register.layout, register.records, len(register.deals)) == (NAME, 4, 3)
    assert register.refused[0].reason.startswith("Line 6: Pieces holds 'many', which is not a whole number")


def test_a_file_that_nearly_has_its_header_is_refused_by_its_title(listed):
    with pytest.raises(reading.Unreadable, match="nearly the header of an invented ledger"):
        read_register(FIRST.replace("Pieces", "Items").encode())


def test_it_is_imported_and_published(stored, editions):
    assert "4 records: 3 imported (3 new," in run("importregister", editions[0], publish=True)
    row = RegistryRow.objects.current().get(key=KEY)
    assert (row.quantity_ordered_max, row.quantity_delivered_max, row.unit) == (3, 2, "ship")
    assert (ImportBatch.objects.get().layout, Source.objects.get().title) == (NAME, SOURCE_TITLE)
    assert list(verify.list_faults()) == []


def test_its_second_edition_changes_adds_and_leaves_out(stored, editions):
    run("importregister", editions[0], publish=True)
    account = run("importregister", editions[1], publish=True)
    assert "3 records: 3 imported (1 new, 1 changed, 1 unchanged," in account
    assert "1 deals that were imported before are no more in this edition" in account
    assert RegistryRow.objects.current().get(key=KEY).quantity_delivered_max == 3
    assert list(verify.list_faults()) == []


def test_its_editions_are_compared(listed, editions):
    summary, *lines = run("comparesources", *editions).splitlines()
    assert summary.startswith("1 added, 1 vanished, 1 changed, 1 unchanged, 0 ambiguous;")
    assert "    delivered: 2 → 3" in lines


def test_its_import_is_undone(stored, editions):
    run("importregister", editions[0], publish=True)
    undo_import(ImportBatch.objects.get(), "A mistake")
    assert not RegistryRow.objects.current().exists()
    assert list(verify.list_faults()) == []


def test_a_release_of_it_is_the_same_register_elsewhere(stored, editions, tmp_path):
    for edition in editions:
        run("importregister", edition, publish=True)
    released = state.get_state(Revision.objects.count())
    build.write("2026.1", released.revision, tmp_path / "bundle")
    empty()
    assert not Transfer.objects.exists()
    folder = bundle.read_bundle(tmp_path / "bundle")
    bundles.import_bundle(folder, file_name="2026.1", reason="Test", publish_too=True)
    assert state.get_state(Revision.objects.count()).content == released.content
    assert list(verify.list_faults()) == []
