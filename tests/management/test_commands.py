"""The commands as an operator runs them: exit codes, one clear sentence, nothing lost."""

import os
import re
import shutil
import socket
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from tests.support import factories
from tests.support.servers import ROOT, Server, environment, free_port, manage
from transfers.availability import outage
from transfers.models import Revision


@pytest.fixture(scope="module")
def database(shipped_database, tmp_path_factory):
    """Return a copy of the shipped register."""
    return shutil.copy(shipped_database, tmp_path_factory.mktemp("register") / "register.sqlite3")


def served(database, path):
    server = Server(database)
    try:
        return server.get(path), server.port
    finally:
        server.output = server.stop()


def test_serving_a_new_database_sets_it_up_and_answers(tmp_path):
    body, _ = served(tmp_path / "new.sqlite3", "/api/transfers?system=S-400")
    assert '"count":3' in body


def test_serving_prints_address_query_and_how_to_make_an_admin_user(database):
    server = Server(database)
    server.get("/api/")
    output = server.stop()
    assert f"http://127.0.0.1:{server.port}/api/transfers?system=S-400" in output
    assert re.search(r"admin user .*manage\.py createsuperuser", output)


def test_an_edit_made_between_two_starts_is_kept(shipped_database, tmp_path):
    path = shutil.copy(shipped_database, tmp_path / "edited.sqlite3")
    change = "Transfer.objects.filter(key='rus-tur-s-400-2019').update(note='Mine')"
    edit = f"from transfers.models import *; {change}"
    assert manage(path, "shell", "--no-imports", "-c", edit).returncode == 0
    served(path, "/api/")
    read = "from transfers.models import *; print(Transfer.objects.get(key='rus-tur-s-400-2019').note)"
    assert manage(path, "shell", "--no-imports", "-c", read).stdout == "Mine\n"


def test_a_busy_port_is_one_sentence_and_a_failure(database):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        done = manage(database, "serve", "--port", str(holder.getsockname()[1]))
    assert done.returncode == 1
    assert re.fullmatch(r"CommandError: Port \d+ cannot be used \(.+\); choose another: .+\n", done.stderr)


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "８０００"])
def test_a_port_that_is_none_is_refused(database, port):
    done = manage(database, "serve", f"--port={port}")
    assert done.returncode != 0
    assert "PORT must be a number from 1 to 65535" in done.stderr


def test_a_database_in_no_folder_is_one_sentence(tmp_path):
    done = manage(tmp_path / "none" / "register.sqlite3", "serve", "--port", str(free_port()))
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: The database file cannot be opened")


def test_a_file_that_is_no_database_is_one_sentence(tmp_path):
    path = tmp_path / "letter.sqlite3"
    path.write_text("Dear Sir or Madam, " * 100)
    done = manage(path, "verify")
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: The database file is no SQLite database")


def test_a_database_without_tables_is_one_sentence(tmp_path):
    done = manage(tmp_path / "new.sqlite3", "loadregister")
    assert done.returncode == 1
    assert done.stderr == "CommandError: The database has no tables yet: run 'manage.py migrate' first.\n"


def test_a_server_that_is_not_there_is_one_sentence():
    unreachable = os.environ | {"DATABASE_URL": f"postgres://nobody@127.0.0.1:{free_port()}/none"}
    done = subprocess.run(
        [sys.executable, "manage.py", "verify"],
        cwd=ROOT,
        env=unreachable,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: The database server cannot be reached")


@pytest.mark.parametrize(
    ("refusal", "message"),
    [
        ("database is locked", "locked by another program"),
        ("attempt to write a readonly database", "read-only"),
        ("database or disk is full", "disk is full"),
        ("something new", "The database refused: something new"),
    ],
)
def test_a_refusal_of_the_database_is_put_in_words(refusal, message):
    assert message in outage.explain_database_error(OperationalError(refusal))


def test_two_publications_at_once_do_not_fork_the_chain(database):
    runs = []
    for key in ("rus-tur-s-400-2019", "rus-ind-s-400-2018"):
        edit = f"from transfers.models import *; Transfer.objects.filter(key='{key}').update(note='Edited')"
        assert manage(database, "shell", "--no-imports", "-c", edit).returncode == 0
        command = [sys.executable, "manage.py", "publish", key, "--reason", "at once"]
        runs.append(subprocess.Popen(command, cwd=ROOT, env=environment(database), stdout=subprocess.PIPE))
    assert [run.communicate() and run.returncode for run in runs] == [0, 0]
    assert manage(database, "verify").returncode == 0


@pytest.mark.django_db
class TestPublishCommand:
    def run(self, *arguments):
        out = StringIO()
        call_command("publish", *arguments, stdout=out, stderr=out)
        return out.getvalue()

    def test_publishes_by_key(self):
        transfer = factories.transfer("rus-srb-s-400-2019")
        factories.quantity(transfer=transfer)
        assert "revision 1: publish rus-srb-s-400-2019" in self.run(transfer.key, "--reason", "new")

    def test_publishes_all_that_changed(self):
        first, _ = factories.published(), factories.published()
        first.quantities.update(note="else")
        assert "1 revisions; 1 unchanged." in self.run("--all", "--reason", "noted")

    def test_withdraws(self):
        transfer = factories.published()
        self.run(transfer.key, "--withdraw", "--reason", "wrong")
        assert Revision.objects.latest("sequence").action == "withdraw"

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--reason", "new"], "Name the transfers by key, or say --all"),
            (["a", "--all", "--reason", "new"], "Name the transfers by key, or say --all"),
            (["--all", "--withdraw", "--reason", "new"], "Withdraw transfers by key"),
            (["nonesuch", "--reason", "new"], "No such transfer: nonesuch"),
            (["nonesuch", "--reason", " "], "The reason is empty"),
            (["nonesuch"], "required: --reason"),
        ],
    )
    def test_says_what_is_wrong(self, arguments, message):
        with pytest.raises(CommandError, match=message):
            self.run(*arguments)

    def test_names_what_blocks_a_transfer(self):
        transfer = factories.transfer()
        out = StringIO()
        with pytest.raises(CommandError, match="Nothing was published"):
            call_command("publish", transfer.key, "--reason", "new", stderr=out)
        assert f"{transfer.key}: No claim" in out.getvalue()


def test_a_reader_that_stops_reading_makes_no_traceback(database):
    process = subprocess.Popen(
        [sys.executable, "manage.py", "verify"],
        cwd=ROOT, env=environment(database), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 141
