"""Junk at every address of the admin: an answer that says what is wrong, never a failure of the server.

JUNK says how many requests in all, divided among the roles: `make crawl JUNK=5000 SEED=2`.
"""

import os

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from tests.support import factories
from tests.support.crawler import Crawler
from tests.support.showcase import create_records
from transfers.registers.importing import jobs

pytestmark = pytest.mark.django_db
JUNK = int(os.environ.get("JUNK", "400"))
SEED = os.environ.get("SEED", "1")
ROLES = ["superuser", "curator", "reviewer", "viewer"]


def create_user(role):
    if role == "superuser":
        return User.objects.create_superuser(role)
    user = factories.user(role)
    if role == "viewer":
        user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return user


@pytest.mark.parametrize("role", ROLES)
def test_junk_is_answered_at_every_address(client, role, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(jobs, "_spawn", lambda name, lock: None)
    create_records()
    client.force_login(create_user(role))
    assert Crawler(client, f"{SEED} {role}").crawl(JUNK // len(ROLES)) == []


@pytest.mark.parametrize("key", ["RUS", "9" * 40, "²", "-1", "\x00"])
@pytest.mark.parametrize(
    ("model", "field"), [("transfer", "supplier"), ("quantity", "source"), ("group", "permissions")]
)
def test_a_malformed_key_is_no_choice_in_a_form(admin_client, model, field, key):
    path = reverse(f"admin:{'auth' if model == 'group' else 'transfers'}_{model}_add")
    assert admin_client.get(path, {field: key}).status_code == 200
    answer = admin_client.post(path, {field: key})
    assert answer.context["adminform"].form.errors[field]


@pytest.mark.parametrize("query", ["time__year=10000", "id__in=RUS", "key__range=1", "revision=" + "9" * 40])
def test_a_list_that_cannot_be_filtered_says_so_and_shows_everything(admin_client, query):
    factories.published()
    answer = admin_client.get(f"{reverse('admin:transfers_revision_changelist')}?{query}", follow=True)
    assert "cannot be filtered as the address says" in answer.content.decode()
    assert answer.context["cl"].result_count == 1


@pytest.mark.parametrize("key", ["RUS", "9" * 40, "²"])
@pytest.mark.parametrize("action", ["submit", "publish"])
def test_a_malformed_key_is_not_selected(admin_client, action, key):
    factories.transfer()
    form = {"action": action, "_selected_action": key, "index": "0", "reason": "Test"}
    answer = admin_client.post(reverse("admin:transfers_transfer_changelist"), form)
    assert answer.status_code in (200, 302)


@pytest.mark.parametrize("key", ["RUS", "9" * 40])
def test_a_malformed_key_is_no_deal_to_join(admin_client, key):
    form = {"deal": key, "other": factories.transfer().pk, "decision": "join", "reason": "Test"}
    assert admin_client.post(reverse("admin:transfers_importbatch_links"), form).status_code == 302
