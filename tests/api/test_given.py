"""Answers that were given: asked again they are the same, and are never those of another state or day."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches

from tests.support import factories
from transfers.api.response import given
from transfers.models import Party, SystemAlias
from transfers.publication import names

pytestmark = pytest.mark.django_db
LIST = "/api/transfers"


@pytest.fixture(autouse=True)
def _kept(settings):
    """Keep answers, which most tests do without."""
    memory = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = settings.CACHES | {"answers": {"BACKEND": memory, "LOCATION": "given"}}
    caches["answers"].clear()


@pytest.fixture
def is_read(monkeypatch):
    """Return a list that grows when a view reads rows for its answer."""
    reads = []
    from transfers.exports import queries

    fetch = queries.fetch_objects
    watch = lambda rows, items: reads.append(1) or fetch(rows, items)  # noqa: E731
    monkeypatch.setattr("transfers.api.resources.lists.queries.fetch_objects", watch)
    return reads


def show(answer):
    return answer.status_code, dict(answer.headers), answer.content


def test_asked_again_it_is_the_same_and_reads_nothing(client, is_read):
    factories.published("one")
    assert show(client.get(LIST)) == show(client.get(LIST))
    assert len(is_read) == 1


def test_however_the_question_is_written(client, is_read):
    factories.published("one")
    client.get(f"{LIST}?kind=sale&supplier=RUS")
    client.get(f"{LIST}.json?supplier=RUS&kind=sale")
    assert len(is_read) == 1


def test_after_a_revision_it_is_read_anew(client, is_read):
    factories.published("one")
    client.get(LIST)
    factories.published("two")
    assert client.get(LIST).json()["count"] == 2


def test_on_another_day_the_citation_names_that_day(client, monkeypatch):
    factories.published("one")
    client.get(LIST)
    tomorrow = datetime.now(UTC) + timedelta(days=1)

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return tomorrow

    monkeypatch.setattr(given, "datetime", Clock)
    monkeypatch.setattr("transfers.api.response.citations.datetime", Clock)
    assert f"{tomorrow:%Y-%m-%d}" in client.get(LIST)["Citation"]


def test_another_host_has_its_own(client, settings):
    settings.ALLOWED_HOSTS = ["one.example.org", "two.example.org"]
    factories.published("one")
    for host in settings.ALLOWED_HOSTS:
        assert f"//{host}/" in client.get(LIST, headers={"Host": host}).json()["citation"]


def test_a_head_has_no_body(client):
    factories.published("one")
    client.get(LIST)
    assert client.head(LIST).content == b""


def test_conditions_are_heeded(client):
    factories.published("one")
    client.get(LIST)
    assert client.get(LIST, headers={"If-Match": '"another"'}).status_code == 412


def test_values_in_another_order_are_another_question(client):
    factories.published("one")
    for ends in (["supplier", "recipient"], ["recipient", "supplier"]):
        [group] = client.get("/api/transfers/summary", {"group_by": ends}).json()["results"]
        assert list(group)[:2] == ends


def test_a_name_that_means_something_else_by_now_is_asked_for_anew(client, monkeypatch):
    monkeypatch.setattr(names, "KEPT_SECONDS", 0.001)
    factories.system("s-400", aliases=("SA-21",))
    factories.published("one", system="s-400")
    assert client.get(f"{LIST}?system=SA-21").json()["count"] == 1
    SystemAlias.objects.all().delete()
    names.forget()
    time.sleep(0.01)
    assert client.get(f"{LIST}?system=SA-21").status_code == 400


def test_a_part_of_a_file_is_a_part(client):
    factories.published("one")
    whole = client.get(f"{LIST}.csv").content
    answer = client.get(f"{LIST}.csv", headers={"Range": "bytes=4-7"})
    assert (answer.status_code, answer.content) == (206, whole[4:8])


def test_a_list_that_rests_on_records_of_now_is_read_anew(client):
    factories.published("one")
    parties = client.get("/api/parties").content
    Party.objects.filter(code="RUS").update(name="Newland")
    assert client.get("/api/parties").content != parties


def test_a_fault_is_not_kept(client):
    assert client.get(f"{LIST}?nope=1").status_code == 400
    assert client.get(f"{LIST}?nope=1").status_code == 400


def test_where_requests_are_counted_each_counts(client, settings):
    settings.API_THROTTLE = "2/min"
    factories.published("one")
    assert [client.get(LIST).status_code for _ in range(3)] == [200, 200, 429]
