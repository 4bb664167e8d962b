"""Flows as a network: GraphML and an edge list, each the same as the sums that they come from."""

from io import BytesIO
from xml.etree import ElementTree

import pandas as pd
import pytest

from tests.support import factories
from tests.support.reading import error

pytestmark = pytest.mark.django_db
QUERY = "group_by=supplier,recipient&sum=count"
SPACE = "{http://graphml.graphdrawing.org/xmlns}"


@pytest.fixture
def published():
    for key, supplier, recipient in (("a", "RUS", "SRB"), ("b", "RUS", "SRB"), ("c", "USA", "IND")):
        factories.published(key, supplier=supplier, recipient=recipient, reason=key)


def ask(client, form, query=QUERY):
    answer = client.get(f"/api/transfers/summary.{form}?{query}")
    assert answer.status_code == 200, answer.content
    return answer


def test_graphml_has_an_edge_for_each_pair(client, published):
    root = ElementTree.fromstring(ask(client, "graphml").content)
    edges = {
        (edge.get("source"), edge.get("target")): edge.find(f"{SPACE}data[@key='edge.count']").text
        for edge in root.iter(f"{SPACE}edge")
    }
    assert edges == {("RUS", "SRB"): "2", ("USA", "IND"): "1"}


def test_graphml_names_the_parties(client, published):
    root = ElementTree.fromstring(ask(client, "graphml").content)
    names = {
        node.get("id"): node.find(f"{SPACE}data[@key='node.name']").text for node in root.iter(f"{SPACE}node")
    }
    assert names == {"RUS": "Russia", "SRB": "Serbia", "USA": "United States", "IND": "India"}


def test_graphml_declares_each_attribute_that_it_has(client, published):
    root = ElementTree.fromstring(ask(client, "graphml", "group_by=supplier,recipient,kind").content)
    declared = {key.get("id") for key in root.iter(f"{SPACE}key")}
    assert {data.get("key") for data in root.iter(f"{SPACE}data")} <= declared


def test_the_edge_list_has_the_columns_of_gephi(client, published):
    edges = pd.read_csv(BytesIO(ask(client, "edges").content))
    assert list(edges.columns[:4]) == ["Source", "Target", "Type", "Weight"]
    assert list(zip(edges["Source"], edges["Target"], edges["Weight"], strict=True)) == [
        ("RUS", "SRB", 2), ("USA", "IND", 1),
    ]  # fmt: skip


def test_what_limit_leaves_out_joins_no_two_parties(client, published):
    edges = pd.read_csv(BytesIO(ask(client, "edges", f"{QUERY}&ordering=-count&limit=1").content))
    assert list(edges["Source"]) == ["RUS"]


@pytest.mark.parametrize("form", ["graphml", "edges"])
def test_other_groups_are_no_network(client, published, form):
    answer = client.get(f"/api/transfers/summary.{form}?group_by=supplier")
    assert error(answer) == ("group_by", "contradiction")


def test_a_file_has_a_name_that_programs_know(client, published):
    assert ask(client, "edges")["Content-Disposition"].endswith('summary.edges.csv"')
