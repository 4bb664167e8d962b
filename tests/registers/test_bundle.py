"""The register's own bundle: exported, and imported into an empty register, it is the same register."""

import csv
from io import StringIO

import pytest
from django.db import connection

from tests.support import factories
from transfers.evidence.faults import BadFiles
from transfers.models import (
    ImportBatch,
    Party,
    Quantity,
    RegistryClaim,
    RegistryRow,
    Revision,
    Source,
    System,
    Transfer,
    TransferDate,
    Valuation,
)
from transfers.publication import append_only, publish
from transfers.registers.importing import bundles, undo
from transfers.registers.reading import bundle
from transfers.registers.reading.records import Unreadable
from transfers.releases import build, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    """Two transfers with every kind of claim, an alias, a family, a successor, and texts that try CSV."""
    russia = factories.party("RUS", aliases=("Russian Federation",))
    factories.party("SUN", kind="former_state", name="Soviet Union", successor=russia)
    family = factories.system("pantsir", aliases=("SA-22", "Панцирь"))
    factories.system("pantsir-s1", variant_of=family)
    first = factories.transfer(
        "sun-srb", supplier="SUN", system="pantsir-s1", note='Two lines,\n"quoted", =1+1', kind="gift"
    )
    factories.quantity(minimum=None, maximum=7, transfer=first, note="-")
    factories.quantity("delivered", 2, transfer=first, as_of="2019-10/..", preferred=True)
    factories.date(
        transfer=first, text="2018?", source=factories.source("wire", note="None", retrieved="2020-01-01")
    )
    factories.valuation(transfer=first, minimum="1.125", maximum="1.125", measure="tiv_unit", currency="")
    second = factories.published("rus-ind", supplier="RUS", recipient="IND")
    publish.publish([first], "Test")
    return [first, second]


@pytest.fixture
def folder(register, client, tmp_path):
    """Save the register's bundle, as its API gives it."""
    for name in bundle.KEYS:
        (tmp_path / f"{name}.csv").write_bytes(client.get(f"/api/{name}.csv").getvalue())
    return tmp_path


def digests():
    """SHA-256 of the content of each current row."""
    rows = RegistryRow.objects.current().values("revision")
    return dict(Revision.objects.filter(sequence__in=rows).values_list("key", "content"))


@pytest.fixture
def emptied(folder):
    """Return the digests of the register, which is empty afterwards."""
    before = digests()
    empty()
    return before


def empty():
    append_only.remove()
    for model in (RegistryRow, RegistryClaim, Revision, Quantity, TransferDate, Valuation, Transfer, Source):
        model.objects.all().delete()
    for model, family in ((System, "variant_of"), (Party, "successor")):
        model.objects.update(**{family: None})
        model.objects.all().delete()
    append_only.install()


def imported(folder, **options):
    read = bundle.read_bundle(folder)
    return bundles.import_bundle(read, file_name="2026.1", reason="Test", publish_too=True, **options)


def test_an_empty_register_gets_the_same_content(folder, emptied):
    imported(folder)
    assert digests() == emptied


def test_a_release_imported_into_an_empty_register_has_the_same_content_hash(register, tmp_path):
    released = state.get_state(Revision.objects.count())
    build.write("2026.1", released.revision, tmp_path / "bundle")
    empty()
    imported(tmp_path / "bundle")
    assert state.get_state(Revision.objects.count()).content == released.content


def test_importing_a_bundle_again_changes_nothing(folder, emptied):
    imported(folder)
    again = imported(folder)
    assert (again.batch, again.revisions, again.counts["new"]) == (None, 0, 0)


def test_a_register_that_has_it_all_takes_nothing(folder):
    assert imported(folder).counts == dict.fromkeys(bundles.BundleReport().counts, 0) | {"unchanged": 7}


def test_a_transfer_that_differs_is_refused_with_its_line(folder):
    Transfer.objects.filter(key="rus-ind").update(note="Edited here.")
    done = imported(folder)
    assert [reason for _, reason in done.refused] == ["The transfer rus-ind is here already, and differs."]


def test_a_record_that_differs_stays_and_is_named(folder):
    System.objects.filter(slug="pantsir").update(description="Another description")
    assert imported(folder).kept == ["system pantsir"]


def test_a_dry_run_stores_nothing(folder, emptied):
    assert imported(folder, store=False).counts["new"] == 7
    assert not Transfer.objects.exists()
    assert not ImportBatch.objects.exists()


def test_an_undone_bundle_leaves_nothing_public(folder, emptied):
    undo.undo_import(imported(folder).batch, "A mistake")
    assert not RegistryRow.objects.current().exists()
    assert set(Transfer.objects.values_list("state", flat=True)) == {"withdrawn"}


def test_an_undone_bundle_that_was_never_public_leaves_nothing(folder, emptied):
    done = bundles.import_bundle(bundle.read_bundle(folder), file_name="2026.1", reason="Test")
    undo.undo_import(done.batch, "A mistake")
    assert [model.objects.count() for model in (Transfer, Quantity, Source)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("claims", lambda text: text.replace("locator", "place", 1), "claims.csv lacks the columns locator"),
        ("claims", lambda text: text.replace('"rus-ind"', '"nowhere"', 1), "is not in transfers.csv"),
        ("systems", lambda text: text.replace('"pantsir-s1"', '"pantsir"', 1), "A slug appears twice"),
        ("sources", lambda text: text + '"half', r"sources\.csv, line 7, is not CSV"),
        ("parties", lambda text: "", "lacks the columns"),
    ],
)
def test_a_broken_bundle_is_refused_in_words(folder, name, change, message):
    path = folder / f"{name}.csv"
    path.write_text(change(path.read_text()))
    with pytest.raises(Unreadable, match=message):
        bundle.read_bundle(folder)


def test_a_bundle_of_before_a_field_was_added_is_read(folder):
    path = folder / "sources.csv"
    rows = [row[:-1] for row in csv.reader(StringIO(path.read_text(), newline=""))]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    assert all("terms" not in row for _, row in bundle.read_bundle(folder).tables["sources"])


def test_a_folder_without_a_bundle_is_refused(tmp_path):
    with pytest.raises(Unreadable, match=r"There is no file parties\.csv"):
        bundle.read_bundle(tmp_path)


def test_a_figure_that_is_none_is_refused_and_nothing_stays(folder, emptied):
    path = folder / "claims.csv"
    path.write_text(path.read_text().replace('"quantity_ordered",6', '"quantity_ordered","six"'))
    with pytest.raises(BadFiles, match=r"claims\.csv:\d+: minimum"):
        imported(folder)
    assert not Party.objects.exists()
    assert connection.in_atomic_block
