"""Parties, systems and sources: those that published rows use, by any of their names, never stale."""

from datetime import date

import pytest

from tests.api.test_transfers import cell, results, table
from tests.support import factories
from transfers.models import Party, Source, System
from transfers.publication import publish
from transfers.vocabulary import fields

pytestmark = pytest.mark.django_db
PARTIES, SYSTEMS, SOURCES = LISTS = ["/api/parties", "/api/systems", "/api/sources"]
KEYS = {PARTIES: "code", SYSTEMS: "slug", SOURCES: "key"}
FIELDS = {PARTIES: fields.PARTY, SYSTEMS: fields.SYSTEM, SOURCES: fields.SOURCE}
FULL_SOURCE = {
    "publisher": "Reuters", "title": "Serbia gets six", "authors": "Ana Petrović", "agencies": "AFP; DPA",
    "published": "2019-10-24", "url": "https://example.org/a", "archived_url": "https://example.org/b",
    "language": "de", "reliability": "C", "origin_of": "story", "sha256": "ab" * 32,
    "retrieved": "2026-01-31", "note": "read twice", "terms": "Ask first",
}  # fmt: skip
#: What a filter finds.
FOUND = {
    f"{PARTIES}?code=RUS": "RUS",
    f"{PARTIES}?code=RUS,SRB": "RUS SRB",
    f"{PARTIES}?code__not=RUS": "SRB SUN",
    f"{PARTIES}?code__contains=r": "RUS SRB",
    f"{PARTIES}?name=Serbia": "SRB",
    f"{PARTIES}?name__contains=IA": "RUS SRB",
    f"{PARTIES}?kind=former_state": "SUN",
    f"{PARTIES}?kind__not=state": "SUN",
    f"{PARTIES}?alpha2=RU": "RUS",
    f"{PARTIES}?alpha2__isnull=true": "SRB SUN",
    f"{PARTIES}?alpha2__not=RU": "",
    f"{PARTIES}?successor=RUS": "SUN",
    f"{PARTIES}?successor__isnull=true": "RUS SRB",
    f"{PARTIES}?aliases=Россия": "RUS",
    f"{PARTIES}?aliases=Russian Federation": "RUS",
    f"{PARTIES}?aliases=Russian": "",
    f"{PARTIES}?aliases=russian federation": "",
    f"{PARTIES}?aliases=Russian Federation&aliases=USSR": "RUS SUN",
    f"{PARTIES}?aliases__not=USSR": "RUS SRB",
    f"{PARTIES}?aliases__isnull=true": "SRB",
    f"{PARTIES}?aliases=Rossija%25": "",
    f"{SYSTEMS}?slug=s-400": "s-400",
    f"{SYSTEMS}?name__contains=pantsir": "pantsir pantsir-s1",
    f"{SYSTEMS}?category=air_defence": "pantsir pantsir-s1",
    f"{SYSTEMS}?category__not=air_defence": "s-400",
    f"{SYSTEMS}?unroca=VII": "s-400",
    f"{SYSTEMS}?unroca__isnull=true": "pantsir pantsir-s1",
    f"{SYSTEMS}?description__contains=LONG": "s-400",
    f"{SYSTEMS}?variant_of=pantsir": "pantsir-s1",
    f"{SYSTEMS}?variant_of__isnull=true": "pantsir s-400",
    f"{SYSTEMS}?aliases=SA-22": "pantsir-s1",
    f"{SYSTEMS}?wikidata=Q42": "s-400",
    f"{SYSTEMS}?wikidata__not=Q42": "",
    f"{SOURCES}?key=reuters": "reuters",
    f"{SOURCES}?publisher__contains=REUT": "reuters",
    f"{SOURCES}?published=2019-10-24": "bare reuters",
    f"{SOURCES}?published=2019-10": "bare reuters",
    f"{SOURCES}?reliability=C": "reuters",
    f"{SOURCES}?reliability__not=C": "bare",
    f"{SOURCES}?authors__isnull=true": "bare",
    f"{SOURCES}?agencies__contains=dpa": "reuters",
    f"{SOURCES}?origin_of=story": "reuters",
    f"{SOURCES}?retrieved__gte=2026-01-01": "reuters",
    f"{SOURCES}?retrieved__isnull=true": "bare",
    f"{SOURCES}?note__contains=TWICE": "reuters",
    f"{SOURCES}?sha256__isnull=false": "reuters",
}
SEARCHED = {
    f"{PARTIES}?q=russia": "RUS",
    f"{PARTIES}?q=РОССИЯ": "RUS",
    f"{PARTIES}?q=rossiya": "RUS",
    f"{PARTIES}?q=fed rus": "RUS",
    f"{PARTIES}?q=ru": "RUS",
    f"{PARTIES}?q=ussia": "",
    f"{PARTIES}?q=russia serbia": "",
    f"{PARTIES}?q=serb&kind=former_state": "",
    f"{SYSTEMS}?q=sa-22": "pantsir-s1",
    f"{SYSTEMS}?q=панц": "pantsir pantsir-s1",
    f"{SYSTEMS}?q=long range": "s-400",
    f"{SOURCES}?q=petrovic": "reuters",
    f"{SOURCES}?q=afp six": "reuters",
}
#: Each shown attribute that can be edited, and its new value.
EDITS = [
    *((PARTIES, name, value) for name, value in {"name": "New", "alpha2": "RU"}.items()),
    *(
        (SYSTEMS, name, value)
        for name, value in {
            "name": "New", "category": "missiles", "unroca": "VII", "description": "new", "wikidata": "Q1",
        }.items()
    ),
    *((SOURCES, name, value) for name, value in FULL_SOURCE.items() if name != "published"),
    (SOURCES, "published", "2020"),
]  # fmt: skip
#: The record of each list that is edited.
RECORDS = {
    PARTIES: lambda: Party.objects.get(code="RUS"),
    SYSTEMS: lambda: System.objects.get(slug="s-400"),
    SOURCES: lambda: Source.objects.get(),
}


