"""The conversation about a transfer: comments, questions, who reviews it, and what would change."""

import pytest
from django.urls import reverse

from tests.support import factories, forms
from transfers.models import ReviewNote, Transfer

pytestmark = pytest.mark.django_db
State = Transfer.State


@pytest.fixture
def transfer():
    return factories.in_review()


@pytest.fixture
def reviewer(client):
    """Log a reviewer in, whose name can be mentioned."""
    user = factories.user("reviewer", "rita")
    client.force_login(user)
    return user


def page(name, transfer):
    return reverse(f"admin:transfers_transfer_{name}", args=[transfer.pk])


def post(client, transfer, step, **fields):
    return client.post(page("step", transfer), {"_step": step, **fields}, follow=True).content.decode()


def show(client, transfer):
    return " ".join(client.get(page("change", transfer)).content.decode().split())


def test_a_comment_is_shown_with_its_author(client, reviewer, transfer):
    post(client, transfer, "comment", why="Is the second source older?")
    assert "<strong>rita</strong> commented" in show(client, transfer)
    assert "Is the second source older?" in show(client, transfer)


def test_a_comment_changes_no_state(client, reviewer, transfer):
    post(client, transfer, "comment", why="Fine")
    transfer.refresh_from_db()
    assert transfer.state == State.IN_REVIEW


def test_a_comment_is_escaped(client, reviewer, transfer):
    post(client, transfer, "comment", why="<script>alert(1)</script>")
    assert "<script>alert(1)" not in show(client, transfer)


def test_a_comment_without_words_is_refused(client, reviewer, transfer):
    assert "A comment needs words." in post(client, transfer, "comment", why=" ")


def test_a_mention_of_nobody_is_refused_with_near_names(client, reviewer, transfer):
    factories.user("curator", "annabel")
    body = post(client, transfer, "comment", why="@anabel, which page?")
    assert "Nobody is called @anabel. Do you mean @annabel?" in body
    assert not ReviewNote.objects.exists()


def test_a_step_with_a_mention_of_nobody_is_refused(client, reviewer, transfer):
    assert "Nobody is called @annabel." in post(client, transfer, "publish", why="read, @annabel")
    transfer.refresh_from_db()
    assert transfer.state == State.IN_REVIEW


@pytest.mark.parametrize("step", ["comment", "return", "assign", "nonsense"])
@pytest.mark.parametrize("junk", [{"why": "a\x00b"}, {"reviewer": "9" * 40, "why": "Fine"}])
def test_junk_is_refused_in_words(client, reviewer, transfer, step, junk):
    body = post(client, transfer, step, **{"reviewer": reviewer.pk} | junk)
    assert 'class="error"' in body
    assert not ReviewNote.objects.exists()


def test_who_may_only_look_says_nothing(client, transfer):
    viewer = factories.user("nobody", "vera")
    viewer.user_permissions.add(*factories.view_permissions("transfer"))
    client.force_login(viewer)
    assert "You are not allowed to review transfers." in post(client, transfer, "comment", why="Hello")


def test_a_returned_transfer_says_why_on_its_page(client, reviewer, transfer):
    post(client, transfer, "return", why="Which of the two papers is older?")
    assert "Asked back</strong> by rita" in show(client, transfer)
    assert "Which of the two papers is older?" in show(client, transfer)


def test_a_transfer_that_was_submitted_again_is_no_longer_returned(client, transfer):
    client.force_login(factories.user("administrator"))
    post(client, transfer, "return", why="Which is older?")
    post(client, transfer, "submit", why="The second")
    assert "Asked back</strong>" not in show(client, transfer)


def test_the_conversation_has_steps_and_comments_in_the_order_of_time(client, transfer):
    client.force_login(factories.user("administrator"))
    post(client, transfer, "return", why="Which is older?")
    post(client, transfer, "comment", why="The second")
    post(client, transfer, "submit", why="Dated now")
    assert list(transfer.notes.values_list("kind", flat=True)) == ["return", "comment", "submit"]


def test_a_note_is_never_changed(transfer, reviewer):
    note = ReviewNote.objects.create(transfer=transfer, kind="comment", user=reviewer, text="First words")
    note.text = "Other words"
    with pytest.raises(TypeError):
        note.save()


def test_a_reviewer_is_assigned(client, reviewer, transfer):
    body = post(client, transfer, "assign", reviewer=reviewer.pk)
    assert f"The transfer {transfer.key} is assigned to rita." in body


def test_a_curator_cannot_be_assigned(client, reviewer, transfer):
    curator = factories.user("curator")
    assert "There is no such reviewer." in post(client, transfer, "assign", reviewer=curator.pk)


def test_who_edited_a_transfer_cannot_be_assigned(client, reviewer):
    author = factories.user("administrator", "ada")
    transfer = factories.in_review(author)
    assert "somebody else must review it" in post(client, transfer, "assign", reviewer=author.pk)


def test_the_reviewer_is_assigned_together_with_the_step(client, reviewer):
    transfer = factories.in_state(State.DRAFT)
    client.force_login(factories.user("curator"))
    post(client, transfer, "submit", why="Read twice", reviewer=reviewer.pk)
    assert list(transfer.notes.values_list("kind", "assigned")) == [("assign", reviewer.pk), ("submit", None)]


def test_a_chosen_reviewer_is_assigned_by_saving_too(client, reviewer):
    transfer = factories.transfer()
    client.force_login(factories.user("curator"))
    form = forms.open_form(client, page("change", transfer))
    client.post(page("change", transfer), form | {"reviewer": reviewer.pk})
    assert transfer.notes.get().assigned == reviewer


def test_a_mention_in_the_reason_of_an_edit_is_a_comment(client, reviewer):
    transfer = factories.transfer()
    client.force_login(factories.user("curator"))
    form = forms.open_form(client, page("change", transfer))
    client.post(page("change", transfer), form | {"note": "A note", "why": "@rita please look"})
    assert list(transfer.notes.get().mentioned.all()) == [reviewer]


def test_an_edit_of_a_reviewed_transfer_stands_in_the_conversation(client, transfer):
    client.force_login(factories.user("curator", "carl"))
    form = forms.open_form(client, page("change", transfer))
    client.post(page("change", transfer), form | {"note": "A note", "why": "A new source"})
    assert "<strong>carl</strong> edited, so that it is a draft again" in show(client, transfer)


def test_what_publishing_would_change_is_told_in_words(client, reviewer):
    transfer = factories.published()
    transfer.quantities.update(minimum=7, maximum=7)
    factories.date(transfer=transfer, text="2019-10", source="gazette", locator="¶2")
    body = show(client, transfer)
    assert "<li>Quantity ordered: 7 instead of 6</li>" in body
    assert "<li>Date agreed: 2019-10 (new)</li>" in body
    assert "<li>Claim of date agreed: 2019-10, gazette ¶2 (new)</li>" in body
