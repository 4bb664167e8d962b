"""The page of an import: what it brought, what it left out, and what its comments may mean."""

from dataclasses import replace

import pytest
from django.urls import reverse

from tests.admin.test_imports import BAD, DEAL, OTHER, address, body, brought, lines
from tests.support import factories
from transfers.models import Party, System

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(client):
    client.force_login(factories.user("curator"))


def test_the_page_of_an_import_says_what_it_brought_and_what_not(client, curator):
    brought(DEAL, OTHER, generated="1 May 2025")
    batch = brought(replace(DEAL, delivered=3), BAD)
    answer = client.get(address("change", batch.pk))
    assert answer.context["left_out"] == [
        ("line 14", "refused", "Supplier and recipient are the same party, X-INDIA.")
    ]
    assert [each.key for each in answer.context["vanished"]] == ["x-france-x-india-sud-9-2001"]
    assert [len(links) for _, links, _ in answer.context["names"]] == [0, 0]


def test_the_page_leads_to_names_that_nobody_has_looked_at(client, curator):
    batch = brought(DEAL)
    names = client.get(address("change", batch.pk)).context["names"]
    party, system = Party.objects.get(name="France"), System.objects.get()
    assert (party.name, reverse("admin:transfers_party_change", args=[party.pk])) in names[0][1]
    assert names[1][1] == [(str(system), reverse("admin:transfers_system_change", args=[system.pk]))]


def test_the_page_shows_what_comments_may_mean_and_curators_choose(client, curator):
    batch = brought(DEAL)
    answer = client.get(address("change", batch.pk))
    assert [(each.excerpt, meaning) for each, meaning in answer.context["open"]] == [("Lease", "lease")]
    assert 'value="accept"' in body(answer)
    client.force_login(factories.user("reviewer"))
    assert 'value="accept"' not in body(client.get(address("change", batch.pk)))


def test_what_was_left_out_is_a_list_to_download(client, curator):
    [line] = lines(client.get(address("left_out", brought(DEAL, BAD).pk)))
    assert (line["line"], line["outcome"]) == ("line 14", "refused")
