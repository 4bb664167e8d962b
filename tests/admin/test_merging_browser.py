"""A merge and its undoing in a real browser: the public answers are equal before and after."""

import pytest
from django.test import Client

from tests.admin.test_workbench import list_faults, log_in, register  # noqa: F401
from tests.support import factories
from transfers.models import KeptApart, Merge, System
from transfers.publication import names

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
OF_PUBLICATION = {"revision", "updated"}


@pytest.fixture
def systems(register):  # noqa: F811
    """Publish a transfer of each of two systems that are one."""
    factories.published("rus-srb-s-400", system="s-400")
    other = factories.system("triumf", name="Triumf", aliases=("SA-21",), provisional=True)
    factories.published("rus-tur-triumf", recipient="TUR", system=other)
    return other


def ask(path, **query):
    names.forget()
    results = Client().get(f"/api/{path}", query).json()["results"]
    return [{name: row[name] for name in row.keys() - OF_PUBLICATION} for row in results]


def press(page, name):
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()


def test_a_merge_is_previewed_made_and_undone(log_in, systems):  # noqa: F811
    before = [ask(path) for path in ("transfers", "claims", "systems")]
    page = log_in("a-reviewer")
    page.goto(f"/admin/transfers/system/{systems.pk}/merge/")
    assert list_faults(page) == []
    page.click(".select2-selection")
    page.fill(".select2-search__field", "s-4")
    page.wait_for_selector(".select2-results__option--highlighted:has-text('S-400')")
    page.keyboard.press("Enter")
    press(page, "Show what would change")
    assert "1 public row would change" in page.inner_text("#content")
    assert list_faults(page) == []
    page.fill("#id_reason", "One and the same")
    press(page, "Merge")
    assert [row["key"] for row in ask("transfers", system="triumf")] == ["rus-srb-s-400", "rus-tur-triumf"]
    assert list_faults(page) == []
    page.fill("#id_reason", "They are two")
    press(page, "Undo the merge")
    assert [ask(path) for path in ("transfers", "claims", "systems")] == before
    assert (System.objects.count(), Merge.objects.get().undone is None) == (2, False)


def test_pairs_that_may_be_one_are_decided_on_by_keyboard(log_in):  # noqa: F811
    for slug, name in (("leopard", "Leopard 2A4"), ("leopart", "Leopart 2A4"), ("tunguska", "Tunguska")):
        factories.system(slug, name=name)
    factories.system("tunguzka", name="Tunguzka", provisional=True)
    page = log_in("a-reviewer")
    page.goto("/admin/transfers/system/alike/")
    assert list_faults(page) == []
    for key, shown in (("s", "Suggestion 2 of 2"), ("d", "Suggestion 1 of 1"), ("m", "Merge")):
        page.focus(f"[accesskey={key}]")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert shown in page.inner_text("#content")
    assert KeptApart.objects.count() == 1
    assert "?into=" in page.url
