"""Two editors at once: the second is told, loses nothing, and decides with both versions in view."""

import pytest
from django.urls import reverse

from tests.support import factories, forms
from transfers.models import Party, Quantity, Transfer

pytestmark = pytest.mark.django_db
MAKERS = {
    "transfer": (factories.transfer, "note"),
    "party": (factories.party, "name"),
    "system": (factories.system, "description"),
    "source": (factories.source, "title"),
}


def address(record):
    return reverse(f"admin:transfers_{record._meta.model_name}_change", args=[record.pk])


def current(record, field):
    return getattr(type(record).objects.get(pk=record.pk), field)


@pytest.fixture
def race(admin_client):
    """Return a transfer whose note somebody changed after its form was opened, and that form."""
    transfer = factories.transfer(note="old")
    form = forms.open_form(admin_client, address(transfer))
    admin_client.post(address(transfer), form | {"note": "theirs", "why": "I know better"})
    return transfer, form | {"note": "mine"}


@pytest.mark.parametrize("name", MAKERS)
def test_an_edit_over_another_is_refused(admin_client, name):
    make, field = MAKERS[name]
    record = make()
    form = forms.open_form(admin_client, address(record))
    admin_client.post(address(record), form | {field: "theirs"})
    admin_client.post(address(record), form | {field: "mine"})
    assert current(record, field) == "theirs"


def test_both_versions_are_shown(admin_client, race):
    transfer, form = race
    body = " ".join(admin_client.post(address(transfer), form).content.decode().split())
    assert '<th scope="row">Note</th><td>theirs</td><td>mine</td>' in body


def test_who_saved_and_why_is_told(admin_client, race):
    transfer, form = race
    body = " ".join(admin_client.post(address(transfer), form).content.decode().split())
    assert "transfer changed (I know better)" in body
    assert "<li>admin, " in body


def test_an_edit_from_before_is_not_told(admin_client, race):
    transfer, _ = race
    form = forms.open_form(admin_client, address(transfer))
    Transfer.objects.get(pk=transfer.pk).save()
    admin_client.post(address(transfer), form | {"occasion": "a parade"})
    body = admin_client.post(address(transfer), form | {"note": "mine"}).content.decode()
    assert "I know better" not in body


def test_what_was_typed_stays(admin_client, race):
    transfer, form = race
    assert forms.read_form(admin_client.post(address(transfer), form))["note"] == "mine"


def test_posting_again_without_a_word_is_refused_again(admin_client, race):
    transfer, form = race
    admin_client.post(address(transfer), forms.read_form(admin_client.post(address(transfer), form)))
    assert current(transfer, "note") == "theirs"


def get_newest(answer):
    """Return the version that the checkbox stands for."""
    return answer.context["adminform"].form.newest


def test_who_has_seen_the_other_edit_may_save(admin_client, race):
    transfer, form = race
    answer = admin_client.post(address(transfer), form)
    admin_client.post(address(transfer), forms.read_form(answer) | {"seen": get_newest(answer)})
    assert current(transfer, "note") == "mine"


def test_an_edit_after_the_one_seen_is_told_again(admin_client, race):
    transfer, form = race
    answer = admin_client.post(address(transfer), form)
    Transfer.objects.filter(pk=transfer.pk).update(note="a third")
    admin_client.post(address(transfer), forms.read_form(answer) | {"seen": get_newest(answer)})
    assert current(transfer, "note") == "a third"


def test_a_form_that_does_not_say_what_it_was_opened_on_is_refused(admin_client):
    transfer = factories.transfer(note="old")
    form = forms.open_form(admin_client, address(transfer))
    del form["opened"]
    admin_client.post(address(transfer), form | {"note": "mine"})
    assert current(transfer, "note") == "old"


@pytest.mark.parametrize("opened", ["", "x", "@", "@nan", "@1e99", "x@-1e300", "\x00@1"])
def test_a_garbled_version_is_refused(admin_client, opened):
    transfer = factories.transfer(note="old")
    form = forms.open_form(admin_client, address(transfer))
    answer = admin_client.post(address(transfer), form | {"note": "mine", "opened": opened})
    assert answer.status_code == 200
    assert current(transfer, "note") == "old"


