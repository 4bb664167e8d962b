"""Releases: whole or not at all, the same bytes each time, and never silently altered."""

import csv
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import date, datetime
from io import StringIO
from pathlib import Path

import duckdb
import pandas
import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from tests.support import factories
from tests.support.servers import ROOT, environment
from transfers.models import Party, Release, Revision, Source
from transfers.publication import append_only, publish
from transfers.releases import build, compare, state
from transfers.releases.folders import build_aside
from transfers.releases.state import NotReleasable
from transfers.vocabulary import fields

pytestmark = pytest.mark.django_db
TABLES = {"transfers": fields.ROW, "claims": fields.CLAIM, "systems": fields.SYSTEM,
          "parties": fields.PARTY, "sources": fields.SOURCE}  # fmt: skip
FRICTIONLESS = os.environ.get("FRICTIONLESS") or shutil.which("frictionless")


def run(command, *arguments):
    """What a command prints."""
    out = StringIO()
    call_command(command, *arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def folder(settings, tmp_path):
    settings.RELEASES_DIR = tmp_path / "releases"
    return settings.RELEASES_DIR


@pytest.fixture
def register(folder):
    """Four revisions: one transfer twice, with much in it; one withdrawn; one of a former state's variant."""
    factories.party("SUN", name="Soviet Union", kind="former_state", successor=factories.party("RUS"))
    factories.system("sam", aliases=('Surface, "quoted"', "С-400"))
    factories.system("s-300", variant_of=factories.system("sam"), unroca="VII")
    made = factories.transfer("rus-srb", occasion="An exercise", note="Of two\r\nlines, with “quotes”.")
    factories.valuation("tiv_unit", 2.5, transfer=made)
    factories.date(event="delivered", text="2019-07/..", transfer=made)
    factories.quantity(transfer=made, minimum=2, maximum=None, preferred=True, note="Own words.")
    publish.publish([made], "Test")
    publish.withdraw([factories.published("gone")], "A mistake")
    factories.published("sun-ind", supplier="SUN", recipient="IND", system="s-300")
    return made


def again(made):
    """Change a figure, and publish it."""
    made.quantities.update(minimum=7)
    publish.publish([made], "Corrected")


def lines(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# What is in it


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_the_public_fields_in_every_format(register, folder, name):
    build.release("1")
    names, stem = fields.list_names(TABLES[name]), folder / "1" / name
    rows = lines(stem.with_suffix(".csv"))
    assert list(rows[0]) == names
    assert list(pandas.read_parquet(stem.with_suffix(".parquet")).columns) == names
    with sqlite3.connect(folder / "1" / "registry.sqlite3") as database:
        found = database.execute(f"SELECT * FROM {name}")
        assert [column[0] for column in found.description] == names
        assert len(found.fetchall()) == len(rows)


def test_it_holds_what_stood_at_its_revision(register, folder):
    before = Revision.objects.count()
    again(register)
    build.release("1", before)
    rows = {row["key"]: row for row in lines(folder / "1" / "transfers.csv")}
    assert sorted(rows) == ["rus-srb", "sun-ind"]
    assert rows["rus-srb"]["quantity_ordered_min"] == "2"
    assert {claim["transfer"] for claim in lines(folder / "1" / "claims.csv")} == set(rows)


def test_keys_lead_to_each_other_within_it(register, folder):
    build.release("1")
    database = sqlite3.connect(folder / "1" / "registry.sqlite3")
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert {row["code"] for row in lines(folder / "1" / "parties.csv")} == {"IND", "RUS", "SRB", "SUN"}
    assert "sam" in {row["slug"] for row in lines(folder / "1" / "systems.csv")}
    database.close()


def test_sqlite_has_types(register, folder):
    build.release("1")
    with sqlite3.connect(folder / "1" / "registry.sqlite3") as database:
        query = "SELECT typeof(minimum), typeof(preferred), preferred, typeof(credibility) FROM claims"
        assert ("real", "integer", 1, "integer") in database.execute(query).fetchall()
        assert database.execute("SELECT count(*) FROM fields").fetchone() == (
            sum(len(items) for items in TABLES.values()),
        )


def test_duckdb_reads_it(register, folder):
    build.release("1")
    claims, sources = folder / "1" / "claims.parquet", folder / "1" / "sources.csv"
    query = f"SELECT count(*) FROM '{claims}' c JOIN '{sources}' s ON c.source = s.key"
    assert duckdb.sql(query).fetchall() == [(4,)]


def test_the_citation_is_cff(register, folder):
    build.release("2026.1")
    said = yaml.safe_load((folder / "2026.1" / "CITATION.cff").read_text(encoding="utf-8"))
    assert {name: said[name] for name in ("cff-version", "type", "version", "license")} == {
        "cff-version": "1.2.0", "type": "dataset", "version": "2026.1", "license": "CC-BY-4.0",
    }  # fmt: skip
    assert said["message"]
    assert said["title"]
    assert said["authors"] == [{"name": "The arms_registry maintainers"}]
    assert date.fromisoformat(said["date-released"]) == Revision.objects.last().time.date()
    assert all(each.keys() == {"type", "value", "description"} for each in said["identifiers"])


READ = {"string": str, "integer": int, "number": float, "date": date.fromisoformat,
        "datetime": datetime.fromisoformat,
        "boolean": {"true": True, "false": False}.__getitem__}  # fmt: skip


def test_every_cell_is_as_the_data_package_says(register, folder):
    build.release("1")
    package = json.loads((folder / "1" / "datapackage.json").read_bytes())
    assert {"name", "licenses", "resources"} <= package.keys()
    tables = [each for each in package["resources"] if each["profile"] == "tabular-data-resource"]
    values = {}
    for resource in tables:
        rows, schema = lines(folder / "1" / resource["path"]), resource["schema"]
        assert [each["name"] for each in schema["fields"]] == list(rows[0])
        for field in schema["fields"]:
            cells = [row[field["name"]] for row in rows]
            constraints = field.get("constraints", {})
            assert all(cells) or not constraints.get("required"), field
            read = [READ[field["type"]](cell) for cell in cells if cell]
            assert set(read) <= set(constraints.get("enum", read)), field
            values[resource["name"], field["name"]] = set(read), len(cells)
        for key in schema.get("primaryKey", []):
            found, count = values[resource["name"], key]
            assert len(found) == count
    for resource in tables:
        for key in resource["schema"].get("foreignKeys", []):
            to = key["reference"]
            other = values[to["resource"] or resource["name"], to["fields"][0]]
            assert values[resource["name"], key["fields"][0]][0] <= other[0]


def test_the_data_package_lists_every_other_file_with_its_sum(register, folder):
    made = build.release("1").record
    package = json.loads((folder / "1" / "datapackage.json").read_bytes())
    listed = {each["path"]: (each["bytes"], each["hash"]) for each in package["resources"]}
    known = {name: (file["bytes"], f"sha256:{file['sha256']}") for name, file in made.files.items()}
    assert listed == {name: known[name] for name in known if name not in ("datapackage.json", "SHA256SUMS")}
    assert (package["head"], package["content"]) == (made.head, made.content)


def test_frictionless_finds_it_valid(register, folder):
    if not FRICTIONLESS:
        leave = pytest.fail if os.environ.get("REQUIRE_ALL") else pytest.skip
        leave("there is no frictionless here, and FRICTIONLESS names none")
    build.release("1")
    command = [FRICTIONLESS, "validate", "datapackage.json", "--json"]
    done = subprocess.run(command, cwd=folder / "1", capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["valid"], done.stdout


def test_its_sums_are_read_by_sha256sum(register, folder):
    made = build.release("1").record
    command = ["sha256sum", "-c", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=folder / "1", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count(": OK"), done.stderr) == (0, len(made.files) - 1, "")
    text = (folder / "1" / "SHA256SUMS").read_bytes()
    assert f"# head {made.head}\n# content {made.content}\n" in text.decode()
    assert made.digest == hashlib.sha256(text).hexdigest()


def test_its_changes_are_those_since_the_release_before(register, folder):
    build.release("1", 3)
    again(register)
    build.release("2")
    first, second = ((folder / name / "CHANGES.md").read_text(encoding="utf-8") for name in "12")
    assert "This is the first release" in first
    assert "Compared with release 1 (revision 3); this is revision 5." in second
    assert "- added sun-ind\n" in second
    assert "- changed rus-srb\n  - quantity_ordered_min: 2 → 7\n" in second
    assert second.endswith("Transfers: 1 added, 0 withdrawn, 1 changed.\n")


@pytest.mark.parametrize(
    ("terms", "cell"),
    [
        ("Ask first.", "Ask first."),
        ("By paragraph: 7 | 8", r"By paragraph: 7 \| 8"),
        ("", "not recorded; ask the publisher"),
    ],
)
def test_its_licence_says_under_which_terms_the_words_of_sources_stand(register, folder, terms, cell):
    Source.objects.update(publisher="A Register", terms=terms)
    build.release("1")
    licence = (folder / "1" / "LICENCE.md").read_text(encoding="utf-8")
    assert f"| A Register | {len(lines(folder / '1' / 'sources.csv'))} | {cell} |\n" in licence


# The same bytes


def test_built_twice_it_is_the_same_to_the_byte(register, folder, tmp_path):
    build.release("1")
    again(register)
    build.release("0", 3)  # an earlier revision, but made later: not what 1 is compared with
    Party.objects.filter(code="IND").update(kind="state")
    build.write("1", None, tmp_path / "again")
    found = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    assert found == {path.name: path.read_bytes() for path in (folder / "1").iterdir()}


def test_its_content_does_not_depend_on_how_it_came_about(folder):
    one, two = factories.published("a"), factories.published("b")
    expected = state.get_state().content
    publish.withdraw([one, two], "For a while")
    assert state.get_state().content != expected
    publish.publish([two, one], "Again, in another order")
    assert state.get_state().content == expected
    assert state.get_state(2).content == expected


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

for point in (20, 18, 16, 14, 12, 9, 7, 4, 1, 0):
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
    assert whole == ["killed.20"]  # killed after the move, before the commit: whole, and not yet recorded
    assert list(folder.glob(".building-*"))
    again(register)
    made = [build.release(f"killed.{point}") for point in (0, 18, 20)]
    assert [(each.done, each.record.revision) for each in made] == [
        ("made", 5),
        ("made", 5),
        ("completed", 4),
    ]
    assert list(folder.glob(".building-*")) == []
    assert run("verify").splitlines()[1] == "3 releases, all as made"


def _address():
    """The test's database as DATABASE_URL."""
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(told["NAME"])
    return f"postgres://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"


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
    made = build.release("2026.1-beta")
    assert build.release("2026.1-beta").done == "unchanged"
    assert build.release("2026.1-beta", made.record.revision).done == "unchanged"
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


# The commands


def test_the_command_prints_the_hashes(register, folder):
    said = run("release", "2026.1")
    record = Release.objects.get()
    assert said.startswith("release 2026.1 is made: revision 4, 2 transfers, 18 files\n")
    assert all(value in said for value in (record.head, record.content, record.digest))
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
    said = run("comparereleases", "1", "2")
    assert said.startswith(expected)
    assert said.endswith("added sun-ind\n1 added, 0 withdrawn, 1 changed\n")
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
    made = build.release("1").record
    (folder / "1" / "README.md").write_text("else")
    made.files["README.md"]["sha256"] = hashlib.sha256(b"else").hexdigest()
    append_only.remove()
    made.save()
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
