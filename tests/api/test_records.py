"""One record by its key: claims, parties, systems and sources have addresses of their own."""

import pytest

from tests.support import factories
from transfers.curation import merging
from transfers.models import RegistryClaim, Transfer
from transfers.publication import publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def published():
    factories.system("s-400", aliases=("SA-21",))
    return factories.published("rus-srb")


def get_claim():
    return RegistryClaim.objects.current().get().claim


@pytest.mark.parametrize(
    ("path", "listed"),
    [("parties/RUS", "parties?code=RUS"), ("systems/s-400", "systems?slug=s-400"), ("claims/{}", "claims")],
)
def test_it_is_the_row_of_its_list(client, published, path, listed):
    record = client.get(f"/api/{path.format(get_claim())}").json()
    citation = record.pop("citation")
    assert [record] == client.get(f"/api/{listed}").json()["results"]
    assert path.format(get_claim()) in citation


def test_a_source_has_an_address(client, published):
    [source] = client.get("/api/sources").json()["results"]
    assert client.get(f"/api/sources/{source['key']}").json()["title"] == source["title"]


@pytest.mark.parametrize("path", ["parties/rus", "systems/S-400", "systems/S400"])
def test_case_and_signs_do_not_matter(client, published, path):
    assert client.get(f"/api/{path}").status_code == 200


def test_it_leaves_in_every_format(client, published):
    answer = client.get("/api/parties/RUS.csv")
    assert b"".join(answer).decode().splitlines()[1].startswith('"RUS","Russia"')
    assert client.get("/api/parties/RUS.bib").status_code == 200


@pytest.mark.parametrize(("path", "near"), [("parties/RUX", "RUS"), ("systems/s-40", "s-400")])
def test_a_key_that_names_nothing_is_404_with_what_is_near(client, published, path, near):
    answer = client.get(f"/api/{path}")
    assert answer.status_code == 404
    assert near in answer.json()["suggestions"]


def test_a_merged_key_leads_to_the_record_that_stays(client, published):
    loser = factories.system("s-400m")
    factories.published("later", system="s-400m", recipient="IND", reason="x")
    merging.merge(factories.system("s-400"), loser, None, "the same")
    assert client.get("/api/systems/s-400m").json()["slug"] == "s-400"


def test_a_claim_of_a_withdrawn_transfer_is_gone_with_the_reason(client, published):
    claim = get_claim()
    publish.withdraw(Transfer.objects.filter(key="rus-srb"), "wrong party")
    answer = client.get(f"/api/claims/{claim}")
    assert (answer.status_code, answer.json()["reason"]) == (410, "wrong party")
    assert client.get(f"/api/claims/{claim}?as_of=1").status_code == 200


def test_what_came_later_is_404_as_of_before(client, published):
    factories.published("later", system="f-16", supplier="USA", reason="x")
    assert client.get("/api/systems/f-16?as_of=1").status_code == 404


def test_a_parameter_that_it_does_not_take_is_refused(client, published):
    assert client.get("/api/parties/RUS?name=Russia").status_code == 400
