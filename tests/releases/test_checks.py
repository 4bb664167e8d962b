"""Commands for releases, and checks that find whatever was altered."""

import hashlib
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from tests.support.releases import again, run
from transfers.models import Release
from transfers.publication import append_only
from transfers.releases import build, compare

pytestmark = pytest.mark.django_db


# The commands


def test_the_command_prints_the_hashes(register, folder):
    output = run("release", "2026.1")
    record = Release.objects.get()
    assert output.startswith("release 2026.1 is made: revision 4, 2 transfers, 20 files\n")
    assert all(value in output for value in (record.head, record.content, record.digest))
    assert run("release", "2026.1").startswith("release 2026.1 is there already, and as it was made: ")


def test_the_command_writes_elsewhere_without_a_record(register, folder, tmp_path):
    assert "written, not recorded" in run("release", "1", "--output", str(tmp_path / "new"))
    assert (Release.objects.count(), folder.exists()) == (0, False)
    with pytest.raises(CommandError, match="is there already; name a folder that is not"):
        run("release", "1", "--output", str(tmp_path / "new"))


def test_two_releases_are_compared(register, folder):
    build.release("1", 1)
    again(register)
    build.release("2")
    expected = "changed rus-srb\n  quantity_ordered_min: 2 → 7\n  claims - "
    output = run("comparereleases", "1", "2")
    assert output.startswith(expected)
    assert output.endswith("added sun-ind\n1 added, 0 withdrawn, 1 changed\n")
    assert run("comparereleases", "2", "1").endswith("withdrawn sun-ind\n0 added, 1 withdrawn, 1 changed\n")
    with pytest.raises(CommandError, match="There is no release '3'"):
        run("comparereleases", "1", "3")


def test_a_state_does_not_differ_from_itself(register):
    assert list(compare.list_changes(4, 4)) == []
    assert list(compare.list_changes(1, 3)) == []  # published and withdrawn in between


def test_a_comparison_takes_many_transfers_a_few_at_a_time(register, monkeypatch):
    expected = list(compare.list_changes(1, 4))
    monkeypatch.setattr(compare, "_AT_A_TIME", 1)
    assert list(compare.list_changes(1, 4)) == expected != []


# Never altered


def test_the_record_is_append_only(register, folder):
    build.release("1")
    for statement in ("UPDATE transfers_release SET name = '2'", "DELETE FROM transfers_release"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            connection.cursor().execute(statement)


def faults():
    errors = StringIO()
    with pytest.raises(CommandError):
        call_command("verify", stderr=errors, stdout=StringIO())
    return errors.getvalue().splitlines()


def test_one_byte_in_any_file_is_named(register, folder):
    build.release("1")
    for path in sorted((folder / "1").iterdir()):
        whole = path.read_bytes()
        middle = len(whole) // 2
        path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        assert f"release 1: {path.name} was altered" in faults()
        path.write_bytes(whole)
    run("verify")


def test_a_missing_and_an_added_file_are_named(register, folder):
    build.release("1")
    (folder / "1" / "README.md").rename(folder / "1" / "LIESMICH.md")
    assert faults() == ["release 1: LIESMICH.md does not belong to it", "release 1: README.md is missing"]
    (folder / "1").rename(folder / "2")
    assert faults() == [f"release 1: its folder {folder / '1'} is missing"]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE transfers_release SET revision = 3", "release 1: its head is not that of revision 3"),
        ("UPDATE transfers_release SET revision = 9", "release 1: its revision 9 is not in the log"),
        ("UPDATE transfers_release SET head = 'else'", "release 1: its head is not that of revision 4"),
        ("UPDATE transfers_release SET content = 'else'", "release 1: its content is not that of revision 4"),
        ("UPDATE transfers_release SET digest = 'else'", "release 1: its record is not what its SHA256SUMS"),
        ("UPDATE transfers_release SET name = '2'", "release 2: its folder"),
        ("UPDATE transfers_revision SET hash = 'else' WHERE sequence = 4", "release 1: its head is not"),
        (
            "UPDATE transfers_revision SET content = 'else' WHERE sequence = 1",
            "release 1: its content is not",
        ),
    ],
)
def test_what_is_altered_in_the_database_is_named(register, folder, statement, named):
    build.release("1")
    append_only.remove()
    connection.cursor().execute(statement)
    append_only.install()
    assert any(fault.startswith(named) for fault in faults())


def test_a_file_that_was_altered_with_its_record_is_named(register, folder):
    record = build.release("1").record
    (folder / "1" / "README.md").write_text("else")
    record.files["README.md"]["sha256"] = hashlib.sha256(b"else").hexdigest()
    append_only.remove()
    record.save()
    append_only.install()
    assert faults() == ["release 1: its record is not what its SHA256SUMS says"]


def test_a_downloaded_release_is_checked(register, folder, tmp_path):
    build.release("1").folder.rename(tmp_path / "down")
    build.release("1")
    assert f"{tmp_path / 'down'} is as it was made, from this log." in run(
        "verify", "--release", str(tmp_path / "down")
    )
    (tmp_path / "down" / "claims.csv").unlink()
    with pytest.raises(CommandError, match="1 faults"):
        run("verify", "--release", str(tmp_path / "down"))
    with pytest.raises(CommandError, match="1 faults"):
        run("verify", "--release", str(tmp_path / "none"))


def test_a_releases_folder_is_that_of_the_settings(settings):
    assert build.get_folder("1") == Path(settings.RELEASES_DIR) / "1"
