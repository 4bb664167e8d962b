"""Citations: whoever follows one finds the same answer, whatever is published later."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support import factories
from transfers.models import Revision, Transfer
from transfers.publication import publish

pytestmark = pytest.mark.django_db
LISTS = [
    "transfers",
    "claims",
    "parties",
    "systems",
    "sources",
    "changes",
    "transfers/summary",
    "deliveries",
    "deliveries/summary",
]
CITED = [*LISTS, "transfers/rus-srb"]


@pytest.fixture(autouse=True)
def published():
    return factories.published("rus-srb", location="Niš")


def address(text):
    return re.search(r"http://\S+", text)[0].rstrip(",")


def bib(client, query):
    """Return the fields of the one entry of a BibTeX file; raise where its braces do not match."""
    answer = client.get(f"/api/{query}")
    assert answer["Content-Type"] == "application/x-bibtex; charset=utf-8"
    text = answer.content.decode()
    [body] = re.findall(r"^@misc\{[a-z0-9-]+,\n(.*)\n\}\n$", text, re.DOTALL)
    bare = re.sub(r"\\.", "", body)
    assert bare.count("{") == bare.count("}")
    return dict(re.findall(r"^  (\w+) = \{?(.*?)\}?,?$", body, re.MULTILINE))


def csl(client, query):
    answer = client.get(f"/api/{query}")
    assert answer["Content-Type"] == "application/vnd.citationstyles.csl+json"
    [item] = answer.json()
    return item


@pytest.mark.parametrize("resource", CITED)
def test_every_answer_has_one_that_leads_to_it_for_ever(client, published, resource):
    first = client.get(f"/api/{resource}").json()
    Transfer.objects.filter(pk=published.pk).update(location="Batajnica")
    publish.publish([published], "moved")
    factories.published("later", supplier="USA", recipient="IND", system="apache", reason="x")
    again = client.get(address(first["citation"])).json()
    assert again == first


def test_it_says_register_revision_and_its_day(client):
    day = Revision.objects.get().time.date().isoformat()
    citation = client.get("/api/transfers?system=S-400&page_size=5").json()["citation"]
    assert (
        citation
        == f"arms_registry, revision 1 of {day}, http://testserver/api/transfers?system=S-400&as_of=1"
    )


def test_the_citation_comes_last(client):
    assert list(client.get("/api/transfers").json()) == ["count", "next", "previous", "results", "citation"]


@pytest.mark.parametrize(
    "question", ["transfers.json/?status=agreed&kind=sale", "transfers?kind=sale&format=json&status=agreed"]
)
def test_one_question_has_one_address_however_it_is_written(client, question):
    citation = client.get(f"/api/{question}").json()["citation"]
    assert address(citation) == "http://testserver/api/transfers?kind=sale&status=agreed&as_of=1"


@pytest.mark.parametrize("resource", ["transfers", "transfers.csv", "transfers/rus-srb"])
def test_the_header_leads_there_too(client, resource):
    citation = client.get(f"/api/{resource}")["Citation"]
    assert address(citation) == f"http://testserver/api/{resource}?as_of=1"
    assert re.search(r", retrieved \d{4}-\d\d-\d\d$", citation)


def test_a_version_cites_its_own_address(client):
    citation = client.get("/api/transfers/rus-srb@1").json()["citation"]
    assert address(citation) == "http://testserver/api/transfers/rus-srb@1"


def test_an_empty_register_has_no_revision_to_cite(client):
    citation = client.get("/api/transfers?as_of=1999-01-01").json()["citation"]
    assert citation == "arms_registry, revision 0, http://testserver/api/transfers?as_of=1999-01-01"


@pytest.mark.parametrize("resource", [*CITED, "transfers/rus-srb@1"])
@pytest.mark.parametrize("form", ["bib", "csl"])
def test_every_format_cites_the_address_of_the_answer(client, resource, form):
    plain = address(client.get(f"/api/{resource}").json()["citation"])
    cited = bib(client, f"{resource}.bib")["url"] if form == "bib" else csl(client, f"{resource}.csl")["URL"]
    assert cited == plain


def test_bibtex_has_title_author_day_and_licence(client):
    cited = bib(client, "transfers.bib?location=Niš")
    assert cited["title"] == "{arms\\_registry: transfers: location=Niš}"
    assert (cited["author"], cited["version"]) == ("{arms\\_registry}", "1")
    assert (cited["year"], cited["month"]) == (str(Revision.objects.get().time.year), cited["month"].lower())
    assert "creativecommons.org" in cited["note"]


NASTY = r"50%_{a}\b~c^d&#$ \}"


def test_what_means_something_to_tex_is_escaped(client):
    answer = bib(client, f"transfers.bib?{'q=' + ''.join(f'%{ord(char):02x}' for char in NASTY)}")
    title = answer["title"].removesuffix("}")
    assert title.endswith(
        r"50\%\_\textbraceleft{}a\textbraceright{}\textbackslash{}b\textasciitilde{}c\textasciicircum{}d\&\#\$"
        r" \textbackslash{}\textbraceright{}"
    )
    assert dict(parse_qsl(urlsplit(answer["url"]).query))["q"] == NASTY


def test_csl_is_a_dataset_with_its_days(client):
    item = csl(client, "transfers.csl?supplier=RUS")
    day = Revision.objects.get().time.date()
    assert (item["type"], item["version"], item["author"]) == ("dataset", "1", [{"literal": "arms_registry"}])
    assert item["issued"] == {"date-parts": [[day.year, day.month, day.day]]}
    assert len(item["accessed"]["date-parts"][0]) == 3


@pytest.mark.parametrize("query", ["?system=Atlantis", "?x=1", "?page_size=5"])
def test_what_cannot_be_answered_cannot_be_cited(client, query):
    assert client.get(f"/api/transfers.bib{query}").status_code == 400


def test_what_is_not_there_cannot_be_cited(client):
    assert client.get("/api/transfers/none.bib").status_code == 404


@pytest.mark.parametrize("accept", ["application/x-bibtex", "application/vnd.citationstyles.csl+json"])
def test_it_is_negotiated(client, accept):
    assert client.get("/api/transfers", headers={"accept": accept})["Content-Type"].startswith(accept)


def test_the_address_has_values_in_their_order(client):
    factories.published("one")
    answer = client.get("/api/transfers", {"ordering": ["supplier", "recipient"]})
    assert "ordering=supplier&ordering=recipient" in answer.json()["citation"]
