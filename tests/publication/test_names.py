"""Names: whatever the case, spaces, hyphens or script, a name finds what it stands for, and only that."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import factories
from transfers.models import Party, System, SystemAlias
from transfers.models.naming import SystemFinder
from transfers.publication import publish
from transfers.publication.names import find_party, find_system
from transfers.vocabulary import names

LETTERS = st.characters(min_codepoint=0x20, max_codepoint=0x4FF, exclude_categories=["Cc", "Mn"])
NAMES = st.text(LETTERS, max_size=20)
SEPARATORS = st.lists(st.sampled_from([" ", "-", "–", "_", "\u00a0", "/", "."]), max_size=6)


# fold


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert names.fold(names.fold(text)) == names.fold(text)


@given(st.text())
def test_folded_names_are_ascii_letters_and_digits(text):
    folded = names.fold(text)
    assert folded == "" or (folded.isascii() and folded.isalnum() and folded == folded.lower())


@given(st.text(st.sampled_from("abcxyzäöüßéčšłабвгдежзийклмнопрстуфхцчшщъыьэюя0123456789 -")))
def test_case_does_not_matter(text):
    assert names.fold(text.upper()) == names.fold(text) == names.fold(text.title())


@given(NAMES, SEPARATORS)
def test_spaces_and_hyphens_do_not_matter(text, separators):
    parted = text
    for number, separator in enumerate(separators):
        parted = parted[: number * 3] + separator + parted[number * 3 :]
    assert names.fold(parted) == names.fold(text)


@pytest.mark.parametrize("text", ["Тайвань", "Чайка", "Панцирь", "Ёлка", "Česko", "Türkiye", "Việt Nam"])
def test_composed_and_decomposed_letters_are_the_same(text):
    assert names.fold(unicodedata.normalize("NFD", text)) == names.fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("S-400", "s400"),
        ("S400", "s400"),
        ("s 400", "s400"),
        ("С-400", "s400"),
        ("с-400", "s400"),
        ("Панцирь-С1", "pantsirs1"),
        ("Pantsir-S1", "pantsirs1"),
        ("pantsir s1", "pantsirs1"),
        ("МиГ-29", "mig29"),
        ("MiG-29", "mig29"),
        ("Су-30МК", "su30mk"),
        ("Türkiye", "turkiye"),
        ("Côte d'Ivoire", "cotedivoire"),
        ("X-HEZBOLLAH", "xhezbollah"),
        ("40N6E", "40n6e"),
        ("S\u2011400", "s400"),
        ("", ""),
        (" - ", ""),
        ("«»", ""),
    ],
)
def test_examples_of_folding(text, folded):
    assert names.fold(text) == folded


@pytest.mark.parametrize(("one", "other"), [("S-300", "S-400"), ("Su-30", "Su-35"), ("S-400", "S-400M")])
def test_digits_and_letters_do_matter(one, other):
    assert names.fold(one) != names.fold(other)


# index


def test_an_index_finds_what_was_added_by_any_spelling():
    index = names.Index()
    index.add("S-400", ["s-400"])
    assert index.find("с 400") == {"s-400"}


def test_an_index_finds_nothing_for_a_stranger():
    index = names.Index()
    index.add("S-400", ["s-400"])
    assert index.find("S-300") == set()


def test_a_name_of_two_finds_both():
    index = names.Index()
    index.add("Gadfly", ["buk"])
    index.add("gadfly", ["buk-m1"])
    assert index.find("GADFLY") == {"buk", "buk-m1"}


@pytest.mark.parametrize("text", ["", " ", "--", "?!", "\u0301"])
def test_a_text_without_letters_finds_nothing(text):
    index = names.Index()
    index.add("", ["nobody"])
    index.add("-", ["nobody"])
    assert index.find(text) == set()


@given(NAMES)
def test_every_added_name_is_found(text):
    index = names.Index()
    index.add(text, ["found"])
    assert index.find(text) == ({"found"} if names.fold(text) else set())


def test_suggestions_are_names_as_they_were_written():
    index = names.Index()
    index.add("Pantsir-S1", ["pantsir-s1"])
    assert index.suggest("pantsyr s1") == ["Pantsir-S1"]


def test_a_suggestion_is_found():
    index = names.Index()
    for name in ("Pantsir-S1", "Pantsir", "Панцирь-С1М"):
        index.add(name, [name])
    assert all(index.find(near) for near in index.suggest("Pantsir-C1"))


# suggestions


def test_the_nearest_comes_first():
    assert names.suggest("suplier", ["recipient", "supplier_name", "supplier"])[0] == "supplier"


def test_nothing_is_near_what_is_far_off():
    assert names.suggest("qqqq", ["supplier", "recipient"]) == []


def test_suggestions_are_few():
    assert len(names.suggest("s400", [f"s40{digit}" for digit in range(10)])) == 3


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=8))
def test_suggestions_are_candidates(text, candidates):
    assert set(names.suggest(text, candidates)) <= set(candidates)


# which names are public


@pytest.mark.django_db
class TestPublicSystems:
    def test_a_system_of_a_published_transfer_is_known(self):
        factories.published(system="s-400")
        assert find_system("S-400").keys == {"s-400"}

    def test_a_system_of_drafts_only_is_unknown(self):
        factories.transfer(system="secret-1")
        assert find_system("secret-1").keys == set()

    def test_a_system_of_drafts_only_is_not_suggested(self):
        factories.published(system="s-400")
        factories.transfer(system="secret-1")
        assert find_system("secret-2").suggestions == []

    def test_a_system_without_transfers_is_unknown(self):
        factories.system("secret-1")
        assert find_system("secret-1").keys == set()

    def test_a_system_becomes_known_as_its_first_transfer_is_published(self):
        draft = factories.transfer(system="pantsir-s1")
        factories.quantity(transfer=draft)
        assert not find_system("pantsir-s1").keys
        publish.publish([draft], "Checked")
        assert find_system("pantsir-s1").keys == {"pantsir-s1"}

    def test_a_system_stays_known_once_its_transfer_is_withdrawn(self):
        publish.withdraw([factories.published(system="s-400")], "Wrong")
        assert find_system("S-400").keys == {"s-400"}

    def test_a_draft_variant_is_no_member_of_its_public_family(self):
        family = factories.system("pantsir")
        factories.published(system=factories.system("pantsir-s1", variant_of=family))
        factories.transfer(system=factories.system("pantsir-s2", variant_of=family))
        assert find_system("pantsir").keys == {"pantsir", "pantsir-s1"}

    def test_a_family_is_known_by_its_published_variant(self):
        family = factories.system("pantsir", aliases=("SA-22",))
        factories.published(system=factories.system("pantsir-s1", variant_of=family))
        assert "pantsir-s1" in find_system("SA-22").keys

    def test_a_variant_does_not_stand_for_its_family(self):
        family = factories.system("pantsir")
        factories.published(system=family)
        factories.published(system=factories.system("pantsir-s1", variant_of=family))
        assert find_system("pantsir-s1").keys == {"pantsir-s1"}

    def test_a_family_of_families_finds_all_its_members(self):
        family = factories.system("flanker")
        middle = factories.system("su-30", variant_of=family)
        factories.published(system=factories.system("su-30mki", variant_of=middle))
        assert find_system("flanker").keys == {"flanker", "su-30", "su-30mki"}

    def test_families_in_a_circle_do_not_hang(self):
        one = factories.system("one-1")
        other = factories.system("two-2", variant_of=one)
        System.objects.filter(pk=one.pk).update(variant_of=other)
        one.refresh_from_db()
        assert SystemFinder(System.objects.all()).find("one-1") == {"one-1", "two-2"}

    def test_every_alias_is_known(self):
        factories.published(system=factories.system("s-400", aliases=("SA-21", "Growler", "Триумф")))
        assert [find_system(name).keys for name in ("sa21", "GROWLER", "triumf")] == [{"s-400"}] * 3

    def test_an_alias_shared_by_two_systems_finds_both(self):
        factories.published(system=factories.system("buk", aliases=("Gadfly",)))
        factories.published(system=factories.system("buk-m1", aliases=("Gadfly",)))
        assert find_system("gadfly").keys == {"buk", "buk-m1"}

    def test_systems_that_differ_by_a_sign_are_found_apart(self):
        for slug, name in {"quill-gem": "Quill GEM", "quill-gem-plus": "Quill GEM+"}.items():
            factories.published(system=factories.system(slug, name=name))
        assert find_system("quill gem").keys == {"quill-gem"}
        assert find_system("Quill-GEM+").keys == {"quill-gem-plus"}

    def test_a_provisional_system_is_known_as_such(self):
        factories.published(system=factories.system("quill", name="Quill", provisional=True))
        assert "'Quill' is provisional" in find_system("Quil").hint

    def test_asking_again_costs_one_query(self, django_assert_num_queries):
        factories.published()
        find_system("S-400")
        with django_assert_num_queries(1):
            find_system("S-400")

    def test_an_alias_added_is_found_with_the_next_revision(self):
        first = factories.published(system="s-400")
        find_system("Triumf")
        SystemAlias.objects.create(system=first.system, name="Triumf")
        publish.refresh(first.system, "Another name")
        assert find_system("Triumf").keys == {"s-400"}


@pytest.mark.django_db
class TestPublicParties:
    def test_every_state_is_known_without_any_transfer(self):
        factories.party("FRA", name="France", alpha2="FR")
        assert [find_party(name).keys for name in ("FRA", "fr", "france")] == [{"FRA"}] * 3

    def test_a_former_state_is_known_and_is_not_its_successor(self):
        russia = factories.party("RUS", alpha2="RU")
        factories.party("SUN", name="Soviet Union", kind="former_state", successor=russia)
        assert find_party("soviet union").keys == {"SUN"}

    @pytest.mark.parametrize("kind", [Party.Kind.NON_STATE, Party.Kind.ORGANISATION, Party.Kind.UNKNOWN])
    def test_another_party_of_drafts_only_is_unknown(self, kind):
        factories.transfer(recipient=factories.party("X-GROUP", name="Some group", kind=kind))
        assert (find_party("X-GROUP").keys, find_party("some grup").suggestions) == (set(), [])

    @pytest.mark.parametrize("role", ["supplier", "recipient"])
    def test_another_party_of_a_published_transfer_is_known(self, role):
        factories.published(**{role: factories.party("X-GROUP", name="Some group", kind="non_state")})
        assert find_party("some group").keys == {"X-GROUP"}

    def test_aliases_in_any_script_are_known(self):
        factories.party("TUR", aliases=("Türkiye", "Турция", "Τουρκία"))
        assert [find_party(name).keys for name in ("turkiye", "ТУРЦИЯ", "Τουρκία")] == [{"TUR"}] * 3

    @pytest.mark.parametrize("name", ["ZAR", "Zr", "Zaire (DR Congo)", "DR Congo"])
    def test_earlier_codes_and_names_in_brackets_are_known(self, name):
        factories.party("COD", name="DR Congo", alpha2="CD", aliases=("Zaire",))
        assert find_party(name).keys == {"COD"}

    def test_the_nearest_party_is_suggested(self):
        factories.party("SRB", alpha2="RS")
        assert find_party("Servia").suggestions == ["Serbia"]
