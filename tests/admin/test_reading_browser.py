"""Reading an article in a real browser: by the keyboard alone, without page loads, beside its form."""

import pytest

from tests.admin.test_workbench import list_faults, log_in, register  # noqa: F401
from tests.support import factories
from tests.support.browsers import press_access_key
from transfers.models import ArticleText, Quantity, SourceReading

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
FILLER = "Officials spoke of old ties and of new ones. " * 12
TEXT = f"""Armies take Russian arms

Serbia has ordered six S-400 systems from Russia, the ministry said.

Russia delivered two S-400 systems to Serbia in October 2019.

{FILLER}

India signed a contract with Russia for 20 Mi-35M helicopters in May 2018. The deal is worth $500 million.

{FILLER}

Russia has delivered 12 Mi-35M helicopters to India.

Turkey received four S-400 systems from Russia in July 2019.

{FILLER}

The river is 300 metres wide, and 40 people work there.
"""
SERBIA, INDIA, TURKEY = "rus-srb-s-400-2019", "rus-ind-mi-35m-2018", "rus-tur-s-400-2017"
WANTED = [
    (SERBIA, "quantity_ordered", "6"),
    (SERBIA, "quantity_delivered", "2"),
    (SERBIA, "date_delivered", "2019-10"),
    (INDIA, "quantity_ordered", "20"),
    (INDIA, "date_agreed", "2018-05"),
    (INDIA, "deal_value", "500000000"),
    (INDIA, "quantity_delivered", "12"),
    (TURKEY, "quantity_delivered", "4"),
    (TURKEY, "date_delivered", "2019-07"),
]
MOST_KEYS = 12


class Keyboard:
    """Keys of a page, counted; an access key is two."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def press(self, key):
        self.count += 1
        self.page.keyboard.press(key)

    def press_access(self, key):
        self.count += 2
        press_access_key(self.page, key)

    def wait_for(self, state, number):
        """Wait until so many figures look like this."""
        self.page.wait_for_function(
            "([state, number]) => document.querySelectorAll(`#article-text a.is-${state}`).length === number",
            arg=[state, number],
        )

    def get_focus(self):
        return self.page.evaluate("document.activeElement.name || document.activeElement.value")


@pytest.fixture
def article(register):  # noqa: F811
    """Create the article, the transfers that it speaks of, and others that it does not."""
    factories.system("mi-35m")
    factories.party("IND"), factories.party("TUR")
    factories.transfer(SERBIA, recipient="SRB", system="s-400")
    factories.transfer(INDIA, recipient="IND", system="mi-35m")
    factories.transfer(TURKEY, recipient="TUR", system="s-400")
    factories.transfer("rus-srb-mi-35m-2017", recipient="SRB", system="mi-35m")
    factories.transfer("rus-ind-s-400-2015", recipient="IND", system="s-400")
    return ArticleText.objects.create(source=factories.source("first-paper"), text=TEXT)


def list_claims(source):
    claims = [
        *source.quantity_claims.all(),
        *source.transferdate_claims.all(),
        *source.valuation_claims.all(),
    ]
    return {
        (claim.transfer.key, claim.measure_name, str(getattr(claim, "date", None) or f"{claim.minimum:.0f}"))
        for claim in claims
    }


def record(keyboard):
    """Record the claim in the pane, with what only a curator can say."""
    if keyboard.get_focus() == "claim-credibility":
        keyboard.press("2")
    if keyboard.get_focus() == "target-target":  # no transfer plainly fits; the likeliest is the first
        keyboard.press("Space")
    keyboard.press_access("r")


def test_an_article_is_read_by_the_keyboard_alone(log_in, article):  # noqa: F811
    page = log_in("a-curator")
    page.goto(f"/admin/transfers/articletext/{article.pk}/change/")
    loads = []
    page.on("request", lambda request: loads.append(request.url) if request.is_navigation_request() else None)
    keyboard = Keyboard(page)
    keyboard.press("Enter")  # the next open figure has the focus
    page.wait_for_selector(".article-claim")
    for number in range(1, len(WANTED) + 1):
        record(keyboard)
        keyboard.wait_for("recorded", number)
    assert list_claims(article.source) == set(WANTED)
    assert keyboard.count <= MOST_KEYS * len(WANTED)
    assert list_faults(page) == []

    keyboard.press_access("x")
    assert keyboard.get_focus() == "decline-declined"
    page.keyboard.type("People are no arms.")
    keyboard.press("Enter")
    keyboard.wait_for("declined", 1)
    assert SourceReading.objects.get().excerpt.endswith("40 people work there")
    assert "This article is done." in page.inner_text("#article-pane")
    assert loads == []


def test_text_and_form_stand_side_by_side_where_there_is_room(log_in, article):  # noqa: F811
    page = log_in("a-curator")
    for width, is_beside in ((1100, True), (1000, False), (390, False)):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"/admin/transfers/articletext/{article.pk}/claim/?mark={TEXT.index('six')}")
        text, pane = (page.locator(f"#article-{name}").bounding_box() for name in ("text", "pane"))
        assert (pane["x"] >= text["x"] + text["width"]) == is_beside
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_unknown_system_is_added_without_leaving_the_article(log_in, register):  # noqa: F811
    text = "Serbia ordered nine Frobnik launchers from Russia."
    article = ArticleText.objects.create(source=factories.source("first-paper"), text=text)
    page = log_in("a-curator")
    page.goto(f"/admin/transfers/articletext/{article.pk}/change/")
    page.keyboard.press("Enter")
    page.get_by_label("A new transfer").check()
    with page.expect_popup() as opening:
        page.locator("#add_id_new-system").click()
    popup = opening.value
    popup.fill("#id_name", "Frobnik")
    popup.fill("#id_slug", "frobnik")
    popup.select_option("#id_category", "artillery")
    popup.fill("#id_description", "launcher")
    with popup.expect_event("close"):
        popup.click("input[name=_save]")
    page.select_option("select[name=claim-credibility]", "3")
    page.get_by_role("button", name="Record the claim").click()
    page.locator("#article-text a.is-recorded").wait_for()
    transfer = Quantity.objects.get().transfer
    assert (transfer.system.name, transfer.system.provisional, transfer.state) == ("Frobnik", True, "draft")
