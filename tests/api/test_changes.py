"""/api/changes: the log as a list, as files and as a feed, each entry with what it changed."""

import json
from xml.etree import ElementTree as ET

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support import factories
from tests.support.reading import error, table, typed
from transfers.api.response import feed
from transfers.models import Revision, Transfer
from transfers.publication import differences as changes
from transfers.publication import publish
from transfers.vocabulary import fields

pytestmark = pytest.mark.django_db
CHANGES = "/api/changes"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def edited():
    """Published, changed in a figure and a text, withdrawn; another published in between."""
    factories.system("s-400", aliases=("SA-21",))
    transfer = factories.published("rus-srb", reason="First reading", location="Niš", note="a | b")
    transfer.quantities.update(minimum=7, maximum=7)
    Transfer.objects.filter(pk=transfer.pk).update(location="")
    publish.publish([transfer], "Read again: seven")
    factories.published(
        "usa-ind", supplier="USA", recipient="IND", system="apache", reason="New <source> & more"
    )
    publish.withdraw([transfer], "a misreading")
    return transfer


def entries(client, query=""):
    return client.get(f"{CHANGES}?{query}").json()["results"]


def numbers(client, query=""):
    return [entry["revision"] for entry in entries(client, query)]


# The difference of two versions

ROW = {
    "key": "a",
    "location": "Niš",
    "disputed": [],
    "sources": 1,
    "revision": 1,
    "updated": "then",
    "words": "x",
}


def test_two_equal_versions_do_not_differ():
    assert changes.list_changes(ROW, ROW | {"revision": 2, "updated": "now", "words": "y"}) == []


def test_fields_differ_in_public_order():
    after = ROW | {"sources": 2, "location": None, "disputed": ["tiv_unit"]}
    assert changes.list_changes(ROW, after) == [
        changes.Change("location", "Niš", None),
        changes.Change("disputed", None, ["tiv_unit"]),
        changes.Change("sources", 1, 2),
    ]


def test_no_version_is_one_without_values():
    expected = [
        changes.Change("key", "a", None),
        changes.Change("location", "Niš", None),
        changes.Change("sources", 1, None),
    ]
    assert changes.list_changes(ROW, None) == expected
    assert [change.after for change in changes.list_changes(None, ROW)] == ["a", "Niš", 1]


def test_no_number_is_not_nought():
    assert changes.list_changes({"sources": 0}, {}) == [changes.Change("sources", 0, None)]


# Entries


def test_the_newest_comes_first(client, edited):
    assert numbers(client) == [4, 3, 2, 1]
    assert numbers(client, "ordering=revision") == [1, 2, 3, 4]


def test_an_entry_has_the_fields_of_the_dictionary_in_their_order(client, edited):
    assert list(entries(client)[0]) == fields.list_names(fields.CHANGE)


def test_an_entry_tells_what_changed(client, edited):
    entry = entries(client, "action=update")[0]
    assert (entry["key"], entry["reason"], entry["system"]) == ("rus-srb", "Read again: seven", "s-400")
    assert entry["changes"] == [
        {"field": "quantity_ordered_min", "before": 6, "after": 7},
        {"field": "quantity_ordered_max", "before": 6, "after": 7},
        {"field": "location", "before": "Niš", "after": None},
    ]
    assert entry["claims_added"] == entry["claims_removed"] != []


def test_a_withdrawal_tells_what_it_took_away(client, edited):
    entry = entries(client, "action=withdraw")[0]
    assert (entry["supplier"], entry["recipient"], entry["claims_added"]) == ("RUS", "SRB", [])
    assert {"field": "supplier", "before": "RUS", "after": None} in entry["changes"]


def test_what_is_published_again_is_new(client, edited):
    publish.publish([edited], "Right after all")
    entry = entries(client, "page_size=1")[0]
    assert {"field": "key", "before": None, "after": "rus-srb"} in entry["changes"]


def test_the_chain_can_be_followed(client, edited):
    log = entries(client)
    assert [entry["previous"] for entry in log[:-1]] == [entry["hash"] for entry in log[1:]]


def test_the_actions_are_those_of_the_log():
    [action] = [item for item in fields.CHANGE if item.name == "action"]
    assert [value for value, _ in action.choices] == list(Revision.Action.values)


@pytest.mark.parametrize(
    ("query", "expected"),
    [("key=rus-srb", [4, 2, 1]), ("action=publish,withdraw", [4, 3, 1]), ("supplier=USA", [3]),
     ("recipient=Serbia", [4, 2, 1]), ("system=SA-21", [4, 2, 1]), ("system=apache&supplier=Russia", []),
     ("system__not=apache", [4, 2, 1]), ("supplier=Russia&action=withdraw", [4]), ("since=2", [4, 3]),
     ("since=4", []), ("since=0", [4, 3, 2, 1]), ("since=2000-01-01", [4, 3, 2, 1]), ("as_of=3", [3, 2, 1]),
     ("as_of=3&since=1&key=rus-srb", [2]), ("q=read+SEVEN", [2]), ("reason__contains=misread", [4]),
     ("revision__lte=2", [2, 1])],
)  # fmt: skip
def test_filters(client, edited, query, expected):
    assert numbers(client, query) == expected
    assert client.get(f"{CHANGES}?{query}").json()["count"] == len(expected)


def test_a_family_includes_its_variants(client):
    factories.published("a", system=factories.system("pantsir-s1", variant_of=factories.system("pantsir")))
    factories.published("b")
    assert numbers(client, "system=Pantsir") == [1]


def test_a_change_of_system_is_a_change_of_the_new_one(client, edited):
    transfer = factories.published("c", system="apache")
    Transfer.objects.filter(pk=transfer.pk).update(system=factories.system("s-400"))
    publish.publish([transfer], "another system")
    assert (numbers(client, "system=apache&key=c"), numbers(client, "system=s-400&key=c")) == ([5], [6])