@pytest.fixture
def register():
    russia = factories.party("RUS", aliases=("Россия", "Russian Federation"), alpha2="RU")
    soviets = {"kind": "former_state", "name": "Soviet Union", "successor": russia, "aliases": ("USSR",)}
    factories.party("SUN", **soviets)
    family = factories.system("pantsir", aliases=("Панцирь",))
    variant = factories.system("pantsir-s1", variant_of=family, aliases=("SA-22", "Greyhound", "Zenit"))
    texts = {"description": "Long-range SAM", "category": "missiles", "unroca": "VII", "wikidata": "Q42"}
    system = factories.system("s-400", **texts)
    transfers = [
        factories.transfer("a", system=variant),
        factories.transfer("b", supplier="SUN", system=system),
    ]
    for transfer, cited in zip(transfers, (factories.source("reuters", **FULL_SOURCE), "bare"), strict=True):
        factories.quantity(transfer=transfer, source=cited)
    publish.publish(transfers, "new")
    return transfers


def keys(client, address):
    return [row[KEYS[address.split("?")[0]]] for row in results(client, address)]


def one(client, address, key):
    [row] = results(client, f"{address}?{KEYS[address]}={key}")
    return row


def etags(client):
    return {client.get(address)["ETag"] for address in LISTS}


class TestUse:
    def test_suppliers_and_recipients_are_listed(self, client, register):
        assert keys(client, PARTIES) == ["RUS", "SRB", "SUN"]

    def test_an_unused_party_is_absent(self, client, register):
        factories.party("IND")
        assert "IND" not in keys(client, PARTIES)

    def test_a_successor_that_is_in_no_row_is_absent_but_named(self, client):
        sunken = factories.party("SUN", kind="former_state", successor=factories.party("RUS"))
        factories.published(supplier=sunken)
        assert keys(client, PARTIES) == ["SRB", "SUN"]
        assert one(client, PARTIES, "SUN")["successor"] == "RUS"

    def test_systems_and_the_families_of_variants_are_listed(self, client, register):
        assert keys(client, SYSTEMS) == ["pantsir", "pantsir-s1", "s-400"]

    def test_a_family_of_a_family_is_listed(self, client):
        first = factories.system("first")
        second = factories.system("second", variant_of=first)
        factories.published(system=factories.system("third", variant_of=second))
        assert keys(client, SYSTEMS) == ["first", "second", "third"]

    def test_an_unused_variant_of_a_used_family_is_absent(self, client, register):
        factories.system("pantsir-s2", variant_of=System.objects.get(slug="pantsir"))
        assert "pantsir-s2" not in keys(client, SYSTEMS)

    def test_what_only_drafts_use_is_absent(self, client, register):
        draft = factories.transfer("draft", recipient="IND", system="draft")
        factories.quantity(transfer=draft, source="draft")
        assert "IND" not in keys(client, PARTIES)
        assert "draft" not in keys(client, SYSTEMS)
        assert "draft" not in keys(client, SOURCES)

    def test_a_source_of_a_draft_claim_of_a_published_transfer_is_absent(self, client, register):
        factories.quantity("delivered", transfer=register[0], source="draft")
        assert keys(client, SOURCES) == ["bare", "reuters"]

    def test_what_only_withdrawn_rows_used_is_there_no_more(self, client, register):
        publish.withdraw(register, "wrong")
        assert [len(keys(client, address)) for address in LISTS] == [0, 0, 0]

    @pytest.mark.parametrize("address", LISTS)
    def test_of_an_empty_register_there_is_none(self, client, address):
        factories.quantity()
        assert client.get(address).json()["count"] == 0


