"""The register's words for weapons, as categories and units of ours."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import registers
from transfers.models import Quantity, System
from transfers.registers.reading import descriptions
from transfers.registers.reading.descriptions import _BY_ENDING, classify, parse_category


@pytest.mark.parametrize(
    ("description", "category", "unit"),
    [
        ("FGA aircraft", "aircraft", "aircraft"),
        ("ASW helicopter", "aircraft", "aircraft"),
        ("Trainer/combat aircraft", "aircraft", "aircraft"),
        ("tanker/transport aircraft", "aircraft", "aircraft"),
        ("armed UAV", "aircraft", "aircraft"),
        ("mobile SAM system", "air_defence", "system"),
        ("AA gun/SAM system", "air_defence", "system"),
        ("self-propelled AA gun", "air_defence", "gun"),
        ("ASW MRL", "anti_submarine", "launcher"),
        ("light tank", "armoured_vehicles", "vehicle"),
        ("tank destroyer", "armoured_vehicles", "vehicle"),
        ("AEV/ARV", "armoured_vehicles", "vehicle"),
        ("self-propelled gun", "artillery", "gun"),
        ("self-propelled MRL", "artillery", "launcher"),
        ("AIP engine", "engines", "engine"),
        ("turbofan", "engines", "engine"),
        ("portable SAM", "missiles", "missile"),
        ("anti-ship/land-attack missile", "missiles", "missile"),
        ("BVRAAM/SAM", "missiles", "missile"),
        ("guided bomb", "missiles", "item"),
        ("AS/ASW torpedo", "missiles", "item"),
        ("naval SAM system", "naval_weapons", "system"),
        ("naval gun", "naval_weapons", "gun"),
        ("reconnaissance satellite", "satellites", "satellite"),
        ("SAM system radar", "sensors", "radar"),
        ("air/sea search radar", "sensors", "radar"),
        ("ASW sonar", "sensors", "item"),
        ("EO search/fire control", "sensors", "system"),
        ("destroyer", "ships", "ship"),
        ("aircraft carrier", "ships", "ship"),
        ("replenishment tanker", "ships", "ship"),
        ("icebreaker/OPV", "ships", "ship"),
        ("IFV/APC turret", "other", "item"),
        ("air refuel system", "other", "item"),
        ("missile boat", "ships", "ship"),
        ("naval surface-to-air missile system", "naval_weapons", "system"),
        ("mobile surface-to-air missile system", "air_defence", "system"),
        ("surface-to-air missile (SAM) system", "air_defence", "system"),
        ("anti-ballistic missile", "missiles", "missile"),
        ("anti-ballistic missile system", "air_defence", "system"),
        ("anti-aircraft gun/surface-to-air missile system", "air_defence", "system"),
        ("coastal defence system", "artillery", "system"),
        ("coastal defence gun", "artillery", "gun"),
        ("naval multiple rocket launcher", "naval_weapons", "launcher"),
        ("surface-to-surface missile launcher", "artillery", "launcher"),
        ("anti-submarine rocket launcher", "anti_submarine", "launcher"),
        ("anti-submarine mortar", "anti_submarine", "launcher"),
        ("armed reconnaissance drone", "aircraft", "aircraft"),
        ("one-way attack drone", "missiles", "item"),
        ("one-way (attack) drone", "missiles", "item"),
        ("loitering munition", "missiles", "item"),
        ("unmanned ground vehicle", "armoured_vehicles", "vehicle"),
        ("armoured fire-support vehicle", "armoured_vehicles", "vehicle"),
        ("APC chassis", "armoured_vehicles", "vehicle"),
        ("electro-optical system", "sensors", "system"),
        ("signals-intelligence system", "sensors", "system"),
        ("air search system", "sensors", "system"),
        ("ship reactor", "engines", "engine"),
        ("fighter/ground attack aircraft", "aircraft", "aircraft"),
        ("APC/IFV", "armoured_vehicles", "vehicle"),
        ("patrol/missile boat", "ships", "ship"),
        ("underwater drone", "ships", "ship"),
        ("reactor for submarine", "engines", "engine"),
        ("radar for SAM system", "sensors", "radar"),
        ("anti-ship/SAM", "missiles", "missile"),
        ("mobile SAM/ABM system", "air_defence", "system"),
        ("naval SAM/CIWS system", "naval_weapons", "system"),
        ("naval anti-aircraft gun/surface-to-air missile system", "naval_weapons", "system"),
        ("anti-submarine rocket launcher/mortar", "anti_submarine", "launcher"),
        ("anti-submarine warfare mortar", "anti_submarine", "launcher"),
        ("armoured personnel carrier/ambulance", "armoured_vehicles", "vehicle"),
        ("MRL/coastal", "artillery", "launcher"),
        ("AAV(G)", "air_defence", "gun"),
        ("AAV", "armoured_vehicles", "vehicle"),
    ],
)
def test_the_ending_of_a_description_says_what_it_is(description, category, unit):
    assert classify(description) == (category, unit)


@pytest.mark.parametrize(
    "description", [
        "", "/", "()", "system", "think tank?", "tank/helicopter", "warhead", "armed UAV/loitering munition",
        "light tank/patrol boat", "light tank/combat helicopter", "naval gun/light tank", "river/monitor",
    ],
)  # fmt: skip
def test_what_is_not_known_is_not_guessed(description):
    assert classify(description) is None


@pytest.mark.parametrize("place", set(_BY_ENDING.values()))
def test_categories_and_units_are_those_of_the_register(place):
    assert place[0] in System.Category
    assert place[1] in Quantity.Unit


@pytest.mark.parametrize("printed", [label for label in System.Category.labels if label != "Other"])
def test_a_printed_category_is_known_whatever_its_case_and_hyphens(printed):
    assert parse_category(printed) == parse_category(printed.upper().replace("-", " "))
    assert System.Category(parse_category(printed)).label == printed


@pytest.mark.parametrize("printed", ["", "Boats"])
def test_another_category_is_none(printed):
    assert parse_category(printed) is None


@pytest.mark.parametrize(
    "words", ["SURFACE-TO-AIR MISSILE", "surface to air missile", "surface-to-air  missile"]
)
def test_case_hyphens_and_spaces_of_a_description_do_not_matter(words):
    assert classify(words) == ("missiles", "missile")


def test_each_ending_is_listed_once():
    table = tomllib.loads(Path(descriptions.__file__).with_suffix(".toml").read_text())
    assert sum(len(endings) for units in table.values() for endings in units.values()) == len(_BY_ENDING)


def test_the_descriptions_of_a_register_are_known():
    weapons = {each for listed in registers.WEAPONS.values() for each in listed.split("|")}
    assert {each for each in weapons if classify(each) is None} == set()


VOCABULARY = tomllib.loads((Path(__file__).parent / "descriptions.toml").read_text())


@pytest.mark.parametrize("category", VOCABULARY)
def test_words_that_the_register_prints_are_of_their_category(category):
    wrong = {
        words: place
        for words in VOCABULARY[category]
        if (place := classify(words)) is None or place[0] != category
    }
    assert wrong == {}


def test_every_category_has_words_and_none_is_of_two():
    words = [each for listed in VOCABULARY.values() for each in listed]
    assert VOCABULARY.keys() == {*System.Category}
    assert len(set(words)) == len(words) > 600


@given(st.sampled_from(sorted(words for listed in VOCABULARY.values() for words in listed)))
def test_case_and_hyphens_of_what_the_register_prints_do_not_matter(words):
    assert classify(words.upper().replace("-", " ")) == classify(words)
