"""What numbers and dates in words are understood to mean, while they are typed in a real browser."""

import pytest

from tests.admin.test_workbench import list_faults, log_in, register  # noqa: F401
from tests.support import factories
from transfers.models import TransferDate, Valuation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def wait_for_meaning(page, field, text):
    page.locator(f".meaning-field:has({field}) .meaning", has_text=text).wait_for()


def test_a_field_says_what_is_typed_and_takes_a_proposal(log_in):  # noqa: F811
    date = factories.date("agreed", "2019")
    factories.valuation(number=420_000_000, transfer=date.transfer)
    page = log_in("a-curator")
    page.goto(f"/admin/transfers/transfer/{date.transfer.pk}/change/")
    for line in page.locator(".has_original .claim-line").all():
        line.click()
    assert page.input_value("#id_valuations-0-number") == "420,000,000"
    page.fill("#id_valuations-0-number", "about $400 million")
    wait_for_meaning(page, "#id_valuations-0-number", "means about 400,000,000 USD")
    page.fill("#id_dates-0-date", "Febuary 2018")
    wait_for_meaning(page, "#id_dates-0-date", "did you mean February 2018, which is 2018-02?")
    page.get_by_role("button", name="Use 2018-02").click()
    wait_for_meaning(page, "#id_dates-0-date", "2018-02 means 1 February 2018 to 28 February 2018")
    assert list_faults(page) == []
    with page.expect_navigation():
        page.locator("input[name=_save]").click()
    assert TransferDate.objects.get().date == "2018-02"
    assert Valuation.objects.get().minimum == 400_000_000
