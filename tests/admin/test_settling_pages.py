"""The pages on which curators settle ambiguous deals and decide on renames, and take both back."""

from dataclasses import replace

import pytest

from tests.admin.test_imports import DEAL, address, body, brought
from tests.support import factories
from transfers.models import ImportBatch, Proposal, RegisterDeal, SystemAlias, Transfer

pytestmark = pytest.mark.django_db

WHOLE = replace(DEAL, ordered=9, comments="For the navy", delivered=0, delivery_years=())
PARTS = [replace(WHOLE, ordered=count, comments=f"Type {count}") for count in (4, 5)]
RENAMED = 230


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Store uploads in a folder of this test alone."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.fixture
def curator(client):
    user = factories.user("curator")
    client.force_login(user)
    return user


@pytest.fixture
def split():
    brought(WHOLE, generated="1 May 2025")
    brought(*PARTS)


@pytest.fixture
def renamed():
    """Import deals, and an edition that states each under another designation with one figure changed."""
    old = [replace(DEAL, designation=f"Nord {number}", comments="") for number in range(RENAMED)]
    brought(*old, generated="1 May 2025")
    brought(*(replace(deal, designation=f"{deal.designation}/Export", ordered=4) for deal in old))


def messages(answer):
    return [str(message) for message in answer.context["messages"]]


def list_renames(client, **scope):
    return client.get(address("renames"), scope)


def decide(client, action, scope="selected", decision="open", **sent):
    path = f"{address('renames')}?decision={decision}"
    return client.post(path, {"action": action, "scope": scope, **sent}, follow=True)


def test_each_ambiguous_deal_stands_beside_what_it_may_be(client, curator, split):
    answer = client.get(address("questions"))
    [first, second] = answer.context["questions"]
    ordered = [(values, differs) for name, values, differs in first.rows if name == "ordered"]
    assert ordered == [(["4", "9"], True)]
    assert [proposal.transfer.key for proposal in second.candidates] == ["x-france-x-india-nord-7-2001"]
    assert "A part of x-france-x-india-nord-7-2001, which is split" in body(answer)


@pytest.mark.parametrize(("verdict", "outcome"), [("same", "changed"), ("part", "changed"), ("new", "new")])
def test_a_curator_settles_a_deal_and_takes_it_back(client, curator, split, verdict, outcome):
    deal, whole = RegisterDeal.objects.ambiguous().earliest("pk"), Transfer.objects.get()
    chosen = verdict if verdict == "new" else f"{verdict}:{whole.pk}"
    client.post(address("questions"), {"deal": deal.pk, "answer": chosen, "action": "settle"})
    settled = RegisterDeal.objects.latest("pk")
    assert (settled.outcome, RegisterDeal.objects.ambiguous().count()) == (outcome, 1)
    page = f"{address('questions')}?settled=1"
    assert [question.deal for question in client.get(page).context["questions"]] == [settled]
    client.post(page, {"deal": settled.pk, "action": "undo", "reason": "A mistake"})
    assert (RegisterDeal.objects.ambiguous().count(), Transfer.objects.count()) == (2, 1)


def test_no_answer_settles_nothing(client, curator, split):
    deal = RegisterDeal.objects.ambiguous().earliest("pk")
    answer = client.post(address("questions"), {"deal": deal.pk, "action": "settle"}, follow=True)
    assert messages(answer) == ["Choose what the deal is."]
    assert RegisterDeal.objects.ambiguous().count() == 2


def test_a_refusal_is_a_message(client, curator, split):
    whole = Transfer.objects.get()
    for deal in RegisterDeal.objects.ambiguous().order_by("pk"):
        sent = {"deal": deal.pk, "answer": f"same:{whole.pk}"}
        answer = client.post(address("questions"), sent, follow=True)
    assert "another deal of this edition already" in messages(answer)[0]


def test_who_may_not_edit_sees_and_decides_nothing(client, split):
    client.force_login(factories.user("reviewer"))
    assert "What is the deal?" not in body(client.get(address("questions")))
    assert client.post(address("questions"), {}).status_code == 403
    assert decide(client, "accept", "all").status_code == 403


