"""The way of a transfer to the public register: who may take which step, and what a refusal leaves."""

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection

from tests.support import factories
from transfers.curation import edits, workflow
from transfers.curation.workflow import TRANSITIONS, Refused
from transfers.models import RegistryRow, Revision, Transfer, history
from transfers.publication import log, publish

pytestmark = pytest.mark.django_db
State = Transfer.State
ROLES = {"curator", "reviewer", "administrator"}
#: Who may take which step, as the table in `transfers.curation.workflow` has it.
MAY = {
    "submit": {"curator", "administrator"},
    "return": ROLES,
    "publish": {"reviewer", "administrator"},
    "revise": {"curator", "administrator"},
    "withdraw": {"reviewer", "administrator"},
}
FROM = {
    "submit": {State.DRAFT},
    "return": {State.IN_REVIEW},
    "publish": {State.IN_REVIEW},
    "revise": {State.PUBLISHED, State.WITHDRAWN},
    "withdraw": {State.DRAFT, State.IN_REVIEW, State.PUBLISHED},
}
TO = {
    "submit": State.IN_REVIEW,
    "return": State.DRAFT,
    "publish": State.PUBLISHED,
    "revise": State.DRAFT,
    "withdraw": State.WITHDRAWN,
}


def revisions():
    return list(Revision.objects.values_list("sequence", flat=True))


@pytest.mark.parametrize("role", ["anonymous", "nobody", "curator", "reviewer", "administrator"])
@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("name", TRANSITIONS)
def test_a_step_is_taken_where_role_and_state_allow_it_and_changes_nothing_elsewhere(name, state, role):
    transfer = factories.in_state(state)
    before, copies = revisions(), transfer.history.count()
    if role in MAY[name] and state in FROM[name]:
        assert workflow.move(transfer, name, factories.user(role), "because").state == TO[name]
    else:
        with pytest.raises(Refused):
            workflow.move(transfer, name, factories.user(role), "because")
        transfer.refresh_from_db()
        assert (transfer.state, revisions(), transfer.history.count()) == (state, before, copies)


@pytest.mark.parametrize("role", ["anonymous", "nobody", "curator", "reviewer", "administrator"])
@pytest.mark.parametrize("state", State.values)
def test_the_allowed_steps_are_those_that_are_not_refused(state, role):
    wanted = {name for name in TRANSITIONS if role in MAY[name] and state in FROM[name]}
    assert {
        step.name for step in workflow.list_allowed(factories.in_state(state), factories.user(role))
    } == wanted


def test_a_step_that_there_is_not_is_refused():
    with pytest.raises(Refused, match="There is no step 'hide'"):
        workflow.move(factories.transfer(), "hide", factories.user("administrator"), "because")


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_step_needs_a_reason(reason):
    with pytest.raises(Refused, match="needs a reason"):
        workflow.move(factories.in_review(), "publish", factories.user("reviewer"), reason)


def test_a_step_leaves_its_user_and_reason_in_history():
    transfer, curator = factories.in_state(State.DRAFT), factories.user("curator")
    workflow.move(transfer, "submit", curator, "read twice")
    last = transfer.history.latest("history_id")
    assert (last.state, last.history_user, last.history_change_reason) == (
        State.IN_REVIEW, curator, "read twice",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["publish", "withdraw"])
def test_a_publication_or_withdrawal_leaves_its_user_in_history(name):
    transfer, reviewer = factories.in_state(State.IN_REVIEW), factories.user("reviewer")
    workflow.move(transfer, name, reviewer, "checked")
    assert transfer.history.latest("history_id").history_user == reviewer


def test_publishing_writes_the_reason_to_the_public_log():
    workflow.move(factories.in_review(), "publish", factories.user("reviewer"), "checked")
    assert Revision.objects.get().reason == "checked"


def test_the_public_log_names_no_user():
    workflow.move(factories.in_review(), "publish", factories.user("reviewer", "Ann Reviewer"), "checked")
    assert "Ann" not in str(Revision.objects.values().get())


def test_a_transfer_without_claims_is_not_submitted():
    with pytest.raises(Refused, match="No claim: nothing is published without a source"):
        workflow.move(factories.transfer(), "submit", factories.user("curator"), "done")


def test_a_failing_publication_leaves_the_state():
    transfer = factories.transfer(state=State.IN_REVIEW)
    with pytest.raises(log.NotPublishable):
        workflow.move(transfer, "publish", factories.user("reviewer"), "checked")
    transfer.refresh_from_db()
    assert transfer.state == State.IN_REVIEW


def test_what_is_not_public_is_not_withdrawn():
    with pytest.raises(Refused, match="is not public, so there is nothing to withdraw"):
        workflow.move(factories.transfer(), "withdraw", factories.user("reviewer"), "wrong")


def test_revising_leaves_the_published_row():
    transfer = factories.published()
    workflow.move(transfer, "revise", factories.user("curator"), "a new source")
    assert RegistryRow.objects.current().filter(key=transfer.key).exists()


def test_a_withdrawn_transfer_comes_back_by_the_same_way():
    transfer = factories.in_state(State.WITHDRAWN)
    for name, role in (("revise", "curator"), ("submit", "administrator"), ("publish", "reviewer")):
        transfer = workflow.move(transfer, name, factories.user(role), "confirmed after all")
    assert RegistryRow.objects.current().filter(key=transfer.key).exists()


# Authors


