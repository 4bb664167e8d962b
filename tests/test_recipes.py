"""Recipes of the architecture, followed in a copy of the project whose register was filled before.

A row field that is derived, a field of the transfer, and a measure of claims are added as "Where a new thing
goes" says; formats, resources and layouts of registers have tests of their own beside them.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.servers import ROOT, environment

pytestmark = pytest.mark.xdist_group("recipes")
#: File, the text that a recipe's lines follow, and those lines.
RECIPES = [
    (
        "transfers/vocabulary/fields.py",
        '    Field("description", Type.TEXT, "What the weapon system is, in a few words."),\n',
        '    Field("claim_count", Type.INTEGER, "Claims about the transfer."),\n'
        '    Field("end_use", Type.TEXT, "What the arms are for, as the sources say."),\n',
    ),
    (
        "transfers/publication/figures.py",
        '    row["origins"] = _count_origins(everything)\n',
        '    row["claim_count"] = len(everything)\n',
    ),
    (
        "transfers/models/curation.py",
        '    system = models.ForeignKey(System, models.PROTECT, related_name="transfers")\n',
        "    end_use = models.CharField(max_length=200, blank=True)\n",
    ),
    (
        "transfers/vocabulary/choices.py",
        '    ORDERED = "ordered", "ordered"\n',
        '    LOST = "lost", "lost"\n',
    ),
    (
        "transfers/vocabulary/measures.py",
        '    "quantity_ordered": "quantity ordered",\n',
        '    "quantity_lost": "quantity lost",\n',
    ),
]
FIELDS = ["claim_count", "end_use"]
KEY = "rus-srb-pantsir-s1-2019"
#: Uses the register in a process of its own, on the changed code; prints what it found.
PROGRAM = """
import json
import sys

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from transfers.exports.formats import FORMATS
from transfers.models import Release, Revision, Transfer
from transfers.publication import publish, verify

settings.ALLOWED_HOSTS = ["*"]
KEY, step = sys.argv[1:]


def ask(address):
    answer = Client().get(address)
    return answer.status_code, b"".join(answer) if answer.streaming else answer.content


def read(address):
    status, body = ask(address)
    assert status == 200, body
    return json.loads(body)


facts = {"faults_before": list(verify.list_faults()), "revisions_before": Revision.objects.count()}
if step == "curate":
    transfer = Transfer.objects.get(key=KEY)
    transfer.end_use = "guarding refineries"
    transfer.save()
    claim = transfer.quantities.first()
    claim.pk, claim.measure, claim.minimum, claim.maximum = None, "lost", 1, 1
    claim.save()
    publish.publish([transfer], "More is known")
facts["row"] = read(f"/api/transfers/{KEY}")
facts["before"] = read(f"/api/transfers/{KEY}?as_of=7")
facts["lost"] = read("/api/claims?measure=quantity_lost")["results"]
facts["filtered"] = [row["key"] for row in read("/api/transfers?end_use=guarding refineries")["results"]]
facts["found"] = [row["key"] for row in read("/api/transfers?q=refineries&claim_count__gte=1")["results"]]
facts["formats"] = {form: ask(f"/api/transfers.{form}")[0] for form in FORMATS}
facts["csv"] = ask("/api/transfers.csv")[1].decode().splitlines()[0].split(",")
dictionary = read("/api/fields")["results"]
facts["dictionary"] = [field["name"] for field in dictionary if field["resource"] == "transfers"]
facts["faults"] = list(verify.list_faults())
publish.publish(Transfer.objects.filter(state="published"), "With the new fields")
facts["faults_of_all"] = list(verify.list_faults())
call_command("release", step)
facts["release"] = Release.objects.get().content
print(json.dumps(facts))
"""


@dataclass
class Project:
    """Copy of the project, with a database that was made before it was changed."""

    folder: Path
    database: Path

    def manage(self, *arguments):
        return self.run("manage.py", *arguments)

    def ask(self, step):
        """Return what the program found, which is its last line."""
        return json.loads(self.run("-c", PROGRAM, KEY, step).splitlines()[-1])

    def run(self, *arguments):
        variables = environment(
            self.database,
            DJANGO_SETTINGS_MODULE="arms_registry.settings",
            RELEASES_DIR=str(self.folder / "releases"),
        )
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def project(shipped_database, tmp_path_factory):
    """Follow the recipes on a register that was filled by the code as it is."""
    folder = tmp_path_factory.mktemp("recipes")
    project = Project(folder / "project", folder / "register.sqlite3")
    shutil.copy(shipped_database, project.database)
    for name in ("transfers", "arms_registry", "fixtures", "seeds"):
        shutil.copytree(ROOT / name, project.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", project.folder)
    for name, anchor, lines in RECIPES:
        path = project.folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(anchor) == 1, (name, anchor)
        path.write_text(text.replace(anchor, anchor + lines), encoding="utf-8")
    project.manage("makemigrations", "transfers", "-v0")
    project.manage("migrate", "-v0")
    return project


@pytest.fixture(scope="module")
def facts(project):
    """Return what the changed register says after one transfer was published again."""
    return project.ask("curate")


@pytest.fixture(scope="module")
def imported(project, facts, migrated):
    """Return what a second, empty register says after it took the release of the first."""
    other = Project(project.folder, project.database.with_name("other.sqlite3"))
    shutil.copy(migrated, other.database)
    other.manage("migrate", "-v0")
    other.manage("importregister", str(project.folder / "releases" / "curate"), "--publish")
    return other.ask("import")


def test_the_log_of_before_verifies(facts):
    assert facts["faults_before"] == []


def test_the_log_verifies_after_publishing_with_the_new_fields(facts):
    assert facts["faults"] == []


def test_the_log_verifies_after_publishing_everything_again(facts):
    assert facts["faults_of_all"] == []


def test_only_what_changed_is_published_again(facts):
    assert facts["row"]["revision"] == facts["revisions_before"] + 1


def test_a_derived_field_is_answered(facts):
    assert facts["row"]["claim_count"] > 1


def test_a_field_of_the_transfer_is_answered(facts):
    assert facts["row"]["end_use"] == "guarding refineries"


def test_an_earlier_version_says_nothing_of_a_new_field(facts):
    assert [facts["before"][name] for name in FIELDS] == [None, None]


def test_a_new_measure_is_claimed(facts):
    assert [claim["transfer"] for claim in facts["lost"]] == [KEY]


def test_a_new_field_is_a_filter(facts):
    assert facts["filtered"] == [KEY]


def test_a_new_field_joins_a_search_in_words(facts):
    assert facts["found"] == [KEY]


def test_every_format_holds_the_new_fields(facts):
    assert set(facts["formats"].values()) == {200}
    assert facts["csv"][-2:] == FIELDS


def test_the_dictionary_names_the_new_fields(facts):
    assert facts["dictionary"][-2:] == FIELDS


def test_a_bundle_carries_the_new_fields(imported):
    assert [imported["row"][name] for name in FIELDS] == [
        imported["row"]["claim_count"],
        "guarding refineries",
    ]


def test_a_bundle_carries_the_new_measure(imported):
    assert [claim["transfer"] for claim in imported["lost"]] == [KEY]


def test_a_bundle_imported_has_the_same_content(facts, imported):
    assert imported["release"] == facts["release"]
