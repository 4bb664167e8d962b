"""Who may do what in the admin: the table of docs/reference/permissions.md, asked of the admin itself."""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from docs import generate
from tests.support import deals, factories
from transfers.curation import workflow
from transfers.curation.previews import build_preview
from transfers.models import (
    ArticleText,
    FormerHash,
    Merge,
    Proposal,
    ReferenceChange,
    RegistryClaim,
    RegistryDelivery,
    RegistryRow,
    Release,
    Revision,
    Transfer,
)
from transfers.publication import publish

pytestmark = pytest.mark.django_db
ROLES = ["anonymous", "nobody", "curator", "reviewer", "administrator", "superuser"]
OUTSIDE = {"anonymous": "–", "nobody": "–"}
PAGES = {"list": "view", "history": "view", "add": "add", "change": "change", "delete": "delete"}


def read_table(heading):
    """Return a table of the page: first column → column → cell."""
    text = (generate.FOLDER / "permissions.md").read_text(encoding="utf-8")
    part = re.split(r"^## ", text.split(f"\n## {heading}\n")[1], flags=re.MULTILINE)[0]
    head, _, *rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in part.splitlines()
        if line.startswith("|")
    ]
    return {row[0]: dict(zip(head, row, strict=True)) for row in rows}


RECORDS, STEPS = read_table("Records"), read_table("Steps of a transfer")


def list_allowed(role, label):
    """Return what the page lets somebody of this role do with the model."""
    return set((OUTSIDE | RECORDS[label])[role].split(", "))


def create_user(role):
    return User.objects.create_superuser("super") if role == "superuser" else factories.user(role)


def create_proposal():
    deal = deals.imported()
    return Proposal.objects.create(transfer=deal.transfer, deal=deal, field="kind", value="gift")


def create_release():
    return Release.objects.create(name="1", revision=1, created=timezone.now(), transfers=0, files={})


def publish_and_get(model):
    factories.published()
    return model.objects.get()


def deliver():
    factories.quantity("delivered", 2, transfer=factories.transfer())
    publish.publish(Transfer.objects.all(), "Test")
    return RegistryDelivery.objects.get()


#: How to create a record, of the models for which `factories` has no function of the model's name.
CREATE = {
    "transfers.revision": lambda: publish_and_get(Revision),
    "transfers.registryrow": lambda: publish_and_get(RegistryRow),
    "transfers.registryclaim": lambda: publish_and_get(RegistryClaim),
    "transfers.registrydelivery": deliver,
    "transfers.formerhash": lambda: FormerHash.objects.create(sequence=1, hash="0" * 64),
    "transfers.release": create_release,
    "transfers.partyalias": lambda: factories.party("X-ORG", aliases=("Org",)).aliases.get(),
    "transfers.systemalias": lambda: factories.system(aliases=("SA-21",)).aliases.get(),
    "transfers.transferdate": factories.date,
    "transfers.articletext": lambda: ArticleText.objects.create(source=factories.source(), text="Words."),
    "transfers.importbatch": lambda: deals.imported().batch,
    "transfers.registerdeal": deals.imported,
    "transfers.proposal": create_proposal,
    "transfers.merge": lambda: Merge.objects.create(kind="system", winner="s-400", loser="triumf"),
    "transfers.referencechange": lambda: ReferenceChange.objects.create(kind="system", key="s-400"),
    "auth.user": lambda: User.objects.create_user("another"),
    "auth.group": lambda: Group.objects.create(name="another"),
}


def create_record(label):
    """Create a record of the model that only permissions protect from being deleted."""
    create = CREATE.get(label) or getattr(factories, label.removeprefix("transfers."))
    return create()


def is_open(client, name, label, record):
    """Return whether the admin lets the user do it."""
    view = {"list": "changelist"}.get(name, name)
    arguments = [record.pk] if name in ("history", "change", "delete") else []
    answer = client.get(reverse(f"admin:{label.replace('.', '_')}_{view}", args=arguments))
    if name == "change" and answer.status_code == 200:
        return 'name="_save"' in answer.content.decode()  # the page of those who may only view has no button
    return answer.status_code == 200


def test_every_registered_model_is_in_the_table():
    assert {model._meta.label_lower for model in admin.site._registry} <= set(RECORDS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("label", sorted(model._meta.label_lower for model in admin.site._registry))
def test_the_admin_allows_what_the_table_says_and_nothing_else(client, label, role):
    record = create_record(label)
    if role != "anonymous":
        client.force_login(create_user(role))
    may = list_allowed(role, label)
    expected = {name: action in may for name, action in PAGES.items()}
    assert {name: is_open(client, name, label, record) for name in PAGES} == expected


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_taken_by_whom_the_table_says_and_by_nobody_else(client, name, role):
    transfer = factories.in_state(sorted(workflow.TRANSITIONS[name].sources)[0])
    if role != "anonymous":
        client.force_login(create_user(role))
    url = reverse("admin:transfers_transfer_step", args=[transfer.pk])
    client.post(url, {"_step": name, "why": "because", "preview": build_preview(transfer).digest})
    transfer.refresh_from_db()
    may = (OUTSIDE | STEPS[name])[role] == "yes"
    assert LogEntry.objects.exists() == may
    assert (transfer.state == STEPS[name]["to"]) == may


def test_every_step_is_in_the_table():
    assert {name: set(row["from"].replace("`", "").split()) for name, row in STEPS.items()} == {
        name: set(step.sources) for name, step in workflow.TRANSITIONS.items()
    }
