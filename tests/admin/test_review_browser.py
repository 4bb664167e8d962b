"""A review in a real browser: the reviewer sees each value, asks back, and approves the answer."""

import re

import pytest

from tests.admin.test_workbench import list_faults, log_in, register  # noqa: F401
from tests.support import factories
from transfers.models import RegistryRow, Transfer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def transfer():
    transfer = factories.transfer("rus-srb-s-400-2019", location="Niš", note="Own words")
    factories.quantity(transfer=transfer, number=1500, excerpt="fifteen hundred systems")
    factories.valuation(transfer=transfer, number=420_000_000, attributed_to="A minister")
    factories.date(transfer=transfer, text="2019-10")
    return transfer


def open_page(page, transfer):
    page.goto(f"/admin/transfers/transfer/{transfer.pk}/change/")
    page.get_by_text("Parties, system, terms and note").click()
    return page


def press(page, name):
    """Press a button of the review and return the messages that follow."""
    with page.expect_navigation():
        page.locator("#steps").get_by_role("button", name=re.compile(name)).click()
    return page.wait_for_selector(".messagelist").inner_text()


def test_a_reviewer_sees_each_value_asks_back_and_approves(log_in, transfer):  # noqa: F811
    curator = open_page(log_in("a-curator"), transfer)
    curator.fill("#id_location", "Batajnica")
    curator.fill("#id_why", "Read twice")
    curator.select_option("#id_reviewer", label="a-reviewer")
    assert "in review" in press(curator, "submit for review")
    transfer.refresh_from_db()
    assert (transfer.location, transfer.state) == ("Batajnica", Transfer.State.IN_REVIEW)

    reviewer = log_in("a-reviewer")
    reviewer.get_by_role("link", name="Waiting for you").first.click()
    reviewer.get_by_role("link", name=transfer.key).click()
    text = reviewer.inner_text("#content")
    for value in ("1,500", "420,000,000", "2019-10", "fifteen hundred systems", "A minister", "Batajnica"):
        assert value in text
    assert "None" not in text
    assert list_faults(reviewer) == []
    reviewer.fill("#id_why", "Which airfield is it?")
    assert "draft" in press(reviewer, "Return")

    curator.goto("/admin/")
    assert "Which airfield is it?" in curator.inner_text("#content")
    open_page(curator, transfer)
    assert "Which airfield is it?" in curator.inner_text("#returned")
    curator.fill("#id_location", "Batajnica, near Belgrade")
    curator.fill("#id_why", "The one near Belgrade, @a-reviewer")
    press(curator, "submit for review")

    open_page(reviewer, transfer)
    assert "The one near Belgrade" in reviewer.inner_text("#conversation")
    reviewer.fill("#id_why", "Checked")
    assert "published" in press(reviewer, "Publish")
    row = RegistryRow.objects.current().get()
    assert (row.location, row.quantity_ordered_min, row.deal_value_min) == (
        "Batajnica, near Belgrade", 1500, 420_000_000,
    )  # fmt: skip


def test_several_are_approved_after_they_were_seen(log_in):  # noqa: F811
    transfers = [factories.in_review(), factories.in_review()]
    factories.quantity(number=8, transfer=transfers[0])
    page = log_in("a-reviewer")
    page.goto("/admin/transfers/transfer/")
    page.check("#action-toggle")
    page.select_option("select[name=action]", "publish")
    with page.expect_navigation():
        page.locator("button[name=index]").click()
    assert "Sources differ: Quantity ordered" in page.inner_text("#content")
    assert list_faults(page) == []
    page.fill("#step-reason", "Both seen")
    with page.expect_navigation():
        page.get_by_role("button", name="Publish").click()
    assert "Now published: 2" in page.inner_text(".messagelist")


def test_enter_in_a_field_saves_and_takes_no_step(log_in):  # noqa: F811
    transfer = factories.quantity().transfer
    page = open_page(log_in("a-curator"), transfer)
    page.fill("#id_location", "Batajnica")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    transfer.refresh_from_db()
    assert (transfer.location, transfer.state) == ("Batajnica", Transfer.State.DRAFT)
