"""Queue of parties and systems that may be one: one at a time, decided on without scripts."""

import pytest
from django.test import Client

from tests.support import factories
from transfers.models import KeptApart, System

pytestmark = pytest.mark.django_db
QUEUE = "/admin/transfers/system/alike/"


@pytest.fixture
def curator():
    client = Client()
    client.force_login(factories.user("curator"))
    return client


@pytest.fixture(autouse=True)
def systems():
    factories.system("s-400", name="S-400", aliases=("SA-21",))
    factories.system("leopard", name="Leopard 2A4", category="armoured_vehicles")
    factories.system("leopart", name="Leopart 2A4", category="armoured_vehicles", provisional=True)
    return factories.system("sa-21", name="SA/21", provisional=True)


def get_pair(client, address=QUEUE):
    return client.get(address).context["suggestion"].pair


def test_page_shows_both_records_with_the_reason_and_leads_to_the_merge(curator, systems):
    page = curator.get(QUEUE)
    text = page.content.decode()
    assert "“SA-21” and “SA/21” differ in signs, spaces or case alone." in text
    assert "Suggestion 1 of 2" in text
    preview = curator.post(QUEUE, {"pair": "s-400~sa-21", "same": ""}, follow=True)
    assert preview.context["winner"].slug == "s-400"
    assert preview.context["loser"] == systems


def test_skipping_leads_to_the_next_and_round(curator):
    second = f"{QUEUE}?pair={curator.get(QUEUE).context['following']}"
    assert get_pair(curator, second) == "leopard~leopart"
    assert curator.get(second).context["following"] == "s-400~sa-21"


def test_not_the_same_is_kept_and_leads_to_the_next(curator):
    answer = curator.post(QUEUE, {"pair": "s-400~sa-21"}, follow=True)
    assert answer.context["suggestion"].pair == "leopard~leopart"
    assert "This is not suggested again" in answer.content.decode()
    kept = KeptApart.objects.get()
    assert (kept.first, kept.second, kept.user.username) == ("s-400", "sa-21", "a curator")


def test_not_the_same_is_taken_back(curator):
    answer = curator.post(QUEUE, {"pair": "s-400~sa-21"}, follow=True)
    assert answer.context["apart"] == "s-400~sa-21"
    assert curator.post(QUEUE, {"again": "s-400~sa-21"}, follow=True).context["count"] == 2


def test_a_merge_is_proposed_with_the_suggestions_reason(curator):
    answer = curator.post(QUEUE, {"pair": "s-400~sa-21", "same": ""}, follow=True)
    assert answer.context["form"].initial["reason"].startswith("“SA-21” and “SA/21”")


def test_the_second_is_made_a_variant_of_the_first_once_that_was_seen(curator):
    preview = curator.post(QUEUE, {"pair": "leopard~leopart", "relate": ""})
    assert "variant_of" in preview.content.decode()
    assert System.objects.get(slug="leopart").variant_of is None
    shown = preview.context["confirm_form"].initial
    curator.post("/admin/transfers/system/process_import/", shown)
    assert System.objects.get(slug="leopart").variant_of.slug == "leopard"


def test_what_was_decided_on_meanwhile_is_said(curator):
    curator.post(QUEUE, {"pair": "s-400~sa-21"})
    answer = curator.post(QUEUE, {"pair": "s-400~sa-21"}, follow=True)
    assert "This was decided on already." in answer.content.decode()


def test_last_decision_leaves_an_empty_queue(curator):
    for pair in ("s-400~sa-21", "leopard~leopart"):
        answer = curator.post(QUEUE, {"pair": pair}, follow=True)
    assert "No two systems" in answer.content.decode()


def test_front_page_counts_the_pairs(curator):
    page = curator.get("/admin/").content.decode()
    assert f'<a href="{QUEUE}">Systems that may be one</a></th><td class="count">2</td>' in page


def test_parties_have_a_queue_of_their_own(curator):
    factories.party("ISL", name="Iceland", kind="state")
    factories.party("X-ICELANT", name="Icelant", kind="unknown", provisional=True)
    assert get_pair(curator, "/admin/transfers/party/alike/") == "ISL~X-ICELANT"


def test_page_of_a_merge_leads_back_to_the_queue(curator):
    merge = curator.post(QUEUE, {"pair": "s-400~sa-21", "same": ""})
    answer = curator.post(merge.url, {"reason": "One and the same"}, follow=True)
    assert f'href="{QUEUE}"' in answer.content.decode()
    assert get_pair(curator) == "leopard~leopart"


def test_only_who_may_merge_sees_the_queue():
    client = Client()
    client.force_login(factories.user("nobody"))
    assert client.get(QUEUE).status_code == 403
