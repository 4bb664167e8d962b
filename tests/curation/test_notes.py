"""Messages by e-mail about reviews: to whom they go, when, and what happens where they cannot be sent."""

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.support import factories
from transfers.curation import mentions, review, workflow
from transfers.models import Transfer

pytestmark = pytest.mark.django_db
State = Transfer.State


@pytest.fixture
def mailed(settings, django_capture_on_commit_callbacks):
    """Return a function that does something and returns the addresses that were told of it."""
    settings.REVIEW_MAIL = True

    def do(action, *arguments):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            action(*arguments)
        return sorted(address for message in mail.outbox for address in message.to)

    return do


@pytest.fixture
def people():
    """Create people with addresses, by name."""
    roles = {"carl": "curator", "rita": "reviewer", "anna": "administrator"}
    users = {name: factories.user(role, name) for name, role in roles.items()}
    for name, user in users.items():
        user.email = f"{name}@example.org"
        user.save()
    return users


@pytest.fixture
def transfer():
    return factories.quantity(transfer=factories.transfer("the-key")).transfer


def test_nobody_is_told_unless_it_is_set_up(people, transfer, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        review.assign(transfer, people["rita"], people["carl"])
    assert mail.outbox == []


def test_who_is_assigned_is_told(mailed, people, transfer):
    assert mailed(review.assign, transfer, people["rita"], people["carl"]) == ["rita@example.org"]


def test_who_is_mentioned_is_told(mailed, people, transfer):
    assert mailed(review.comment, transfer, people["carl"], "@Anna, look") == ["anna@example.org"]


def test_the_reviewer_is_told_of_a_submission(mailed, people, transfer):
    review.assign(transfer, people["rita"], people["carl"])
    assert mailed(workflow.move, transfer, "submit", people["carl"], "Read") == ["rita@example.org"]


@pytest.mark.parametrize("step", ["return", "publish"])
def test_the_curator_is_told_what_became_of_it(mailed, people, transfer, step):
    workflow.move(transfer, "submit", people["carl"], "Read")
    assert mailed(workflow.move, transfer, step, people["rita"], "Why?") == ["carl@example.org"]


def test_nobody_is_told_of_what_they_did(mailed, people, transfer):
    assert mailed(review.comment, transfer, people["carl"], "A note for @carl") == []


def test_nobody_is_told_of_an_edit(mailed, people, transfer):
    workflow.move(transfer, "submit", people["carl"], "Read")
    assert mailed(workflow.reopen, transfer, people["anna"], "@rita is no mention here") == []


def test_one_message_tells_of_several(mailed, people):
    transfers = [factories.quantity().transfer for _ in range(3)]
    for transfer in transfers:
        workflow.move(transfer, "submit", people["carl"], "Read")
    assert mailed(workflow.move_all, transfers, "publish", people["rita"], "Read") == ["carl@example.org"]
    assert mail.outbox[0].subject == "3 transfers"


def test_the_message_says_who_did_what_and_why(mailed, people, transfer, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://register.example"]
    workflow.move(transfer, "submit", people["carl"], "Read")
    mailed(workflow.move, transfer, "return", people["rita"], "Which is older?")
    message = mail.outbox[0]
    assert message.subject == "the-key: rita asked back"
    assert "Which is older?" in message.body
    assert f"https://register.example/admin/transfers/transfer/{transfer.pk}/change/" in message.body


def test_a_line_break_in_a_reason_breaks_no_header(mailed, people, transfer):
    workflow.move(transfer, "submit", people["carl"], "Read")
    assert mailed(workflow.move, transfer, "return", people["rita"], "One\r\nBcc: all") == [
        "carl@example.org"
    ]


def test_a_message_that_cannot_be_sent_breaks_no_step(mailed, people, transfer, monkeypatch, caplog):
    def fail(*arguments):
        raise OSError("no route to host")

    monkeypatch.setattr(EmailBackend, "send_messages", fail)
    workflow.move(transfer, "submit", people["carl"], "Read")
    mailed(workflow.move, transfer, "return", people["rita"], "Why?")
    transfer.refresh_from_db()
    assert transfer.state == State.DRAFT
    assert "the-key were not sent" in caplog.text


def test_nothing_is_told_of_what_is_taken_back(mailed, people, transfer):
    def fail():
        with transaction.atomic():
            review.assign(transfer, people["rita"], people["carl"])
            transaction.set_rollback(True)

    assert mailed(fail) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@rita, look", ["rita"]),
        ("(@rita) and @anna.", ["rita", "anna"]),
        ("@rita @rita", ["rita"]),
        ("write to rita@example.org", []),
        ("@ home", []),
        ("@first.last!", ["first.last"]),
    ],
)
def test_a_mention_is_a_name_behind_an_at_sign(text, names):
    assert mentions.list_names(text) == names


@given(st.text())
def test_any_text_has_mentions_that_stand_in_it(text):
    assert all(f"@{name}" in text for name in mentions.list_names(text))
