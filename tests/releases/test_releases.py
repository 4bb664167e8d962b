"""Building of releases: whole or not at all, under a name that stands for one revision."""

import subprocess
import sys

import pytest
from django.db import connection

from tests.support import factories
from tests.support.releases import again, run
from tests.support.servers import ROOT, environment
from transfers.models import Party, Release, Source
from transfers.releases import build
from transfers.releases.folders import build_aside
from transfers.releases.state import NotReleasable

pytestmark = pytest.mark.django_db


# Whole or not at all

_KILLED = """
import os, signal
import django
django.setup()
from django.db import connections
from transfers.releases import build

def killed_at(point):
    left = [point]
    def patched(call):
        def counted(*arguments):
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return call(*arguments)
        return counted
    os.fsync, os.rename = patched(os.fsync), patched(os.rename)

for point in (22, 18, 16, 14, 12, 9, 7, 4, 1, 0):
    child = os.fork()
    if not child:
        killed_at(point)
        build.release(f"killed.{point}")
        os._exit(0)
    print(point, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_build_that_is_killed_leaves_no_half_release_and_the_next_one_is_whole(register, folder):
    """At points such as before each write-through of a file, before the move, and before the commit."""
    url = _address()
    done = subprocess.run(
        [sys.executable, "-c", _KILLED], cwd=ROOT, capture_output=True, text=True, check=False,
        env=environment(url, RELEASES_DIR=str(folder), DJANGO_SETTINGS_MODULE="arms_registry.settings"),
    )  # fmt: skip
    killed = dict(line.split() for line in done.stdout.splitlines())
    assert set(killed.values()) == {"-9"}, done.stderr
    assert len(killed) == 10
    assert not Release.objects.exists()
    whole = [path.name for path in folder.glob("killed.*")]
    assert whole == ["killed.22"]  # killed after the move, before the commit: whole, and not yet recorded
    assert list(folder.glob(".building-*"))
    again(register)
    releases = [build.release(f"killed.{point}") for point in (0, 18, 22)]
    assert [(each.done, each.record.revision) for each in releases] == [
        ("made", 5),
        ("made", 5),
        ("completed", 4),
    ]
    assert list(folder.glob(".building-*")) == []
    assert run("verify").splitlines()[1] == "3 releases, all as made"


def _address():
    """Return the test's database as DATABASE_URL."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(database["NAME"])
    return f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


def test_a_build_that_fails_leaves_nothing(register, folder, monkeypatch):
    monkeypatch.setattr(build, "_record", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        build.release("1")
    assert list(folder.iterdir()) == []


def test_one_build_at_a_time(register, folder):
    with build_aside(folder), pytest.raises(NotReleasable, match="Another release is being built"):
        build.release("1")


def test_other_folders_are_left_alone(register, folder):
    (folder / ".building-mine").mkdir(parents=True)
    (folder / "notes").mkdir()
    build.release("1")
    assert {path.name for path in folder.iterdir()} == {".building-mine", "notes", "1"}


# Names


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "/etc", "a..b", "a-", ".a", "a b", "ä", "a\n",
                                  "x" * 61, "2026.csv", "A.JSON", "--help-"])  # fmt: skip
def test_a_name_that_is_none_is_refused(folder, name):
    with pytest.raises(NotReleasable, match="cannot name a release"):
        build.release(name)
    assert not folder.exists()


def test_the_same_again_changes_nothing(register, folder):
    release = build.release("2026.1-beta")
    assert build.release("2026.1-beta").done == "unchanged"
    assert build.release("2026.1-beta", release.record.revision).done == "unchanged"
    assert Release.objects.count() == 1


def test_a_name_stands_for_one_revision(register, folder):
    build.release("1")
    again(register)
    for revision in (None, 2):
        with pytest.raises(NotReleasable, match="is of revision 4, and stays so"):
            build.release("1", revision)
    assert build.release("1", 4).done == "unchanged"


def test_an_altered_release_is_not_taken_for_the_same(register, folder):
    build.release("1")
    (folder / "1" / "transfers.csv").write_text("else")
    with pytest.raises(NotReleasable, match=r"transfers\.csv was altered"):
        build.release("1")


def test_a_foreign_folder_is_not_taken_for_a_release(register, folder):
    (folder / "1").mkdir(parents=True)
    (folder / "1" / "mine.txt").write_text("Mine")
    with pytest.raises(NotReleasable, match="nothing records it; move it away"):
        build.release("1")
    assert not Release.objects.exists()


def test_lost_files_are_built_again_where_they_would_be_the_same(register, folder):
    build.release("1").folder.rename(folder / "away")
    assert build.release("1").done == "restored"
    (folder / "1").rename(folder / "again")
    Source.objects.update(note="Another")
    with pytest.raises(NotReleasable, match=r"sources\.csv was altered.*restore"):
        build.release("1")


def test_without_a_revision_there_is_no_release(folder):
    with pytest.raises(NotReleasable, match="Nothing is published yet"):
        build.release("1")
    factories.published()
    with pytest.raises(NotReleasable, match="There is no revision 9; the newest is 1"):
        build.release("1", 9)


def test_what_published_rows_name_must_be_there(register, folder):
    Party.objects.filter(code="IND").update(code="ISR")
    with pytest.raises(NotReleasable, match="a party that is no longer in the database: IND"):
        build.release("1")
