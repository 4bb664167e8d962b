"""Stored spellings: whichever way a name is stored, the database finds what an index in memory finds."""

import pytest
from django.core import serializers

from tests.support import factories
from transfers.apps import install_in_database
from transfers.models import Party, PartyAlias, Spelling, System, SystemAlias
from transfers.models.naming import PartyFinder, SystemFinder
from transfers.models.spelling import FOLD
from transfers.vocabulary import names

pytestmark = pytest.mark.django_db


def is_found(name):
    return SystemFinder(System.objects.all()).find(name) == {"quill"}


@pytest.fixture
def quill():
    return factories.system("quill", name="Quill")


def build_alias(quill):
    return SystemAlias(system=quill, name="Перо-1", type="other")


def test_saved_name_is_found(quill):
    build_alias(quill).save()
    assert is_found("pero 1")


def test_name_created_in_bulk_is_found(quill):
    SystemAlias.objects.bulk_create([build_alias(quill)])
    assert is_found("pero 1")


def test_name_updated_in_bulk_is_found(quill):
    quill.name = "Перо-1"
    System.objects.bulk_update([quill], ["name"])
    assert is_found("pero 1")


def test_name_updated_by_a_query_is_found(quill):
    System.objects.filter(pk=quill.pk).update(name="Перо-1")
    assert is_found("pero 1")


def test_name_loaded_from_a_fixture_is_found(quill):
    text = serializers.serialize("json", [build_alias(quill)])
    for record in serializers.deserialize("json", text):
        record.save()
    assert is_found("pero 1")


def test_removed_name_is_not_found(quill):
    alias = build_alias(quill)
    alias.save()
    alias.delete()
    assert SystemFinder(System.objects.all()).find("pero 1") == set()


def test_migrating_renews_what_folds_otherwise_now(quill):
    Spelling.objects.filter(text="Quill").update(folded="feather")
    Spelling.objects.filter(text="quill").delete()
    install_in_database("default")
    assert set(Spelling.objects.filter(kind="system").values_list("text", "folded")) == {
        ("Quill", "quill"), ("quill", "quill"),
    }  # fmt: skip


def test_every_stored_name_has_the_spelling_that_it_folds_to(quill):
    factories.party("TUR", alpha2="TR", aliases=("Türkiye", "Турция", "St Kitts & the Sea"))
    build_alias(quill).save()
    texts = {
        (model.KIND, text, FOLD[model.KIND](text))
        for model in (Party, PartyAlias, System, SystemAlias)
        for row in model.objects.values_list(*model.SPELLED)
        for text in row
        if text
    }
    assert set(Spelling.objects.values_list("kind", "text", "folded")) == texts


# what a finder finds is what an index of all names finds

ASKED = (
    "thistle 12", "THISTLE-1.2", "Thistle:1:2", "thistle-12", "thistle", "Thistel", "gem", "GEM +",
    "gem-2", "Gem 2", "block/1", "Nobody", "", "--", "Тhistle 12", "SA-21", "quill family",
)  # fmt: skip
ASKED_OF_PARTIES = (
    "Yemen (South)", "Yemen, South", "South Yemen (PDRY)", "South Yemen (Yemen)", "Yemen", "yem", "YE",
    "zar", "Zaire",
    "DR Congo (Zaire)", "Rebels (Yemen)", "Korea, North", "korea", "St Kitts", "the saint kitts", "Yemem", "",
)  # fmt: skip


@pytest.fixture
def listed():
    family = factories.system("thistle", name="Thistle", aliases=("Quill family", "SA-21"))
    factories.system("thistle-1-2", name="Thistle-1.2", variant_of=family)
    twelve = factories.system("thistle-12", name="Thistle-12", variant_of=family, provisional=True)
    factories.system("block-1", name="Block.1", variant_of=twelve, aliases=("Block-1", "SA 21"))
    factories.system("gem-2", name="GEM")
    factories.system("gem", name="GEM+", aliases=("Gem 2",))


@pytest.fixture
def parties():
    factories.party("YEM", name="Yemen", alpha2="YE")
    factories.party("YMD", name="South Yemen", kind="former_state", aliases=("PDRY",))
    factories.party("COD", name="DR Congo", alpha2="CD", aliases=("Zaire",))
    factories.party("PRK", name="North Korea", alpha2="KP")
    factories.party("KNA", name="Saint Kitts and Nevis", alpha2="KN", aliases=("St Kitts",))
    factories.party("X-REBELS", name="Rebels (Yemen)", provisional=True)


@pytest.mark.parametrize("name", ASKED)
def test_systems_are_found_as_by_an_index_of_all(listed, name):
    check(SystemFinder(System.objects.all()), names.build_system_index(System.objects.all()), name)


@pytest.mark.parametrize("name", ASKED_OF_PARTIES)
def test_parties_are_found_as_by_an_index_of_all(parties, name):
    check(PartyFinder(Party.objects.all()), names.build_party_index(Party.objects.all()), name)


def check(finder, index, name):
    built = finder.build_index(name)
    assert finder.find(name) == index.find(name)
    assert built.list_rivals(name) == index.list_rivals(name)
    assert finder.suggest(name) == index.suggest(name)


def test_finding_reads_no_more_for_more_names(listed, django_assert_num_queries):
    with django_assert_num_queries(7):
        SystemFinder(System.objects.all()).find("Quill family")
    System.objects.bulk_create(
        System(slug=f"reed-{number}", name=f"Reed-{number}", category="other", description="reed")
        for number in range(300)
    )
    with django_assert_num_queries(7):
        SystemFinder(System.objects.all()).find("Quill family")
