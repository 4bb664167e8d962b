"""Pages for what the admin refuses: what happened and what to do, in the admin's look."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.support import factories
from transfers.models import Transfer

pytestmark = pytest.mark.django_db
STEP = "admin:transfers_transfer_step"


@pytest.fixture
def curator(client):
    client.force_login(factories.user("curator"))
    return client


def read(answer, code):
    """Return the page, which has this code and the frame of the admin."""
    page = answer.content.decode()
    assert answer.status_code == code
    assert 'id="header"' in page
    assert "What you can do" in page or code == 404
    return page


def test_a_refusal_names_the_user_and_the_role(curator):
    page = read(curator.get(reverse("admin:auth_user_changelist")), 403)
    assert "a curator" in page
    assert "role curator" in page.replace("\n    ", " ")


def test_a_form_of_another_login_is_refused_with_what_to_do():
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.user("curator"))
    page = read(client.post(reverse("admin:transfers_transfer_add"), {"key": "x"}), 403)
    assert "Nothing was saved" in page
    assert "in this tab" in page


def test_a_form_that_is_refused_before_logging_in_has_its_page():
    read(Client(enforce_csrf_checks=True).post(reverse("admin:login"), {"username": "x"}), 403)


def test_an_unknown_address_of_the_admin_leads_to_its_front_page(curator):
    page = read(curator.get("/admin/transfers/none/"), 404)
    assert f'href="{reverse("admin:index")}"' in page


def test_a_lookup_that_is_not_allowed_is_a_page(curator):
    read(curator.get(reverse("admin:transfers_party_changelist"), {"supplied__note": "x"}), 400)


def test_a_failure_of_the_server_is_a_page_without_the_database(curator, monkeypatch):
    monkeypatch.setattr(admin.site, "each_context", lambda request: 1 / 0)
    curator.raise_request_exception = False
    page = read(curator.get(reverse("admin:index")), 500)
    assert "The server failed" in page


def test_outside_the_admin_answers_are_those_of_the_api(client):
    assert client.get("/none").headers["Content-Type"] == "text/plain"
    assert client.get("/api/none").headers["Content-Type"] == "application/problem+json"


def test_a_step_that_is_opened_without_its_form_leads_to_the_record(curator):
    transfer = factories.transfer()
    answer = curator.get(reverse(STEP, args=[transfer.pk]), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("admin:transfers_transfer_change", args=[transfer.pk])
    assert "Nothing was done" in answer.content.decode()
    assert Transfer.objects.get().state == "draft"
