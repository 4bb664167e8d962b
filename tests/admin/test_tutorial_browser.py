"""The tutorial of a curator's week, followed in a real browser by what the document says."""

import re

import pytest
from django.conf import settings
from django.test import Client

from tests.admin.test_workbench import log_in, register, step  # noqa: F401
from tests.support.browsers import press_access_key
from transfers.models import ArticleText, Source, Transfer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
TUTORIAL = settings.BASE_DIR / "docs" / "tutorial" / "a-week-of-a-curator.md"
DECLINED = "declined: "


def read_tutorial():
    """Return the article of the tutorial, and its figures with what becomes of each."""
    text = TUTORIAL.read_text(encoding="utf-8")
    [article] = re.findall(r"^```text\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return article, re.findall(r"^\| `(.+?)` \| (.+?) \|$", text, re.MULTILINE)


def add_article(page, text):
    """Paste the article, and save it with the source that is proposed."""
    page.goto("/admin/transfers/articletext/add/")
    page.fill("#id_text", text)
    with page.expect_navigation():
        page.click("input[name=_save]")
    page.fill("#id_new_publisher", "The Invented Gazette")
    page.select_option("#id_new_reliability", "B")
    with page.expect_navigation():
        page.click("input[name=_save]")


def decline(page, reason):
    press_access_key(page, "x")
    page.keyboard.type(reason)
    page.keyboard.press("Enter")


def record(page, outcome):
    """Record the claim as proposed, on the transfer that the tutorial names; with the event where none is."""
    event = page.locator("select[name=claim-event]")
    if event.count() and not event.input_value():
        event.select_option(outcome.split()[0])
    if page.locator("select[name=claim-credibility]").input_value() == "":
        page.select_option("select[name=claim-credibility]", "2")
    if not Transfer.objects.exists():
        page.get_by_label("A new transfer").check()
    elif page.locator("input[name=target-target]:checked").count() == 0:
        page.locator("input[name=target-target]").first.check()
    press_access_key(page, "r")


def follow(page, rows):
    """Record or decline each figure as the table says; the next open one comes up by itself."""
    press_access_key(page, "n")
    for number, (words, outcome) in enumerate(rows, 1):
        page.locator("a.is-open[aria-current]", has_text=words).wait_for()
        if outcome.startswith(DECLINED):
            decline(page, outcome.removeprefix(DECLINED))
        else:
            record(page, outcome)
        page.locator("#article-text :is(a.is-recorded, a.is-declined)").nth(number - 1).wait_for()


def test_the_week_of_the_tutorial_leads_to_a_public_row(log_in):  # noqa: F811
    text, rows = read_tutorial()
    page = log_in("a-curator")
    add_article(page, text)
    source = ArticleText.objects.get().source
    assert (source.title, source.published) == ("Serbia orders six S-400 systems", "2024-03-04")

    follow(page, rows)
    assert "This article is done." in page.inner_text("#article-pane")
    shown = page.inner_text("#article-text")
    assert [outcome for _, outcome in rows if outcome.removeprefix(DECLINED) not in shown] == []

    transfer = Transfer.objects.get()
    assert transfer.key == "rus-srb-s-400-2024"
    assert "in review" in step(page, transfer, "Submit for review", "One article read")
    assert "published" in step(log_in("a-reviewer"), transfer, "Publish", "Checked against the article")
    [row] = Client().get("/api/transfers?system=S-400").json()["results"]
    figures = [row[name] for name in ("quantity_ordered_min", "quantity_delivered_min", "deal_value_min")]
    assert figures == [6, 2, 600_000_000]
    assert Source.objects.get(pk=source.pk).readings.count() == sum(
        outcome.startswith(DECLINED) for _, outcome in rows
    )
