"""The admin in a real browser: from a pasted article to the public row, and by whom."""

import tempfile
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from tests.support import factories, registers, servers
from transfers.curation import roles
from transfers.models import ArticleText, ImportBatch, Transfer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
PASSWORD = "a long enough secret"
FIRST = """Serbia takes delivery

Serbia has ordered six S-400 systems from Russia, an official said.

The first of them came in October 2019."""
SECOND = """Serbia and the missiles

Belgrade is to get eight S-400 systems from Russia, a paper wrote."""


@pytest.fixture
def register():
    """Create parties, a system, two sources and a user of each role."""
    roles.make(Group.objects, Permission.objects)
    for name in roles.ROLES:
        user = User.objects.create_user(f"a-{name}", password=PASSWORD, is_staff=True)
        user.groups.add(Group.objects.get(name=name))
    factories.party("RUS")
    factories.party("SRB", aliases=("Belgrade",))
    factories.system("s-400")
    factories.source("first-paper", title="First paper", published="2019-11-02")
    factories.source("second-paper", title="Second paper", published="2019-11-03")


@pytest.fixture
def log_in(chromium, live_server, register):
    """Return a function that logs a user in and returns a page, which knows the server's address."""

    def open_page(name):
        page = chromium.new_context(base_url=live_server.url).new_page()
        page.set_default_timeout(10_000)
        page.goto("/admin/")
        page.fill("#id_username", name)
        page.fill("#id_password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("#user-tools")
        return page

    return open_page


def choose(page, field, text):
    """Choose in an autocomplete field, as a user types."""
    page.click(f".field-{field} .select2-selection, p:has(#id_{field}) .select2-selection")
    page.mouse.move(0, 0)  # or whatever appears under it would be chosen
    page.fill(".select2-search__field", text)
    page.wait_for_selector(f".select2-results__option--highlighted:has-text('{text}')")
    page.keyboard.press("Enter")


def paste(page, source, text):
    """Paste an article; the page then shows it with marks."""
    page.goto("/admin/transfers/articletext/add/")
    choose(page, "source", source)
    page.fill("#id_text", text)
    with page.expect_navigation():
        page.click("input[name=_save]")
    article = ArticleText.objects.get(source__key=source)
    page.goto(f"/admin/transfers/articletext/{article.pk}/change/")


def claim(page, mark, *, measure, is_new=False):
    """Make a claim of a mark."""
    if page.locator("a[aria-current]", has_text=mark).count() == 0:
        page.locator(".article-paragraph a[data-pane]", has_text=mark).first.click()
        page.locator("a[aria-current]", has_text=mark).wait_for()
    field = "event" if page.locator("select[name=claim-event]").count() else "measure"
    page.select_option(f"select[name=claim-{field}]", measure)
    page.select_option("select[name=claim-credibility]", "2")
    if is_new:
        page.check("input[name='target-target'][value=new]")
    else:
        page.locator("input[name='target-target']").first.check()
    page.click("input[value='Record the claim']")
    page.locator("a.is-recorded", has_text=mark).first.wait_for()


def step(page, transfer, verb, reason):
    """Take an editorial step and return the message that follows."""
    page.goto(f"/admin/transfers/transfer/{transfer.pk}/change/")
    page.fill("#id_why", reason)
    with page.expect_navigation():
        page.get_by_role("button", name=verb).click()
    return page.wait_for_selector(".messagelist").inner_text()


def test_an_article_becomes_a_public_row_by_four_eyes(log_in):
    curator = log_in("a-curator")
    paste(curator, "first-paper", FIRST)
    claim(curator, "six", measure="ordered", is_new=True)
    claim(curator, "October 2019", measure="delivered")
    paste(curator, "second-paper", SECOND)
    claim(curator, "eight", measure="ordered")
    transfer = Transfer.objects.get()
    assert len(transfer.claims()) == 3
    assert "in review" in step(curator, transfer, "Submit for review", "Two papers read")
    assert curator.get_by_role("button", name="Publish").count() == 0
    assert "not allowed to publish" in curator.text_content("#steps")

    reviewer = log_in("a-reviewer")
    assert "published" in step(reviewer, transfer, "Publish", "Both papers checked")
    [row] = Client().get("/api/transfers?system=S-400").json()["results"]
    assert (row["quantity_ordered_min"], row["quantity_ordered_max"]) == (6, 8)
    assert row["disputed"] == ["quantity_ordered"]


def test_a_curator_who_asks_to_publish_all_the_same_is_refused(log_in):
    transfer = factories.transfer()
    factories.quantity(transfer=transfer)
    curator = log_in("a-curator")
    step(curator, transfer, "Submit for review", "Read")
    curator.evaluate("document.querySelector('#steps button[value=return]').value = 'publish'")
    curator.fill("#id_why", "I say so")
    curator.locator("#steps button[value=publish]").click()
    assert "not allowed to publish" in curator.wait_for_selector(".messagelist").inner_text()
    assert Client().get("/api/transfers").json()["results"] == []


def list_faults(page):
    """Return what axe finds seriously wrong with the page, once its scripts have labelled the boxes."""
    page.evaluate("() => new Promise(done => setTimeout(done, 0))")
    return [
        f"{fault['id']}: {node['html'][:120]}"
        for fault in Axe().run(page).response["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def test_a_register_is_imported_with_its_progress_and_axe_finds_nothing_serious(log_in, register_file):
    page, faults_by_page = log_in("a-administrator"), {}

    def look(name):
        page.wait_for_selector("#content")
        if faults := list_faults(page):
            faults_by_page[name] = faults

    preview(page, register_file, look)
    running = {"step": "Writing deals", "done": 1000, "total": 3000, "ended": False}
    page.route("**/state.json", lambda route: route.fulfill(json=running))
    page.get_by_role("button", name="Import").click()
    page.get_by_text("Writing deals: 1,000 of 3,000").wait_for()
    look("a job")
    page.unroute("**/state.json")
    page.get_by_text("Done.").wait_for(timeout=60_000)
    page.get_by_role("link", name="The import").click()
    page.get_by_text("records of the file").wait_for()
    look("an import")
    for path in ("links/", "{0}/undo/", "{0}/publish/", "../proposal/"):
        page.goto(f"/admin/transfers/importbatch/{path.format(ImportBatch.objects.get().pk)}")
        look(path)
    assert faults_by_page == {}


def preview(page, register_file, look):
    """Upload a register, looking at each page up to the preview."""
    page.goto("/admin/transfers/importbatch/")
    look("the list of imports")
    page.get_by_role("link", name="Import a register").click()
    look("an upload")
    page.set_input_files("#id_file", register_file)
    page.fill("#id_reason", "A new edition")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("Nothing is stored yet").wait_for()
    look("a preview")


@pytest.fixture
def register_file(tmp_path, monkeypatch):
    """Return a file with a register of three deals; the import's own process finds the database."""
    monkeypatch.setenv("DATABASE_URL", servers.get_test_database_url())
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    deals = registers.deals(3, seed=1)
    path = tmp_path / "register.csv"
    path.write_bytes(registers.write_trade_register([*deals, replace(deals[0], supplier=deals[0].recipient)]))
    return path


def test_a_transfer_is_found_opened_and_submitted_with_the_keyboard_alone(log_in):
    transfer = factories.transfer("rus-srb-s-400-2019")
    factories.quantity(transfer=transfer)
    page = log_in("a-curator")
    for wanted in ("Transfers", "rus-srb-s-400-2019"):
        go_to(page, lambda: page.evaluate("document.activeElement.innerText"), wanted)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    go_to(page, lambda: page.evaluate("document.activeElement.id"), "id_why")
    page.keyboard.type("Read twice")
    go_to(page, lambda: page.evaluate("document.activeElement.value"), "submit")
    page.keyboard.press("Enter")
    assert "in review" in page.wait_for_selector(".messagelist").inner_text()


def go_to(page, focused, wanted):
    """Press Tab until the wanted element has the focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if focused() == wanted:
            return
    raise AssertionError(f"{wanted!r} is not reached with Tab")
