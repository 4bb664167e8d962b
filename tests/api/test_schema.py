"""The schema says what there is, all of it, and what it says is true of the answers."""

import json
import re

import jsonschema
import pytest
from django.core.management import call_command
from drf_spectacular.drainage import GENERATOR_STATS

from tests.support import factories
from transfers.api import errors
from transfers.api.request import parameters
from transfers.api.resources import schema
from transfers.api.resources.dictionary import DICTIONARY, LISTS, SUMMARIES
from transfers.api.resources.records import DETAILS
from transfers.api.response import citations
from transfers.api.urls import urlpatterns
from transfers.exports.formats import FORMATS
from transfers.models import Transfer
from transfers.publication import publish
from transfers.vocabulary import fields

pytestmark = pytest.mark.django_db
RESOURCES = ["", *(f"/{view.name}" for view in LISTS), *(f"/{view.path}" for view in SUMMARIES),
             "/transfers/{key}", *(f"/{view.name}/{{key}}" for view in DETAILS),
             "/transfers/{key}@{revision}", "/fields", "/schema", "/docs", "/releases", "/releases/{name}",
             "/releases/{name}/{file}", "/releases/{name}/compare/{other}"]  # fmt: skip
DOCUMENT = schema.build_document()


@pytest.fixture
def published():
    factories.party("RUS", aliases=("Russian Federation",))
    factories.system("family")
    factories.system("s-400", variant_of=factories.system("family"), unroca="VII", aliases=("SA-21",))
    transfer = factories.published("rus-srb", occasion="An exercise")
    factories.published("a-second", reason="Another")
    factories.quantity("delivered", 2, transfer=factories.transfer("delivered"))
    publish.publish(Transfer.objects.filter(key="delivered"), "Another")
    return transfer


def operation(path):
    return DOCUMENT["paths"][path]["get"]


def conforms(body, shape):
    """Raises where the body is none of this shape; formats such as date-time count."""
    whole = {**shape, "components": DOCUMENT["components"]}
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(whole, format_checker=checker).validate(body)


def shape_of(path, status=200, media_type="application/json"):
    return operation(path)["responses"][str(status)]["content"][media_type]["schema"]


def test_generation_is_valid_and_gives_no_warnings(capsys):
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json")
    shown = capsys.readouterr()
    assert (json.loads(shown.out), shown.err) == (DOCUMENT, "")
    assert not GENERATOR_STATS


