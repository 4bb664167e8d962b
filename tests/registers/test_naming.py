"""Names of a register: what they mean here, what becomes a provisional record, and what is not taken."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.registers.test_importing import DEAL, bring, outcomes
from tests.support import factories, snapshots
from transfers.models import Party, System, Transfer
from transfers.registers.importing.naming import Resolver, Unclear
from transfers.registers.reading import read_register
from transfers.registers.reading.descriptions import classify
from transfers.vocabulary.names import build_party_index

pytestmark = pytest.mark.django_db

CASES = Path(__file__).parent / "cases"
FIXTURES = Path(__file__).parents[2] / "fixtures"


def named(**names):
    return Resolver().resolve(replace(DEAL, **names))


def unclear(**names):
    with pytest.raises(Unclear) as caught:
        named(**names)
    return caught.value.ambiguous, str(caught.value)


def test_names_and_aliases_are_found_whatever_case_and_marks():
    factories.party("TUR", aliases=("Turkiye",))
    factories.party("CIV", name="Côte d'Ivoire")
    factories.system("s-400", name="S-400", aliases=("SA-21",))
    names = named(
        supplier="TURKIYE", recipient="Cote d'Ivoire", designation="SA 21", description="SAM system"
    )
    assert (names.supplier, names.recipient, names.system, names.unit) == ("TUR", "CIV", "s-400", "system")


def test_soviet_union_is_not_russia():
    factories.party("RUS")
    factories.party("SUN", name="Soviet Union", kind="former_state", successor=Party.objects.get(code="RUS"))
    bring(replace(DEAL, supplier="Soviet Union"), replace(DEAL, supplier="Russia"))
    keys = Transfer.objects.order_by("key").values_list("key", "supplier__code")
    assert list(keys) == [
        ("rus-x-india-nord-7-2001", "RUS"), ("sun-x-india-nord-7-2001", "SUN"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "code", "kind"),
    [
        ("Arcadia", "X-ARCADIA", "unknown"),
        ("Rebels (Chad)*", "X-REBELS-CHAD", "non_state"),
        ("Concert of Powers**", "X-CONCERT-OF-POWERS", "organisation"),
        ("unknown supplier(s)", "X-UNKNOWN-SUPPLIER-S", "unknown"),
        ("Ёлка", "X-ELKA", "unknown"),
    ],
)
def test_new_party_is_provisional_and_of_the_kind_that_its_mark_says(printed, code, kind):
    bring(replace(DEAL, supplier=printed))
    record = Party.objects.get(code=code)
    assert (record.name, record.kind, record.provisional) == (printed.rstrip("*"), kind, True)
    record.full_clean()


def test_new_system_is_provisional_and_of_the_category_that_its_description_says():
    bring(DEAL, replace(DEAL, designation="Zond", description="odd thing", year=2002))
    assert list(System.objects.order_by("slug").values_list("slug", "name", "category", "provisional")) == [
        ("nord-7", "Nord 7", "ships", True), ("zond", "Zond", "other", True),
    ]  # fmt: skip
    for record in System.objects.all():
        record.full_clean()


def test_records_are_made_once_and_only_for_deals_that_are_imported():
    france = factories.party("FRA", name="France")
    bring(DEAL, replace(DEAL, year=2002), replace(DEAL, supplier="Utopia", designation="—"))
    assert set(Party.objects.values_list("code", flat=True)) == {france.code, "X-INDIA"}
    copies = Party.history.filter(code="X-INDIA").values_list("history_type", "history_change_reason")
    assert list(copies) == [("+", "Edition read")]
    assert System.objects.count() == 1


def test_provisional_record_is_found_by_the_next_import():
    bring(DEAL)
    done = bring(replace(DEAL, year=2010, comments="Second"), generated="19 May 2027")
    assert outcomes(done) == {"new": 1}
    assert (Party.objects.count(), System.objects.count()) == (2, 1)


def test_alias_of_another_category_is_no_match():
    factories.system("grom", name="Grom", category="missiles", aliases=("Nord 7",))
    names = named()
    assert names.system == "nord-7-frigate"
    resolver = Resolver()
    resolver.resolve(DEAL)
    assert resolver.systems["nord-7-frigate"].name == "Nord 7 (frigate)"


def test_unknown_description_is_a_kind_of_its_own():
    factories.system("grom", name="Grom", category="missiles", aliases=("Nord 7",))
    factories.system("zond", name="Zond", category="other")
    assert named(description="odd thing").system == "nord-7-odd-thing"
    assert named(designation="Zond").system == "zond-frigate"


def test_curator_says_by_an_alias_what_an_unknown_description_is():
    factories.system("grom", name="Grom", category="missiles", aliases=("Nord 7 (odd thing)",))
    assert named(description="odd thing").system == "grom"
    assert named(description="frigate").system == "nord-7"


def test_deal_without_a_description_means_the_curated_system_of_its_name():
    factories.system("grom", name="Grom", category="missiles", aliases=("Nord 7",))
    assert named(description="").system == "grom"


def test_system_that_a_curator_moved_is_found_by_its_words():
    bring(replace(DEAL, description="odd thing"))
    System.objects.update(category="aircraft", provisional=False)
    names = named(description="Odd  thing")
    assert (names.system, names.unit) == ("nord-7", "aircraft")


def test_name_of_two_records_is_ambiguous():
    factories.party("RUS", aliases=("Rus",))
    factories.party("TUR", aliases=("RUS.",))
    assert unclear(supplier="Rus") == (True, "'Rus' may be one of RUS, TUR.")
    factories.system("su-27", category="ships", aliases=("Flanker",))
    factories.system("su-30", category="ships", aliases=("Flanker",))
    assert unclear(designation="Flanker") == (True, "'Flanker' may be one of su-27, su-30.")


def test_provisional_twin_gives_way_to_the_curated_record():
    factories.party("TUR", aliases=("Turkiye",))
    factories.party("X-TURKIYE", name="Turkiye", kind="unknown", provisional=True)
    assert named(supplier="TURKIYE").supplier == "TUR"


def test_ambiguous_name_says_which_candidates_are_provisional():
    factories.party("RUS", aliases=("Nordland",))
    factories.party("TUR", aliases=("Nordland",))
    factories.party("X-NORD", name="Nordland", kind="unknown", provisional=True)
    ambiguous, reason = unclear(supplier="Nordland")
    assert (ambiguous, reason) == (True, "'Nordland' may be one of RUS, TUR, X-NORD (provisional).")


def test_mark_of_a_non_state_at_a_states_name_is_ambiguous():
    factories.party("IND")
    ambiguous, reason = unclear(recipient="India*")
    assert (ambiguous, reason) == (True, "'India*' is marked as no state, but IND is one.")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({"supplier": "India"}, "Supplier and recipient are the same party, X-INDIA."),
        ({"supplier": "Rebels***"}, "The mark '***' of 'Rebels' is not a mark that SIPRI uses."),
        ({"supplier": "?"}, "The party '?' has no letter or digit."),
        ({"supplier": "*"}, "The party '' has no letter or digit."),
        ({"designation": "-"}, "The designation '-' has no letter or digit."),
        ({"designation": "a|b"}, "The designation 'a|b' has a |, which joins names in lists."),
        ({"recipient": "x" * 121}, f"The party '{'x' * 40}' … is longer than 120 characters."),
    ],
)
def test_what_is_no_name_is_refused(names, words):
    assert unclear(**names) == (False, words)


def test_one_party_under_two_names_cannot_supply_itself():
    factories.party("TUR", aliases=("Turkiye",))
    assert unclear(supplier="Turkiye", recipient="Turkey") == (
        False, "Supplier and recipient are the same party, TUR.",
    )  # fmt: skip


def test_code_that_is_taken_gets_a_number():
    factories.party("X-ARCADIA", name="Arcadia Ltd")
    assert named(supplier="Arcadia").supplier == "X-ARCADIA-2"


def test_slug_is_no_designation():
    factories.system("zond-8", name="Eight", category="ships")
    assert named(designation="Zond 8").system == "zond-8-2"


def test_long_names_have_room_in_codes_slugs_and_keys():
    long = "North-Eastern Autonomous Volunteer Brigades of the Interior"
    bring(
        replace(DEAL, supplier=f"{long}*", recipient=f"{long} B*", designation=long * 2),
        replace(DEAL, supplier=f"{long}*", recipient=f"{long} B*", designation=long * 2, comments="Other"),
    )
    codes = [len(code) for code in Party.objects.values_list("code", flat=True)]
    keys = [len(key) for key in Transfer.objects.values_list("key", flat=True)]
    assert (len(codes), max(codes) <= 40, len(keys), max(keys) <= 120) == (2, True, 2, True)
    for record in (*Party.objects.all(), *System.objects.all(), *Transfer.objects.all()):
        record.full_clean()


# parties


@pytest.fixture
def shipped_parties():
    load = partial(call_command, "loaddata", FIXTURES / "parties.yaml", verbosity=0)
    snapshots.load_once("shipped parties", load)


@pytest.mark.usefixtures("shipped_parties")
def test_every_name_that_a_register_prints_for_a_party_is_one_of_ours():
    deals = read_register((CASES / "names-of-parties.csv").read_bytes()).deals
    resolver = Resolver()
    codes = {deal.recipient: resolver.resolve(deal).recipient for deal in deals}
    assert list(resolver.parties) == ["X-UTOPIA"]
    assert codes.items() >= {
        ("East Germany (GDR)", "DDR"), ("Yemen Arab Republic (North Yemen)", "X-NORTH-YEMEN"),
        ("Saint Vincent", "VCT"), ("Germany (FRG)", "DEU"), ("DR Congo", "COD"), ("Congo", "COG"),
        ("Bosnia-Herzegovina", "BIH"), ("Côte d’Ivoire", "CIV"), ("FYROM", "MKD"),
        ("Libya GNC", "X-LIBYA-GNC"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("DEU", "DEU"), ("de", "DEU"), ("ZAR", "COD"), ("SU", "SUN"), ("AND", "AND"),
        ("Yemen (South)", "YMD"), ("Korea, North", "PRK"), ("Germany (East)", "DDR"),
        ("Vietnam South", "X-SOUTH-VIETNAM"),
        ("St. Vincent & Grenadines", "VCT"), ("Saint Kitts & Nevis", "KNA"), ("Antigua-Barbuda", "ATG"),
        ("Taiwan (ROC)", "TWN"), ("China (PRC)", "CHN"), ("African Union (AU)**", "X-AU"),
        ("Congo (DR)", "COD"),
        ("Hezbollah (Lebanon)*", "X-HEZBOLLAH"), ("Hezbollah* (Lebanon)", "X-HEZBOLLAH"),
        ("Hezbollah", "X-HEZBOLLAH"),
        ("Hizbullah (Lebanon)*", "X-HEZBOLLAH"), ("Houthis (Yemen)*", "X-HOUTHI-REBELS"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("shipped_parties")
def test_party_is_found_by_codes_brackets_and_joining_words(printed, code):
    assert named(supplier=printed, recipient="Utopia").supplier == code


@pytest.mark.usefixtures("shipped_parties")
def test_no_spelling_means_two_parties():
    spellings = build_party_index(Party.objects.all()).identifiers
    assert {spelling: codes for spelling, codes in spellings.items() if len(codes) > 1} == {}


@pytest.mark.parametrize(
    "printed", ["Fighters (Chad)*", "Libya (Rebels)*", "Hezbollah (Iraq)*", "Korea", "Yemen (East)"]
)
@pytest.mark.usefixtures("shipped_parties")
def test_party_in_brackets_is_no_party_that_it_only_resembles(printed):
    assert Party.objects.filter(code=named(supplier=printed, recipient="Utopia").supplier).count() == 0


# kinds


def kinds(*listed):
    """Return how many systems these deals, told apart by designation, description and category, name."""
    resolver = Resolver()
    deals = (
        replace(DEAL, designation=name, description=text, category=category)
        for name, text, category in listed
    )
    return len({resolver.resolve(deal).system for deal in deals})


@pytest.mark.parametrize("case", ["one-name-three-weapons", "designations-that-differ-by-a-sign"])
def test_weapons_of_one_name_are_systems_of_their_own(case):
    deals = read_register((CASES / f"{case}.csv").read_bytes()).deals
    weapons = {(deal.designation, deal.description) for deal in deals}
    resolver = Resolver()
    assert len({resolver.resolve(deal).system for deal in deals}) == len(weapons)


@pytest.mark.parametrize(
    "weapons",
    [
        [("Grom", "SAM", ""), ("Grom", "patrol boat", ""), ("Grom", "loitering gizmo", "")],
        [("Grom", "gizmo", ""), ("Grom", "widget", ""), ("Grom", "", "")],
        [("Grom", "gizmo", "Missiles"), ("Grom", "gizmo", "Ships"), ("Grom", "gizmo", "Sensors")],
        [
            ("Grom", "", "Missiles"),
            ("Grom", "", "Ships"),
            ("Grom", "turret", ""),
            ("Grom", "refuelling pod", ""),
        ],
        [("Grom", "gizmo", "Other"), ("Grom", "widget", "Other")],
        [("Grom A", "SAM", ""), ("Grom A+", "SAM", ""), ("Grom A++", "SAM", ""), ("Grom A/1", "SAM", "")],
        [
            ("Grom 2.5", "tank", ""),
            ("Grom 25", "tank", ""),
            ("Grom 2-5", "tank", ""),
            ("Grom 2/5", "tank", ""),
        ],
        [("Mk-1 1", "tank", ""), ("Mk-11", "tank", ""), ("Mk-1&1", "tank", ""), ("Mk-1*1", "tank", "")],
    ],
)
def test_no_two_weapons_merge_in_any_order(weapons):
    assert kinds(*weapons) == kinds(*reversed(weapons)) == len(weapons)


@pytest.mark.parametrize(
    "weapons",
    [
        [
            ("Grom-2", "SAM system", ""),
            ("GROM 2", "surface-to-air missile system", ""),
            ("Гром-2", "SAM system", ""),
        ],
        [("Grom", "loitering munition", ""), ("Grom", "one-way attack drone", "")],
        [("Grom", "patrol craft", ""), ("Grom", "Patrol boat", ""), ("Grom", "gizmo", "Ships")],
        [("Grom", "coastal gizmo", ""), ("Grom", "Coastal gizmo", "Other")],
        [("Grom", "coastal gun", ""), ("Grom", "coastal gun", "Naval weapons")],
    ],
)
def test_one_weapon_in_other_words_is_one_system(weapons):
    assert kinds(*weapons) == kinds(*reversed(weapons)) == 1


def test_stated_category_wins_over_the_words():
    resolver = Resolver()
    system = resolver.resolve(replace(DEAL, description="missile", category="Ships")).system
    assert resolver.systems[system].category == "ships"


def test_kinds_are_found_again_by_the_next_edition():
    weapons = [replace(DEAL, description=text) for text in ("frigate", "SAM", "gizmo", "turret")]
    bring(*weapons)
    assert list(System.objects.order_by("slug").values_list("slug", flat=True)) == [
        "nord-7", "nord-7-gizmo", "nord-7-sam", "nord-7-turret",
    ]  # fmt: skip
    words = ("patrol boat", "surface-to-air missile", "gizmo", "turret")
    resolver = Resolver()
    assert [resolver.resolve(replace(DEAL, description=text)).system for text in words] == [
        "nord-7", "nord-7-sam", "nord-7-gizmo", "nord-7-turret",
    ]  # fmt: skip
    assert resolver.systems == {}


def test_later_edition_keeps_three_weapons_of_one_name_apart():
    by_edition = []
    for year in (2024, 2026):
        deals = read_register((CASES / f"edition-{year}.csv").read_bytes()).deals
        bring(*deals, generated=f"1 Jan {year}")
        resolver = Resolver()
        falken = [deal for deal in deals if deal.designation == "Falke"]
        by_edition.append({classify(deal.description)[0]: resolver.resolve(deal).system for deal in falken})
    assert by_edition[0].items() <= by_edition[1].items()
    assert len(set(by_edition[1].values())) == 3


def test_description_that_became_known_is_no_further_kind():
    factories.system("nord-7", name="Nord 7", category="other", description="patrol boat", provisional=True)
    assert named(description="missile boat").system == "nord-7"


def test_words_that_are_part_of_a_designation_are_no_kind():
    factories.system("nord-7-batch-2", name="Nord 7 (Batch 2)", category="ships")
    assert named().system == "nord-7"
