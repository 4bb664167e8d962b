"""Names as they compare exactly and loosely, and the sentences that offer names like one that is unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transfers.vocabulary import names, words


@pytest.mark.parametrize(
    ("suggestions", "expected"),
    [
        ([], ""),
        (["system"], " Did you mean 'system'?"),
        (["Iran", "Iraq"], " Did you mean 'Iran' or 'Iraq'?"),
    ],
)
def test_suggestions_follow_a_sentence(suggestions, expected):
    assert names.format_suggestions(suggestions) == expected


# exact folding


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GEM", "GEM+"), ("Thistle-1.2", "Thistle-12"), ("Block-1/1", "Block-11"), ("Block-1/1", "Block-1.1"),
        ("Type-22-1", "Type-221"), ("Mk 1 2", "Mk 12"), ("A&B", "AB"), ("M-1*", "M-1"), ("S-70(A)", "S-70A"),
        ("1,2", "12"), ("№1", "1"), ("Mk 2", "Mk 2′"), ("Mk 2′", "Mk 2″"), ("Mk 2", "Mk 2'"),
        ('5" gun', "5 gun"),
    ],
)  # fmt: skip
def test_every_sign_parts_two_designations(one, other):
    assert words.fold_exactly(one) != words.fold_exactly(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("S-400", "s 400"), ("S-400", "S400"), ("S-400", "С-400"), ("S\u2011400", "S-400"),
        ("MiG-21-F", "MIG 21F"),
        ("Sa’ar-5", "Saar 5"), ("Type-22-1", "TYPE 22 – 1"), ("«Grom» 2", "Grom-2"), ("ＧＥＭ＋", "gem+"),
        ('Mk 2 "Ink"', "Mk 2 Ink"), ("Mk 2 ‘Ink’", "Mk 2 Ink"), ('5"', "5″"), ("5''", "5″"), ("“Ink”", "Ink"),
    ],
)  # fmt: skip
def test_case_script_quotes_spaces_and_hyphens_part_no_designations(one, other):
    assert words.fold_exactly(one) == words.fold_exactly(other)


@given(st.text())
def test_designations_that_are_one_exactly_are_one_loosely(text):
    assert words.fold(words.fold_exactly(text)) == words.fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St Kitts-Nevis", "Saint Kitts and Nevis"), ("Trinidad & Tobago", "Trinidad and Tobago"),
        ("Gambia", "The Gambia"), ("St. Vincent", "SAINT VINCENT"), ("U.S.A.", "usa"),
        ("Côte d’Ivoire", "Cote d'Ivoire"),
    ],
)  # fmt: skip
def test_joining_words_part_no_parties(one, other):
    assert words.fold_party(one) == words.fold_party(other)


@pytest.mark.parametrize("code", ["AND", "The", "and the"])
def test_party_of_nothing_but_joining_words_keeps_them(code):
    assert words.fold_party(code) == words.fold(code)


# exact and loose lookups


def build_index(**identifiers):
    index = names.Index()
    for key, name in identifiers.items():
        index.add(name, [key])
        index.add_key(key, [key])
    return index


def test_name_finds_what_is_spelled_so_and_not_what_differs_by_a_sign():
    index = build_index(gem="Quill GEM", gem_plus="Quill GEM+")
    assert (index.find("quill-gem"), index.find("QUILL GEM +")) == ({"gem"}, {"gem_plus"})


def test_looser_spelling_finds_all_and_names_them():
    index = build_index(one="Thistle-1.2", twelve="Thistle-12")
    assert index.find("Thistle-1,2") == {"one", "twelve"}
    assert index.list_rivals("Thistle-1,2") == ["Thistle-1.2", "Thistle-12"]
    assert index.list_rivals("Thistle 12") == []


def test_family_and_variants_are_no_rivals():
    index = names.Index()
    index.add("Block-1", ["block", "block-1-1"])
    index.add("Block.1", ["block-1-1"])
    assert (index.find("Block/1"), index.list_rivals("Block/1")) == ({"block", "block-1-1"}, [])


def test_key_as_written_finds_its_record_alone():
    index = build_index(**{"gem-2": "Quill"})
    index.add("GEM-2", ["other"])
    assert (index.find("gem-2"), index.find("Gem 2")) == ({"gem-2"}, {"other"})


def test_key_is_found_by_a_looser_spelling_where_no_name_is():
    assert build_index(**{"quill-1": "Thistle"}).find("QUILL 1") == {"quill-1"}


def test_suggestions_name_each_spelling():
    index = build_index(quill_gem="Quill GEM", quill_gem_plus="Quill GEM+")
    assert index.suggest("Quil GEM")[:2] == ["Quill GEM", "Quill GEM+"]


def test_suggestion_that_is_provisional_says_so():
    index = build_index(gem="Quill GEM", other="Quill GEM+")
    index.provisional.add("other")
    assert index.describe_provisional(["Quill GEM", "Quill GEM+"]) == (
        " 'Quill GEM+' is provisional: nobody has checked it yet."
    )


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Yemen (South)", {"YMD"}), ("Yemen, South", {"YMD"}), ("Yemen South", {"YMD"}),
        ("Yemen (SY)", set()),
        ("South Yemen (SY)", {"YMD"}), ("South Yemen (PDRY)", {"YMD"}), ("South Yemen (Yemen)", set()),
        ("Rebels (Yemen)", set()), ("Yemen", {"YEM"}),
    ],
)  # fmt: skip
def test_party_is_found_turned_round_and_with_another_name_in_brackets(name, codes):
    index = names.PartyIndex()
    for code, names_of_party in {"YMD": ["South Yemen", "PDRY"], "YEM": ["Yemen"]}.items():
        for name_of_party in names_of_party:
            index.add(name_of_party, [code])
    assert index.find(name) == codes
