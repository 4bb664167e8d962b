"""The transfer of a claim in a real browser: not guessed, as typed, told, undone, and asked about."""

import pytest

from tests.admin.test_workbench import list_faults, log_in, register  # noqa: F401
from tests.support import factories
from transfers.models import ArticleText, Quantity, RegistryRow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
TEXT = """Serbia has Mi-35M helicopters from Russia, which delivered them in 2017.

Kazakhstan has received 12 Mi-35M helicopters from Russia."""
RECORD = "input[value='Record the claim']"


@pytest.fixture
def claim_page(log_in):  # noqa: F811
    """Return the page of the claim that twelve helicopters went to Kazakhstan; Serbia's deal is published."""
    factories.party("KAZ", name="Kazakhstan")
    helicopter = factories.system("mi-35m", category="aircraft", description="Attack helicopter")
    factories.published("rus-srb-mi-35m-2017", system=helicopter)
    factories.transfer("rus-ind-mi-35m-2018", recipient="IND", system=helicopter)
    article = ArticleText.objects.create(source=factories.source("first-paper"), text=TEXT)
    page = log_in("a-curator")
    page.goto(f"/admin/transfers/articletext/{article.pk}/change/")
    return page


def open_claim(page):
    page.locator(".mark-number", has_text="12").first.click()
    page.wait_for_selector(RECORD)
    page.select_option("select[name=claim-credibility]", "2")


def record(page):
    page.click(RECORD)
    return page.wait_for_selector(".recorded-claim").inner_text()


def undo(page):
    page.get_by_role("button", name="Undo").click()
    return page.wait_for_selector(".messagelist").inner_text()


def choose_other(page, key):
    page.locator(".claim-choice", has_text="Another transfer").locator(".select2-selection").click()
    with page.expect_response(lambda response: f"term={key}" in response.url):
        page.fill(".select2-search__field", key)
    page.locator(".select2-results__option:only-child", has_text=key).click()


def test_a_claim_lands_on_the_transfer_that_is_meant(claim_page):
    open_claim(claim_page)
    assert claim_page.locator("[name=target-target]:checked").count() == 0
    assert list_faults(claim_page) == []
    choose_other(claim_page, "rus-ind-mi-35m-2018")
    assert claim_page.locator("[name=target-target]:checked").get_attribute("value") == "other"
    assert "Recorded on rus-ind-mi-35m-2018: delivered 12 aircraft." in record(claim_page)
    assert list_faults(claim_page) == []
    assert "Undone" in undo(claim_page)

    open_claim(claim_page)
    claim_page.get_by_text("rus-srb-mi-35m-2017", exact=True).click()
    claim_page.click(RECORD)
    claim_page.get_by_text("Confirm this, or choose another transfer.").wait_for()
    assert not Quantity.objects.filter(measure="delivered").exists()
    claim_page.get_by_label("rus-srb-mi-35m-2017 is published").check()
    assert "Recorded on rus-srb-mi-35m-2017" in record(claim_page)
    transfer = Quantity.objects.get(measure="delivered").transfer
    assert (transfer.state, RegistryRow.objects.current().count()) == ("draft", 1)
    assert "Undone" in undo(claim_page)
    transfer.refresh_from_db()
    assert transfer.state == "published"
