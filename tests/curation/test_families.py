"""Families that provisional systems are proposed: whose name starts with which, and what accepting does."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from tests.support import factories
from transfers.curation.families import accept_families, list_starts, propose_families
from transfers.models import RegistryRow, System
from transfers.publication import verify

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("T-72M1", ["t72m", "t72"]),
        ("T-720", []),
        ("T-72", []),
        ("Su-30MKI", ["su30mk", "su30"]),
        ("Leopard-2A4", ["leopard2", "leopard"]),
        ("Leopardess", []),
        ("F-16C", ["f16"]),
        ("F-16", []),
        ("Falke (patrol boat)", []),
        ("Falke-2 (patrol boat)", ["falke"]),
    ],
)
def test_designations_that_a_name_starts_with(name, starts):
    known = {"t72", "t72m", "su30", "su30mk", "leopard", "leopard2", "f1", "f16", "falke", "f"}
    assert list(list_starts(name, known)) == starts


def add(name, **values):
    values.setdefault("category", "armoured_vehicles")
    slug = name.casefold().replace(" ", "-").replace("(", "").replace(")", "")
    return System.objects.create(
        slug=slug, name=name, **{"description": "tank", "provisional": True} | values
    )


def list_proposed():
    return {
        System.objects.get(pk=pk).name: family.name
        for pk, family in propose_families(System.objects.all()).items()
    }


def test_provisional_system_is_proposed_the_longest_designation_known():
    add("T-72", provisional=False)
    add("T-72M")
    add("T-72M1")
    assert list_proposed() == {"T-72M": "T-72", "T-72M1": "T-72M"}


def test_alias_is_a_known_designation():
    System.objects.get(pk=add("T-72", provisional=False).pk).aliases.create(name="Ural-72", type="other")
    add("Ural-72K")
    assert list_proposed() == {"Ural-72K": "T-72"}


@pytest.mark.parametrize(
    "values",
    [{"category": "ships"}, {"category": "other", "description": "bridge"}, {"name": "T-72 (bridge)"}],
)
def test_what_is_of_another_kind_is_no_family(values):
    add("T-72", category=values.get("category", "armoured_vehicles").replace("ships", "missiles"))
    add(values.pop("name", "T-72M"), **values)
    assert list_proposed() == {}


def test_system_that_a_curator_checked_or_placed_is_proposed_nothing():
    family = add("T-72")
    add("T-72M", provisional=False)
    add("T-72B", variant_of=family)
    assert list_proposed() == {}


def test_two_systems_of_the_designation_leave_it_open():
    add("T-72").aliases.create(name="Ural", type="other")
    add("T-80").aliases.create(name="Ural", type="other")
    add("Ural-1")
    assert list_proposed() == {}


def test_family_is_not_its_own_variant():
    add("T-72", variant_of=add("T-72M"))
    assert list_proposed() == {}


@pytest.fixture
def published():
    """Publish a transfer of a provisional system with a known family."""
    add("T-72", provisional=False)
    return factories.published("rus-srb-t-72m1-2019", system=add("T-72M1"))


def test_nothing_is_set_by_itself(published):
    propose_families(System.objects.all())
    assert System.objects.get(name="T-72M1").variant_of is None


def test_accepted_family_finds_its_variant(published, client):
    count, revisions = accept_families(System.objects.all(), None)
    assert (count, len(revisions)) == (1, 1)
    found = client.get("/api/transfers?system=T-72").json()["results"]
    assert [each["key"] for each in found] == ["rus-srb-t-72m1-2019"]
    assert list(verify.list_faults()) == []


def test_history_says_why(published):
    accept_families(System.objects.all(), get_user_model().objects.create_user("ada"))
    copy = System.objects.get(name="T-72M1").history.first()
    assert (copy.history_change_reason, copy.history_user.username) == (
        "Its designation starts with that of T-72", "ada",
    )  # fmt: skip


def test_admin_lists_and_accepts_proposals(published, admin_client):
    page = reverse("admin:transfers_system_changelist")
    listed = admin_client.get(page + "?family=proposed")
    assert [system.name for system in listed.context["cl"].result_list] == ["T-72M1"]
    chosen = {"action": "accept_families", "_selected_action": [System.objects.get(name="T-72M1").pk]}
    answer = admin_client.post(page, chosen, follow=True)
    assert "1 systems got the proposed family; 1 published transfers show it." in answer.content.decode()
    assert RegistryRow.objects.current().get().system_family == "t-72/t-72m1"
