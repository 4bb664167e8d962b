"""Pages of the admin with many names: as many queries as with few, and no page reads all names."""

import pytest
from django.db import connection
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext

from tests.support import factories
from transfers.models import System, SystemAlias

pytestmark = pytest.mark.django_db
MANY = 400
PAGES = {
    "list of transfers": "transfers/transfer/",
    "list of transfers by an alias": "transfers/transfer/?q=Triumf",
    "list of systems": "transfers/system/",
    "list of systems by a name": "transfers/system/?q=s-4",
    "list of parties by a name": "transfers/party/?q=russ",
    "transfer": "transfers/transfer/{transfer}/change/",
    "system": "transfers/system/{system}/change/",
}


@pytest.fixture
def pages(admin_client):
    transfer = factories.published(system=factories.system("s-400", aliases=("Triumf",)))
    factories.system("reed", name="Reed")
    add_names(101)
    numbers = {"transfer": transfer.pk, "system": transfer.system_id}
    return {name: f"/admin/{path.format(**numbers)}" for name, path in PAGES.items()}


def add_names(first, count=MANY):
    numbers = range(first, first + count)
    systems = [
        System(slug=f"reed-{n}", name=f"Reed-{n}", category="other", description="reed", provisional=True)
        for n in numbers
    ]
    System.objects.bulk_create(systems)
    SystemAlias.objects.bulk_create(SystemAlias(system=system, name=f"{system} x") for system in systems)


@pytest.fixture
def instances():
    """Count the systems and aliases that are read."""
    counted = []

    def count(instance, **_):
        counted.append(instance.pk)

    for model in (System, SystemAlias):
        post_init.connect(count, sender=model)
    yield counted
    for model in (System, SystemAlias):
        post_init.disconnect(count, sender=model)


@pytest.mark.parametrize("name", PAGES)
def test_page_takes_as_many_queries_with_more_names(admin_client, pages, name):
    counts = []
    for first in (1_000, 2_000):
        admin_client.get(pages[name])
        with CaptureQueriesContext(connection) as queries:
            admin_client.get(pages[name])
        counts.append(len(queries))
        add_names(first)
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", PAGES)
def test_page_reads_no_more_names_than_it_shows(admin_client, pages, instances, name):
    assert admin_client.get(pages[name]).status_code == 200
    assert len(instances) <= 3 * 100


def list_choices(client, field, term):
    query = {"app_label": "transfers", "model_name": "transfer", "field_name": field, "term": term}
    answer = client.get("/admin/autocomplete/", query).json()
    return [choice["text"] for choice in answer["results"]]


@pytest.fixture
def systems():
    factories.system("as-4012", name="AS-4012")
    factories.system("s-4032", name="S-4032")
    for _ in range(2):
        factories.transfer(system=factories.system("s-400", name="S-400"))
    factories.system("kite", name="Kite", aliases=("S-4",))


def test_own_name_comes_first_then_aliases_then_beginnings_then_any_part(admin_client, systems):
    assert list_choices(admin_client, "system", "s-4") == ["Kite", "S-400", "S-4032", "AS-4012"]


def test_of_equal_matches_the_one_with_more_transfers_comes_first(admin_client):
    factories.party("PRK", name="North Korea")
    factories.transfer(recipient=factories.party("KOR", name="South Korea"))
    assert list_choices(admin_client, "recipient", "korea") == ["South Korea", "North Korea"]


@pytest.mark.parametrize("term", ["Сербия", "сербия", "RS", "srb", "the Serbia"])
def test_party_is_found_by_any_of_its_names(admin_client, term):
    factories.party("SRB", alpha2="RS", aliases=("Сербия",))
    assert list_choices(admin_client, "supplier", term) == ["Serbia"]


@pytest.mark.parametrize(
    ("term", "name"),
    [("England", "Britain"), ("Сербия", "Serbia"), ("srbija", "Serbia"), ("Belgrade", "Serbia")],
)
def test_state_is_found_by_a_common_name_that_is_no_alias(admin_client, term, name):
    factories.party("GBR", name="Britain")
    factories.party("SRB")
    assert list_choices(admin_client, "supplier", term) == [name]


@pytest.mark.parametrize("term", ["--", "?", "«»"])
def test_term_without_letters_finds_nothing(admin_client, systems, term):
    assert list_choices(admin_client, "system", term) == []


def test_words_are_found_in_any_order(admin_client):
    factories.party("PRK", name="North Korea")
    assert list_choices(admin_client, "supplier", "korea north") == ["North Korea"]


def test_list_sorted_by_a_column_stays_sorted_with_a_search(admin_client, systems):
    listed = admin_client.get("/admin/transfers/system/?q=s-4&o=1").context["cl"].result_list
    assert [system.name for system in listed] == ["AS-4012", "Kite", "S-400", "S-4032"]


@pytest.mark.parametrize("term", ["s400", "Triumf", "russia", "RUS serbia", "rus-srb-1", "parade"])
def test_transfer_is_found_by_key_occasion_and_all_names(admin_client, term):
    system = factories.system("s-400", aliases=("Triumf",))
    factories.transfer("rus-srb-1", system=system, occasion="A parade")
    factories.transfer("other", supplier="IND", recipient="TUR", system="kite")
    listed = admin_client.get("/admin/transfers/transfer/", {"q": term}).context["cl"].result_list
    assert [transfer.key for transfer in listed] == ["rus-srb-1"]