def test_page_of_an_import_leads_to_its_ambiguous_deals(client, curator, split):
    answer = client.get(address("change", ImportBatch.objects.latest("pk").pk))
    assert answer.context["ambiguous"] == 2


def test_every_rename_is_on_a_page(client, curator, renamed):
    pages = [list_renames(client, p=number).context["page"] for number in (1, 2)]
    assert [len(page) for page in pages] == [200, 30]


def test_one_rename_is_accepted(client, curator, renamed):
    rename = Proposal.objects.open().of_deals().first()
    answer = decide(client, "accept", rename=rename.pk)
    assert messages(answer) == ["Renames accepted: 1."]
    assert (Proposal.objects.get(pk=rename.pk).decision, Transfer.objects.count()) == ("accepted", RENAMED)


def test_bulk_of_renames_is_accepted_and_taken_back(client, curator, renamed):
    decide(client, "accept", "all")
    assert (RegisterDeal.objects.ambiguous().count(), Transfer.objects.count()) == (0, RENAMED)
    assert RegisterDeal.objects.filter(outcome="changed").count() == RENAMED
    decide(client, "undo", "all", "accepted", reason="A mistake")
    assert (RegisterDeal.objects.ambiguous().count(), Transfer.objects.count()) == (RENAMED, RENAMED)
    assert not RegisterDeal.objects.filter(outcome="changed").exists()


def test_declined_rename_is_a_new_deal(client, curator, renamed):
    decide(client, "decline", rename=Proposal.objects.open().of_deals().first().pk)
    assert Transfer.objects.count() == RENAMED + 1


def test_renames_of_one_system_are_accepted_together_and_name_it(client, curator):
    orders = [replace(DEAL, year=year, delivery_years=(year + 2,), comments="") for year in (1990, 2001)]
    brought(*orders, generated="1 May 2025")
    brought(*(replace(deal, designation="Nord 7/Export", ordered=4) for deal in orders))
    [group] = list_renames(client, by="designation").context["page"]
    assert (group["transfer__system__name"], group["value"], group["number"]) == (
        "Nord 7",
        "Nord 7/Export",
        2,
    )
    decide(client, "accept", group=f"{group['transfer__system']}:{group['value']}", naming="alias")
    assert SystemAlias.objects.get().name == "Nord 7/Export"
    decide(client, "undo", "all", "accepted", reason="A mistake")
    assert (SystemAlias.objects.count(), RegisterDeal.objects.ambiguous().count()) == (0, 2)


def test_new_designation_becomes_the_name_of_the_system(client, curator):
    brought(DEAL, generated="1 May 2025")
    brought(replace(DEAL, designation="Nord 7/Export"))
    decide(client, "name", "all", "accepted", naming="name")
    system = Transfer.objects.get().system
    assert (system.name, system.aliases.get().name) == ("Nord 7/Export", "Nord 7")
    decide(client, "undo", "all", "accepted", reason="A mistake")
    system.refresh_from_db()
    assert (system.name, system.aliases.count()) == ("Nord 7", 0)


def test_name_of_another_system_is_refused(client, curator):
    brought(DEAL, generated="1 May 2025")
    brought(replace(DEAL, designation="Nord 7/Export"), replace(DEAL, designation="Nord 7/Export", year=1970))
    answer = decide(client, "name", "all", "accepted", naming="alias")
    assert "is a name of" in messages(answer)[0]


def test_renames_that_may_be_several_are_left(client, curator):
    brought(DEAL, generated="1 May 2025")
    brought(*(replace(DEAL, designation=f"Nord 7/{mark}") for mark in "AB"))
    answer = decide(client, "accept", "all")
    assert messages(answer)[1] == "Renames that may be several deals, to be settled one by one: 2."
    assert RegisterDeal.objects.ambiguous().count() == 2


def test_front_page_counts_ambiguous_deals(client, curator, split):
    shown = body(client.get("/admin/"))
    assert 'Ambiguous deals of registers</a></th><td class="count">2</td>' in shown
