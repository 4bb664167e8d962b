"""Search in words: what a user types is text, never syntax."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import factories
from transfers.models import RegistryRow
from transfers.publication import publish, search

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    factories.party("RUS", aliases=("Россия", "Russian Federation"))
    fighter = factories.system("su-30mki", name="Su-30MKI", aliases=("Flanker-H",))
    india = factories.transfer(
        "rus-ind-su-30mki-1996", recipient="IND", system=fighter, note='40 "kits" 100% paid'
    )
    factories.quantity(transfer=india, source=factories.source("gazette", title="Fighters for Delhi"))
    missiles = factories.system("s-400", aliases=("С-400 Триумф",))
    serbia = factories.transfer("rus-srb-s-400-2019", system=missiles, occasion="Slavic Shield 2019")
    factories.quantity(transfer=serbia, source=factories.source("reuters", agencies="Reuters; AFP"))
    publish.publish([india, serbia], "new")


def found(text):
    rows = search.filter_by_words(RegistryRow.objects.current(), text)
    return sorted(key.split("-")[1] for key in rows.values_list("key", flat=True))


@pytest.mark.parametrize(
    "text",
    [
        "su-30mki", "Su-30MKI", "su30mki", "SU 30MKI", "su 30mki", "flanker", "flankerh", "Flanker-H",
        "india",
        "delhi fighters", "gazette", "kits", '"kits"', "100%", "rus-ind-su-30mki-1996", "IND",
    ],
)  # fmt: skip
def test_words_of_systems_aliases_parties_notes_and_sources_find_the_row(register, text):
    assert found(text) == ["ind"]


@pytest.mark.parametrize(
    "text", ["slavic", "shield 2019", "триумф", "Triumf", "afp", "serbia s-400", "С-400"]
)
def test_words_of_occasions_scripts_and_agencies_find_the_row(register, text):
    assert found(text) == ["srb"]


@pytest.mark.parametrize("text", ["russia", "Россия", "rossiya", "russian federation"])
def test_a_party_finds_all_its_rows(register, text):
    assert found(text) == ["ind", "srb"]


@pytest.mark.parametrize(
    "text",
    ["su-30mk", "30", "fl*", "flank%", "_lanker", "india OR serbia", "india NOT serbia", "words:india",
     "india serbia",
     "near(india)", "^india x", "mki su-30"],
)  # fmt: skip
def test_syntax_and_wildcards_are_plain_text(register, text):
    assert found(text) == []


@pytest.mark.parametrize("text", ["", "***", '"', "--", "%", "()"])
def test_a_text_without_words_finds_nothing(register, text):
    assert found(text) == []


@given(text=st.text(max_size=40))
def test_any_text_is_searched_without_an_error(text):
    found(text)


def test_a_withdrawn_version_is_not_found(register):
    transfer = RegistryRow.objects.get(recipient="IND")
    publish.withdraw(publish.Transfer.objects.filter(key=transfer.key), "wrong")
    assert found("flanker") == []


def test_a_new_alias_is_found_once_it_is_published(register):
    system = publish.System.objects.get(slug="s-400")
    system.aliases.create(name="Growler")
    publish.refresh(system, "alias")
    assert found("growler") == ["srb"]


def test_rows_put_there_before_the_index_are_found(register):
    search.rebuild()
    assert found("slavic") == ["srb"]
