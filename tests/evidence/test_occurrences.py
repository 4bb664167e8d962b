"""What names are in a text: parties, makers, capitals for their states, names in Cyrillic in each case."""

import re

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.test_recognition import DAY, PARTIES, SYSTEMS, marks
from transfers.evidence import fixture_files
from transfers.evidence.recognition import recognise
from transfers.evidence.recognition.marks import ORIGIN, PARTY
from transfers.vocabulary.words import fold


@pytest.mark.parametrize(
    "text",
    ["Russian-made jets", "Russian made jets", "made in Russia", "Russian‑built", "of Russian design"],
)
def test_who_made_the_arms_is_no_party_of_the_deal(text):
    assert marks(text, PARTY) == []
    assert [mark[1:] for mark in marks(text, ORIGIN)] == [("RUS",)]


@pytest.mark.parametrize(
    "text", ["Russian-backed", "US-led", "Russian-supplied", "to Russia", "Russian jets"]
)
def test_who_backs_or_sells_is_a_party(text):
    assert marks(text, ORIGIN) == []
    assert len(marks(text, PARTY)) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [("Moscow agreed", "RUS"), ("said Ankara's envoy", "TUR"), ("Washington", "USA"), ("New Delhi", "IND"),
     ("Belgrade", "SRB"), ("Tbilisi", "GEO")],
)  # fmt: skip
def test_a_capital_is_its_state(text, code):
    parties = PARTIES | {"Georgia": ["GEO"]}
    assert [mark.value for mark in recognise(text, SYSTEMS, parties, DAY)] == [(code,)]


@pytest.mark.parametrize("text", ["The Moscow Times", "the Washington Post", "moscow", "Warsaw"])
def test_a_capital_in_another_name_or_of_nobody_here_is_no_party(text):
    assert marks(text, PARTY) == []


def test_a_capital_gives_way_to_a_party_of_its_name():
    parties = PARTIES | {"Ankara": ["X-ANKARA"]}
    assert [mark.value for mark in recognise("Ankara", SYSTEMS, parties, DAY)] == [("X-ANKARA",)]


CYRILLIC = {"Россия": ["RUS"], "Сербия": ["SRB"], "Србија": ["SRB"], "Китай": ["CHN"], "Иран": ["IRN"]}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Россией", "RUS"), ("в Сербии", "SRB"), ("Сербию", "SRB"), ("са Србијом", "SRB"),
        ("Китаю", "CHN"), ("с Ираном", "IRN"), ("Сербия", "SRB"),
    ],
)  # fmt: skip
def test_a_party_in_cyrillic_is_found_in_each_case(text, code):
    assert [mark.value for mark in recognise(text, {}, CYRILLIC, DAY)] == [(code,)]


@pytest.mark.parametrize("text", ["Панцирь-С1", "Панциря-С1", "Панцирем С1", "Панцири-С1"])
def test_a_system_in_cyrillic_is_found_in_each_case(text):
    assert [mark.value for mark in recognise(text, {"Панцирь-С1": ["s1"]}, {}, DAY)] == [("s1",)]


@pytest.mark.parametrize("text", ["Irana", "Kitae", "Serbii", "Россиянин", "Иранцы"])
def test_what_is_only_like_a_case_is_no_party(text):
    assert recognise(text, {}, CYRILLIC, DAY) == []


def list_own_names():
    """Return the names of the shipped parties and systems that are in Cyrillic."""
    records = fixture_files.read_fixtures(settings.BASE_DIR / "fixtures")
    names = [record.fields["name"] for record in records if "name" in record.fields]
    return sorted({name for name in names if re.search("[а-яё]", name)})


CYRILLIC_NAMES = st.lists(
    st.one_of(
        st.sampled_from(list_own_names()),
        st.sampled_from(["Иран", "Ирана", "Иране", "Сербия", "Сербии", "Куба", "Кубы", "Панцирь", "Панциря"]),
        st.text("абгеиклнорстуыяь", min_size=3, max_size=6).map(str.capitalize),
    ),
    min_size=1, max_size=12, unique=True,
)  # fmt: skip


@given(CYRILLIC_NAMES)
def test_no_case_of_a_name_hides_another_name(names):
    """Each name of the register is still found as the record that bears it, and as no other."""
    parties = {name: [f"X-{number}"] for number, name in enumerate(names)}
    alone = {name: recognise(name, {}, {name: parties[name]}, DAY) for name in names}
    for name in names:
        if alone[name]:
            values = {value for mark in recognise(name, {}, parties, DAY) for value in mark.value}
            assert parties[name][0] in values
            assert all(fold(other) == fold(name) for other in names if parties[other][0] in values)
