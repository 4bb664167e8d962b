"""Replicas for real: a PostgreSQL primary, a standby that follows it, and the server that reads both.

Who answered is told by the databases' own logs: a search for a word that nobody else asks for.
"""

import http.cookiejar
import os
import random
import re
import string
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from tests.support import clusters, servers

#: The databases are made once for all tests of the module.
pytestmark = pytest.mark.xdist_group("replicas")
KEY = "rus-tur-s-400-2019"
PATHS = [
    "", "/fields", "/schema", "/docs", "/transfers", f"/transfers/{KEY}", "/transfers/summary?group_by=kind",
    "/transfers?system=S-400&supplier=Russia", "/claims?q=delivery", "/parties", "/systems", "/sources",
    "/transfers.csv", "/claims.csv?transfer=none", "/transfers?nothing=1", "/transfers/none",
]  # fmt: skip


class Register:
    """The databases, and the server before them."""

    def __init__(self, primary, standby):
        self.primary, self.standby = primary, standby
        self.replicas = {"DATABASE_REPLICA_URLS": standby.url}
        # One process, as each has a view of its own of which databases are up.
        self.server = servers.Server(primary.url, **self.replicas, WEB_CONCURRENCY="1")
        self.server.get("/api")

    def get(self, path):
        """Revision and body of an answer; raises for an error."""
        with servers.DIRECT.open(f"http://{self.server.host}{path}", timeout=10) as answer:
            return int(answer.headers.get("Registry-Revision", 0)), answer.read()

    def manage(self, *arguments, **variables):
        done = servers.manage(self.primary.url, *arguments, variables=self.replicas | variables)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def publish(self, note):
        """Publish an edit; gives the new revision."""
        edit = f"from transfers.models import *; Transfer.objects.filter(key='{KEY}').update(note='{note}')"
        self.manage("shell", "--no-imports", "-c", edit)
        return int(re.search(r"revision (\d+)", self.manage("publish", KEY, "--reason", "edited"))[1])

    def readers(self):
        """Return the databases that a public read asks."""
        word = "".join(random.choices(string.ascii_lowercase, k=20))
        self.get(f"/api/transfers?q={word}")
        both = {"primary": self.primary, "standby": self.standby}
        return {name for name, cluster in both.items() if word in cluster.log.read_text()}

    def heal(self):
        """Both databases run, and the standby is read."""
        for cluster in (self.primary, self.standby):
            if not cluster.is_up():
                cluster.start()
        self.standby.ask("SELECT pg_wal_replay_resume()")
        wait(lambda: self.readers() == {"standby"})


@pytest.fixture(scope="module")
def running():
    programs = clusters.binaries()
    if programs is None:
        leave = pytest.fail if os.environ.get("REQUIRE_ALL") else pytest.skip
        leave(f"{clusters.MISSING}: no replica was read")
    with clusters.server(programs) as primary, clusters.standby(primary) as standby:
        register = Register(primary, standby)
        try:
            yield register
        finally:
            register.server.stop()


@pytest.fixture
def register(running):
    running.heal()
    return running


def wait(is_so, seconds=25):
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.1)


def failures(register, event, seconds):
    """Return how public reads by four clients at once fail, from a second before the event on."""
    failed, read, done = [], [], threading.Event()

    def client(paths):
        while not done.is_set():
            for path in paths:
                try:
                    register.get(f"/api{path}")
                    read.append(path)
                except Exception as error:
                    failed.append((path, repr(error)))

    clients = [threading.Thread(target=client, args=(PATHS[4 + start : 13 : 2],)) for start in (0, 1, 0, 1)]
    for thread in clients:
        thread.start()
    time.sleep(1)
    event()
    time.sleep(seconds)
    until = time.monotonic() + 60
    while len(read) <= 100 and time.monotonic() < until:  # a busy machine takes longer
        time.sleep(0.1)
    done.set()
    for thread in clients:
        thread.join()
    assert len(read) > 100
    return failed


def statements(cluster, since):
    return re.findall(r"LOG:  statement: (.*)", cluster.log.read_text()[since:])


def test_a_public_read_asks_the_replica_only(register):
    assert register.readers() == {"standby"}


@pytest.mark.parametrize("path", PATHS)
def test_a_public_request_does_not_touch_the_primary(register, path):
    since = len(register.primary.log.read_text())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            urllib.request.HTTPErrorProcessor, "http_response", lambda self, request, answer: answer
        )
        register.get(f"/api{path}")
    assert [
        statement
        for statement in statements(register.primary, since)
        if "pg_current_wal_flush_lsn" not in statement
    ] == []


