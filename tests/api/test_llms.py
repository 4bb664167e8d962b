"""/llms.txt says all there is, and its examples work."""

import re

import pytest

from tests.support import factories
from transfers.api.request import parameters
from transfers.api.resources.dictionary import LISTS
from transfers.vocabulary.fields import Type

pytestmark = pytest.mark.django_db


@pytest.fixture
def text(client):
    answer = client.get("/llms.txt")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    return answer.content.decode()


def test_every_resource_parameter_field_and_type_is_in_it(text):
    for view in LISTS:
        assert f"http://testserver/api/{view.name} " in text
        assert f"## Fields of {view.name}\n" in text
    assert all(f"- `{name}`: " in text for name in parameters.OWN)
    assert all(f"- `{item.name}` ({item.type}" in text for view in LISTS for item in view.items)
    assert all(f"\n- {kind}: `field=`" in text for kind in Type if kind is not Type.CHANGES)


def test_every_example_is_answered(client, text):
    factories.published("a", supplier="RUS", recipient="SRB", system="s-400")
    examples = re.findall(r"^- (http\S+) – ", text, re.MULTILINE)
    assert len(examples) >= 5
    assert {client.get(example).status_code for example in examples} == {200}


def test_every_address_in_it_is_there(client, text):
    addresses = {address.rstrip(":;") for address in re.findall(r"http://testserver\S+", text)}
    assert addresses
    statuses = {address: client.get(address).status_code for address in addresses if "{" not in address}
    assert {address for address, status in statuses.items() if status not in (200, 400)} == set()


def test_it_takes_no_parameters(client):
    assert client.get("/llms.txt?x=1").status_code == 400


def test_it_is_read_only(client):
    assert client.post("/llms.txt").status_code == 405
