"""Pages in a real browser: they work, and they use this server only."""

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def open_page(chromium, live_server):
    """Return a function that opens a page, which lists its `requests`, `failures` and `complaints`."""
    page = chromium.new_page()
    page.requests, page.failures, page.complaints = [], [], []
    page.on("request", lambda request: page.requests.append(request.url))
    page.on("requestfailed", lambda request: page.failures.append(request.url))
    page.on("response", lambda answer: answer.ok or page.failures.append(answer.url))
    page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))

    def open_path(path):
        page.goto(live_server.url + path, wait_until="networkidle")
        return page

    return open_path


def test_the_api_page_shows_the_operations_and_asks_no_other_server(open_page, live_server):
    page = open_page("/api/docs")
    page.wait_for_selector(".opblock")
    shown = set(page.locator(".opblock-summary-path").all_inner_texts())
    assert {"/api/transfers", "/api/claims", "/api/transfers/{key}"} <= {
        text.replace("\u200b", "") for text in shown
    }
    page.locator(".opblock-summary-control").first.click()
    page.wait_for_selector(".opblock-body .responses-wrapper")
    outside = [url for url in page.requests if not url.startswith((f"{live_server.url}/", "data:", "blob:"))]
    assert (outside, page.failures, page.complaints) == ([], [], [])
    assert f"{live_server.url}/api/schema" in page.requests


def test_an_answer_can_be_tried_out(open_page):
    page = open_page("/api/docs#/api/Root")
    page.wait_for_selector(".opblock-body .try-out__btn")
    page.click(".opblock-body .try-out__btn")
    page.click(".opblock-body .execute")
    page.wait_for_selector(".live-responses-table .response-col_status")
    assert page.locator(".live-responses-table .response-col_status").last.inner_text().startswith("200")
    assert (page.failures, page.complaints) == ([], [])


def test_the_page_may_not_load_from_elsewhere(open_page):
    page = open_page("/api/docs")
    loaded = page.evaluate(
        "fetch('http://127.0.0.1:9/').then(() => 'loaded', error => 'refused: ' + error.message)"
    )
    assert loaded.startswith("refused")
    assert any("Content Security Policy" in text for text in page.complaints)
