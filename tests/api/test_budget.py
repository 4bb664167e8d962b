"""Budget of a question: one that takes too long is interrupted, and told in a problem document."""

import sqlite3
import threading
import time

import pytest
from django.db import OperationalError, connection

from tests.support import factories
from transfers.api.request.words import MOST_PARTS
from transfers.api.resources import sums
from transfers.availability import budget
from transfers.exports import streaming

pytestmark = pytest.mark.django_db(transaction=True)
#: Takes hours, if nothing ends it.
ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(3600)",
}
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="statements work in our own threads")


def work():
    with connection.cursor() as cursor:
        cursor.execute(ENDLESS[connection.vendor])


@pytest.fixture
def endless(monkeypatch):
    """Have the list of transfers run a statement that never ends."""
    factories.published("one")
    monkeypatch.setattr("transfers.api.resources.lists.ListView.read_rows", lambda self, rows, items: work())


@pytest.mark.usefixtures("endless")
class TestTime:
    def test_a_question_that_takes_too_long_is_told_how_to_ask(self, client, settings):
        settings.API_SECONDS = 1
        answer = client.get("/api/transfers")
        assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
        assert "longer than 1 seconds. Narrow it with filters" in answer.json()["detail"]
        assert answer["Cache-Control"] == "no-store"

    def test_the_next_question_is_answered(self, client, settings):
        settings.API_SECONDS = 1
        client.get("/api/transfers")
        assert client.get("/api/fields").status_code == 200

    def test_the_admin_has_no_limit(self, client, settings):
        settings.API_SECONDS = 1
        client.get("/api/transfers")
        client.get("/admin/login/")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 0" if connection.vendor == "sqlite" else "SHOW statement_timeout")
            assert str(cursor.fetchone()[0]) == "0"

    @on_sqlite
    def test_where_the_client_has_gone_it_ends_at_once(self, client):
        answer = client.get("/api/transfers", **{"waitress.client_disconnected": lambda: True})
        assert answer.json()["detail"] == budget.GONE

    @on_sqlite
    def test_only_some_long_questions_are_answered_at_once(self, client, monkeypatch):
        monkeypatch.setattr(budget, "_LONG", threading.BoundedSemaphore(1))
        monkeypatch.setattr(budget, "MOMENT", 0.01)
        with budget.limit("default") as other:
            other.judge()
            time.sleep(0.02)
            assert not other.judge()
            answer = client.get("/api/transfers")
        assert (answer.json()["detail"], answer["Retry-After"]) == (budget.CROWDED, "5")


@on_sqlite
def test_the_place_of_a_long_question_is_given_back(monkeypatch):
    monkeypatch.setattr(budget, "_LONG", threading.BoundedSemaphore(1))
    monkeypatch.setattr(budget, "MOMENT", 0)
    for _ in range(2):
        with budget.limit("default") as spent:
            assert not spent.judge()


@on_sqlite
def test_what_is_interrupted_is_an_error_of_the_database(settings):
    settings.API_SECONDS = 0
    with budget.limit("default"), pytest.raises(OperationalError) as raised:
        work()
    assert isinstance(raised.value.__cause__, sqlite3.OperationalError)


class TestTerms:
    def test_a_search_has_only_so_many_words(self, client):
        factories.published("one")
        assert client.get("/api/transfers", {"q": "b " * MOST_PARTS}).status_code == 200
        for text in ("b " * (MOST_PARTS + 1), "b-" * (MOST_PARTS + 1)):
            [error] = client.get("/api/transfers", {"q": text}).json()["errors"]
            assert (error["parameter"], error["code"]) == ("q", "too_many")

    def test_a_summary_has_only_so_many_groups(self, client, monkeypatch):
        monkeypatch.setattr(sums, "MOST_FOUND", 1)
        for key, supplier in (("one", "RUS"), ("two", "USA")):
            factories.published(key, supplier=supplier)
        assert client.get("/api/transfers/summary?group_by=status").status_code == 200
        for name in ("transfers", "deliveries"):
            answer = client.get(f"/api/{name}/summary?group_by=supplier&limit=1")
            if answer.status_code == 200:
                assert answer.json()["count"] < 2
                continue
            [error] = answer.json()["errors"]
            assert (error["parameter"], error["code"]) == ("group_by", "too_many")


class TestThrottle:
    @pytest.fixture(autouse=True)
    def _limit(self, settings):
        settings.API_THROTTLE = "2/min"

    def ask(self, client, address):
        return client.get("/api/fields", REMOTE_ADDR=address).status_code

    def test_addresses_of_one_ipv6_network_count_together(self, client):
        ends = ("0:0:0:1", "0:0:0:2", "ffff:1:2:3")
        assert [self.ask(client, f"2001:db8:1:1:{end}") for end in ends] == [200, 200, 429]
        assert self.ask(client, "2001:db8:1:2::1") == 200

    def test_other_addresses_do_not_let_a_client_in_again(self, client):
        assert [self.ask(client, "192.0.2.1") for _ in range(3)] == [200, 200, 429]
        for number in range(400):
            self.ask(client, f"198.51.{number // 200}.{number % 200}")
        assert self.ask(client, "192.0.2.1") == 429


def test_a_server_that_sends_enough_large_answers_says_when_to_ask_again(client, monkeypatch):
    factories.published("one")
    monkeypatch.setattr("transfers.exports.formats.SMALL", 0)
    monkeypatch.setattr(streaming, "_STREAMS", threading.BoundedSemaphore(1))
    streaming._STREAMS.acquire()
    answer = client.get("/api/changes.csv")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