def test_an_author_does_not_publish_it():
    author = factories.user("administrator")
    transfer = factories.in_review()
    factories.edit_as(author, transfer)
    with pytest.raises(Refused, match=r"You edited .* yourself; somebody else must publish it"):
        workflow.move(transfer, "publish", author, "checked")


def test_who_added_a_claim_is_an_author():
    author = factories.user("administrator")
    assert workflow.list_editors(factories.in_review(author)) == {author.pk}


def test_who_removed_a_claim_is_an_author():
    author, transfer = factories.user("administrator"), factories.in_review()
    with history.record_because("misread", author):
        factories.date(transfer=transfer).delete()
    assert workflow.list_editors(transfer) == {author.pk}


def test_who_moved_a_claim_away_is_an_author_of_what_is_left():
    author, transfer = factories.user("administrator"), factories.in_review()
    with history.record_because("another deal", author):
        claim = transfer.quantities.get()
        claim.transfer = factories.transfer()
        claim.save()
    assert workflow.list_editors(transfer) == {author.pk}


def test_who_submitted_it_is_no_author():
    curator, transfer = factories.user("administrator"), factories.in_state(State.DRAFT)
    workflow.move(transfer, "submit", curator, "done")
    assert workflow.list_editors(transfer) == set()


def test_who_edited_before_the_last_publication_is_no_author():
    author, transfer = factories.user("administrator"), factories.in_review()
    factories.edit_as(author, transfer)
    workflow.move(transfer, "publish", factories.user("reviewer"), "checked")
    assert workflow.list_editors(transfer) == set()


def test_a_new_name_of_its_system_does_not_make_an_edit_published():
    author, transfer = factories.user("administrator"), factories.published()
    factories.edit_as(author, transfer)
    transfer.system.name = "Another name"
    transfer.system.save()
    assert publish.refresh(transfer.system, "renamed")
    assert workflow.list_editors(transfer) == {author.pk}


def test_a_withdrawal_does_not_make_an_edit_published():
    author, transfer = factories.user("administrator"), factories.published()
    factories.edit_as(author, transfer)
    workflow.move(transfer, "withdraw", factories.user("reviewer"), "in doubt")
    assert workflow.list_editors(transfer) == {author.pk}


def test_an_author_publishes_where_the_settings_say_so(settings):
    settings.PUBLISH_OWN = True
    author = factories.user("administrator")
    assert workflow.move(factories.in_review(author), "publish", author, "checked").state == State.PUBLISHED


def test_commands_have_no_user_and_publish_what_they_load():
    transfer = factories.in_review()
    publish.publish([transfer], "loaded")
    assert RegistryRow.objects.current().filter(key=transfer.key).exists()


# Several


def test_all_take_the_step_or_none():
    good, bad = factories.in_review(), factories.transfer()
    with pytest.raises(workflow.AllRefused):
        workflow.move_all([good, bad], "publish", factories.user("reviewer"), "checked")
    good.refresh_from_db()
    assert (good.state, revisions()) == (State.IN_REVIEW, [])


def test_each_refusal_is_told():
    transfers = [factories.transfer(), factories.transfer(), factories.in_review()]
    with pytest.raises(workflow.AllRefused) as caught:
        workflow.move_all(transfers, "publish", factories.user("reviewer"), "checked")
    assert set(caught.value.refusals) == {transfers[0].key, transfers[1].key}


def test_all_are_published_together():
    transfers = [factories.in_review(), factories.in_review()]
    workflow.move_all(transfers, "publish", factories.user("reviewer"), "checked")
    assert RegistryRow.objects.current().count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_once_the_second_is_refused():
    # A transactional test finds the tables emptied, the groups with them.
    reviewers = [User.objects.create_superuser(name) for name in ("first", "second")]
    transfer, outcomes = factories.in_review(), []

    def work(reviewer):
        try:
            outcomes.append(workflow.move(transfer, "publish", reviewer, "checked").state)
        except Refused as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[reviewer]) for reviewer in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = f"The transfer {transfer.key} is published; one cannot publish it now."
    assert sorted(outcomes) == [refused, "published"]


# Edits


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.PUBLISHED, State.WITHDRAWN])
def test_an_edited_transfer_is_a_draft_again(state):
    assert (
        workflow.reopen(factories.in_state(state), factories.user("curator"), "edited").state == State.DRAFT
    )


@pytest.mark.parametrize("state", State.values)
def test_a_revert_makes_the_transfer_a_draft(state):
    transfer = factories.in_state(state)
    factories.edit_as(None, transfer)
    edit = next(edit for edit in edits.list_edits(transfer) if edit.is_content)
    workflow.revert(transfer, edit, factories.user("curator"), "not so")
    transfer.refresh_from_db()
    assert (transfer.state, transfer.note) == (State.DRAFT, "")


@pytest.mark.parametrize(("role", "reason"), [("reviewer", "not so"), ("curator", " ")])
def test_a_revert_needs_the_permission_to_change_and_a_reason(role, reason):
    transfer = factories.published()
    factories.edit_as(None, transfer)
    with pytest.raises(Refused):
        workflow.revert(transfer, edits.list_edits(transfer)[0], factories.user(role), reason)


def test_who_reverts_is_an_author():
    curator, transfer = factories.user("curator"), factories.published()
    factories.edit_as(None, transfer)
    workflow.revert(transfer, edits.list_edits(transfer)[0], curator, "not so")
    assert workflow.list_editors(transfer) == {curator.pk}
