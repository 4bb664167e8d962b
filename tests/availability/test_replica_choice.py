"""Which database a public read asks, and what the settings make of replicas, without any database."""

import json
import logging
import subprocess
import sys

import pytest
from django.db import OperationalError, ProgrammingError
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.views import APIView

from tests.support import servers
from transfers.api import errors
from transfers.api.request.throttling import PublicReads
from transfers.availability import health as replica_health
from transfers.availability import replicas
from transfers.models import Party


class Databases:
    """A primary and its replicas as Health sees them: how far each is, or that it is down."""

    def __init__(self, *names):
        self.time = 100.0
        self.place = dict.fromkeys(("default", *names), 7)
        self.down = set()
        self.health = replica_health.Health(names, now=lambda: self.time, ask=self.ask)
        self.health._start = lambda: None

    def ask(self, alias, query):
        if alias in self.down:
            raise OperationalError("connection refused")
        return self.place[alias]

    def look(self, after=1.0):
        self.time += after
        self.health.check()
        return set(self.health.list_healthy())


@pytest.fixture
def two(monkeypatch):
    databases = Databases("replica1", "replica2")
    databases.look()
    monkeypatch.setattr(replicas, "get_health", lambda: databases.health)
    monkeypatch.setattr(replica_health.random, "shuffle", lambda listed: None)
    return databases


@pytest.fixture
def one(monkeypatch):
    databases = Databases("replica1")
    databases.look()
    monkeypatch.setattr(replicas, "get_health", lambda: databases.health)
    return databases


def database():
    """Return the database that a query would read now."""
    return replicas.Router().db_for_read(Party)


def failing(*aliases, error):
    """Return a view that fails on these databases, and says which one it read."""

    def view():
        if database() in aliases:
            raise error
        return HttpResponse(database())

    return view


def coded(kind, state):
    """Return a database error with PostgreSQL's code."""
    error = kind("refused")
    error.__cause__ = Exception()
    error.__cause__.sqlstate = state
    return error


class TestRouter:
    def test_what_is_no_public_read_asks_the_primary(self, two):
        assert database() == "default"

    def test_a_public_read_asks_one_replica(self, two):
        assert replicas.read_from_any(lambda: HttpResponse(database())).content == b"replica1"

    def test_writes_go_to_the_primary(self, two):
        router = replicas.Router()
        assert replicas.read_from_any(lambda: HttpResponse(router.db_for_write(Party))).content == b"default"

    @pytest.mark.parametrize(("alias", "is_allowed"), [("default", True), ("replica1", False)])
    def test_migrations_run_on_the_primary_only(self, alias, is_allowed):
        assert replicas.Router().allow_migrate(alias, "transfers") is is_allowed


class TestFailure:
    def test_what_fails_on_one_replica_is_asked_of_the_next(self, two):
        answer = replicas.read_from_any(failing("replica1", error=OperationalError("gone")))
        assert answer.content == b"replica2"

    def test_what_fails_on_all_replicas_is_asked_of_the_primary(self, two):
        answer = replicas.read_from_any(failing("replica1", "replica2", error=OperationalError("gone")))
        assert answer.content == b"default"

    def test_a_503_of_a_view_counts_as_a_failure(self, one):
        def view():
            return errors.away(OperationalError("gone")) if database() == "replica1" else HttpResponse()

        assert replicas.read_from_any(view).status_code == 200

    def test_a_replica_that_broke_off_is_left_out(self, two):
        replicas.read_from_any(failing("replica1", error=OperationalError("gone")))
        assert two.health.list_healthy() == ["replica2"]

    def test_a_replica_without_a_table_is_left_out(self, one):
        answer = replicas.read_from_any(failing("replica1", error=coded(ProgrammingError, "42P01")))
        assert (answer.content, one.health.list_healthy()) == (b"default", [])

    def test_a_read_that_replication_cancelled_is_asked_again_and_the_replica_stays(self, one):
        answer = replicas.read_from_any(failing("replica1", error=coded(OperationalError, "40001")))
        assert (answer.content, one.health.list_healthy()) == (b"default", ["replica1"])

    def test_a_read_that_took_too_long_is_not_put_on_the_primary(self, one):
        answer = replicas.read_from_any(lambda: errors.away(coded(OperationalError, "57014")))
        assert (answer.status_code, one.health.list_healthy()) == (503, ["replica1"])

    def test_a_request_that_is_asked_again_counts_once_for_the_throttle(self, settings):
        settings.API_THROTTLE = "1/min"
        request = Request(RequestFactory().get("/api"))
        assert [PublicReads().allow_request(request, APIView()) for _ in range(2)] == [True, True]

    def test_what_a_replica_lacks_is_asked_of_the_primary_and_it_stays(self, one):
        def view():
            replicas.ask_another()
            return HttpResponse(database())

        assert (replicas.read_from_any(view).content, one.health.list_healthy()) == (b"default", ["replica1"])

    def test_a_fault_of_the_server_is_not_asked_again(self, one):
        with pytest.raises(ProgrammingError):
            replicas.read_from_any(failing("replica1", error=coded(ProgrammingError, "42601")))


