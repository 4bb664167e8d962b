"""The recipe of a new list resource: fields, a FilterSet and a QuerySet give every format and parameter."""

import pytest
from django.urls import re_path

from arms_registry import urls
from tests.support import factories
from tests.support.reading import FORMATS, body, cell, error, table
from transfers.api.request import filters
from transfers.api.resources.lists import ListView
from transfers.models import Release, Revision
from transfers.releases import build
from transfers.vocabulary.fields import Field, Type

ENTRY = (
    Field("number", Type.INTEGER, "The revision.", column="sequence", nullable=False),
    Field("key", Type.KEY, "The transfer.", nullable=False),
    Field("time", Type.TIME, "When.", nullable=False),
    Field("reason", Type.LONG_TEXT, "Why.", nullable=False),
)
BUNDLE = (
    Field("name", Type.KEY, "The release.", nullable=False),
    Field("revision", Type.INTEGER, "Its revision.", nullable=False),
)


class EntryList(ListView):
    """Entries with a past and with words to search."""

    name = "entries"
    items = ENTRY
    key = "number"
    filterset_class = filters.build_filterset("EntryFilterSet", ENTRY)
    versions = Revision.objects

    def search(self, rows, text):
        for word in text.split():
            rows = rows.filter(reason__holds=word)
        return rows


class BundleList(ListView):
    """Bundles, without a past and without words."""

    name = "bundles"
    items = BUNDLE
    key = "name"
    filterset_class = filters.build_filterset("BundleFilterSet", BUNDLE)

    def rows(self):
        return Release.objects.all()

    def list_grounds(self):
        return [str(Release.objects.count())]


handler400, handler404, handler500 = urls.handler400, urls.handler404, urls.handler500
urlpatterns = [
    *(
        re_path(rf"^api/{view.name}(?:\.(?P<format>[a-z0-9]+))?/?$", view.as_view())
        for view in (EntryList, BundleList)
    ),
    *urls.urlpatterns,
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
LISTS = ["entries", "bundles"]


@pytest.fixture(autouse=True)
def _register(settings, tmp_path):
    settings.RELEASES_DIR = tmp_path
    for key, reason in (("rus-srb", "First reading"), ("usa-ind", "Second source"), ("fra-ind", "A reading")):
        factories.published(key, reason=reason)
    build.release("2026.1")


def numbers(client, query=""):
    return [row["number"] for row in client.get(f"/api/entries?{query}").json()["results"]]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", LISTS)
def test_it_has_every_format_with_every_row(client, name, form):
    rows = client.get(f"/api/{name}").json()["results"]
    lines = [[cell(value) for value in row.values()] for row in rows]
    assert table(form, body(client, f"/api/{name}.{form}")) == (list(rows[0]), lines)


@pytest.mark.parametrize("form", ["bib", "csl"])
@pytest.mark.parametrize("name", LISTS)
def test_it_is_cited(client, name, form):
    assert f"/api/{name}" in body(client, f"/api/{name}.{form}").decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [("q=reading", [1, 3]), ("q=READING+first", [1]), ("q=none", []), ("key=usa-ind", [2]),
     ("number__gte=2&q=reading", [3]), ("as_of=2", [1, 2]), ("as_of=2&q=reading", [1]),
     ("ordering=-number", [3, 2, 1]), ("ordering=key", [3, 1, 2])],
)  # fmt: skip
def test_it_is_searched_filtered_ordered_and_asked_about_the_past(client, query, expected):
    assert numbers(client, query) == expected
    assert client.get(f"/api/entries?{query}").json()["count"] == len(expected)


@pytest.mark.parametrize(("parameter", "code"), [("q=-", "no_words"), ("as_of=9", "out_of_range"),
                                                 ("ordering=reason", "unknown"), ("group_by=key", "unknown"),
                                                 ("since=1", "unknown"), ("excel=1", "contradiction"),
                                                 ("format=atom", "unknown")])  # fmt: skip
def test_it_refuses_what_it_cannot_answer(client, parameter, code):
    assert error(client.get(f"/api/entries?{parameter}")) == (parameter.split("=")[0], code)


@pytest.mark.parametrize("parameter", ["q", "as_of"])
@pytest.mark.parametrize("suffix", ["", ".csv"])
def test_what_it_does_not_declare_is_no_parameter(client, parameter, suffix):
    answer = client.get(f"/api/bundles{suffix}?{parameter}=1")
    assert error(answer) == (parameter, "unknown")
    assert parameter not in answer.json()["allowed"]
    listed = [described["name"] for described in client.options("/api/bundles").json()["parameters"]]
    assert parameter not in listed


@pytest.mark.parametrize("name", LISTS)
def test_an_unknown_parameter_is_refused_with_a_suggestion(client, name):
    answer = client.get(f"/api/{name}?page-size=1")
    assert error(answer) == ("page-size", "unknown")
    assert answer.json()["errors"][0]["suggestions"][0] == "page_size"


def test_pages_lose_and_repeat_nothing(client):
    address, pages = "/api/entries?page_size=2", []
    while address:
        page = client.get(address).json()
        pages.append([row["number"] for row in page["results"]])
        address = page["next"]
    assert pages == [[1, 2], [3]]


@pytest.mark.parametrize("suffix", ["", ".csv"])
@pytest.mark.parametrize("name", LISTS)
def test_head_has_the_headers_of_get(client, name, suffix):
    headers = dict(client.get(f"/api/{name}{suffix}").items())
    assert dict(client.head(f"/api/{name}{suffix}").items()) == headers
    assert headers["Registry-Count"] == {"entries": "3", "bundles": "1"}[name]


@pytest.mark.parametrize("name", LISTS)
def test_an_answer_is_not_modified_until_its_rows_are(client, name):
    etag = client.get(f"/api/{name}")["ETag"]
    assert client.get(f"/api/{name}", headers={"if-none-match": etag}).status_code == 304
    if name == "entries":
        factories.published("ita-ind")
    else:
        build.release("2026.2")
    answer = client.get(f"/api/{name}", headers={"if-none-match": etag})
    assert (answer.status_code, answer.json()["count"]) == (200, {"entries": 4, "bundles": 2}[name])


def test_an_answer_about_a_revision_never_changes(client):
    assert "immutable" in client.get("/api/entries?as_of=2")["Cache-Control"]