def test_the_replica_refuses_to_be_written(register):
    write = "from django.db import connections; connections['replica1'].cursor().execute('CREATE TABLE t ()')"
    variables = {"DATABASE_REPLICA_URLS": register.primary.url}  # not even one that could be written
    done = servers.manage(register.primary.url, "shell", "-c", write, variables=variables)
    assert "read-only transaction" in done.stderr


def test_commands_ask_the_primary_only(register):
    commands = [["migrate", "-v0"], ["loadregister"], ["verify"], ["publish", KEY, "--reason", "again"]]
    since = len(register.standby.log.read_text())
    register.manage(
        "shell", "-c", f"from django.core.management import *\nfor c in {commands}: call_command(*c)"
    )
    on_standby = statements(register.standby, since)
    assert [statement for statement in on_standby if "pg_is_in_recovery" not in statement] == []


def test_a_published_change_is_read_from_the_replica(register):
    revision = register.publish("Seen by all")
    wait(lambda: register.get("/api/transfers")[0] == revision)
    assert b"Seen by all" in register.get(f"/api/transfers/{KEY}")[1]
    assert register.readers() == {"standby"}


def test_no_read_fails_when_the_replica_is_killed(register):
    assert failures(register, register.standby.kill, seconds=2) == []
    assert register.readers() == {"primary"}
    assert "replica1 is left out of public reads: it cannot be read" in register.server.get_output()


def test_a_replica_that_returns_is_read_again(running):
    if running.standby.is_up():
        running.standby.kill()
    wait(lambda: running.readers() == {"primary"})
    running.standby.start()
    wait(lambda: running.readers() == {"standby"})
    assert "replica1 is back and takes public reads again" in running.server.get_output()


def test_a_replica_that_falls_behind_is_left_out(register):
    register.standby.ask("SELECT pg_wal_replay_pause()")
    revision = register.publish("Not replayed")
    assert register.get(f"/api/transfers?as_of={revision}")[0] == revision
    wait(lambda: register.get("/api/transfers")[0] == revision)
    assert register.readers() == {"primary"}
    assert "replica1 is left out of public reads: it is more than 10 s behind" in register.server.get_output()


class Curator:
    """Somebody at the admin's login page, who then sends the form."""

    def __init__(self, register):
        self.jar = http.cookiejar.CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(self.jar)
        self.browser = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)
        self.address = f"http://{register.server.host}/admin/login/?next=/admin/"
        page = self.browser.open(self.address).read().decode()
        self.token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)[1]

    def log_in(self):
        """Status, headers and body of the answer."""
        form = {"csrfmiddlewaretoken": self.token, "username": "curator", "password": "words"}
        try:
            answer = self.browser.open(self.address, urllib.parse.urlencode(form).encode(), timeout=10)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers, answer.read().decode()


@pytest.fixture(scope="module")
def user(running):
    running.heal()
    running.manage(
        "createsuperuser", "--noinput", "--username=curator", "--email=", DJANGO_SUPERUSER_PASSWORD="words"
    )


def test_no_read_fails_when_the_primary_is_killed(register):
    assert failures(register, register.primary.kill, seconds=3) == []


def test_curation_without_the_primary_is_told_to_try_again(register, user):
    curator = Curator(register)
    register.primary.kill()
    status, headers, body = curator.log_in()
    assert (status, headers["Retry-After"]) == (503, "5")
    assert "was not saved" in body
    assert "Traceback" not in body + register.server.get_output()


def test_a_login_that_failed_leaves_nothing_half_saved(register, user):
    curator = Curator(register)
    sessions = register.primary.ask("SELECT count(*) FROM django_session")
    last = register.primary.ask("SELECT last_login FROM auth_user")
    register.primary.kill()
    curator.log_in()
    register.primary.start()
    assert register.primary.ask("SELECT count(*) FROM django_session") == sessions
    assert register.primary.ask("SELECT last_login FROM auth_user") == last


def test_curation_goes_on_when_the_primary_returns(register, user):
    curator = Curator(register)
    register.primary.kill()
    curator.log_in()
    register.primary.start()
    status, _, body = curator.log_in()
    assert (status, "Log out" in body) == (200, True)


def test_without_any_database_a_read_is_told_to_try_again(register):
    register.standby.kill()
    register.primary.kill()
    with pytest.raises(urllib.error.HTTPError) as raised:
        register.get("/api/transfers")
    with raised.value as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
