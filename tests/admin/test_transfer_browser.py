"""The page of a transfer in a real browser: claims one a line, edited in place, beside what they make."""

import pytest

from tests.admin.test_workbench import log_in, register  # noqa: F401
from tests.support import factories
from transfers.models import Quantity

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def transfer():
    """Create a public transfer with four claims, on one of which sources differ."""
    record = factories.published("rus-srb-s-400-2019", note="Kept as it is.")
    factories.quantity(number=8, transfer=record, note="The other one", attributed_to="A ministry")
    factories.date(transfer=record)
    factories.valuation(transfer=record)
    return record


def get_box(page, selector):
    return page.locator(selector).first.bounding_box()


def test_four_claims_fit_one_screen_beside_the_row_that_they_make(log_in, transfer):  # noqa: F811
    page = log_in("a-curator")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"/admin/transfers/transfer/{transfer.pk}/change/")
    assert page.locator(".has_original .claim-line").count() == 4
    assert page.evaluate("document.documentElement.scrollHeight") <= 900
    assert get_box(page, "#resolved")["x"] > get_box(page, "#quantities-group")["x"] + 400
    assert get_box(page, ".notice")["y"] < get_box(page, "#steps")["y"] < get_box(page, ".claims")["y"]
    page.set_viewport_size({"width": 1000, "height": 900})
    assert get_box(page, "#resolved")["y"] > get_box(page, "#valuations-group")["y"]


def add_claim(page):
    """Fill in another claim of a quantity, but for its source."""
    page.locator("#quantities-group .add-row a").click()
    page.select_option("#id_quantities-2-measure", "delivered")
    page.fill("#id_quantities-2-number", "2")
    page.select_option("#id_quantities-2-unit", "system")
    page.fill("#id_quantities-2-locator", "¶1")
    page.fill("#id_quantities-2-excerpt", "two came")
    page.select_option("#id_quantities-2-credibility", "2")


def test_a_claim_is_edited_deleted_and_added_in_place(log_in, transfer):  # noqa: F811
    page = log_in("a-curator")
    page.goto(f"/admin/transfers/transfer/{transfer.pk}/change/")
    lines = page.locator("#quantities-group .has_original .claim-line")
    lines.nth(0).click()
    page.locator("#quantities-0-DELETE, #id_quantities-0-DELETE").check()
    lines.nth(1).click()
    page.fill("#id_quantities-1-number", "7")
    add_claim(page)
    page.fill("#id_why", "Read again")
    page.locator("#steps button[name=_continue]").click()
    page.wait_for_selector(".errornote")
    assert page.locator("#quantities-2 details[open] .field-source .errorlist").count() == 1
    page.locator("#quantities-2 .field-source .select2-selection").click()
    page.fill(".select2-search__field", "second-paper")
    page.wait_for_selector(".select2-results__option--highlighted:has-text('second-paper')")
    page.keyboard.press("Enter")
    page.locator("#steps button[name=_continue]").click()
    page.wait_for_selector(".messagelist .success")
    claims = Quantity.objects.order_by("pk").values_list("measure", "minimum", "note", "attributed_to")
    assert list(claims) == [("ordered", 7, "The other one", "A ministry"), ("delivered", 2, "", "")]
    transfer.refresh_from_db()
    assert (transfer.note, transfer.dates.count(), transfer.valuations.count()) == ("Kept as it is.", 1, 1)
