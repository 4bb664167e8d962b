"""What was entered and not saved, in a real browser: it is in the form again, for the one who entered it."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection

from tests.admin.test_workbench import PASSWORD, choose, log_in, register  # noqa: F401
from tests.support import factories
from transfers.models import ArticleText, Transfer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
LONG_TEXT = f"{'слово ' * 800}\n\n" * 100


def log_in_again(page, name):
    """Log in on the page that the end of a session leads to."""
    page.wait_for_selector("#login-form")
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def save(page):
    with page.expect_navigation():
        page.locator("input[name=_save]").click()


def unfold(page):
    """Open the transfer's own fields and its first claim."""
    for summary in page.locator("summary:has(.fieldset-heading), .has_original .claim-line").all()[:2]:
        summary.click()


def end_sessions():
    """End all sessions, wherever they are kept."""
    for file in Path(settings.SESSION_FILE_PATH).iterdir() if connection.vendor == "sqlite" else ():
        file.unlink()
    Session.objects.all().delete()


def test_an_edit_is_in_the_form_again_after_the_session_has_ended(log_in):  # noqa: F811
    claim = factories.quantity(transfer=factories.transfer(note="stored"))
    page = log_in("a-curator")
    path = f"/admin/transfers/transfer/{claim.transfer.pk}/change/"
    page.goto(path)
    unfold(page)
    page.fill("#id_note", "entered with care")
    page.fill("#id_quantities-0-number", "7")
    add_date(page)
    end_sessions()
    save(page)
    log_in_again(page, "a-curator")
    page.get_by_text("was not saved. It is in the form again").wait_for()
    assert page.input_value("#id_note") == "entered with care"
    assert page.input_value("#id_quantities-0-number") == "7"
    assert page.input_value("#id_dates-0-date") == "2019-10"
    assert Transfer.objects.get().note == "stored"
    save(page)
    assert Transfer.objects.get().note == "entered with care"
    assert Transfer.objects.get().dates.get().source.key == "first-paper"
    page.goto(path)
    assert page.get_by_text("was not saved").count() == 0


def add_date(page):
    """Enter a further claim, with its source."""
    page.locator("#dates-group .add-row a").click()
    page.select_option("#id_dates-0-event", "agreed")
    page.fill("#id_dates-0-date", "2019-10")
    page.fill("#id_dates-0-locator", "¶1")
    page.fill("#id_dates-0-excerpt", "in October")
    page.select_option("#id_dates-0-credibility", "2")
    page.locator("#dates-0 .field-source .select2-selection").click()
    page.mouse.move(0, 0)  # or whatever appears under it would be chosen
    page.fill(".select2-search__field", "first-paper")
    page.wait_for_selector(".select2-results__option--highlighted:has-text('first-paper')")
    page.keyboard.press("Enter")


def test_a_pasted_article_is_in_the_form_again_after_the_session_has_ended(log_in):  # noqa: F811
    page = log_in("a-curator")
    page.goto("/admin/transfers/articletext/add/")
    choose(page, "source", "first-paper")
    page.evaluate("text => document.getElementById('id_text').value = text", LONG_TEXT)
    end_sessions()
    save(page)
    log_in_again(page, "a-curator")
    page.get_by_text("was not saved. It is in the form again").wait_for()
    save(page)
    assert ArticleText.objects.get().text == LONG_TEXT


def test_an_edit_is_in_the_form_again_after_a_login_in_another_tab(log_in):  # noqa: F811
    """Try a form whose token belongs to the login before."""
    transfer = factories.transfer(note="stored")
    page = log_in("a-curator")
    path = f"/admin/transfers/transfer/{transfer.pk}/change/"
    page.goto(path)
    page.get_by_text("Parties, system, terms and note").click()
    page.fill("#id_note", "entered with care")
    end_sessions()
    tab = page.context.new_page()
    tab.goto("/admin/")
    log_in_again(tab, "a-curator")
    save(page)
    assert "Nothing was saved." in page.inner_text("#content")
    page.goto(path)
    page.get_by_text("was not saved. It is in the form again").wait_for()
    assert page.input_value("#id_note") == "entered with care"


def test_a_claim_entered_beside_an_article_is_there_again_after_the_session_has_ended(log_in):  # noqa: F811
    text = "Serbia has ordered six S-400 systems from Russia, an official said."
    article = ArticleText.objects.create(source=factories.source("first-paper"), text=text)
    page = log_in("a-curator")
    page.goto(f"/admin/transfers/articletext/{article.pk}/change/")
    page.locator("a[data-pane]").filter(has_text="six").first.click()
    page.fill("#article-pane [name$=attributed_to]", "entered with care")
    end_sessions()
    with page.expect_navigation():
        page.locator("#article-pane [type=submit]").first.click()
    log_in_again(page, "a-curator")
    page.get_by_text("was not saved. It is in the form again").wait_for()
    assert page.input_value("#article-pane [name$=attributed_to]") == "entered with care"


def test_an_edit_is_not_shown_to_another_user(log_in):  # noqa: F811
    transfer = factories.transfer(note="stored")
    page = log_in("a-curator")
    path = f"/admin/transfers/transfer/{transfer.pk}/change/"
    page.goto(path)
    unfold(page)
    page.fill("#id_note", "entered with care")
    end_sessions()
    save(page)
    log_in_again(page, "a-administrator")
    page.wait_for_selector("#id_note", state="attached")
    assert page.input_value("#id_note") == "stored"
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('unsaved'))") == []


def test_an_edit_is_forgotten_at_logout(log_in):  # noqa: F811
    transfer = factories.transfer(note="stored")
    page = log_in("a-curator")
    path = f"/admin/transfers/transfer/{transfer.pk}/change/"
    page.goto(path)
    unfold(page)
    page.fill("#id_note", "entered with care")
    page.route(f"**{path}", lambda route: route.abort())
    page.locator("input[name=_save]").click()
    page.unroute(f"**{path}")
    page.goto("/admin/")
    with page.expect_navigation():
        page.locator("#logout-form button").click()
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('unsaved'))") == []
