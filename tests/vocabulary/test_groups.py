"""Regions and groups of states: who belongs to them, and when."""

import pytest

from transfers.vocabulary import codes, edtf, groups

KNOWN = codes.COUNTRIES | codes.FORMER_COUNTRIES | codes.USER_ASSIGNED


@pytest.mark.parametrize("group", groups.read_groups(), ids=lambda group: group.name)
def test_members_are_codes_of_states(group):
    assert group.members.keys() <= KNOWN


@pytest.mark.parametrize("group", groups.read_groups(), ids=lambda group: group.name)
def test_memberships_are_spans_of_years(group):
    for spans in group.members.values():
        for span in spans:
            first, last = edtf.bounds(span)
            assert first is not None
            assert last is None or last > first


def test_no_two_groups_share_a_name():
    names = [name for group in groups.read_groups() for name in (group.name, *group.aliases)]
    assert len({name.casefold() for name in names}) == len(names)


def test_the_continents_hold_every_country_but_the_antarctic():
    continents = [groups.find_members(name) for name in ("Africa", "Americas", "Asia", "Europe", "Oceania")]
    assert sum(map(len, continents)) == len(frozenset().union(*continents))
    assert codes.COUNTRIES - frozenset().union(*continents) == {"ATA"}


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [("NATO", "FIN", "RUS"), ("nato@1985", "ESP", "POL"), ("EU", "HRV", "GBR"), ("EU@2010", "GBR", "HRV"),
     ("group:Middle East", "EGY", "SRB"), ("Warsaw Pact@1980", "DDR", "ALB"), ("latin america", "BRA", "USA"),
     ("CSTO@2008", "UZB", "GEO"), ("CSTO@2003", "RUS", "UZB")],
)  # fmt: skip
def test_members_of(text, inside, outside):
    members = groups.find_members(text)
    assert inside in members
    assert outside not in members


@pytest.mark.parametrize("text", ["Atlantis", "NATO@85", "NATO@1900", "Warsaw Pact"])
def test_a_group_without_members_is_refused(text):
    with pytest.raises(groups.UnknownGroup):
        groups.find_members(text)