def test_a_claim_that_somebody_added_is_an_edit_of_its_transfer(admin_client):
    transfer = factories.transfer(note="old")
    form = forms.open_form(admin_client, address(transfer))
    factories.quantity(transfer=transfer)
    admin_client.post(address(transfer), form | {"note": "mine"})
    assert current(transfer, "note") == "old"


def test_a_claim_that_somebody_changed_is_shown_beside_what_was_typed(admin_client):
    claim = factories.quantity()
    form = forms.open_form(admin_client, address(claim.transfer))
    Quantity.objects.filter(pk=claim.pk).update(minimum=8, maximum=8)
    body = admin_client.post(address(claim.transfer), form | {"quantities-0-number": "7"}).content.decode()
    assert f"quantity {claim.pk}: Number</th><td>8</td><td>7</td>" in " ".join(body.split())


def test_a_claim_that_somebody_deleted_stays_in_the_form(admin_client):
    claim = factories.quantity(note="typed with care")
    form = forms.open_form(admin_client, address(claim.transfer))
    claim.delete()
    answer = admin_client.post(address(claim.transfer), form)
    shown = forms.read_form(answer)
    assert (shown["quantities-INITIAL_FORMS"], shown["quantities-0-note"]) == ("0", "typed with care")


def test_a_deleted_claim_comes_back_as_a_new_one(admin_client):
    first, second = factories.quantity(), factories.date()
    transfer = first.transfer
    kept = factories.quantity("delivered", 2, transfer=transfer)
    form = forms.open_form(admin_client, address(transfer))
    first.delete()
    answer = admin_client.post(address(transfer), form)
    admin_client.post(address(transfer), forms.read_form(answer) | {"seen": get_newest(answer)})
    assert sorted(transfer.quantities.values_list("measure", "minimum")) == [("delivered", 2), ("ordered", 6)]
    assert transfer.quantities.filter(pk=kept.pk).exists()
    assert second.transfer != transfer


@pytest.mark.parametrize("name", MAKERS)
def test_a_record_deleted_meanwhile_is_told(admin_client, name):
    make, field = MAKERS[name]
    record = make()
    form = forms.open_form(admin_client, address(record))
    url = address(record)
    record.delete()
    answer = admin_client.post(url, form | {field: "mine"}, follow=True)
    assert "Perhaps it was deleted?" in answer.content.decode()


def test_a_change_of_state_is_no_edit(admin_client):
    transfer = factories.transfer()
    form = forms.open_form(admin_client, address(transfer))
    Transfer.objects.filter(pk=transfer.pk).update(state="in_review")
    admin_client.post(address(transfer), form | {"note": "mine"})
    assert current(transfer, "note") == "mine"


@pytest.mark.parametrize("name", MAKERS)
def test_a_save_that_changes_nothing_leaves_no_history(admin_client, name):
    make, _ = MAKERS[name]
    record = make()
    before = type(record).history.count()
    admin_client.post(address(record), forms.open_form(admin_client, address(record)) | {"why": "No reason"})
    assert type(record).history.count() == before


def test_the_reason_stands_in_the_history_of_record_and_claim(admin_client):
    claim = factories.quantity()
    form = forms.open_form(admin_client, address(claim.transfer))
    changes = {"note": "new", "quantities-0-number": "7", "why": "The edition of 2020"}
    admin_client.post(address(claim.transfer), form | changes)
    reasons = {record.history.first().history_change_reason for record in (claim, claim.transfer)}
    assert reasons == {"The edition of 2020"}


@pytest.mark.parametrize("why", ["", "  "])
def test_an_edit_of_what_is_public_needs_a_reason(admin_client, why):
    system = factories.published().system
    form = forms.open_form(admin_client, address(system))
    admin_client.post(address(system), form | {"description": "mine", "why": why})
    assert current(system, "description") == "SAM system"


def test_an_edit_of_a_draft_needs_no_reason(admin_client):
    party = factories.party()
    admin_client.post(address(party), forms.open_form(admin_client, address(party)) | {"name": "Mine"})
    assert Party.objects.get().name == "Mine"
