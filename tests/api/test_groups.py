"""Regions and groups of states as suppliers and recipients."""

import pytest

from tests.support import factories
from tests.support.reading import error

pytestmark = pytest.mark.django_db


@pytest.fixture
def published():
    for key, recipient in (("a", "SRB"), ("b", "POL"), ("c", "IND"), ("d", "EGY")):
        factories.published(key, recipient=recipient, reason=key)


def ask(client, query):
    return [row["key"] for row in client.get(f"/api/transfers?{query}").json()["results"]]


@pytest.mark.parametrize(
    ("query", "keys"),
    [("recipient=NATO", ["b"]), ("recipient=NATO@1985", []), ("recipient=Warsaw Pact@1985", ["b"]),
     ("recipient=Europe", ["a", "b"]), ("recipient=middle east", ["d"]), ("recipient=EU,IND", ["b", "c"]),
     ("recipient__not=Europe", ["c", "d"]), ("recipient=group:Africa&supplier=Russia", ["d"])],
)  # fmt: skip
def test_they_stand_for_their_members(client, published, query, keys):
    assert ask(client, query) == keys


def test_they_stand_for_them_in_every_list(client, published):
    rows = client.get("/api/claims?recipient=NATO").json()["results"]
    assert {row["transfer"] for row in rows} == {"b"}
    [group] = client.get("/api/transfers/summary?recipient=NATO&sum=count").json()["results"]
    assert group["count"] == 1


@pytest.mark.parametrize("value", ["group:Atlantis", "Warsaw Pact", "NATO@85"])
def test_a_group_that_has_no_members_is_refused(client, published, value):
    assert error(client.get("/api/transfers", {"recipient": value})) == ("recipient", "unknown")


def test_what_is_a_party_too_is_asked_about(client, published):
    factories.party("X-NATO", name="NATO", kind="organisation")
    factories.published("e", recipient="X-NATO", reason="e")
    assert error(client.get("/api/transfers?recipient=NATO")) == ("recipient", "ambiguous")
    assert ask(client, "recipient=group:NATO") == ["b"]
    assert ask(client, "recipient=X-NATO") == ["e"]