class TestStream:
    def test_its_pieces_come_from_one_database(self, one):
        def pieces():
            yield database().encode()
            yield database().encode()

        answer = replicas.read_from_any(lambda: StreamingHttpResponse(pieces()))
        assert list(answer) == [b"replica1", b"replica1"]

    def test_one_that_fails_before_its_first_piece_is_asked_elsewhere(self, one):
        def pieces():
            if database() == "replica1":
                raise OperationalError("gone")
            yield database().encode()

        assert list(replicas.read_from_any(lambda: StreamingHttpResponse(pieces()))) == [b"default"]

    def test_one_that_breaks_off_later_is_not_mended(self, one):
        def pieces():
            yield b"half"
            raise OperationalError("gone")

        with pytest.raises(OperationalError):
            list(replicas.read_from_any(lambda: StreamingHttpResponse(pieces())))
        assert one.health.list_healthy() == []

    def test_one_without_a_piece_is_empty(self, one):
        assert list(replicas.read_from_any(lambda: StreamingHttpResponse([]))) == []

    def test_it_is_closed_with_its_answer(self, one):
        closed = []

        def pieces():
            try:
                yield b"one"
                yield b"two"
            finally:
                closed.append(True)

        replicas.read_from_any(lambda: StreamingHttpResponse(pieces()))._resource_closers[0]()
        assert closed == [True]


class TestHealth:
    def test_a_replica_that_was_not_looked_at_is_not_read(self):
        assert Databases("replica1").health.list_healthy() == []

    def test_one_that_is_down_is_left_out_and_tried_again(self, one):
        one.down.add("replica1")
        assert one.look() == set()
        one.down.clear()
        assert one.look() == set()
        assert one.look(after=replica_health.PAUSE) == {"replica1"}

    def test_leaving_and_returning_are_logged_once_each(self, one, caplog):
        caplog.set_level(logging.INFO)
        one.down.add("replica1")
        for _ in range(3):
            one.look(after=replica_health.PAUSE)
        one.down.clear()
        one.look(after=replica_health.PAUSE)
        assert [(record.levelname, record.message) for record in caplog.records] == [
            ("WARNING", "replica1 is left out of public reads: it cannot be read (connection refused)."),
            ("INFO", "replica1 is back and takes public reads again."),
        ]

    def test_one_that_follows_within_the_allowed_lag_is_read(self, one):
        for place in range(8, 30):
            one.place["default"] = place
            assert one.look() == {"replica1"}
            one.place["replica1"] = max(7, place - 5)

    def test_one_that_stands_still_is_left_out_after_the_allowed_lag(self, one):
        one.place["default"] = 8
        looks = [one.look() for _ in range(13)]
        assert looks == [{"replica1"}] * 10 + [set()] * 3

    def test_beside_an_idle_primary_none_seems_old(self, one):
        assert all(one.look() == {"replica1"} for _ in range(100))

    def test_after_a_gap_in_the_looks_nothing_old_is_taken_for_new(self, one):
        one.place["default"] = 8
        assert one.look(after=3600) == set()

    def test_none_grows_old_while_the_primary_is_away(self, one):
        one.place["default"] = 8
        one.look()
        one.down.add("default")
        assert all(one.look(after=60) == {"replica1"} for _ in range(3))

    def test_one_that_was_behind_stays_left_out_while_the_primary_is_away(self, one):
        one.place["default"] = 8
        one.look(after=60)
        one.down.add("default")
        assert one.look(after=60) == set()

    def test_a_promoted_one_is_read_only_while_the_primary_is_away(self, one):
        one.place["replica1"] = None
        assert one.look() == set()
        one.down.add("default")
        assert one.look(after=60) == {"replica1"}


def set_up(**variables):
    """Return the databases that the settings make of these variables, or the error's last line."""
    show = "import json; from arms_registry import settings as s; print(json.dumps(s.DATABASES))"
    done = subprocess.run(
        [sys.executable, "-c", show], cwd=servers.ROOT, capture_output=True, text=True, check=False,
        env=servers.environment("postgres://user:secret@primary/register", **variables),
    )  # fmt: skip
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr.splitlines()[-1]


class TestSettings:
    def test_each_address_is_a_replica(self):
        databases = set_up(DATABASE_REPLICA_URLS="postgres://one/register, postgres://two/register")
        assert [(alias, each["HOST"]) for alias, each in databases.items()] == [
            ("default", "primary"), ("replica1", "one"), ("replica2", "two"),
        ]  # fmt: skip

    def test_a_replica_is_opened_read_only_beside_the_options_of_its_address(self):
        databases = set_up(
            DATABASE_REPLICA_URLS="postgres://one/register?options=-c%20work_mem%3D1MB&sslmode=require"
        )
        options = databases["replica1"]["OPTIONS"]
        assert options["options"] == "-c work_mem=1MB -c default_transaction_read_only=on"
        assert options["sslmode"] == "require"

    def test_without_replicas_there_is_one_database(self):
        assert list(set_up()) == ["default"]

    @pytest.mark.parametrize(
        "url", ["mysql://one/register", "one", "postgres://one", "postgres://one:port/register"]
    )
    def test_an_address_that_is_not_postgresql_is_refused_without_showing_it(self, url):
        error = set_up(DATABASE_REPLICA_URLS=f"postgres://user:secret@one/register,{url}")
        assert error == (
            "django.core.exceptions.ImproperlyConfigured: DATABASE_REPLICA_URLS takes PostgreSQL databases"
            " (postgres://user:password@host/name), which number 2 is not."
        )

    def test_sqlite_has_no_replicas(self):
        error = set_up(DATABASE_URL="sqlite:///x", DATABASE_REPLICA_URLS="postgres://one/register")
        assert error.endswith("DATABASE_REPLICA_URLS needs a PostgreSQL database in DATABASE_URL.")
