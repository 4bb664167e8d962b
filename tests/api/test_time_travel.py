"""The register as it stood: what was answered once is answered again, word for word, for that revision."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import factories
from tests.support.reading import error, table
from transfers.models import Transfer
from transfers.publication import editions, log, publish

pytestmark = pytest.mark.django_db
LISTS = [
    "transfers",
    "claims",
    "deliveries",
    "transfers/summary",
    "deliveries/summary",
    "changes",
    "parties",
    "systems",
    "sources",
]
IMMUTABLE = "max-age=31536000, immutable"
DAY = datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch):
    """Publish at this time."""
    return lambda time: monkeypatch.setattr(log.timezone, "now", lambda: time)


@pytest.fixture
def edited():
    """Revision 1 publishes six, revision 2 makes them seven, 3 publishes another, 4 withdraws the first."""
    transfer = factories.published("rus-srb", location="Niš")
    transfer.quantities.update(minimum=7, maximum=7)
    Transfer.objects.filter(pk=transfer.pk).update(location="Batajnica")
    publish.publish([transfer], "corrected")
    factories.published("usa-ind", supplier="USA", recipient="IND", system="apache")
    publish.withdraw([transfer], "a misreading")
    return transfer


def keys(client, query):
    return [row["key"] for row in client.get(f"/api/transfers?{query}").json()["results"]]


def whole(client, address):
    answer = client.get(address)
    return answer.status_code, b"".join(answer)


def lasting(body):
    """Return an answer in JSON without its addresses."""
    return {name: value for name, value in body.items() if name not in ("citation", "next", "previous")}


# Whatever was published, edited, withdrawn and published again

STEPS = st.lists(
    st.tuples(st.sampled_from(["publish", "number", "note", "claim", "withdraw"]), st.integers(0, 1)),
    min_size=2,
    max_size=5,
)
ADDRESSES = [
    "transfers?ordering=-location,system&page_size=1", "transfers?system=SA-21", "transfers?q=secret+note",
    "claims?q=secret&ordering=-minimum", "transfers/summary?group_by=recipient,source",
    "changes?recipient=Serbia&ordering=revision", "parties", "transfers/a", "transfers/b.csv",
    "transfers.csv?quantity_ordered__gte=2", "changes.csv",
]  # fmt: skip


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_an_answer_as_of_a_revision_is_the_answer_that_was_given_then(client, steps):
    with transaction.atomic():
        factories.system("s-400", aliases=("SA-21",))
        factories.system("apache")
        pair = [factories.transfer("a"), factories.transfer("b", system="apache", recipient="IND")]
        for transfer in pair:
            factories.quantity(transfer=transfer, source=factories.source("gazette"))
        publish.publish(pair, "first")
        recorded = {}
        for number, (action, which) in enumerate(steps):
            step(pair[which], action, number)
            recorded[editions.get_newest().sequence] = answers(client, "")
        for revision, expected in recorded.items():
            assert answers(client, f"as_of={revision}") == expected
            version = client.get(f"/api/transfers/a@{revision}")
            status, body = expected["transfers/a"]
            assert version.status_code == status
            assert status != 200 or lasting(version.json()) == body
        transaction.set_rollback(True)
    cache.clear()


def step(transfer, action, number):
    transfer.refresh_from_db()
    match action:
        case "number":
            transfer.quantities.update(minimum=number, maximum=number + 1)
        case "note":
            Transfer.objects.filter(pk=transfer.pk).update(
                note=f"secret note {number}", location=f"L{number}"
            )
        case "claim":
            factories.date("delivered", str(2000 + number), transfer=transfer)
        case "withdraw":
            if transfer.state == Transfer.State.PUBLISHED:
                publish.withdraw([transfer], f"step {number}")
            return
    publish.publish([transfer], f"step {number}")


def answers(client, more):
    """Return what is answered at every address: status and body, that of JSON without what may differ."""
    by_address = {}
    for address in ADDRESSES:
        status, data = whole(client, f"/api/{address}{'&' if '?' in address else '?'}{more}".rstrip("?&"))
        assert status in (200, 410), data
        plain = status != 200 or ".csv" in address
        by_address[address] = status, data if plain else lasting(orjson.loads(data))
    return by_address


# What a value means


def test_a_revision_number(client, edited):
    assert [keys(client, f"as_of={n}") for n in (1, 3, 4)] == [
        ["rus-srb"],
        ["rus-srb", "usa-ind"],
        ["usa-ind"],
    ]


@pytest.mark.parametrize(
    ("text", "revision"),
    [("2026-02-28", 0), ("2026-03-01", 1), ("2026-03-01T23:59:59.999999Z", 1), ("2026-03-01T23:59:59Z", 0),
     ("2026-03-02T00:59:59.999999+01:00", 1), ("2026-03-02T00:00", 2), ("2026-03-02", 2)],
)  # fmt: skip
def test_a_day_means_its_end_in_utc_and_a_time_itself(client, at, text, revision):
    at(DAY)
    factories.published("a")
    at(DAY + timedelta(microseconds=1))
    factories.published("b")
    answer = client.get("/api/transfers", {"as_of": text})
    assert (answer["Registry-Revision"], answer.json()["count"]) == (str(revision), revision)


def test_today_is_the_newest(client, edited):
    today = timezone.now().date().isoformat()
    assert client.get(f"/api/transfers?as_of={today}")["Registry-Revision"] == "4"


@pytest.mark.parametrize("resource", LISTS)
def test_before_the_first_revision_the_register_was_empty(client, edited, resource):
    answer = client.get(f"/api/{resource}?as_of=1999-12-31")
    assert (answer.json()["count"], answer["Registry-Revision"]) == (0, "0")


@pytest.mark.parametrize(
    "text", ["0", "5", "%1C5", "99999999999999999999", "9999-12-31", "2999-01-01T00:00:00Z"]
)
@pytest.mark.parametrize(
    "resource", ["transfers", "claims.csv", "parties", "changes.atom", "transfers/usa-ind"]
)
def test_what_never_was_or_is_yet_to_come_is_refused(client, edited, resource, text):
    name, code = error(client.get(f"/api/{resource}?as_of={text}"))
    assert (name, code) == ("as_of", "invalid" if len(text) == 20 and text.isdigit() else "out_of_range")


@pytest.mark.parametrize(
    "text", ["now", "-1", "1.0", "2026", "2026-13-01", "2026-05", "2026-W05", "١", "1;2"]
)
def test_what_is_no_time_is_refused(client, edited, text):
    assert error(client.get("/api/transfers", {"as_of": text}))[0] == "as_of"


def test_an_empty_register_has_no_revision_to_ask_for(client):
    assert error(client.get("/api/transfers?as_of=1")) == ("as_of", "out_of_range")


def test_claims_keep_a_filter_by_the_date_that_they_speak_of(client):
    transfer = factories.transfer("a")
    factories.quantity(transfer=transfer, as_of="2019", locator="¶1")
    factories.quantity("delivered", transfer=transfer, locator="¶2")
    publish.publish([transfer], "new")
    claims = client.get("/api/claims?as_of__is=2019&as_of=1").json()["results"]
    assert [claim["locator"] for claim in claims] == ["¶1"]


# Where the present could show through


@pytest.mark.parametrize("resource", ["transfers", "claims", "parties", "systems", "sources"])
def test_every_list_is_of_then(client, edited, resource):
    then = client.get(f"/api/{resource}?as_of=1").json()
    now = client.get(f"/api/{resource}").json()
    assert then["count"] == len(then["results"]) > 0
    assert then["results"] != now["results"]


def test_every_format_has_the_rows_of_then(client, edited):
    for form in ("csv", "jsonl", "parquet", "arrow", "xlsx"):
        head, [line] = table(form, whole(client, f"/api/transfers.{form}?as_of=2")[1])
        assert (line[head.index("key")], line[head.index("quantity_ordered_min")]) == ("rus-srb", "7")


@pytest.mark.django_db(transaction=True)
def test_a_large_export_has_the_rows_of_then(client, monkeypatch):
    monkeypatch.setattr("transfers.exports.formats.SMALL", 0)
    transfer = factories.published("rus-srb")
    factories.published("usa-ind")
    publish.withdraw([transfer], "wrong")
    _, lines = table("csv", whole(client, "/api/transfers.csv?as_of=1")[1])
    assert [line[0] for line in lines] == ["rus-srb"]


def test_pages_of_then_follow_one_another(client, edited):
    first = client.get("/api/transfers?as_of=3&page_size=1").json()
    second = client.get(first["next"]).json()
    assert [page["results"][0]["key"] for page in (first, second)] == ["rus-srb", "usa-ind"]
    assert (first["count"], second["next"]) == (2, None)


def test_a_cursor_belongs_to_its_time(client, edited):
    address = client.get("/api/transfers?as_of=3&page_size=1").json()["next"]
    assert error(client.get(address.replace("as_of=3", "as_of=2"))) == ("cursor", "foreign")


def test_a_count_is_kept_for_its_revision(client, edited):
    counts = [client.get(f"/api/transfers?as_of={n}").json()["count"] for n in (3, 4, 3, 2)]
    assert counts == [2, 1, 2, 1]


def test_a_search_finds_the_words_of_then(client, edited):
    assert [keys(client, f"q=Batajnica&as_of={n}") for n in (1, 2)] == [[], ["rus-srb"]]


def test_a_party_that_is_named_no_more_is_still_understood(client, edited):
    assert keys(client, "recipient=Serbia&as_of=2") == ["rus-srb"]


def test_groups_by_source_are_of_then(client, edited):
    transfer = factories.published("tur")
    publish.withdraw([transfer], "wrong")
    then, now = (
        client.get(f"/api/transfers/summary?group_by=source{more}").json()["results"]
        for more in ("&as_of=5", "")
    )
    assert (len(then), len(now)) == (2, 1)


# What an answer says of itself


@pytest.mark.parametrize("resource", ["transfers", "claims.csv", "transfers/rus-srb", "changes?key=rus-srb"])
def test_an_answer_of_a_numbered_revision_may_be_kept_for_ever(client, edited, resource):
    answer = client.get(f"/api/{resource}{'&' if '?' in resource else '?'}as_of=2")
    assert (answer["Cache-Control"], answer["Registry-Revision"]) == (IMMUTABLE, "2")


@pytest.mark.parametrize(
    "query", ["transfers?as_of=2026-01-01", "parties?as_of=2", "transfers?system=S-400&as_of=2", "transfers",
              "transfers.bib?as_of=2", "changes?as_of=2&since=2026-01-01"]
)  # fmt: skip
def test_what_the_present_has_a_part_in_may_not(client, edited, query):
    assert "must-revalidate" in client.get(f"/api/{query}")["Cache-Control"]


@pytest.mark.parametrize("query", ["as_of=2", "as_of=2&quantity_ordered=7"])
def test_its_etag_outlives_what_is_published_later(client, edited, query):
    tag = client.get(f"/api/transfers?{query}")["ETag"]
    factories.published("later")
    answer = client.get(f"/api/transfers?{query}", headers={"if-none-match": tag})
    assert (answer.status_code, answer["ETag"], answer["Cache-Control"]) == (304, tag, IMMUTABLE)


def test_its_etag_is_not_that_of_another_revision(client, edited):
    assert len({client.get(f"/api/transfers?as_of={n}")["ETag"] for n in (1, 2, 3)}) == 3


def test_names_that_change_their_meaning_change_the_etag(client, edited):
    address = "/api/transfers?system=S-400&as_of=2"
    tag = client.get(address)["ETag"]
    factories.published("later")
    assert client.get(address, headers={"if-none-match": tag}).status_code == 200


# A version's own address


def test_a_version_has_its_row_claims_and_history_up_to_it(client, edited):
    body = client.get("/api/transfers/rus-srb@1").json()
    assert (body["quantity_ordered_min"], body["claims"][0]["minimum"]) == (6, 6)
    assert [entry["revision"] for entry in body["history"]] == [1]


def test_a_version_stands_until_the_next_one(client, edited):
    assert client.get("/api/transfers/rus-srb@3").json()["revision"] == 2


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_version_has_every_format(client, edited, form):
    head, [line] = table(form, whole(client, f"/api/transfers/rus-srb@1.{form}")[1])
    assert line[head.index("minimum")] == "6"


def test_a_version_lasts(client, edited):
    assert client.get("/api/transfers/rus-srb@1")["Cache-Control"] == IMMUTABLE


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [("rus-srb@4", 410, "a misreading"), ("rus-srb?as_of=4", 410, "a misreading"),
     ("usa-ind@2", 404, "first published by revision 3"), ("rus-srb@5", 404, "no revision 5"),
     ("rus-srb@0", 404, "no revision 0"), ("none@2", 404, "no transfer"), ("rus-srb@x", 404, "no transfer")],
)  # fmt: skip
def test_where_no_version_stood_it_is_said_why(client, edited, address, status, words):
    answer = client.get(f"/api/transfers/{address}")
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True)


def test_an_address_with_a_revision_takes_no_other_time(client, edited):
    assert error(client.get("/api/transfers/rus-srb@1?as_of=2")) == ("as_of", "unknown")


def test_the_history_tells_what_changed_and_where_each_version_is(client, edited):
    first, second = client.get("/api/transfers/rus-srb@2").json()["history"]
    assert {"field": "location", "before": "Niš", "after": "Batajnica"} in second["changes"]
    assert {change["field"] for change in second["changes"]} == {
        "quantity_ordered_min", "quantity_ordered_max", "location",
    }  # fmt: skip
    assert (len(first["claims_added"]), second["claims_removed"]) == (1, first["claims_added"])
    assert client.get(first["address"]).json()["location"] == "Niš"


# What a long log asks for


@pytest.mark.parametrize("resource", ["transfers", "claims", "transfers.csv", "parties"])
def test_an_early_revision_of_a_long_log_is_answered_alike(client, edited, monkeypatch, resource):
    expected = whole(client, f"/api/{resource}?as_of=2")
    monkeypatch.setattr("transfers.api.request.past.EARLY", 1)
    monkeypatch.setattr("transfers.api.request.past.MANY", 1)
    cache.clear()
    assert whole(client, f"/api/{resource}?as_of=2") == expected


def test_a_page_of_then_takes_one_query_more_than_one_of_now(client, edited, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        client.get("/api/transfers?as_of=3&status=agreed")
