"""What a paragraph says of a transfer: who supplies and who receives, and what nobody knows."""

from datetime import date

import pytest

from transfers.evidence.recognition import recognise
from transfers.evidence.recognition.statements import INVOLVED, RECIPIENT, SUPPLIER, read_statements

PARTIES = {"Russia": {"RUS"}, "Serbia": {"SRB"}, "Moscow": {"RUS"}}
SYSTEMS = {"S-400": {"s-400"}}


def read(text):
    [statement] = read_statements(text, recognise(text, SYSTEMS, PARTIES, date(2019, 10, 24)))
    return statement


def list_roles(text):
    return {code: party.role for party in read(text).parties for code in party.codes}


@pytest.mark.parametrize(
    ("text", "supplier", "recipient"),
    [
        ("Russia sold six S-400 to Serbia.", SUPPLIER, RECIPIENT),
        ("Serbia bought six S-400 from Russia.", SUPPLIER, RECIPIENT),
        ("Six S-400, ordered by Serbia, were supplied by Russia.", SUPPLIER, RECIPIENT),
        ("Six S-400 were delivered to Serbia by Russia.", SUPPLIER, RECIPIENT),
        ("Serbia was given six S-400. Russia said nothing.", "", RECIPIENT),
        ("Serbia takes delivery of the S-400", "", RECIPIENT),
        ("A deal with Serbia.", "", INVOLVED),
        ("An official of Serbia travelled to Moscow.", "", ""),
        ("Russia received $2 billion from Serbia.", "", ""),
        ("Russia said Serbia ordered six.", "", RECIPIENT),
    ],
)
def test_what_a_party_does_is_read_from_the_words_around_it(text, supplier, recipient):
    roles = list_roles(text)
    assert (roles.get("RUS", ""), roles["SRB"]) == (supplier, recipient)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ruritania ordered six S-400.", ["Ruritania"]),
        ("The army of Ruritania will get six S-400.", ["Ruritania"]),
        ("Aleksandar Vucic spoke of six S-400.", []),
        ("Ruritania Orders Six S-400 Systems Today", []),
        ("They ordered six S-400.", []),
    ],
    ids=["recipient", "an army", "a person", "a headline", "a pronoun"],
)
def test_a_party_that_nobody_knows_is_named_where_it_trades(text, names):
    assert [party.text for party in read(text).parties if not party.codes] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Serbia ordered 180 K2 tanks.", ["K2"]),
        ("Serbia ordered six Iskander systems.", ["Iskander"]),
        ("Serbia ordered Mi-17V-5 helicopters.", ["Mi-17V-5"]),
        ("Serbia ordered six S-400 in May 2019.", []),
    ],
)
def test_a_system_that_nobody_knows_is_named(text, names):
    assert [system.text for system in read(text).systems if not system.slugs] == names


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Serbia ordered ten tanks.", {("armoured_vehicles", "tank")}),
        ("Serbia ordered fighter jets.", {("aircraft", "fighter")}),
        ("Serbia ordered anti-aircraft systems and tank missiles.", set()),
        ("Serbia ordered helicopter engines.", {("engines", "")}),
    ],
)
def test_kinds_of_arms_are_read_from_nouns(text, kinds):
    assert read(text).kinds == kinds
