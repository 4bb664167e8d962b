"""Ambiguous deals, renames and parts in a real browser: settled, accepted together, and taken back."""

from dataclasses import replace

import pytest

from tests.admin.test_imports import DEAL, brought
from tests.admin.test_workbench import list_faults, log_in, register  # noqa: F401
from tests.support import factories
from tests.support.deals import DEAL as ORDER
from tests.support.deals import described, imported
from transfers.models import Proposal, RegisterDeal, Transfer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
RENAMED = 200


@pytest.fixture
def editions(tmp_path, monkeypatch, register):  # noqa: F811
    """Import an edition, and another that splits one deal and prints many under another designation."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    whole = replace(DEAL, ordered=9, comments="For the navy", delivered=0, delivery_years=())
    old = [replace(DEAL, designation=f"Sud {number}", comments="") for number in range(RENAMED + 1)]
    brought(whole, *old, generated="1 May 2025")
    parts = [replace(whole, ordered=count, comments=f"Type {count}") for count in (4, 5)]
    renamed = [replace(deal, designation=f"{deal.designation}/Export", ordered=4) for deal in old]
    brought(*parts, *renamed)


def open_page(page, path):
    """Open a page of imports, which has no serious fault of accessibility."""
    page.goto(f"/admin/transfers/importbatch/{path}")
    assert list_faults(page) == []


def press(page, name):
    """Press a button and return the messages that follow."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()
    return page.wait_for_selector(".messagelist").inner_text()


def test_an_ambiguous_deal_is_settled_and_taken_back(log_in, editions):  # noqa: F811
    page = log_in("a-curator")
    open_page(page, "ambiguous/")
    page.get_by_label("A part of x-france-x-india-nord-7-2001, which is split").first.check()
    assert "settled" in press(page, "Settle")
    assert RegisterDeal.objects.filter(stated__ordered=4, outcome="changed").exists()
    open_page(page, "ambiguous/?settled=1")
    page.get_by_label("Reason (required)").first.fill("A mistake")
    assert "taken back" in press(page, "Take back")
    assert RegisterDeal.objects.ambiguous().count() == RENAMED + 3


def test_a_rename_and_a_bulk_are_accepted_and_taken_back(log_in, editions):  # noqa: F811
    page = log_in("a-curator")
    open_page(page, "renames/")
    page.locator("input[name=rename]").first.check()
    assert "Renames accepted: 1." in press(page, "Accept")
    page.get_by_label("With all 200").check()
    assert "Renames accepted: 200." in press(page, "Accept")
    assert not Proposal.objects.open().filter(field="rename").exists()
    open_page(page, "renames/?decision=accepted")
    page.get_by_label("With all 201").check()
    page.get_by_label("Reason (to take back, required)").fill("A mistake")
    assert "Renames taken back: 201." in press(page, "Take back")
    assert Proposal.objects.open().filter(field="rename").count() == RENAMED + 1
    assert Transfer.objects.count() == RENAMED + 2


def test_deals_that_make_one_purchase_are_joined_at_once_and_parted(log_in):  # noqa: F811
    for number, count in enumerate((3, 2)):
        imported(replace(ORDER, lines=(14 + number,), ordered=count), f"own-{number}", recipient="SRB")
    factories.quantity("ordered", 5, transfer=described(recipient="SRB"))
    page = log_in("a-curator")
    open_page(page, "links/")
    page.get_by_label("Reason (to join, required)").first.fill("One purchase")
    assert "2 deals are parts of told now" in press(page, "Join all 2")
    open_page(page, "links/?joined=1")
    page.get_by_label("Reason (required)").fill("Two after all")
    assert "Transfers of their own again: own-0, own-1." in press(page, "Take back")
    assert Transfer.objects.count() == 3
