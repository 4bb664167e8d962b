"""Real browser: the machine's chromium, driven by playwright."""

import os
import shutil
from contextlib import contextmanager

import pytest
from django.db import connections

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture
def chromium():
    """Yield the machine's chromium; skip the test without it or playwright, or fail it with REQUIRE_ALL."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None
    if not (CHROMIUM and sync_playwright):
        stop = pytest.fail if os.environ.get("REQUIRE_ALL") else pytest.skip
        stop("chromium or playwright is not installed, so no page was opened (Debian: apt install chromium)")
    with _asynchronous_thread(), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
        connections.close_all()  # nothing else could close those of the event loop


@contextmanager
def _asynchronous_thread():
    """Let Django use the database in this thread, in which playwright runs an event loop."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


def press_access_key(page, key):
    """Press an access key, as Alt and the letter; playwright's own key presses reach no access keys."""
    session = page.context.new_cdp_session(page)
    pressed = {
        "key": key, "code": f"Key{key.upper()}", "windowsVirtualKeyCode": ord(key.upper()),
        "modifiers": 1, "text": key, "unmodifiedText": key,
    }  # fmt: skip
    session.send("Input.dispatchKeyEvent", {"type": "keyDown", **pressed})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", **pressed})
    session.detach()