class TestFields:
    @pytest.mark.parametrize("address", LISTS)
    def test_they_are_those_of_the_dictionary_in_their_order(self, client, register, address):
        assert list(results(client, address)[0]) == fields.list_names(FIELDS[address])

    @pytest.mark.parametrize("address", LISTS)
    def test_the_csv_cells_are_the_json_values(self, client, register, address):
        rows = [[cell(value) for value in row.values()] for row in results(client, address)]
        assert table(client, f"{address}.csv") == (fields.list_names(FIELDS[address]), rows)

    @pytest.mark.parametrize("address", LISTS)
    def test_no_text_is_empty(self, client, register, address):
        assert not [row for row in results(client, address) if "" in row.values()]

    def test_of_a_party(self, client, register):
        shown = {"code": "SUN", "name": "Soviet Union", "kind": "former_state", "alpha2": None}
        assert one(client, PARTIES, "SUN") == shown | {"successor": "RUS", "aliases": ["USSR"]}

    def test_of_a_system(self, client, register):
        row = one(client, SYSTEMS, "s-400")
        assert (row["category"], row["unroca"], row["wikidata"]) == ("missiles", "VII", "Q42")
        assert (row["description"], row["variant_of"], row["aliases"]) == ("Long-range SAM", None, [])

    def test_a_variant_names_its_family(self, client, register):
        assert one(client, SYSTEMS, "pantsir-s1")["variant_of"] == "pantsir"

    def test_of_a_source(self, client, register):
        days = {"published_earliest": "2019-10-24", "published_latest": "2019-10-24"}
        assert one(client, SOURCES, "reuters") == {"key": "reuters", **FULL_SOURCE, **days}

    def test_aliases_are_in_the_order_of_their_names(self, client, register):
        assert one(client, SYSTEMS, "pantsir-s1")["aliases"] == ["Greyhound", "SA-22", "Zenit"]

    def test_aliases_are_joined_by_a_bar_in_csv(self, client, register):
        _, [line] = table(client, f"{SYSTEMS}.csv?slug=pantsir-s1&fields=aliases")
        assert line == ["Greyhound|SA-22|Zenit"]


@pytest.mark.parametrize(("address", "expected"), (FOUND | SEARCHED).items())
def test_records_are_filtered_and_searched(client, register, address, expected):
    assert " ".join(keys(client, address)) == expected


@pytest.mark.parametrize("address", LISTS)
def test_every_field_finds_its_own_value(client, register, address):
    for item in FIELDS[address]:
        rows = [row for row in results(client, address) if row[item.name] not in (None, [])]
        value = rows[0][item.name]
        filters = {item.name: value[0] if isinstance(value, list) else value}
        assert client.get(address, filters).json()["count"] >= 1, item.name


@pytest.mark.parametrize("query", ["kind=states", "kind__gte=a", "nam=x", "q=!", "ordering=aliases"])
def test_what_cannot_be_answered_is_refused(client, register, query):
    assert client.get(f"{PARTIES}?{query}").status_code == 400


