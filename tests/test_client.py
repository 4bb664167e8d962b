"""The client for Python, against a register that is served."""

import shutil

import pandas as pd
import pytest

from docs.clients.arms_registry_client import RESOURCES, SUMMARIES, Registry, RegistryError
from tests.support.servers import Server
from transfers.api.resources.dictionary import LISTS
from transfers.api.resources.dictionary import SUMMARIES as VIEWS


@pytest.fixture(scope="module")
def address(shipped_database, tmp_path_factory):
    path = shutil.copy(shipped_database, tmp_path_factory.mktemp("served") / "register.sqlite3")
    server = Server(path)
    server.get("/api")
    yield f"http://{server.host}"
    server.stop()


@pytest.fixture
def registry(address, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    return Registry(address)


def test_it_knows_every_list_and_summary():
    assert set(RESOURCES) == {view.name for view in LISTS}
    assert set(SUMMARIES) == {view.path.replace("/", "_") for view in VIEWS}


def test_a_question_is_answered_as_a_table(registry):
    table = registry.transfers(system="S-400", recipient=["Turkey", "India"])
    assert list(table["key"]) == ["rus-ind-s-400-2018", "rus-tur-s-400-2019"]
    assert pd.api.types.is_datetime64_any_dtype(table["updated"])


def test_a_summary_is_a_table_too(registry):
    table = registry.deliveries_summary(group_by=["year"], recipient="Serbia", certain=False, unit="vehicle")
    assert list(table["number_certain"]) == [60]


def test_it_says_how_to_cite_the_answer(registry):
    registry.claims(transfer="rus-tur-s-400-2019")
    assert "/api/claims.parquet?transfer=rus-tur-s-400-2019&as_of=11" in registry.citation


def test_it_asks_of_another_day(address, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    assert len(Registry(address, as_of=3).transfers()) == 3


def test_a_refusal_is_an_error_with_what_was_meant(registry):
    with pytest.raises(RegistryError, match="no parameter 'sytem'") as refused:
        registry.transfers(sytem="S-400")
    assert refused.value.status == 400
    assert refused.value.suggestions["sytem"][0] == "system"


def test_another_name_is_no_question(registry):
    with pytest.raises(AttributeError, match="it has transfers"):
        registry.weapons()
