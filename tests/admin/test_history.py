"""The history pages of the admin: every edit with its difference, and reverting one."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.support import factories
from transfers.curation import edits
from transfers.models import Party, Quantity, RegistryRow, Transfer, history
from transfers.publication import publish

pytestmark = pytest.mark.django_db
MODELS = ["party", "system", "source", "transfer"]


def page(model, name, *arguments):
    return reverse(f"admin:transfers_{model}_{name}", args=arguments)


def show_history(client, record, **query):
    model = record._meta.model_name
    return client.get(page(model, "history", record.pk), query).content.decode()


def change(record, **fields):
    for name, value in fields.items():
        setattr(record, name, value)
    record.save()
    return record


def revert(client, record, number=0, reason="not so"):
    """Revert the edit of this number and return the page that follows."""
    form = {"edit": edits.list_edits(record)[number].id, "reason": reason}
    url = page(record._meta.model_name, "revert", record.pk)
    return client.post(url, form, follow=True).content.decode()


@pytest.fixture
def curator(client):
    client.force_login(factories.user("curator"))
    return client


@pytest.fixture
def noted():
    """Create a transfer and then add a note to it."""
    with history.record_because("as the gazette has it"):
        return change(factories.transfer(), note="A note")


@pytest.mark.parametrize("model", MODELS)
def test_every_curated_record_has_its_history(curator, model):
    record = getattr(factories, model)()
    assert f"{model.capitalize()} added" in show_history(curator, record)


def test_an_edit_shows_its_reason(curator, noted):
    assert "as the gazette has it" in show_history(curator, noted)


def test_an_edit_shows_its_user(curator):
    with history.record_because("", factories.user("administrator", "ann")):
        transfer = factories.transfer()
    assert "by ann<" in show_history(curator, transfer)


def test_an_edit_shows_the_field_before_and_after(curator):
    transfer = change(factories.transfer(location="Niš"), location="Batajnica")
    row = '<th scope="row">Location</th><td>Niš</td><td>Batajnica</td>'
    assert row in show_history(curator, transfer)


def test_a_record_that_was_chosen_is_shown_by_its_name(curator):
    transfer = change(factories.transfer(), recipient=factories.party("IND"))
    assert "<td>Serbia</td><td>India</td>" in show_history(curator, transfer)


def test_a_choice_is_shown_by_its_label(curator):
    transfer = change(factories.transfer(), kind="licensed_production")
    assert "<td>licensed production</td>" in show_history(curator, transfer)


def test_claims_show_with_their_transfer(curator):
    transfer = factories.transfer()
    factories.quantity(transfer=transfer).delete()
    body = show_history(curator, transfer)
    assert "Quantity added" in body
    assert "Quantity removed" in body


def test_aliases_show_with_their_party(curator):
    assert "Party alias added" in show_history(curator, factories.party("SRB", aliases=("Srbija",)))


def test_the_public_log_shows_with_the_transfer(curator):
    assert "First article read" in show_history(curator, factories.published(reason="First article read"))


def test_a_text_is_shown_as_text(curator):
    assert "<b>bold" not in show_history(curator, change(factories.transfer(), note="<b>bold"))


def test_many_edits_go_on_the_next_page(curator):
    transfer = factories.transfer()
    for number in range(30):
        change(transfer, note=f"note {number}")
    assert "Page 1 of 2" in show_history(curator, transfer)
    assert "Transfer added" in show_history(curator, transfer, p=2)


def test_the_page_takes_the_same_queries_for_few_edits_and_many(curator, django_assert_max_num_queries):
    transfer = factories.transfer()
    for number in range(20):
        change(factories.quantity(transfer=transfer), note=str(number))
    with django_assert_max_num_queries(12):
        show_history(curator, transfer)


def test_a_record_that_never_was_is_not_found(curator):
    assert curator.get(page("party", "history", 999)).status_code == 404


def test_history_needs_the_permission_to_view(client, noted):
    client.force_login(factories.user("nobody"))
    assert client.get(page("transfer", "history", noted.pk)).status_code == 403


# Reverting


def test_an_edit_is_reverted(curator, noted):
    revert(curator, noted)
    noted.refresh_from_db()
    assert noted.note == ""


def test_a_revert_stands_in_history_with_its_user_and_reason(curator, noted):
    revert(curator, noted, reason="misread")
    last = edits.list_edits(noted)[0]
    assert (last.user.username, last.reason) == ("a curator", "misread")


def test_a_revert_is_confirmed(curator, noted):
    assert "The edit was reverted." in revert(curator, noted)


def test_a_revert_on_a_published_transfer_makes_it_a_draft(curator):
    transfer = change(factories.published(), note="A note")
    revert(curator, transfer)
    transfer.refresh_from_db()
    assert (transfer.state, transfer.note) == (Transfer.State.DRAFT, "")


@pytest.mark.parametrize(("role", "name"), [("administrator", "S-400"), ("curator", "Another name")])
def test_a_reverted_name_shows_in_public_at_once_if_the_user_may_publish(client, role, name):
    transfer = factories.published()
    system = change(transfer.system, name="Another name")
    publish.refresh(system, "renamed")
    client.force_login(factories.user(role))
    revert(client, system)
    assert RegistryRow.objects.current().get().system_name == name


@pytest.mark.parametrize("model", MODELS)
def test_a_revert_without_a_reason_changes_nothing(curator, model):
    record = change(getattr(factories, model)(), note="x") if model in ("source", "transfer") else None
    record = record or change(getattr(factories, model)(), name="Another name")
    assert "A revert needs a reason" in revert(curator, record, reason=" ")
    assert len(edits.list_edits(record)) == 2


def test_the_page_says_what_cannot_be_reverted(curator):
    body = show_history(curator, factories.transfer())
    assert "Cannot be reverted. It made the record" in body


def test_what_cannot_be_again_is_refused_in_words(curator, noted):
    revert(curator, noted)
    assert "The record is as it was before this edit already." in revert(curator, noted, 1)


def test_a_refused_revert_leaves_the_state(curator):
    transfer = change(factories.published(), note="A note")
    change(transfer, note="")
    revert(curator, transfer, 1)
    transfer.refresh_from_db()
    assert transfer.state == Transfer.State.PUBLISHED


def test_an_edit_of_another_record_is_not_reverted(curator, noted):
    form = {"edit": edits.list_edits(noted)[0].id, "reason": "x"}
    other = factories.transfer()
    answer = curator.post(page("transfer", "revert", other.pk), form, follow=True)
    assert "There is no such edit." in answer.content.decode()


def test_reverting_needs_the_permission_to_change(client, noted):
    client.force_login(factories.user("reviewer"))
    revert(client, noted)
    noted.refresh_from_db()
    assert noted.note == "A note"


def test_who_may_not_change_sees_no_button(client, noted):
    client.force_login(factories.user("reviewer"))
    assert "/history/revert/" not in show_history(client, noted)


def test_nothing_is_reverted_by_get(curator, noted):
    answer = curator.get(page("transfer", "revert", noted.pk))
    assert answer.headers["Location"] == page("transfer", "history", noted.pk)


def test_nothing_is_reverted_without_the_token(admin_user, noted):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    form = {"edit": edits.list_edits(noted)[0].id, "reason": "x"}
    assert client.post(page("transfer", "revert", noted.pk), form).status_code == 403


# Deleted records


@pytest.mark.parametrize("model", MODELS)
def test_the_list_leads_to_what_was_deleted(curator, model):
    assert page(model, "deleted") in curator.get(page(model, "changelist")).content.decode()


def test_a_deleted_record_is_listed(curator):
    factories.transfer("gone-forever").delete()
    assert "gone-forever" in curator.get(page("transfer", "deleted")).content.decode()


def test_a_record_that_came_back_is_not_listed(curator):
    transfer = factories.transfer("back-again")
    pk = transfer.pk
    transfer.delete()
    revert(curator, Transfer(pk=pk))
    assert "back-again" not in curator.get(page("transfer", "deleted")).content.decode()


def test_a_deleted_record_is_brought_back_from_its_history(curator):
    party = factories.party("X-ORG")
    pk = party.pk
    party.delete()
    revert(curator, Party(pk=pk))
    assert Party.objects.get(pk=pk).code == "X-ORG"


def test_what_a_deleted_record_owned_comes_back_after_it(curator):
    party = factories.party("X-ORG", aliases=("Org",))
    pk = party.pk
    party.delete()
    assert f"arty instance with id {pk}" in revert(curator, Party(pk=pk), 1)
    revert(curator, Party(pk=pk), 0)
    revert(curator, Party(pk=pk), 2)
    assert Party.objects.get(pk=pk).aliases.get().name == "Org"


def test_the_list_of_deleted_records_needs_the_permission_to_view(client):
    client.force_login(factories.user("nobody"))
    assert client.get(page("transfer", "deleted")).status_code == 403


def restore(client, model, *pks, reason="Still needed"):
    form = {"record": pks, "reason": reason}
    return client.post(page(model, "deleted"), form, follow=True).content.decode()


def test_several_deleted_records_are_brought_back_at_once(curator):
    transfers = [factories.quantity(transfer=factories.transfer(key)).transfer for key in ("one", "two")]
    pks = [transfer.pk for transfer in transfers]
    for transfer in transfers:
        transfer.delete()
    assert "Brought back: one, two." in restore(curator, "transfer", *pks)
    assert [transfer.quantities.count() for transfer in Transfer.objects.all()] == [1, 1]
    assert Transfer.history.filter(id=pks[0]).latest("history_id").history_change_reason == "Still needed"


def test_a_claim_that_was_deleted_before_its_transfer_stays_deleted(curator):
    transfer = factories.transfer()
    pk = transfer.pk
    factories.quantity(transfer=transfer).delete()
    Quantity.history.update(history_date=timezone.now() - timedelta(days=1))
    factories.date(transfer=transfer)
    transfer.delete()
    restore(curator, "transfer", pk)
    assert [claim.measure_name for claim in Transfer.objects.get().claims()] == ["date_agreed"]


def test_none_is_brought_back_where_another_has_its_key(curator):
    pks = []
    for key in ("one", "two"):
        transfer = factories.transfer(key)
        pks.append(transfer.pk)
        transfer.delete()
    factories.transfer("two")
    assert "Nothing was brought back." in restore(curator, "transfer", *pks)
    assert Transfer.objects.get().key == "two"


@pytest.mark.parametrize(("pks", "reason"), [([], "Why not"), (["RUS"], "Why not"), ([1], " ")])
def test_bringing_back_needs_a_choice_and_a_reason(curator, pks, reason):
    assert "Nothing was brought back" in restore(curator, "transfer", *pks, reason=reason)


def test_bringing_back_needs_the_permission_to_add(client):
    transfer = factories.transfer()
    pk = transfer.pk
    transfer.delete()
    client.force_login(factories.user("reviewer"))
    assert client.post(page("transfer", "deleted"), {"record": pk, "reason": "So"}).status_code == 403
