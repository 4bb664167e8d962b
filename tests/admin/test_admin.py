"""The admin: every model, claims beside their transfer, search by any name."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from tests.support import factories, forms
from transfers.models import (
    FormerKey,
    KeptApart,
    RegistryRow,
    ReviewNote,
    SourceReading,
    Spelling,
    System,
    Transfer,
)

pytestmark = pytest.mark.django_db
#: Seen on the pages of what they belong to; spellings, former keys and what is kept apart show nothing.
WITHOUT_PAGES = (FormerKey, KeptApart, ReviewNote, SourceReading, Spelling)
MODELS = [
    model
    for model in apps.get_app_config("transfers").get_models()
    if not model.__name__.startswith("Historical") and model not in WITHOUT_PAGES
]


def page(name, *arguments):
    return reverse(f"admin:transfers_{name}", args=arguments)


def test_every_model_is_registered():
    assert set(MODELS) <= set(admin.site._registry)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_list_opens(admin_client, model):
    factories.published()
    assert admin_client.get(page(f"{model._meta.model_name}_changelist"), {"q": "s"}).status_code == 200


@pytest.mark.parametrize("name", ["quantities", "dates", "valuations"])
def test_claims_stand_beside_their_transfer(admin_client, name):
    transfer = factories.published()
    body = admin_client.get(page("transfer_change", transfer.pk)).content.decode()
    assert f'name="{name}-TOTAL_FORMS"' in body


@pytest.mark.parametrize(
    ("model", "field"),
    [("transfer", "supplier"), ("transfer", "recipient"), ("transfer", "system"), ("quantity", "source")],
)
def test_references_are_chosen_by_typing(admin_client, model, field):
    answer = admin_client.get(
        reverse("admin:autocomplete"),
        {"term": "", "app_label": "transfers", "model_name": model, "field_name": field},
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("term", ["s400", "S 400", "С-400", "SA-21", "sa21", "triumf"])
def test_a_system_is_found_by_any_name(admin_client, term):
    factories.system("s-400", aliases=("SA-21", "Triumf"))
    factories.transfer()
    query = {"term": term, "app_label": "transfers", "model_name": "transfer", "field_name": "system"}
    matches = admin_client.get(reverse("admin:autocomplete"), query).json()["results"]
    assert [match["text"] for match in matches] == ["S-400"]


def test_a_party_is_found_by_an_alias_in_another_script(admin_client):
    factories.party("SRB", aliases=("Србија",))
    body = admin_client.get(page("party_changelist"), {"q": "Srbija"}).content.decode()
    assert "1 party" in body


def test_what_was_published_is_not_deleted(admin_client):
    transfer = factories.published()
    assert (
        admin_client.post(
            page("transfer_delete", transfer.pk), {"post": "yes", "reason": "Wrong"}
        ).status_code
        == 403
    )


def test_a_draft_may_be_deleted(admin_client):
    transfer = factories.transfer()
    admin_client.post(page("transfer_delete", transfer.pk), {"post": "yes", "reason": "Wrong"})
    assert not Transfer.objects.exists()


@pytest.mark.parametrize("name", ["party", "system", "source", "transfer"])
def test_nothing_is_deleted_in_bulk(admin_client, name):
    factories.published()
    assert "delete_selected" not in admin_client.get(page(f"{name}_changelist")).content.decode()


def test_a_system_of_a_past_version_is_not_deleted(admin_client):
    old = factories.system("s-300")
    transfer = factories.published(system=old)
    Transfer.objects.filter(pk=transfer.pk).update(system=factories.system("s-400"))
    assert (
        admin_client.post(page("system_delete", old.pk), {"post": "yes", "reason": "Wrong"}).status_code
        == 403
    )


def test_a_key_is_fixed_once_it_is_given(admin_client):
    transfer = factories.transfer()
    assert 'name="key"' not in admin_client.get(page("transfer_change", transfer.pk)).content.decode()


def test_a_renamed_system_shows_in_public_at_once(admin_client):
    transfer = factories.published()
    form = {
        "name": "S-400 Triumf", "category": "air_defence", "description": "SAM system", "unroca": "",
        "variant_of": "", "wikidata": "", "aliases-TOTAL_FORMS": 0, "aliases-INITIAL_FORMS": 0,
    }  # fmt: skip
    address = page("system_change", System.objects.get().pk)
    opened = forms.open_form(admin_client, address)["opened"]
    admin_client.post(address, form | {"opened": opened, "why": "Its full name"})
    assert RegistryRow.objects.current().get(key=transfer.key).system_name == "S-400 Triumf"


@pytest.mark.parametrize("model", ["revision", "registryrow", "registryclaim"])
def test_the_published_register_is_not_edited(admin_client, model):
    factories.published()
    assert admin_client.get(page(f"{model}_add")).status_code == 403


def test_a_wrong_date_is_explained(admin_client):
    transfer = factories.transfer()
    form = {
        "supplier": transfer.supplier_id, "recipient": transfer.recipient_id, "system": transfer.system_id,
        "kind": "sale", "condition": "unknown", "dates-TOTAL_FORMS": 1, "dates-INITIAL_FORMS": 0,
        "dates-0-event": "agreed", "dates-0-date": "2019-13", "dates-0-source": factories.source().pk,
        "dates-0-locator": "¶1", "dates-0-excerpt": "words", "dates-0-credibility": 2,
        "quantities-TOTAL_FORMS": 0, "quantities-INITIAL_FORMS": 0,
        "valuations-TOTAL_FORMS": 0, "valuations-INITIAL_FORMS": 0,
    }  # fmt: skip
    answer = admin_client.post(page("transfer_change", transfer.pk), form)
    assert "13 is no month" in answer.content.decode()


def build_form(transfer, *preferred):
    """Return the form of a transfer with as many date claims, stored or new, each preferred or not."""
    stored = list(transfer.dates.order_by("pk"))
    form = {
        "supplier": transfer.supplier_id, "recipient": transfer.recipient_id, "system": transfer.system_id,
        "kind": "sale", "condition": "unknown", "quantities-TOTAL_FORMS": 0, "quantities-INITIAL_FORMS": 0,
        "valuations-TOTAL_FORMS": 0, "valuations-INITIAL_FORMS": 0,
        "dates-TOTAL_FORMS": len(preferred), "dates-INITIAL_FORMS": len(stored),
    }  # fmt: skip
    for number, is_preferred in enumerate(preferred):
        values = {
            "event": "agreed",
            "date": "2019",
            "locator": f"¶{number}",
            "excerpt": "words",
            "credibility": 2,
        }
        form |= {f"dates-{number}-{name}": value for name, value in values.items()}
        form[f"dates-{number}-source"] = factories.source("gazette").pk
        if number < len(stored):
            form[f"dates-{number}-id"] = stored[number].pk
        if is_preferred:
            form[f"dates-{number}-preferred"] = "on"
    return form


def test_two_preferred_claims_of_a_figure_are_refused_in_words(admin_client):
    transfer = factories.transfer()
    answer = admin_client.post(page("transfer_change", transfer.pk), build_form(transfer, True, True))
    assert "Only one claim can be preferred for event agreed." in answer.content.decode()


def test_the_preference_moves_from_one_claim_to_another_in_one_save(admin_client):
    transfer = factories.transfer()
    address = page("transfer_change", transfer.pk)
    for preferred in ((False, True), (True, False)):
        opened = forms.open_form(admin_client, address)["opened"]
        admin_client.post(address, build_form(transfer, *preferred) | {"opened": opened})
    assert list(transfer.dates.order_by("pk").values_list("preferred", flat=True)) == [True, False]


@pytest.mark.parametrize("term", ["s400", "С-400", "SA21", "Srbija", "RS"])
def test_a_transfer_is_found_by_any_name_of_its_system_and_parties(admin_client, term):
    system = factories.system("s-400", aliases=("SA-21",))
    recipient = factories.party("SRB", alpha2="RS", aliases=("Србија",))
    factories.transfer(system=system, recipient=recipient)
    assert "1 transfer" in admin_client.get(page("transfer_changelist"), {"q": term}).content.decode()


def test_the_address_without_a_slash_leads_to_the_admin(client):
    assert client.get("/admin")["Location"] == "/admin/"
