"""The command as its users run it: a program of its own, its words, its files and its exit code."""

import csv
import io
import shutil
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.registers.test_importing import DEAL
from tests.support import registers
from tests.support.servers import manage
from transfers.models import ImportBatch, Party, Source, Transfer

A = registers.write_trade_register([DEAL, replace(DEAL, year=2002), replace(DEAL, recipient="France")])
LATER = registers.write_trade_register([replace(DEAL, delivered=3)], generated="19 May 2027")
HEADER = ",".join(registers.HEADER_A).encode()


@pytest.fixture
def database(migrated, tmp_path):
    return shutil.copy(migrated, tmp_path / "register.sqlite3")


def run(database, file, *options):
    return manage(database, "importregister", str(file), *options, timeout=60)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "r.csv"
    path.write_bytes(A)
    return path


def call(file, **options):
    """Return what the command prints, in this process."""
    out = StringIO()
    call_command("importregister", str(file), stdout=out, stderr=StringIO(), **options)
    return out.getvalue().splitlines()


ACCOUNT = (
    "3 records: 2 imported (2 new, 0 changed, 0 unchanged, 0 of an earlier edition),"
    " 1 refused (0 of them ambiguous)."
)


def test_program_imports_publishes_and_lists_what_it_refused(database, file):
    done = run(database, file, "--publish", "--reason", "First edition")
    listed = file.with_name("r.csv.refused.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1:] == ["2 revisions published.", ACCOUNT, f"Refused records: {listed}"]
    assert list(csv.DictReader(io.StringIO(listed.read_text("utf-8"), newline=""))) == [
        {
            "line": "15", "outcome": "refused", "records": "1", "supplier": "France", "recipient": "France",
            "designation": "Nord 7", "text": "",
            "reason": "Supplier and recipient are the same party, X-FRANCE.",
        }
    ]  # fmt: skip
    with closing(sqlite3.connect(database)) as opened:
        assert opened.execute("SELECT reason FROM transfers_revision").fetchall() == [("First edition",)] * 2


@pytest.mark.django_db
def test_dry_run_tells_and_stores_nothing(file):
    printed = call(file, dry_run=True, publish=True)
    assert printed[:2] == ["Nothing is stored; this is what an import would do.", ACCOUNT]
    assert nothing_is_stored()


@pytest.mark.django_db
def test_same_file_again_and_a_later_edition(file):
    call(file, publish=True)
    again = call(file, publish=True)
    assert again[:2] == ["Nothing new: the register has all of it.", "0 revisions published."]
    file.write_bytes(LATER)
    newer = call(file, publish=True)
    assert "1 records: 1 imported (0 new, 1 changed," in newer[2]
    assert Transfer.objects.count() == 2


@pytest.mark.django_db
def test_deals_that_vanished_are_listed(file):
    call(file)
    kept = replace(DEAL, year=2002)
    file.write_bytes(registers.write_trade_register([kept, replace(DEAL, year=1990, comments="Early")]))
    assert call(file)[3:] == [
        "1 deals that were imported before are no more in this edition:",
        "  x-france-x-india-nord-7-2001, line 13 of the edition before",
    ]


def nothing_is_stored():
    return not any(model.objects.exists() for model in (Transfer, Source, Party, ImportBatch))


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("register.csv", A)
    return file.getvalue()


HOSTILE = {
    "empty": (b"", "The file is empty."),
    "truncated": (A[:-30], "The file is cut short: it ends in the middle of a record, with 12 of 16 cells"),
    "one huge line": (b"a" * (70 * 2**20), "The file is larger than 64 MB"),
    "a line": (HEADER + b"\n" + b"a" * 10**6, "Line 2 is longer than 65,536 characters"),
    "a ZIP archive": (zipped(), "a ZIP archive"),
    "UTF-32": (A.decode("cp1252").encode("utf-32"), "UTF-32"),
    "a NUL": (A.replace(b"First", b"Fir\0t"), "Line 13 holds a NUL byte"),
    "10,000 columns": (HEADER + b",x" * 10_000 + b"\n", "10,016 columns"),
    "wrong header": (A.replace(b"Weapon", b"Thing"), "Line 12 is nearly the header of a trade register"),
}


@pytest.mark.parametrize(("data", "words"), HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.django_db
def test_hostile_file_is_one_sentence_and_changes_nothing(data, words, tmp_path):
    file = tmp_path / "r.csv"
    file.write_bytes(data)
    with pytest.raises(CommandError) as caught:
        call_command("importregister", str(file), publish=True, stdout=StringIO(), stderr=StringIO())
    sentence = str(caught.value)
    assert sentence.startswith(f"{file}: ")
    assert words in sentence
    assert (sentence.count("\n"), sentence[-1]) == (0, ".")
    assert nothing_is_stored()
    assert not file.with_name("r.csv.refused.csv").exists()


@pytest.mark.parametrize("hostile", ["truncated", "a sparse gigabyte"])
def test_program_ends_with_one_sentence_and_exit_code_1(hostile, database, tmp_path):
    file = tmp_path / "r.csv"
    with file.open("wb") as opened:
        opened.write(A[:-30])
        if hostile == "a sparse gigabyte":
            opened.truncate(2**30)
    before = database.read_bytes()
    done = run(database, file, "--publish")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"CommandError: {file}: The file is ")
    assert database.read_bytes() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"user": "nobody"}, "There is no user 'nobody'."),
        ({"published": "soon"}, "soon"),
        ({"refused": "/nowhere/r.csv"}, "/nowhere/r.csv could not be written"),
    ],
)
def test_bad_option_is_one_sentence(options, words, tmp_path):
    file = tmp_path / "r.csv"
    file.write_bytes(registers.write_trade_register([DEAL, replace(DEAL, recipient="France")], generated=""))
    if "refused" in options:
        options = {"refused": Path(options["refused"])}
    with pytest.raises(CommandError, match=words):
        call_command("importregister", str(file), stdout=StringIO(), stderr=StringIO(), **options)
    assert Transfer.objects.exists() == ("refused" in options)
