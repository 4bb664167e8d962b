"""Names in a query that several records may be meant by: refused, with the names to choose from."""

import pytest

from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def thistles():
    for slug, name in {"thistle-1-2": "Thistle-1.2", "thistle-12": "Thistle-12"}.items():
        factories.published(system=factories.system(slug, name=name, provisional=slug == "thistle-12"))


def ask(client, name):
    answer = client.get("/api/transfers", {"system": name})
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Thistle-1.2", "thistle-1-2"), ("THISTLE 12", "thistle-12"), ("thistle-12", "thistle-12"),
        ("thistle-1-2", "thistle-1-2"), ("Тhistle 12", "thistle-12"),
    ],
)  # fmt: skip
def test_name_finds_the_system_that_is_spelled_so(client, name, slug):
    status, answer = ask(client, name)
    assert (status, [row["system"] for row in answer["results"]]) == (200, [slug])


def test_looser_spelling_of_two_systems_is_refused_with_both_names(client):
    status, answer = ask(client, "Thistle:1:2")
    (fault,) = answer["errors"]
    assert (status, fault["code"], fault["suggestions"]) == (400, "ambiguous", ["Thistle-1.2", "Thistle-12"])


def test_refusal_says_which_suggestion_is_provisional(client):
    for name in ("Thistle:1:2", "Thistel-12"):
        _, answer = ask(client, name)
        assert "'Thistle-12' is provisional: nobody has checked it yet." in answer["errors"][0]["detail"]
