"""The front page: what waits, with who, since when and why, in the order of the work."""

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support import factories
from transfers.curation import review, workflow
from transfers.models import ArticleText, Transfer, history

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(client):
    user = factories.user("curator", "carol")
    client.force_login(user)
    return user


def create_draft(user, key="", reason="Two papers read"):
    with history.record_because(reason, user):
        return factories.quantity(transfer=factories.transfer(key)).transfer


def submit(user, key, reason="Please check"):
    return workflow.move(create_draft(user, key), "submit", user, reason)


def read_table(client, name):
    """Return the text of a table of the front page; nothing where it is not there."""
    body = client.get(reverse("admin:index")).content.decode()
    match = re.search(rf'id="{name}".*?</table>', body, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", match[0]).split()) if match else ""


def test_it_has_the_name_of_the_project(client, curator):
    assert "arms_registry</a>" in client.get(reverse("admin:index")).content.decode()


def test_drafts_of_the_user_are_listed_with_when_and_why(client, curator):
    create_draft(curator, "mine")
    create_draft(factories.user("curator", "dave"), "another")
    table = read_table(client, "drafts")
    assert re.search(r"mine \d+ \w+ \d{4}, \d\d:\d\d Two papers read", table)
    assert "another" not in table


def test_a_draft_whose_claim_the_user_edited_is_theirs(client, curator):
    transfer = factories.transfer("other")
    with history.record_because("One more source", curator):
        factories.date(transfer=transfer)
    assert "One more source" in read_table(client, "drafts")


def test_what_was_asked_back_is_listed_once_with_the_question(client, curator):
    transfer = submit(curator, "returned")
    workflow.move(transfer, "return", factories.user("reviewer", "rita"), "Which date is it?")
    assert re.search("returned rita .* Which date is it?", read_table(client, "asked-back"))
    assert "returned" not in read_table(client, "drafts")


def test_what_is_in_review_says_who_submitted_it_and_who_reviews_it(client, curator):
    transfer = submit(curator, "submitted")
    review.assign(transfer, factories.user("reviewer", "rita"), curator)
    assert re.search("submitted carol rita .* Please check", read_table(client, "in-review"))


def test_work_stands_in_its_order(client, curator):
    create_draft(curator)
    workflow.move(submit(curator, "b"), "return", factories.user("reviewer"), "Why?")
    submit(curator, "c")
    body = client.get(reverse("admin:index")).content.decode()
    names = ["drafts", "asked-back", "articles", "in-review", "log"]
    places = [body.index(f'id="{name}"') for name in names]
    assert places == sorted(places)


def test_tables_of_the_machine_are_folded_away(client):
    client.force_login(factories.user("administrator"))
    before, _, after = client.get(reverse("admin:index")).content.decode().partition("Other tables")
    for name in ("registryrow", "registryclaim", "registerdeal", "partyalias", "quantity"):
        link = f'href="{reverse(f"admin:transfers_{name}_changelist")}"'
        assert link not in before
        assert link in after


def count_queries(client):
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("admin:index"))
    return len(captured)


def test_the_number_of_queries_does_not_grow(client, curator):
    def add(number):
        create_draft(curator, f"draft-{number}")
        workflow.move(submit(curator, f"back-{number}"), "return", reviewer, "Why?")
        review.assign(submit(curator, f"submitted-{number}"), reviewer, curator)
        ArticleText.objects.create(source=factories.source(), text="Text", added_by=curator)
        factories.published(f"public-{number}")

    reviewer = factories.user("reviewer")
    add(1)
    client.get(reverse("admin:index"))  # counts the names that may be one, for some minutes
    count = count_queries(client)
    for number in range(2, 5):
        add(number)
    assert count_queries(client) == count


@pytest.mark.parametrize(("role", "label"), [("curator", "Log"), ("reviewer", "Sources")])
def test_the_navigation_leads_to_the_lists(client, role, label):
    client.force_login(factories.user(role))
    body = client.get(reverse("admin:transfers_transfer_changelist")).content.decode()
    assert re.search(rf'<nav aria-label="Main".*>{label}</a>.*</nav>', body, re.DOTALL)
    assert re.search(r'transfer/" aria-current="page">Transfers</a>', body)


def test_the_navigation_has_no_list_that_the_user_may_not_view(client):
    client.force_login(factories.user("nobody"))
    body = client.get(reverse("admin:index")).content.decode()
    assert ">Transfers</a>" not in body
    assert admin.site.site_header in body
    assert not Transfer.objects.exists()