def test_since_a_day_includes_it_and_since_a_time_does_not(client, edited):
    time = Revision.objects.get(sequence=4).time
    assert numbers(client, f"since={time:%Y-%m-%d}") == [4, 3, 2, 1]
    assert client.get(CHANGES, {"since": time.isoformat()}).json()["results"] == []


@pytest.mark.parametrize("query", ["since=5", "since=9999-01-01", "since=soon", "since=-1", "since=1&since=2",
                                   "ordering=key", "changes=x", "until=3", "action=edit", "q=-"])  # fmt: skip
def test_what_cannot_be_answered_is_refused(client, edited, query):
    assert error(client.get(f"{CHANGES}?{query}"))[0] == query.split("=")[0]


@pytest.mark.parametrize("ordering", ["", "&ordering=revision"])
def test_pages_lose_and_repeat_nothing(client, edited, ordering):
    address, seen = f"{CHANGES}?page_size=1{ordering}", []
    while address:
        page = client.get(address).json()
        seen += [entry["revision"] for entry in page["results"]]
        address = page["next"]
    assert seen == ([1, 2, 3, 4] if ordering else [4, 3, 2, 1])


def test_a_longer_page_takes_no_more_queries(client, edited):
    counts = []
    for size in (1, 3):
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            client.get(f"{CHANGES}?page_size={size}")
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 6


# Files


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl", "parquet", "arrow"])
def test_a_file_has_every_entry_whole(client, edited, monkeypatch, form):
    monkeypatch.setattr("transfers.api.resources.changelog._AT_A_TIME", 3)
    data = b"".join(client.get(f"{CHANGES}.{form}?omit=revision"))
    expected = entries(client, "omit=revision")
    if form == "jsonl":
        assert typed(form, data) == expected
        return
    if form in ("parquet", "arrow"):
        rows = typed(form, data)
    else:
        head, lines = table(form, data)
        rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert [json.loads(row["changes"]) for row in rows] == [entry["changes"] for entry in expected]
    assert [row["hash"] for row in rows] == [entry["hash"] for entry in expected]


def test_a_long_log_is_streamed(client, edited, monkeypatch):
    monkeypatch.setattr("transfers.exports.formats.SMALL", 0)
    monkeypatch.setattr("transfers.api.resources.changelog._AT_A_TIME", 1)
    answer = client.get(f"{CHANGES}.csv?ordering=revision&fields=revision,key")
    assert answer.streaming
    assert b"".join(answer).split() == [
        b"revision,key",
        b'1,"rus-srb"',
        b'2,"rus-srb"',
        b'3,"usa-ind"',
        b'4,"rus-srb"',
    ]
    assert b"".join(client.head(f"{CHANGES}.csv")) == b""


# Atom


def atom(client, query=""):
    answer = client.get(f"{CHANGES}.atom?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (200, feed.MEDIA_TYPE)
    return ET.fromstring(answer.content)


def test_a_feed_has_what_rfc_4287_requires(client, edited):
    root = atom(client)
    entry_list = root.findall(f"{ATOM}entry")
    assert root.tag == f"{ATOM}feed"
    for node in (root, *entry_list):
        assert [len(node.findall(f"{ATOM}{name}")) for name in ("id", "title", "updated")] == [1, 1, 1]
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "arms_registry"
    assert {link.get("rel") for link in root.findall(f"{ATOM}link")} == {"self", "alternate"}
    assert root.findtext(f"{ATOM}updated") == entry_list[0].findtext(f"{ATOM}updated")


def test_its_entries_lead_to_their_versions_and_say_why(client, edited):
    update = atom(client, "action=update").find(f"{ATOM}entry")
    assert update.find(f"{ATOM}link").get("href") == "http://testserver/api/transfers/rus-srb@2"
    assert update.findtext(f"{ATOM}summary").splitlines() == [
        "Read again: seven", "quantity_ordered_min: 6 → 7", "quantity_ordered_max: 6 → 7",
        "location: Niš → –", "claims added: 1", "claims removed: 1",
    ]  # fmt: skip


def test_its_ids_are_the_same_on_every_host(client, edited):
    ids = [
        [
            node.text
            for node in ET.fromstring(client.get(f"{CHANGES}.atom", headers={"host": host}).content).iter(
                f"{ATOM}id"
            )
        ]
        for host in ("testserver", "localhost")
    ]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 5


def test_it_is_well_formed_whatever_the_reason(client):
    factories.published("a", reason="a\x0bb <c> & ]]> 🚀")
    assert atom(client).findtext(f"{ATOM}entry/{ATOM}summary").startswith("a\ufffdb <c> & ]]> 🚀")


def test_it_has_the_newest_of_the_filters(client, edited, monkeypatch):
    monkeypatch.setattr(feed, "LONGEST", 1)
    assert [node.text for node in atom(client, "recipient=IND").iter(f"{ATOM}title")][1:] == [
        "usa-ind: published"
    ]


def test_an_empty_feed_is_valid_too(client):
    assert atom(client).findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"


def test_it_is_negotiated(client, edited):
    assert client.get(CHANGES, headers={"accept": "application/atom+xml"})["Content-Type"] == feed.MEDIA_TYPE


@pytest.mark.parametrize("query", ["ordering=revision", "fields=key", "omit=key", "page_size=5"])
def test_it_takes_nothing_that_it_would_ignore(client, edited, query):
    assert error(client.get(f"{CHANGES}.atom?{query}"))[0] == query.split("=")[0]


def test_only_the_log_is_a_feed(client, edited):
    assert error(client.get("/api/transfers.atom")) == ("format", "unknown")
