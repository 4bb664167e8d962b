"""Contents of a release: every table in every format, described, and the same bytes each time."""

import hashlib
import json
import sqlite3
import subprocess
from datetime import date, datetime

import duckdb
import pandas
import pytest
import yaml

from tests.outside import programs
from tests.support import factories
from tests.support.releases import again, lines
from transfers.curation import merging
from transfers.models import Party, Revision, Source
from transfers.publication import publish
from transfers.registers.reading import bundle
from transfers.releases import build, state
from transfers.vocabulary import fields, tables

pytestmark = pytest.mark.django_db
TABLES = {name: table.items for name, table in tables.TABLES.items()}


# What is in it


def test_an_import_reads_the_tables_that_a_release_has():
    read = {name: tuple(items) for name, items in bundle.TABLES.items()}
    made_of_claims = {"deliveries": TABLES["deliveries"]}
    assert read | made_of_claims == TABLES


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_the_public_fields_in_every_format(register, folder, name):
    build.release("1")
    names, stem = fields.list_names(TABLES[name]), folder / "1" / name
    rows = lines(stem.with_suffix(".csv"))
    assert list(rows[0]) == names
    assert list(pandas.read_parquet(stem.with_suffix(".parquet")).columns) == names
    with sqlite3.connect(folder / "1" / "registry.sqlite3") as database:
        selected = database.execute(f"SELECT * FROM {name}")
        assert [column[0] for column in selected.description] == names
        assert len(selected.fetchall()) == len(rows)


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


def test_it_holds_records_that_were_merged_since(folder):
    family = factories.system("s-300", name="S-300")
    loser = factories.system("triumf", name="Triumf", aliases=("Growler",), variant_of=family)
    factories.published("rus-srb", system=loser)
    before = Revision.objects.count()
    merging.merge(factories.system("s-400"), loser, None, "One and the same")
    merging.merge(factories.system("s-300p"), family, None, "One and the same")
    merging.merge(factories.party("X-MOSCOW", kind="unknown"), Party.objects.get(code="RUS"), None, "One")
    build.release("1", before)
    systems = {row["slug"]: row for row in lines(folder / "1" / "systems.csv")}
    parties = {row["code"] for row in lines(folder / "1" / "parties.csv")}
    assert systems.keys() == {"triumf", "s-300"}
    assert parties == {"RUS", "SRB"}
    assert (systems["triumf"]["aliases"], systems["triumf"]["variant_of"]) == ("Growler", "s-300")
    with sqlite3.connect(folder / "1" / "registry.sqlite3") as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_newest_holds_the_record_that_another_was_merged_into(folder):
    loser = factories.system("triumf", name="Triumf")
    factories.published("rus-srb", system=loser)
    merging.merge(factories.system("s-400"), loser, None, "One and the same")
    build.release("1")
    assert {row["slug"] for row in lines(folder / "1" / "systems.csv")} == {"s-400"}


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
    citation = yaml.safe_load((folder / "2026.1" / "CITATION.cff").read_text(encoding="utf-8"))
    assert {name: citation[name] for name in ("cff-version", "type", "version", "license")} == {
        "cff-version": "1.2.0", "type": "dataset", "version": "2026.1", "license": "CC-BY-4.0",
    }  # fmt: skip
    assert citation["message"]
    assert citation["title"]
    assert citation["authors"] == [{"name": "The arms_registry maintainers"}]
    assert date.fromisoformat(citation["date-released"]) == Revision.objects.last().time.date()
    assert all(each.keys() == {"type", "value", "description"} for each in citation["identifiers"])


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
            keys, count = values[resource["name"], key]
            assert len(keys) == count
    for resource in tables:
        for key in resource["schema"].get("foreignKeys", []):
            to = key["reference"]
            other = values[to["resource"] or resource["name"], to["fields"][0]]
            assert values[resource["name"], key["fields"][0]][0] <= other[0]


def test_the_data_package_lists_every_other_file_with_its_sum(register, folder):
    record = build.release("1").record
    package = json.loads((folder / "1" / "datapackage.json").read_bytes())
    listed = {each["path"]: (each["bytes"], each["hash"]) for each in package["resources"]}
    files = {name: (file["bytes"], f"sha256:{file['sha256']}") for name, file in record.files.items()}
    assert listed == {name: files[name] for name in files if name not in ("datapackage.json", "SHA256SUMS")}
    assert (package["head"], package["content"]) == (record.head, record.content)


def test_frictionless_finds_it_valid(register, folder):
    validator = programs.find("frictionless")
    build.release("1")
    command = [validator, "validate", "datapackage.json", "--json"]
    done = subprocess.run(command, cwd=folder / "1", capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["valid"], done.stdout


def test_its_sums_are_read_by_sha256sum(register, folder):
    record = build.release("1").record
    command = ["sha256sum", "-c", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=folder / "1", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count(": OK"), done.stderr) == (0, len(record.files) - 1, "")
    text = (folder / "1" / "SHA256SUMS").read_bytes()
    assert f"# head {record.head}\n# content {record.content}\n" in text.decode()
    assert record.digest == hashlib.sha256(text).hexdigest()


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
    files = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    assert files == {path.name: path.read_bytes() for path in (folder / "1").iterdir()}


def test_its_content_does_not_depend_on_how_it_came_about(folder):
    one, two = factories.published("a"), factories.published("b")
    expected = state.get_state().content
    publish.withdraw([one, two], "For a while")
    assert state.get_state().content != expected
    publish.publish([two, one], "Again, in another order")
    assert state.get_state().content == expected
    assert state.get_state(2).content == expected
