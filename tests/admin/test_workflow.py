"""The steps of a transfer in the admin: buttons with a reason, refusals in words, several at once."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from tests.support import factories, forms
from transfers.admin.editing.stale import digest
from transfers.curation.previews import build_preview
from transfers.models import Quantity, RegistryRow, Transfer

pytestmark = pytest.mark.django_db
State = Transfer.State


def page(name, *arguments):
    return reverse(f"admin:transfers_transfer_{name}", args=arguments)


def logged_in(client, role):
    client.force_login(factories.user(role))
    return client


@pytest.fixture
def curator(client):
    return logged_in(client, "curator")


@pytest.fixture
def reviewer(client):
    return logged_in(client, "reviewer")


def state(transfer):
    transfer.refresh_from_db()
    return transfer.state


def step(client, transfer, name, reason="read twice"):
    """Take a step as the page of the transfer does, which says what it showed."""
    form = {"_step": name, "why": reason, "preview": build_preview(transfer).digest}
    return client.post(page("step", transfer.pk), form, follow=True)


def shown(client, transfer):
    return client.get(page("change", transfer.pk)).content.decode()


def act(client, name, *transfers, **more):
    """Take an action on transfers, which its page shows first; return the page that follows."""
    form = {"action": name, "_selected_action": [transfer.pk for transfer in transfers], **more}
    without_reason = {field: value for field, value in form.items() if field != "reason"}
    first = client.post(page("changelist"), without_reason, follow=True).content.decode()
    return confirm(client, first, form) if "reason" in more else first


def confirm(client, shown_page, form):
    """Post the form of a page that showed what would be published."""
    seen = re.findall('name="seen" value="([^"]*)"', shown_page)
    return client.post(page("changelist"), {**form, "seen": seen}, follow=True).content.decode()


def build_form(transfer, **fields):
    """Return the posted form of a transfer without claims."""
    form = {
        "supplier": transfer.supplier_id, "recipient": transfer.recipient_id, "system": transfer.system_id,
        "kind": transfer.kind, "condition": transfer.condition, "opened": f"{digest(transfer)}@0",
        "why": "a new source",
    }  # fmt: skip
    for name in Transfer.CLAIMS:
        form |= {f"{name}-TOTAL_FORMS": 0, f"{name}-INITIAL_FORMS": 0}
    return form | fields


# One transfer


def test_the_page_offers_the_steps_that_are_allowed(reviewer):
    body = shown(reviewer, factories.in_review())
    assert [name for name in ("submit", "return", "publish", "revise") if f'value="{name}"' in body] == [
        "return", "publish",
    ]  # fmt: skip


def test_the_page_says_why_an_author_does_not_publish(client):
    author, transfer = factories.user("administrator"), factories.in_review()
    client.force_login(author)
    factories.edit_as(author, transfer)
    assert f"You edited {transfer.key} yourself" in shown(client, transfer)


def test_the_page_offers_no_steps_for_a_new_transfer(admin_client):
    assert 'id="steps"' not in admin_client.get(page("add")).content.decode()


def test_a_step_is_taken(curator):
    transfer = factories.in_state(State.DRAFT)
    step(curator, transfer, "submit")
    assert state(transfer) == State.IN_REVIEW


def test_a_step_is_confirmed(curator):
    transfer = factories.in_state(State.DRAFT)
    body = step(curator, transfer, "submit").content.decode()
    assert f"The transfer {transfer.key} is now in review." in body


def test_a_step_is_logged_with_its_reason(curator):
    step(curator, factories.in_state(State.DRAFT), "submit", "read twice")
    assert LogEntry.objects.get().change_message == "Submit for review: read twice"


def test_a_refused_step_is_told_in_words(curator):
    answer = step(curator, factories.in_review(), "publish")
    assert "You are not allowed to publish transfers." in answer.content.decode()


def test_a_refused_step_is_not_logged(curator):
    step(curator, factories.in_review(), "publish")
    assert not LogEntry.objects.exists()


def test_a_step_without_a_reason_is_refused(reviewer):
    transfer = factories.in_review()
    step(reviewer, transfer, "publish", " ")
    assert state(transfer) == State.IN_REVIEW


def test_a_publication_that_fails_says_why(reviewer):
    transfer = factories.transfer(state=State.IN_REVIEW)
    answer = step(reviewer, transfer, "publish")
    assert "No claim: nothing is published without a source." in answer.content.decode()


def test_a_step_is_not_taken_by_get(admin_client):
    answer = admin_client.get(page("step", factories.in_review().pk))
    assert answer.headers["Location"].startswith("/admin/transfers/transfer/")


def test_a_step_of_no_transfer_is_not_found(admin_client):
    answer = admin_client.post(page("step", 99), {"_step": "publish", "why": "x"})
    assert answer.status_code == 404


def test_a_step_is_not_taken_without_the_token(admin_user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    answer = client.post(page("step", factories.in_review().pk), {"_step": "publish", "why": "x"})
    assert answer.status_code == 403


def test_a_step_is_not_taken_by_who_may_not_see_the_transfer(client):
    answer = logged_in(client, "nobody").post(page("step", factories.in_review().pk), {"_step": "publish"})
    assert answer.status_code == 403


# The page's own form: a step saves first


def test_a_step_saves_what_was_entered(curator):
    transfer = factories.in_state(State.DRAFT)
    form = forms.open_form(curator, page("change", transfer.pk))
    curator.post(page("change", transfer.pk), form | {"note": "A note", "_step": "submit", "why": "read"})
    transfer.refresh_from_db()
    assert (transfer.note, transfer.state) == ("A note", State.IN_REVIEW)


def test_a_step_without_edits_leaves_no_edit(curator):
    transfer = factories.in_state(State.DRAFT)
    form = forms.open_form(curator, page("change", transfer.pk))
    curator.post(page("change", transfer.pk), form | {"_step": "submit", "why": "read"})
    assert [copy.state for copy in transfer.history.all()[:2]] == [State.IN_REVIEW, State.DRAFT]


@pytest.mark.parametrize("change", [{"supplier": ""}, {"why": " "}, {"why": "@nobody look"}])
def test_a_step_with_what_cannot_be_saved_is_not_taken(curator, change):
    transfer = factories.in_state(State.DRAFT)
    form = forms.open_form(curator, page("change", transfer.pk))
    posted = form | {"note": "A note", "_step": "submit", "why": "read"} | change
    answer = curator.post(page("change", transfer.pk), posted)
    transfer.refresh_from_db()
    assert (transfer.note, transfer.state) == ("", State.DRAFT)
    assert forms.read_form(answer)["note"] == "A note"


def test_a_refused_step_keeps_what_was_saved(admin_client):
    """Publish nothing that was edited in the same form: nobody has reviewed it."""
    transfer = factories.in_review()
    form = forms.open_form(admin_client, page("change", transfer.pk))
    posted = form | {"note": "A note", "_step": "publish", "why": "read"}
    body = admin_client.post(page("change", transfer.pk), posted, follow=True).content.decode()
    transfer.refresh_from_db()
    assert (transfer.note, transfer.state) == ("A note", State.DRAFT)
    assert "Your edits were saved." in body
    assert "one cannot publish it now" in body


def test_the_first_button_of_the_page_saves(curator):
    body = shown(curator, factories.in_state(State.DRAFT))
    assert re.findall('<button type="submit"[^>]*name="([^"]*)"', body)[0] == "_continue"


def test_what_was_changed_since_the_page_was_opened_is_not_published(reviewer):
    transfer = factories.in_review()
    form = forms.open_form(reviewer, page("change", transfer.pk))
    Quantity.objects.filter(transfer=transfer).update(minimum=7, maximum=7)
    posted = form | {"_step": "publish", "why": "read"}
    body = reviewer.post(page("step", transfer.pk), posted, follow=True).content.decode()
    assert f"The transfer {transfer.key} was changed since you opened it." in body
    assert state(transfer) == State.IN_REVIEW


def test_what_was_not_shown_is_not_published(reviewer):
    transfer = factories.in_review()
    reviewer.post(page("step", transfer.pk), {"_step": "publish", "why": "read"})
    assert state(transfer) == State.IN_REVIEW


# Several transfers


@pytest.mark.parametrize("name", ["submit", "publish", "withdraw"])
def test_an_action_asks_for_the_reason_first(admin_client, name):
    assert 'name="reason"' in act(admin_client, name, factories.in_review())


def test_an_action_changes_nothing_before_it_has_the_reason(reviewer):
    transfer = factories.in_review()
    act(reviewer, "publish", transfer)
    assert state(transfer) == State.IN_REVIEW


def test_the_page_before_an_action_says_what_stands_in_the_way(reviewer):
    transfer = factories.transfer()
    body = act(reviewer, "publish", transfer)
    assert f"The transfer {transfer.key} is draft; one cannot publish it now." in body


def test_all_selected_transfers_are_published(reviewer):
    act(
        reviewer,
        "publish",
        factories.in_review(),
        factories.in_review(),
        reason="read twice",
    )
    assert RegistryRow.objects.current().count() == 2


def test_all_selected_transfers_are_submitted(curator):
    transfers = [factories.in_state(State.DRAFT), factories.in_state(State.DRAFT)]
    act(curator, "submit", *transfers, reason="read twice")
    assert [state(transfer) for transfer in transfers] == [State.IN_REVIEW] * 2


def test_all_selected_transfers_are_withdrawn(reviewer):
    act(reviewer, "withdraw", factories.published(), factories.published(), reason="misread")
    assert not RegistryRow.objects.current().exists()


def test_an_action_on_all_pages_takes_them_all(reviewer):
    first, _ = factories.in_review(), factories.in_review()
    act(reviewer, "publish", first, reason="read twice", select_across="1")
    assert RegistryRow.objects.current().count() == 2


def test_several_are_published_only_as_they_were_shown(reviewer):
    transfer, other = factories.in_review(), factories.in_review()
    form = {"action": "publish", "_selected_action": [transfer.pk, other.pk]}
    shown_page = reviewer.post(page("changelist"), form).content.decode()
    Quantity.objects.filter(transfer=transfer).update(minimum=7, maximum=7)
    body = confirm(reviewer, shown_page, form | {"reason": "read twice"})
    assert f"The transfer {transfer.key} was changed since you opened it." in body
    assert not RegistryRow.objects.exists()


def test_several_that_were_not_shown_are_not_published(reviewer):
    transfer = factories.in_review()
    form = {"action": "publish", "_selected_action": [transfer.pk], "reason": "read twice"}
    reviewer.post(page("changelist"), form)
    assert not RegistryRow.objects.exists()


def test_more_than_anybody_looks_at_are_not_published_at_once(reviewer, monkeypatch):
    monkeypatch.setattr("transfers.admin.editing.selected.LISTED", 1)
    body = act(reviewer, "publish", factories.in_review(), factories.in_review())
    assert "Select at most 1 transfers" in body


def test_each_row_and_its_disputes_are_shown_before_publication(reviewer):
    transfer = factories.in_review()
    factories.quantity(number=8, transfer=transfer)
    body = " ".join(act(reviewer, "publish", transfer).split())
    assert "Sources differ: Quantity ordered." in body
    assert "Quantity ordered</th> <td>6 to 8 " in body
    assert "Claim of quantity ordered: 8 system" in body


def test_what_would_change_in_public_is_shown_before_publication(reviewer):
    transfer = factories.published()
    Quantity.objects.filter(transfer=transfer).update(minimum=7, maximum=7)
    Transfer.objects.update(state=State.IN_REVIEW)
    body = " ".join(act(reviewer, "publish", transfer).split())
    assert "<li>Quantity ordered: 7 instead of 6</li>" in body
    assert "figure: 7 system instead of 6 system" in body


def test_one_refused_transfer_keeps_the_others_back(reviewer):
    good, bad = factories.in_review(), factories.transfer()
    act(reviewer, "publish", good, bad, reason="read twice")
    assert state(good) == State.IN_REVIEW


def test_every_refused_transfer_is_named(reviewer):
    transfers = [factories.transfer(), factories.transfer()]
    body = act(reviewer, "publish", *transfers, reason="read twice")
    assert all(f"The transfer {transfer.key} is draft; one" in body for transfer in transfers)


def test_each_transfer_of_an_action_is_logged(reviewer):
    act(
        reviewer,
        "publish",
        factories.in_review(),
        factories.in_review(),
        reason="read twice",
    )
    assert LogEntry.objects.filter(change_message="Publish: read twice").count() == 2


def test_an_action_leaves_its_user_and_reason_in_history(reviewer):
    transfer = factories.in_review()
    act(reviewer, "publish", transfer, reason="read twice")
    last = transfer.history.latest("history_id")
    assert (last.history_user.username, last.history_change_reason) == ("a reviewer", "read twice")


def test_an_action_needs_its_permission(curator):
    transfer = factories.in_review()
    act(curator, "publish", transfer, reason="read twice")
    assert state(transfer) == State.IN_REVIEW


# Edits and deletions


@pytest.mark.parametrize("before", [State.IN_REVIEW, State.PUBLISHED, State.WITHDRAWN])
def test_an_edited_transfer_is_a_draft_again(curator, before):
    transfer = factories.in_state(before)
    curator.post(page("change", transfer.pk), build_form(transfer, note="A note"))
    transfer.refresh_from_db()
    assert (transfer.note, transfer.state) == ("A note", State.DRAFT)


def test_a_transfer_that_is_saved_as_it_is_stays_published(curator):
    transfer = factories.in_state(State.PUBLISHED)
    curator.post(page("change", transfer.pk), build_form(transfer))
    assert state(transfer) == State.PUBLISHED


def test_an_edit_of_a_claim_on_its_own_page_makes_the_transfer_a_draft(curator):
    transfer = factories.in_state(State.PUBLISHED)
    claim = transfer.quantities.get()
    url = reverse("admin:transfers_quantity_change", args=[claim.pk])
    fields = curator.get(url).context["adminform"].form
    form = {name: fields[name].value() or "" for name in fields.fields if name != "preferred"}
    curator.post(url, form | {"note": "A note"})
    assert state(transfer) == State.DRAFT


def test_deleting_a_claim_on_its_own_page_makes_the_transfer_a_draft(curator):
    transfer = factories.in_state(State.PUBLISHED)
    url = reverse("admin:transfers_quantity_delete", args=[transfer.quantities.get().pk])
    curator.post(url, {"post": "yes", "reason": "Wrong"})
    assert state(transfer) == State.DRAFT


@pytest.mark.parametrize("now", State.values)
def test_what_was_ever_published_is_not_deleted(admin_client, now):
    answer = admin_client.post(page("delete", factories.in_state(now).pk), {"post": "yes", "reason": "Wrong"})
    assert answer.status_code == 403


def test_a_deleted_draft_stays_in_history(curator):
    transfer = factories.transfer()
    curator.post(page("delete", transfer.pk), {"post": "yes", "reason": "Wrong"})
    assert Transfer.history.filter(id=transfer.pk, history_type="-").exists()


@pytest.mark.parametrize("now", [State.PUBLISHED, State.WITHDRAWN])
def test_the_key_of_what_was_published_is_not_changed(curator, now):
    transfer = factories.in_state(now)
    key = transfer.key
    curator.post(page("change", transfer.pk), build_form(transfer, key="another-key"))
    transfer.refresh_from_db()
    assert transfer.key == key