def test_every_schema_in_it_is_a_json_schema():
    for name, shape in DOCUMENT["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema({**shape, "$id": f"urn:{name}"})


def test_it_is_openapi_3_1_and_names_the_licence():
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert DOCUMENT["info"]["license"]["url"].startswith("https://creativecommons.org/")


def test_its_addresses_are_of_the_server_that_it_comes_from():
    assert [server["url"] for server in DOCUMENT["servers"]] == ["/"]


def test_every_address_is_one_path():
    assert set(DOCUMENT["paths"]) == {f"/api{resource}" for resource in RESOURCES}
    assert len(urlpatterns) == len(RESOURCES)


@pytest.mark.parametrize("address", ["/api/schema", "/api/schema/", "/api/schema.json"])
def test_it_is_served(client, address):
    answer = client.get(address)
    assert (answer.json(), answer["Content-Type"]) == (DOCUMENT, "application/json")


@pytest.mark.parametrize("view", LISTS)
def test_every_field_stands_in_public_order_with_its_meaning(view):
    properties = DOCUMENT["components"]["schemas"][view.get_record_name()]["properties"]
    assert list(properties) == fields.list_names(view.items)
    for item in view.items:
        assert properties[item.name]["description"] == item.description
        assert properties[item.name].get("x-unit", "") == item.unit


@pytest.mark.parametrize(
    ("record", "name", "expected"),
    [
        ("Transfer", "key", {"type": "string"}),
        ("Transfer", "location", {"type": ["string", "null"]}),
        ("Transfer", "quantity_ordered_min", {"type": ["integer", "null"]}),
        ("Transfer", "tiv_unit", {"type": ["number", "null"]}),
        ("Transfer", "date_agreed_latest", {"type": ["string", "null"], "format": "date"}),
        ("Transfer", "updated", {"type": "string", "format": "date-time"}),
        ("Claim", "preferred", {"type": "boolean"}),
        ("Claim", "credibility", {"type": "integer", "enum": [1, 2, 3, 4, 5, 6]}),
        ("Party", "aliases", {"type": "array", "items": {"type": "string"}}),
    ],
)
def test_a_field_has_its_type(record, name, expected):
    described = DOCUMENT["components"]["schemas"][record]["properties"][name]
    assert {
        key: value for key, value in described.items() if key not in ("description", "x-unit")
    } == expected


def test_a_choice_that_may_be_missing_has_null_among_its_values():
    unit = DOCUMENT["components"]["schemas"]["Transfer"]["properties"]["unit"]
    assert (unit["enum"][-1], unit["type"]) == (None, ["string", "null"])


def test_the_summary_has_every_group_and_number():
    for view in SUMMARIES:
        shown = set(shape_of(f"/api/{view.path}")["properties"]["results"]["items"]["properties"])
        numbers = {each.item.name for figures in view.figures.values() for each in figures.sums}
        assert {*view.groups, *numbers} <= shown


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_parameter_stands_with_its_meaning(client, resource):
    allowed = client.get(
        f"/api{resource}?zzzzqqqq=1".replace("{key}", "a").replace("{revision}", "1")
    ).json()["allowed"]
    described = {
        parameter["name"]: parameter
        for parameter in operation(f"/api{resource}")["parameters"]
        if parameter["in"] == "query"
    }
    assert sorted(described) == allowed
    assert all(parameter["description"] and parameter["schema"]["type"] for parameter in described.values())


def test_every_own_parameter_has_a_meaning():
    assert all(parameters.OWN[name] for view in LISTS for name in view.own_parameters)


def test_what_may_be_repeated_is_an_array_and_what_may_not_is_none():
    described = {each["name"]: each for each in operation("/api/transfers")["parameters"]}
    assert (described["system"]["schema"]["type"], described["system"]["explode"]) == ("array", True)
    assert (described["fields"]["schema"]["type"], described["fields"]["explode"]) == ("array", False)
    assert described["quantity_ordered__gte"]["schema"]["type"] == "integer"
    assert described["certain"]["schema"]["type"] == "boolean"


QUERIES = ["", "?page_size=1", "?page_size=1&ordering=-revision", "?fields=key", "?format=json"]
ANSWERED = [
    *((f"/api/{view.name}", query) for view in LISTS for query in ("", "?page_size=1")),
    *(("/api/transfers", query) for query in QUERIES),
    *(("/api/transfers/summary", query) for query in ("", "?group_by=supplier,year_agreed,source")),
    *(("/api/deliveries/summary", query) for query in ("", "?group_by=year&sum=tiv&shares=1&limit=1")),
    *(
        (path, "")
        for path in (
            "/api",
            "/api/fields",
            "/api/transfers/{key}",
            "/api/transfers/{key}@{revision}",
            "/api/parties/RUS",
            "/api/systems/s-400",
            "/api/schema",
        )
    ),
]


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(("path", "query"), ANSWERED)
def test_a_real_answer_conforms(client, path, query):
    answer = client.get(path.replace("{key}", "rus-srb").replace("{revision}", "1") + query)
    assert answer.status_code == 200
    path = re.sub("/(RUS|s-400)$", "/{key}", path)
    conforms(answer.json(), shape_of(path))
    described = operation(path)["responses"]["200"]["headers"]
    required = {name for name in described if DOCUMENT["components"]["headers"][name]["required"]}
    assert required <= set(answer.headers)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("view", LISTS)
def test_a_row_has_exactly_the_fields_described(client, view):
    properties = DOCUMENT["components"]["schemas"][view.get_record_name()]["properties"]
    assert list(client.get(f"/api/{view.name}").json()["results"][0]) == list(properties)


def test_the_dictionary_has_exactly_the_fields_described(client):
    shape = shape_of("/api/fields")["properties"]["results"]["items"]
    assert list(shape["properties"]) == fields.list_names(DICTIONARY)
    assert list(client.get("/api/fields").json()["results"][0]) == list(shape["properties"])


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [("/api/transfers", "?sistem=x", 400), ("/api/transfers/{key}", "", 404), ("/api/schema", "?x=1", 400)],
)
def test_a_problem_conforms(client, path, query, status):
    answer = client.get(path.replace("{key}", "none") + query)
    assert answer.status_code == status
    conforms(answer.json(), shape_of(path, status, errors.MEDIA_TYPE))


def test_a_withdrawal_conforms(client, published):
    factories.publish.withdraw([published], "A mistake")
    answer = client.get("/api/transfers/rus-srb")
    assert answer.status_code == 410
    conforms(answer.json(), shape_of("/api/transfers/{key}", 410, errors.MEDIA_TYPE))


def test_what_does_not_conform_is_found():
    with pytest.raises(jsonschema.ValidationError):
        conforms({"count": "1", "next": None, "previous": None, "results": []}, shape_of("/api/transfers"))


@pytest.mark.parametrize("path", ["/api/transfers", "/api/claims", "/api/transfers/{key}"])
def test_every_format_is_described(path):
    described = set(operation(path)["responses"]["200"]["content"])
    media_types = {module.MEDIA_TYPE.split(";")[0] for module in FORMATS.values()}
    cited = {media_type.split(";")[0] for media_type in citations.FORMATS.values()}
    assert described == {"application/json"} | media_types | cited


@pytest.mark.parametrize("address", ["/api/docs", "/api/docs/", "/api/docs.html"])
def test_the_page_names_its_own_server_only(client, address):
    answer = client.get(address, headers={"accept": "text/html"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "//" not in answer.content.decode()
    assert "default-src 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("resource", ["schema", "docs"])
def test_both_are_among_the_resources(client, resource):
    address = client.get("/api/").json()["resources"][resource]
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("query", ["credibility=9", "credibility__not=0", "credibility__gte=7"])
def test_a_number_that_is_no_choice_is_refused(client, query):
    answer = client.get(f"/api/claims?{query}")
    assert answer.status_code == 400
    assert "1, 2, 3" in answer.json()["detail"]


@pytest.mark.parametrize("name", ["unit__isnull", "disputed__isnull"])
def test_whether_a_choice_is_missing_is_no_choice(client, name):
    (described,) = (
        parameter
        for parameter in client.options("/api/transfers").json()["parameters"]
        if parameter["name"] == name
    )
    assert (described["choices"], described["schema"]) == ([], {"type": "boolean"})