class TestOrder:
    ORDERED = [
        (f"{PARTIES}?ordering=-code", "SUN SRB RUS"),
        (f"{PARTIES}?ordering=name", "RUS SRB SUN"),
        (f"{PARTIES}?ordering=kind,-name", "SUN SRB RUS"),
        (f"{PARTIES}?ordering=alpha2", "RUS SRB SUN"),
        (f"{PARTIES}?ordering=-alpha2", "RUS SRB SUN"),
        (f"{PARTIES}?ordering=successor", "SUN RUS SRB"),
        (f"{PARTIES}?ordering=-successor", "SUN RUS SRB"),
        (f"{SYSTEMS}?ordering=unroca", "s-400 pantsir pantsir-s1"),
        (f"{SYSTEMS}?ordering=-variant_of", "pantsir-s1 pantsir s-400"),
        (f"{SYSTEMS}?ordering=-wikidata,-slug", "s-400 pantsir-s1 pantsir"),
        (f"{SOURCES}?ordering=authors", "reuters bare"),
        (f"{SOURCES}?ordering=-retrieved", "reuters bare"),
        (f"{SOURCES}?ordering=-reliability", "reuters bare"),
    ]  # fmt: skip

    @pytest.mark.parametrize(("address", "expected"), ORDERED)
    def test_what_is_missing_comes_last_either_way(self, client, register, address, expected):
        assert " ".join(keys(client, address)) == expected

    @pytest.mark.parametrize(("address", "expected"), ORDERED)
    def test_pages_of_one_keep_the_order(self, client, register, address, expected):
        page, codes = f"{address}&page_size=1", []
        while page:
            body = client.get(page).json()
            codes += [row[KEYS[address.split("?")[0]]] for row in body["results"]]
            page = body["next"]
        assert " ".join(codes) == expected


class TestEdit:
    """A shown attribute is edited: the register has a new revision, so no cached answer is stale."""

    @pytest.fixture
    def old(self, client):
        factories.published(system=factories.system(variant_of=factories.system("family")), recipient="SRB")
        return etags(client)

    def refreshed(self, client, old, record):
        assert publish.refresh(record, "edit")
        assert not etags(client) & old

    @pytest.mark.parametrize(("address", "name", "value"), EDITS)
    def test_of_a_value_brings_a_new_revision(self, client, old, address, name, value):
        record = RECORDS[address]()
        type(record).objects.filter(pk=record.pk).update(**{name: value})
        self.refreshed(client, old, record)
        assert one(client, address, getattr(record, KEYS[address]))[name] == value

    def test_of_a_kind_brings_a_new_revision(self, client):
        factories.published(recipient="X-HAMAS")
        old = etags(client)
        Party.objects.filter(code="X-HAMAS").update(kind="non_state")
        self.refreshed(client, old, Party.objects.get(code="X-HAMAS"))

    def test_of_a_successor_brings_a_new_revision(self, client, old):
        Party.objects.filter(code="SRB").update(successor=factories.party("IND"))
        self.refreshed(client, old, Party.objects.get(code="SRB"))

    def test_of_a_variant_brings_a_new_revision(self, client, old):
        System.objects.filter(slug="s-400").update(variant_of=None)
        self.refreshed(client, old, System.objects.get(slug="s-400"))

    def test_of_a_family_brings_a_new_revision(self, client, old):
        System.objects.filter(slug="family").update(wikidata="Q1")
        self.refreshed(client, old, System.objects.get(slug="family"))

    def test_of_a_new_alias_brings_a_new_revision(self, client, old):
        Party.objects.get(code="RUS").aliases.create(name="Россия")
        self.refreshed(client, old, Party.objects.get(code="RUS"))

    def test_of_a_renamed_alias_brings_a_new_revision(self, client, old):
        record = System.objects.get(slug="s-400")
        alias = record.aliases.create(name="Growler")
        publish.refresh(record, "alias")
        old = etags(client)
        type(alias).objects.filter(pk=alias.pk).update(name="Triumf")
        self.refreshed(client, old, record)

    def test_of_nothing_brings_none(self, client, old):
        assert not publish.refresh(Party.objects.get(code="RUS"), "none")
        assert etags(client) == old

    def test_of_a_source_that_only_a_withdrawn_row_used_shows_nowhere(self, client, old):
        publish.withdraw(publish.Transfer.objects.all(), "wrong")
        Source.objects.update(title="New", retrieved=date(2026, 1, 31))
        assert "New" not in client.get("/api/sources").content.decode()
